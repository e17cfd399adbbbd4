/**
 * Keys side by side in vectors, four of one word or two of two: made of neighbouring elements, compared, and halved
 * between, both as keys and as the numbers that they stand for.
 */

import type { DType } from '@tenfold/ir';
import { byteSize } from '@tenfold/ir';
import { f32x4, f64x2, i32, i32x4, i64x2, v128 } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, Local } from '../wasm/index.ts';
import type { KeyType, Row } from './keys.ts';

export class KeyVectors {
  readonly key: KeyType;
  /** Keys of a vector. */
  readonly count: 2 | 4;
  readonly ints: typeof i32x4 | typeof i64x2;
  readonly #floats: typeof f32x4 | typeof f64x2 | undefined;
  readonly #dtype: DType;
  readonly #descending: boolean;

  constructor(key: KeyType, dtype: DType, descending: boolean) {
    this.key = key;
    this.count = key.words === 1 ? 4 : 2;
    this.ints = key.words === 1 ? i32x4 : i64x2;
    this.#floats = dtype === 'float32' ? f32x4 : dtype === 'float64' ? f64x2 : undefined;
    this.#dtype = dtype;
    this.#descending = descending;
  }

  /** Writes the keys of a row one after another. */
  write(code: FunctionBuilder, row: Row, length: number, keys: Local<'i32'>): void {
    const bytes = 4 * this.key.words;
    const isDense = byteSize(this.#dtype) === bytes && row.inputStep === bytes;
    const inVectors = isDense ? length - (length % this.count) : 0;
    const [from, to] = [code.let(row.input), code.let(keys)];
    const place = code.let(i32.const(0));
    const advance = (elements: number) => {
      code.increment(from, elements * row.inputStep);
      code.increment(to, elements * bytes);
    };
    code.countedLoop(place, inVectors, this.count, () => {
      code.emit(v128.store(to, this.#keysOf(code, code.let(v128.load(from)))));
      advance(this.count);
    });
    code.set(place, inVectors);
    code.countedLoop(place, length, 1, () => {
      this.key.load(code, from).forEach((word, i) => code.emit(i32.store(to, word, 4 * i)));
      advance(1);
    });
  }

  /** The greatest key, in every lane. */
  most(code: FunctionBuilder): Local<'v128'> {
    return this.key.words === 1
      ? code.constants.i32x4(0x7fffffff)
      : code.constants.i64x2(0x7fffffffffffffffn);
  }

  /** A key below `high` and not below `low`, halfway between them, which are not equal. */
  halfway(code: FunctionBuilder, low: Local<'v128'>, high: Local<'v128'>): Local<'v128'> {
    const differing = this.ints.shr_s(v128.xor(low, high), 1);
    return code.let(this.ints.add(v128.and(low, high), differing));
  }

  /**
   * As `halfway`, but of the numbers rather than of their bits, of which most stand for numbers near zero: it divides what
   * lies on both sides of zero sooner. `undefined` for numbers that are integers.
   */
  halfwayInValue(
    code: FunctionBuilder,
    low: Local<'v128'>,
    high: Local<'v128'>,
    otherwise: Local<'v128'>,
  ): Expr<'v128'> | undefined {
    const floats = this.#floats;
    if (!floats) return undefined;
    const half = this.key.words === 1 ? code.constants.f32x4(0.5) : code.constants.f64x2(0.5);
    const [a, b] = [low, high].map((key) =>
      floats.mul(this.#turned(code, code.let(this.#inOrder(key))), half),
    );
    const found = code.let(this.#keysOf(code, code.let(floats.add(a, b))));
    const outside = v128.or(this.ints.gt_s(low, found), this.ints.ge_s(found, high));
    return v128.bitselect(otherwise, found, outside);
  }

  #keysOf(code: FunctionBuilder, elements: Local<'v128'>): Expr<'v128'> {
    if (!this.#floats) return this.#inOrder(elements);
    const zero = code.constants.i32x4(0);
    const isZero = this.#floats.eq(elements, zero);
    const isNaN = this.#floats.ne(elements, elements);
    const numbers = v128.andnot(this.#turned(code, elements), isZero);
    return this.#inOrder(v128.bitselect(this.most(code), numbers, isNaN));
  }

  /** Sign and magnitude as a signed number in the same order, and back. */
  #turned(code: FunctionBuilder, bits: Local<'v128'>): Expr<'v128'> {
    const sign = this.ints.shr_s(bits, 32 * this.key.words - 1);
    return v128.xor(bits, v128.and(sign, this.most(code)));
  }

  #inOrder(key: Expr<'v128'>): Expr<'v128'> {
    return this.#descending ? v128.not(key) : key;
  }
}
