/**
 * The elements of some ranks without sorting the others. Keys between which the last of those ranks lies are brought together
 * by counting, four keys at a time, how many are not above one halfway; when few are left, what is wanted is collected in
 * order of position, and sorted by insertion.
 */

import { i32, i32x4, lesser, v128 } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, Local } from '../wasm/index.ts';
import type { KeyVectors } from './key-vectors.ts';
import type { Row } from './keys.ts';
import { KEY_AT, SHORT, emitInsertions, emitPositions, recordBytes } from './short-row.ts';

/** Ranks from the first up to, not including, the end. */
export type Ranks = readonly [first: number, end: number];

/** Keys that may be collected beyond those that are wanted. */
const SPARE = 24;
/** Vectors counted together. */
const TOGETHER = 4;

/** Whether so few are wanted that inserting each among the others takes less than sorting all. */
export function isSelection(length: number, [first, end]: Ranks): boolean {
  return length > SHORT && (end - first === 1 || end * end <= 8 * length);
}

/** The code that selects from one row after another, in the memory that a thread has for it. */
export class Selection {
  readonly #code: FunctionBuilder;
  readonly #vectors: KeyVectors;
  readonly #length: number;
  readonly #first: number;
  readonly #end: number;
  /** One rank is found between two keys; of several, all are collected from the least key on. */
  readonly #isSingle: boolean;
  readonly #keys: Local<'i32'>;

  constructor(
    code: FunctionBuilder,
    vectors: KeyVectors,
    length: number,
    [first, end]: Ranks,
    memory: Local<'i32'>,
  ) {
    this.#code = code;
    this.#vectors = vectors;
    this.#length = length;
    this.#first = first;
    this.#end = end;
    this.#isSingle = end - first === 1;
    this.#keys = memory;
  }

  static bytes(vectors: KeyVectors, length: number, [, end]: Ranks): number {
    const round = TOGETHER * vectors.count;
    return keyBytes(vectors, length) + (end + SPARE + 2 * round) * recordBytes(vectors.key);
  }

  emit(row: Row): void {
    const [code, { key }] = [this.#code, this.#vectors];
    this.#vectors.write(code, row, this.#length, this.#keys);
    const { low, high, below } = this.#narrow();
    const records = code.let(i32.add(this.#keys, keyBytes(this.#vectors, this.#length)));
    const last = code.let(records);
    const skipped = this.#isSingle ? below : i32.const(0);
    this.#collect(low, high, records, last, i32.sub(this.#end, skipped));
    emitInsertions(code, key, records, last);
    const bytes = recordBytes(key);
    const from = code.let(i32.add(records, i32.mul(i32.sub(this.#first, skipped), bytes)));
    const to = code.let(i32.add(row.output, this.#first * row.outputStep));
    const end = code.let(i32.add(from, (this.#end - this.#first) * bytes));
    emitPositions(code, key, to, row.outputStep, from, end);
  }

  /** Two keys, the last rank's between them or one of them, and how many elements are below the lower one. */
  #narrow() {
    const [code, { ints, key }] = [this.#code, this.#vectors];
    const [low, high] = this.#bounds();
    const below = code.let(i32.const(0));
    const within = code.let(i32.const(this.#length));
    const one = key.words === 1 ? code.constants.i32x4(1) : code.constants.i64x2(1n);
    const round = code.let(i32.const(0));
    code.block((done) => {
      code.loop((again) => {
        code.brIf(done, i32.eqz(v128.any_true(v128.xor(low, high))));
        code.brIf(done, i32.le_s(i32.sub(within, this.#isSingle ? below : this.#end), SPARE));
        const middle = this.#vectors.halfway(code, low, high);
        // In turn, so that neither numbers far apart nor numbers near zero take more than twice the rounds.
        code.if(i32.eqz(i32.and(round, 1)), () => {
          const value = this.#vectors.halfwayInValue(code, low, high, middle);
          if (value) code.set(middle, value);
        });
        const count = this.#countUpTo(middle);
        code.if(
          i32.ge_s(count, this.#end),
          () => {
            code.set(high, middle);
            code.set(within, count);
          },
          () => {
            code.set(low, ints.add(middle, one));
            code.set(below, count);
          },
        );
        code.increment(round, 1);
        code.br(again);
      });
    });
    return { low, high, below };
  }

  /** The least and the greatest key; behind the last one, keys that are above all others are left. */
  #bounds(): [Local<'v128'>, Local<'v128'>] {
    const [code, { ints, key, count }] = [this.#code, this.#vectors];
    const width = 4 * key.words;
    const end = code.let(i32.add(this.#keys, this.#length * width));
    const pad = (keys: Expr<'v128'>) => {
      for (let i = 0; i < TOGETHER; i++) code.emit(v128.store(end, keys, 16 * i));
    };
    const some = count === 4 ? v128.load32_splat(this.#keys) : v128.load64_splat(this.#keys);
    const [low, high] = [code.let(some), code.let(some)];
    const extend = (keys: Local<'v128'>) => {
      code.set(low, v128.bitselect(keys, low, ints.gt_s(low, keys)));
      code.set(high, v128.bitselect(keys, high, ints.gt_s(keys, high)));
    };
    pad(low);
    this.#each((at) => {
      for (let i = 0; i < TOGETHER; i++) extend(code.let(v128.load(at, 16 * i)));
    });
    // Each lane comes to be compared with all others.
    for (const shift of [
      [2, 3, 0, 1],
      [1, 0, 3, 2],
    ] as const) {
      if (count === 2 && shift[0] === 1) continue;
      const [a, b] = [code.let(low), code.let(high)];
      extend(code.let(i32x4.shuffle(a, a, shift)));
      extend(code.let(i32x4.shuffle(b, b, shift)));
    }
    pad(this.#vectors.most(code));
    return [low, high];
  }

  /** How many keys are not above one that is not the greatest of all. */
  #countUpTo(key: Local<'v128'>): Local<'i32'> {
    const [code, { ints }] = [this.#code, this.#vectors];
    const sums = Array.from({ length: TOGETHER }, () => code.let(code.constants.i32x4(0)));
    this.#each((at) => {
      sums.forEach((sum, i) => code.set(sum, ints.add(sum, ints.gt_s(v128.load(at, 16 * i), key))));
    });
    const sum = code.let(i32x4.add(i32x4.add(sums[0], sums[1]), i32x4.add(sums[2], sums[3])));
    const lane = (i: number) => i32x4.extract_lane(sum, i);
    // Minus the number of greater ones: of two words, the high one only has the sign.
    const greater =
      this.#vectors.count === 4
        ? i32.add(i32.add(lane(0), lane(1)), i32.add(lane(2), lane(3)))
        : i32.add(lane(0), lane(2));
    return code.let(i32.add(greater, this.#padded));
  }

  /**
   * Records of the keys up to `high`, from `low` on for a single rank. Where the two are equal, elements below that key come
   * first, and of those that have it only so many that there are `wanted`.
   */
  #collect(
    low: Local<'v128'>,
    high: Local<'v128'>,
    records: Local<'i32'>,
    last: Local<'i32'>,
    wanted: Expr<'i32'>,
  ): void {
    const [code, { ints, key }] = [this.#code, this.#vectors];
    const one = code.let(i32.eqz(v128.any_true(v128.xor(low, high))));
    const limit = code.let(i32.add(records, i32.mul(wanted, recordBytes(key))));
    const below = (keys: Local<'v128'>) => ints.gt_s(high, keys);
    code.if(
      one,
      () => {
        if (!this.#isSingle) this.#append(last, below);
        this.#append(last, (keys) => ints.eq(keys, high), limit);
        code.set(last, lesser(last, limit));
      },
      () =>
        this.#append(last, (keys) => {
          const found = ints.le_s(keys, high);
          return this.#isSingle ? v128.and(found, ints.ge_s(keys, low)) : found;
        }),
    );
  }

  /** Appends the records of those keys for which a condition holds, until there are enough. */
  #append(last: Local<'i32'>, condition: (keys: Local<'v128'>) => Expr<'v128'>, limit?: Local<'i32'>): void {
    const [code, { key, count }] = [this.#code, this.#vectors];
    const position = code.let(i32.const(0));
    code.block((enough) => {
      this.#each((at) => {
        for (let i = 0; i < TOGETHER; i++) {
          const found = code.let(condition(code.let(v128.load(at, 16 * i))));
          code.if(v128.any_true(found), () => {
            const bits = code.let(i32x4.bitmask(found));
            for (let lane = 0; lane < count; lane++) {
              code.emit(i32.store(last, i32.add(position, i * count + lane)));
              for (let word = 0; word < key.words; word++) {
                const offset = 16 * i + 4 * (lane * key.words + word);
                code.emit(i32.store(last, i32.load(at, offset), KEY_AT + 4 * word));
              }
              const isFound = i32.and(i32.shr_u(bits, lane * key.words), 1);
              code.increment(last, i32.mul(isFound, recordBytes(key)));
            }
            if (limit) code.brIf(enough, i32.ge_s(last, limit));
          });
        }
        code.increment(position, TOGETHER * count);
      });
    });
  }

  get #padded(): number {
    const round = TOGETHER * this.#vectors.count;
    return Math.ceil(this.#length / round) * round;
  }

  /** Goes through the keys in rounds of several vectors. */
  #each(visit: (at: Local<'i32'>) => void): void {
    const code = this.#code;
    const at = code.let(this.#keys);
    const end = code.let(i32.add(at, this.#padded * 4 * this.#vectors.key.words));
    code.countedLoop(at, end, 16 * TOGETHER, () => visit(at));
  }
}

/** Bytes of a row's keys and of as many behind them as are written in one round. */
function keyBytes({ key, count }: KeyVectors, length: number): number {
  return 4 * key.words * (Math.ceil(length / (TOGETHER * count)) + 1) * TOGETHER * count;
}
