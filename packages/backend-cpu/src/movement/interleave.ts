/**
 * The elements of some vectors dealt out in turn: the first of each, then the second of each, … With four vectors that is
 * a square turned: the first four elements of the result are a column of it.
 */

import type { FunctionBuilder, Local } from '../wasm/index.ts';
import { i32x4, i64x2 } from '../wasm/index.ts';
import { UNIT } from '../codegen/lanes.ts';

type Register = Local<'v128'>;

/** `units`: for each vector the registers of its four elements: one, or two where an element takes eight bytes. */
export function interleave(code: FunctionBuilder, units: readonly (readonly Register[])[]): Register[] {
  const perRegister = UNIT / units[0].length;
  if (units.length === UNIT && perRegister === UNIT) return square(code, units.flat());
  return Array.from({ length: units.length * units[0].length }, (_, at) => {
    const places = Array.from({ length: perRegister }, (__, lane) => {
      const element = at * perRegister + lane;
      const within = Math.floor(element / units.length);
      const from = units[element % units.length][Math.floor(within / perRegister)];
      return { from, lane: within % perRegister };
    });
    return picked(code, places);
  });
}

function square(code: FunctionBuilder, [a, b, c, d]: readonly Register[]): Register[] {
  const [low, high] = [
    [0, 4, 1, 5],
    [2, 6, 3, 7],
  ] as const;
  const halves = [low, high].map((lanes) =>
    [i32x4.shuffle(a, b, lanes), i32x4.shuffle(c, d, lanes)].map((half) => code.let(half)),
  );
  return halves.flatMap(([first, second]) => [
    code.let(i32x4.shuffle(first, second, [0, 1, 4, 5])),
    code.let(i32x4.shuffle(first, second, [2, 3, 6, 7])),
  ]);
}

interface Place {
  readonly from: Register;
  readonly lane: number;
}

/** A register of lanes of others: two are brought together, then a third comes in. */
function picked(code: FunctionBuilder, places: readonly Place[]): Register {
  const [first, ...others] = new Set(places.map(({ from }) => from));
  const last = places.length - 1;
  let result = first;
  /** Where the lanes stand that are in `result` already. */
  let lanes = places.map(({ from, lane }) => (from === first ? lane : 0));
  for (const other of others.length > 0 ? others : [first]) {
    const next = places.map(({ from, lane }, i) => (from === other ? places.length + lane : lanes[i]));
    const [a, b, c = 0, d = 0] = next;
    result = code.let(
      last === 1 ? i64x2.shuffle(result, other, [a, b]) : i32x4.shuffle(result, other, [a, b, c, d]),
    );
    lanes = places.map((_, i) => i);
  }
  return result;
}
