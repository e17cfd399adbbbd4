/** Reading equations such as `'...ij,jk->...ik'`. */

import { ArgumentError } from '@tenfold/ir';

export interface Equation {
  /** For each operand the labels of its axes. */
  readonly inputs: readonly (readonly number[])[];
  readonly output: readonly number[];
}

const LETTER = /^[A-Za-z]$/;

/** An operand's letters before and after `...`; without it `after` is absent. */
interface Term {
  readonly before: readonly string[];
  readonly after?: readonly string[];
}

/** The labels of all axes, for operands of these ranks. Labels of `...` count from its last axis backwards. */
export function readEquation(equation: string, ranks: readonly number[]): Equation {
  const sides = equation.replaceAll(' ', '').split('->');
  if (sides.length > 2) throw wrong(equation, "it has several '->'");
  const terms = sides[0].split(',').map((text) => readTerm(equation, text));
  if (terms.length !== ranks.length) {
    throw wrong(equation, `it names ${terms.length} operands, and ${ranks.length} are given`);
  }
  const hidden = terms.map((term, i) => hiddenAxes(equation, term, ranks[i], i));
  const widest = Math.max(0, ...hidden);
  const numbers = new Map<string, number>();
  const labelOf = (letter: string) => {
    const label = numbers.get(letter) ?? widest + numbers.size;
    numbers.set(letter, label);
    return label;
  };
  const broadcast = (count: number) => Array.from({ length: count }, (_, i) => widest - count + i);
  const label = ({ before, after }: Term, count: number) => [
    ...before.map(labelOf),
    ...(after ? [...broadcast(count), ...after.map(labelOf)] : []),
  ];
  const inputs = terms.map((term, i) => label(term, hidden[i]));
  const letters = terms.flatMap(({ before, after = [] }) => [...before, ...after]);
  if (sides.length === 1) {
    const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter));
    return { inputs, output: [...broadcast(widest), ...once.sort().map(labelOf)] };
  }
  const out = readTerm(equation, sides[1]);
  const named = [...out.before, ...(out.after ?? [])];
  const strange = named.find((letter, i) => !letters.includes(letter) || named.indexOf(letter) < i);
  if (strange !== undefined) {
    throw wrong(equation, `'${strange}' stands in the result twice, or in no operand`);
  }
  return { inputs, output: label(out, widest) };
}

function readTerm(equation: string, text: string): Term {
  const parts = text.split('...');
  if (parts.length > 2) throw wrong(equation, `'...' stands in '${text}' more than once`);
  const [before, after] = parts.map((part) => Array.from(part));
  const strange = [...before, ...(after ?? [])].find((letter) => !LETTER.test(letter));
  if (strange !== undefined) throw wrong(equation, `'${strange}' is no letter`);
  return { before, after };
}

/** How many axes `...` stands for. */
function hiddenAxes(equation: string, { before, after }: Term, rank: number, operand: number): number {
  const named = before.length + (after?.length ?? 0);
  if (after ? named <= rank : named === rank) return rank - named;
  throw wrong(equation, `it names ${named} axes of operand ${operand}, which has ${rank}`);
}

function wrong(equation: string, what: string): ArgumentError {
  return new ArgumentError(
    `einsum: the equation '${equation}' does not fit: ${what}; expected for example 'ij,jk->ik', with a letter for each axis`,
  );
}
