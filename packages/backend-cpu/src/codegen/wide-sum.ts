/**
 * Long float32 sums. Adding millions of numbers one after another in float32 loses digits, so the sum of every few
 * numbers is moved into float64 registers: the error then stays that of some tens of additions, however long the sum.
 */

import { narrow } from '../math/index.ts';
import { f32x4, f64x2, i32x4, i64x2 } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, Local } from '../wasm/index.ts';

/** Additions that a float32 register takes before it is moved. */
export const ADDITIONS = 32;

/**
 * `joined`: all lanes of all registers belong to one sum. `each`: every lane is a sum of its own. `uniform`: all lanes
 * of the one register are the same sum.
 */
export type SumShape = 'joined' | 'each' | 'uniform';

export class WideSum {
  readonly #code: FunctionBuilder;
  readonly #shape: SumShape;
  readonly #parts: readonly Local<'v128'>[];
  readonly #wide: readonly Local<'v128'>[];
  readonly #barrier: (registers: readonly Local<'v128'>[]) => void;

  /** `parts` are the float32 registers that are added to; `barrier` as in `Emission`. */
  constructor(
    code: FunctionBuilder,
    parts: readonly Local<'v128'>[],
    shape: SumShape,
    barrier: (registers: readonly Local<'v128'>[]) => void,
  ) {
    this.#code = code;
    this.#barrier = barrier;
    this.#parts = parts;
    this.#shape = shape;
    const count = { joined: 2, each: 2 * parts.length, uniform: 1 }[shape];
    this.#wide = Array.from({ length: count }, () => code.local('v128'));
  }

  reset(): void {
    for (const register of this.#wide) this.#code.set(register, this.#code.constants.f64x2(0));
  }

  /** Moves what is in the float32 registers. */
  flush(): void {
    const code = this.#code;
    const parts = this.#parts;
    const wide = this.#wide;
    this.#barrier(parts);
    if (this.#shape === 'joined') {
      this.#add(
        wide[0],
        wide[1],
        code.let(parts.slice(1).reduce<Expr<'v128'>>((a, b) => f32x4.add(a, b), parts[0])),
      );
    } else if (this.#shape === 'each') {
      parts.forEach((part, i) => this.#add(wide[2 * i], wide[2 * i + 1], part));
    } else {
      code.set(wide[0], f64x2.add(wide[0], f64x2.promote_low_f32x4(parts[0])));
    }
    for (const part of parts) code.set(part, code.constants.f32x4(0));
  }

  /** Moves the rest and brings the sums back, rounded once: into the first register, or into each its own. */
  finish(): void {
    const code = this.#code;
    const parts = this.#parts;
    const wide = this.#wide;
    this.flush();
    if (this.#shape === 'each') {
      parts.forEach((part, i) => code.set(part, narrow(wide[2 * i], wide[2 * i + 1])));
      return;
    }
    if (this.#shape === 'joined') {
      code.set(wide[0], f64x2.add(wide[0], wide[1]));
      code.set(wide[0], f64x2.add(wide[0], code.let(i64x2.shuffle(wide[0], wide[0], [1, 0]))));
    }
    code.set(parts[0], splatFloat32(code, wide[0]));
  }

  /** The sum in float64, in both lanes; of a sum that is not `each`, after `finish`. */
  get total(): Local<'v128'> {
    return this.#wide[0];
  }

  #add(low: Local<'v128'>, high: Local<'v128'>, x: Local<'v128'>): void {
    this.#code.set(low, f64x2.add(low, f64x2.promote_low_f32x4(x)));
    this.#code.set(high, f64x2.add(high, f64x2.promote_low_f32x4(i32x4.shuffle(x, x, [2, 3, 2, 3]))));
  }
}

/** The first float64 lane as float32 in all lanes. */
export function splatFloat32(code: FunctionBuilder, x: Local<'v128'>): Expr<'v128'> {
  const rounded = code.let(f32x4.demote_f64x2_zero(x));
  return i32x4.shuffle(rounded, rounded, [0, 0, 0, 0]);
}
