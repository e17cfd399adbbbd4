/**
 * Integer index expressions in a normal form: a sum of `coefficient · atom` plus a constant, where an atom is a loop
 * variable, a floor division or remainder of an expression by a positive constant, or an integer that the kernel
 * computes (a gathered index, a run-time offset). Every expression knows its bounds, which is what lets reshapes
 * simplify away: (32·i + j) div 32 is i when 0 <= j < 32.
 *
 * It knows nothing of graphs or kernels.
 */

import { unreachable } from '../errors.ts';

export type Atom =
  | {
      readonly kind: 'var';
      readonly axis: number;
      readonly key: string;
      readonly min: 0;
      readonly max: number;
    }
  | { readonly kind: 'div' | 'mod'; readonly of: IndexExpr; readonly by: number; readonly key: string; readonly min: number; readonly max: number } // prettier-ignore
  | {
      readonly kind: 'value';
      readonly value: number;
      readonly key: string;
      readonly min: number;
      readonly max: number;
    };

export type ValueAtom = Extract<Atom, { kind: 'value' }>;

export interface Term {
  readonly atom: Atom;
  readonly coefficient: number;
}

export interface IndexExpr {
  /** Ordered by the atoms' keys, coefficients not zero. */
  readonly terms: readonly Term[];
  readonly constant: number;
  /** Inclusive bounds. */
  readonly min: number;
  readonly max: number;
  /** Equal keys mean equal expressions. */
  readonly key: string;
}

/** The sum of terms, each with another atom and ordered by their keys, and a constant. */
export function sumOf(terms: readonly Term[], constant: number): IndexExpr {
  let min = constant;
  let max = constant;
  let key = '';
  for (const { atom, coefficient } of terms) {
    min += coefficient * (coefficient > 0 ? atom.min : atom.max);
    max += coefficient * (coefficient > 0 ? atom.max : atom.min);
    key += coefficient === 1 ? `${atom.key}+` : `${coefficient}*${atom.key}+`;
  }
  key = constant !== 0 || terms.length === 0 ? key + constant : key.slice(0, -1);
  return { terms, constant, min, max, key };
}

export function constant(value: number): IndexExpr {
  return sumOf([], value);
}

export const ZERO = constant(0);

/** A loop variable running from 0 to `extent - 1`; one of extent 1 is the constant 0. */
export function variable(axis: number, extent: number): IndexExpr {
  if (extent <= 1) return ZERO;
  return sumOf(
    [{ atom: { kind: 'var', axis, key: `i${axis}`, min: 0, max: extent - 1 }, coefficient: 1 }],
    0,
  );
}

/** An integer that the kernel computes, known to lie in [min, max]. */
export function computed(value: number, min: number, max: number): IndexExpr {
  return sumOf([{ atom: { kind: 'value', value, key: `%${value}`, min, max }, coefficient: 1 }], 0);
}

export function add(a: IndexExpr, b: IndexExpr): IndexExpr {
  if (a.terms.length === 0 && a.constant === 0) return b;
  if (b.terms.length === 0 && b.constant === 0) return a;
  const terms: Term[] = [];
  let i = 0;
  let j = 0;
  while (i < a.terms.length || j < b.terms.length) {
    const x = a.terms[i];
    const y = b.terms[j];
    if (y === undefined || (x !== undefined && x.atom.key < y.atom.key)) {
      terms.push(x);
      i++;
    } else if (x === undefined || y.atom.key < x.atom.key) {
      terms.push(y);
      j++;
    } else {
      const coefficient = x.coefficient + y.coefficient;
      if (coefficient !== 0) terms.push({ atom: x.atom, coefficient });
      i++;
      j++;
    }
  }
  return recombine(sumOf(terms, a.constant + b.constant));
}

export function scale(a: IndexExpr, factor: number): IndexExpr {
  if (factor === 1) return a;
  if (factor === 0) return ZERO;
  return sumOf(
    a.terms.map(({ atom, coefficient }) => ({ atom, coefficient: coefficient * factor })),
    a.constant * factor,
  );
}

export function offset(a: IndexExpr, by: number): IndexExpr {
  return by === 0 ? a : sumOf(a.terms, a.constant + by);
}

/** by·(e div by) + (e mod by) is e. */
function recombine(e: IndexExpr): IndexExpr {
  for (const { atom, coefficient } of e.terms) {
    if (atom.kind !== 'mod') continue;
    const partner = e.terms.find(
      (t) =>
        t.atom.kind === 'div' &&
        t.atom.by === atom.by &&
        t.atom.of.key === atom.of.key &&
        t.coefficient === coefficient * atom.by,
    );
    if (!partner) continue;
    const rest = e.terms.filter((t) => t.atom !== atom && t !== partner);
    return add(sumOf(rest, e.constant), scale(atom.of, coefficient));
  }
  return e;
}

/** Splits off the part of `e` whose coefficients are multiples of `by`: e = by·quotient + rest. */
function splitMultiples(e: IndexExpr, by: number): { quotient: IndexExpr; rest: IndexExpr } {
  const whole: Term[] = [];
  const rest: Term[] = [];
  for (const term of e.terms) {
    if (term.coefficient % by === 0) whole.push({ atom: term.atom, coefficient: term.coefficient / by });
    else rest.push(term);
  }
  const remainder = ((e.constant % by) + by) % by;
  return { quotient: sumOf(whole, (e.constant - remainder) / by), rest: sumOf(rest, remainder) };
}

function gcd(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return Math.abs(a);
}

/**
 * Splits `e` into factor·whole + rest with 0 <= rest < factor, for a factor > 1 that divides `by`; undefined when there
 * is none. With such a split, e div by = whole div (by/factor), and the remainder follows: (32·i + j) div 64 is i div 2.
 */
function splitByFactor(
  e: IndexExpr,
  by: number,
): { factor: number; whole: IndexExpr; rest: IndexExpr } | undefined {
  let tried = 1;
  for (const { coefficient } of e.terms) {
    const factor = gcd(by, coefficient);
    if (factor <= 1 || factor === tried) continue;
    tried = factor;
    const { quotient, rest } = splitMultiples(e, factor);
    if (rest.min >= 0 && rest.max < factor) return { factor, whole: quotient, rest };
  }
  return undefined;
}

/** The atom of an expression that is one atom and nothing else. */
export function onlyAtom(e: IndexExpr): Atom | undefined {
  return e.constant === 0 && e.terms.length === 1 && e.terms[0].coefficient === 1
    ? e.terms[0].atom
    : undefined;
}

/** Floor division by a positive constant. */
export function div(e: IndexExpr, by: number): IndexExpr {
  if (by <= 0) unreachable(`index division by ${by}`);
  if (by === 1) return e;
  const { quotient, rest } = splitMultiples(e, by);
  if (rest.min >= 0 && rest.max < by) return quotient;
  const split = splitByFactor(rest, by);
  if (split) return add(quotient, div(split.whole, by / split.factor));
  const only = onlyAtom(rest);
  if (only?.kind === 'div') return add(quotient, div(only.of, only.by * by));
  const min = Math.floor(rest.min / by);
  const max = Math.floor(rest.max / by);
  if (min === max) return offset(quotient, min);
  const atom: Atom = { kind: 'div', of: rest, by, key: `(${rest.key})/${by}`, min, max };
  return add(quotient, sumOf([{ atom, coefficient: 1 }], 0));
}

/** Remainder of floor division by a positive constant; never negative. */
export function mod(e: IndexExpr, by: number): IndexExpr {
  if (by <= 0) unreachable(`index remainder by ${by}`);
  if (by === 1) return ZERO;
  const { rest } = splitMultiples(e, by);
  const low = Math.floor(rest.min / by);
  if (low === Math.floor(rest.max / by)) return offset(rest, -low * by);
  const split = splitByFactor(rest, by);
  if (split) return add(scale(mod(split.whole, by / split.factor), split.factor), split.rest);
  const only = onlyAtom(rest);
  if (only?.kind === 'mod' && only.by % by === 0) return mod(only.of, by);
  const atom: Atom = { kind: 'mod', of: rest, by, key: `(${rest.key})%${by}`, min: 0, max: by - 1 };
  return sumOf([{ atom, coefficient: 1 }], 0);
}

/** Puts an expression in the place of each loop variable, and of each computed value, that the functions know. */
export function substitute(
  e: IndexExpr,
  ofAxis: (axis: number) => IndexExpr | undefined,
  ofValue?: (atom: ValueAtom) => IndexExpr | undefined,
): IndexExpr {
  let out = constant(e.constant);
  for (const { atom, coefficient } of e.terms) {
    let inner: IndexExpr | undefined;
    if (atom.kind === 'var') inner = ofAxis(atom.axis);
    else if (atom.kind === 'value') inner = ofValue?.(atom);
    else inner = (atom.kind === 'div' ? div : mod)(substitute(atom.of, ofAxis, ofValue), atom.by);
    out = add(out, scale(inner ?? sumOf([{ atom, coefficient: 1 }], 0), coefficient));
  }
  return out;
}

/** Calls `visit` for every atom, inside divisions and remainders as well. */
export function forEachAtom(e: IndexExpr, visit: (atom: Atom) => void): void {
  for (const { atom } of e.terms) {
    visit(atom);
    if (atom.kind === 'div' || atom.kind === 'mod') forEachAtom(atom.of, visit);
  }
}

/** Evaluates with the loop variables' and computed values' present numbers. */
export function evaluate(e: IndexExpr, axis: (id: number) => number, value: (id: number) => number): number {
  let sum = e.constant;
  for (const { atom, coefficient } of e.terms) {
    let x: number;
    if (atom.kind === 'var') x = axis(atom.axis);
    else if (atom.kind === 'value') x = value(atom.value);
    else {
      const inner = evaluate(atom.of, axis, value);
      const quotient = Math.floor(inner / atom.by);
      x = atom.kind === 'div' ? quotient : inner - quotient * atom.by;
    }
    sum += coefficient * x;
  }
  return sum;
}
