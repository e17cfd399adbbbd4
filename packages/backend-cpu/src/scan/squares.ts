/**
 * Four places in four lanes at once: read as they lie, transposed, so that each register is one place of all lanes, folded
 * place after place, transposed back and stored. Each lane is folded in order, as a plain loop would do it.
 */

import type { Block } from '../codegen/emission.ts';
import type { KernelEmitter } from '../codegen/kernel-emitter.ts';
import { kindOf, register, registersOf, UNIT } from '../codegen/lanes.ts';
import type { Lanes } from '../codegen/lanes.ts';
import { float32Lanes, float64Lanes } from '../gemm/lane-type.ts';
import type { Local } from '../wasm/index.ts';
import { foldOf, step } from './fold.ts';
import type { Scan } from './recognise.ts';

/** Where one of the four lanes stands: in the loops over lanes, and in the one along it. */
export interface Place {
  readonly lanes: readonly Local<'i32'>[];
  readonly along: Local<'i32'>;
}

interface Square {
  /** What only the lanes decide. */
  before(): void;
  within(): void;
}

/** The registers of four lanes' states, and how squares of elements are transposed. */
export function statesOf(scan: Scan) {
  const count = registersOf(kindOf(foldOf(scan).dtype));
  return { count, type: count === 2 ? float64Lanes : float32Lanes };
}

/** `active`: the places that exist of the last, incomplete square; `stored`: whether the states are all wanted. */
export function emitSquare(
  e: KernelEmitter,
  scan: Scan,
  places: readonly Place[],
  states: readonly Local<'v128'>[],
  stored: boolean,
  active?: Block['active'],
): Square {
  const lanes = places.map((place) => emitLane(e, scan, place, stored, active));
  const write = (code: readonly (() => void)[]): void => code.forEach((one) => one());
  return {
    before: () => lanes.forEach(({ before }) => write(before)),
    within() {
      lanes.forEach(({ loads }) => write(loads));
      foldSquare(
        e,
        scan,
        states,
        lanes.map(({ value }) => value),
        stored ? lanes.map(({ results }) => results) : undefined,
      );
      lanes.forEach(({ stores }) => write(stores));
    },
  };
}

/** What one lane reads and stores in a square, as code that has still to be written. */
function emitLane(
  e: KernelEmitter,
  { lanes, along, accumulate, stores, kernel }: Scan,
  place: Place,
  stored: boolean,
  active: Block['active'],
) {
  lanes.forEach((loop, i) => e.open({ loop, body: loop.body, variable: place.lanes[i] }));
  const block = { axis: along.axis, units: 1, active };
  const scope = e.open({ loop: along, body: along.body, variable: place.along, block });
  const value = e.value(accumulate.value);
  const loads = scope.code.splice(0);
  const { kind } = value;
  const registers = Array.from({ length: registersOf(kind) }, () => e.code.local('v128'));
  kernel.values.forEach(({ op }, id) => {
    if (op === 'acc') scope.values.set(id, { kind, uniform: false, registers });
  });
  if (stored) for (const stmt of stores) e.statement(stmt);
  const written = scope.code.splice(0);
  e.close();
  const before = lanes.map(() => e.close()).reverse();
  return { value, loads, results: registers, stores: written, before };
}

function foldSquare(
  { code, math }: KernelEmitter,
  scan: Scan,
  states: readonly Local<'v128'>[],
  values: readonly Lanes[],
  results: readonly (readonly Local<'v128'>[])[] | undefined,
): void {
  const { type } = statesOf(scan);
  const fold = foldOf(scan);
  const count = UNIT / type.lanes;
  for (let part = 0; part < count; part++) {
    states.forEach((state, group) => {
      const first = group * type.lanes;
      const rows = values.slice(first, first + type.lanes).map((value) => register(value, part));
      const folded = type.transpose(code, rows).map((x) => {
        code.set(state, step(math, fold, state, x));
        return results ? code.let(state) : state;
      });
      if (!results) return;
      type.transpose(code, folded).forEach((row, i) => code.set(results[first + i][part], row));
    });
  }
}
