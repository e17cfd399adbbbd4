/**
 * The constants of one function, each in a local that the function's prologue sets once. A `v128.const`
 * inside a loop costs a load and a shuffle per iteration on some engines; a local costs a register or a
 * spill slot. Equal constants share a local.
 */

import type { Expr, Local } from './expression.ts';
import { v128 } from './vector-instructions.ts';

export class ConstantPool {
  readonly #hoist: (value: Expr<'v128'>) => Local<'v128'>;
  readonly #known = new Map<string, Local<'v128'>>();

  constructor(hoist: (value: Expr<'v128'>) => Local<'v128'>) {
    this.#hoist = hoist;
  }

  /** Four float32 lanes of one value. */
  f32x4(value: number): Local<'v128'> {
    const make = () => this.bytes(new Uint8Array(new Float32Array(4).fill(value).buffer));
    return this.#once(Object.is(value, -0) ? 'f-0' : `f${value}`, make);
  }

  /** Two float64 lanes of one value. */
  f64x2(value: number): Local<'v128'> {
    return this.bytes(new Uint8Array(new Float64Array(2).fill(value).buffer));
  }

  /** Four int32 lanes: one value for all, or one each. */
  i32x4(value: number | readonly [number, number, number, number]): Local<'v128'> {
    const lanes = typeof value === 'number' ? [value, value, value, value] : value;
    return this.#once(`i${value}`, () => this.bytes(new Uint8Array(new Int32Array(lanes).buffer)));
  }

  /** Two int64 lanes: one value for both, or one each. */
  i64x2(value: bigint | readonly [bigint, bigint]): Local<'v128'> {
    const lanes = typeof value === 'bigint' ? [value, value] : [...value];
    return this.bytes(new Uint8Array(BigInt64Array.from(lanes).buffer));
  }

  /** Sixteen bytes. */
  bytes(bytes: Uint8Array): Local<'v128'> {
    return this.#once(bytes.join(), () => this.#hoist(v128.const(bytes)));
  }

  /** What is asked for again is found by its number, before its bytes are made. */
  #once(key: string, make: () => Local<'v128'>): Local<'v128'> {
    const found = this.#known.get(key) ?? make();
    this.#known.set(key, found);
    return found;
  }
}
