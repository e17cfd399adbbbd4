/**
 * A slice in the making: its nodes with what is known of their numbers, the contents of its storages, and the helpers
 * with which random steps find or make the operands they need.
 */

import type { BinaryOp, DType, OpAttrs, OpName, Shape, Slice, UnaryOp } from '@tenfold/ir';
import { isFloat, numel, sameShape } from '@tenfold/ir';
import type { Scalar } from '../number-format.ts';
import { castScalar } from '../number-format.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { SliceBuilder } from '../slice-builder.ts';
import type { Facts } from './facts.ts';
import { WHOLE, binaryFacts, isExact, unaryFacts } from './facts.ts';

const SIZES: readonly number[] = [1, 2, 3, 4, 5, 7, 8, 9, 17];
/** Larger results make slow tests and teach nothing new. */
export const MOST_ELEMENTS = 1500;
/** Floats are kept below this, well inside float16. */
const MOST = 300;

export class Draft {
  readonly random: SeededRandom;
  readonly dtypes: readonly DType[];
  readonly contents: (readonly Scalar[] | undefined)[] = [];
  readonly scalars: number[] = [];
  readonly #slice = new SliceBuilder();
  readonly #facts: Facts[] = [];
  /** Nodes that steps may use; constants and helpers are left out. */
  readonly #pool: number[] = [];
  readonly #used = new Set<number>();
  readonly #tolerances = new Map<number, number>();

  constructor(random: SeededRandom, dtypes: readonly DType[]) {
    this.random = random;
    this.dtypes = dtypes;
  }

  shape(id: number): Shape {
    return this.#slice.node(id).shape;
  }

  dtype(id: number): DType {
    return this.#slice.node(id).dtype;
  }

  facts(id: number): Facts {
    return this.#facts[id];
  }

  exact(id: number): boolean {
    return isExact(this.#facts[id]);
  }

  add<K extends OpName>(op: K, inputs: readonly number[], attrs: OpAttrs[K], facts: Facts): number {
    for (const input of inputs) this.#used.add(input);
    const id = this.#slice.add(op, inputs, attrs);
    this.#facts[id] = facts;
    return id;
  }

  unary(op: UnaryOp, x: number): number {
    return this.add(op, [x], undefined, unaryFacts(op, this.dtype(x), this.facts(x)));
  }

  binary(op: BinaryOp, x: number, y: number): number {
    const compare = op === 'lt' || op === 'le' || op === 'eq' || op === 'ne';
    const facts = compare ? WHOLE : binaryFacts(op, this.dtype(x), this.facts(x), this.facts(y));
    return this.add(op, [x, y], undefined, facts);
  }

  /** A movement or identity: the numbers stay what they are. */
  move<K extends OpName>(op: K, inputs: readonly number[], attrs: OpAttrs[K]): number {
    return this.add(op, inputs, attrs, this.facts(inputs[0]));
  }

  randomShape(leastRank = 0): number[] {
    const rank = this.random.int(leastRank, 4);
    const shape = Array.from({ length: rank }, () => this.random.pick(SIZES));
    if (rank > 0 && this.random.chance(0.04)) shape[this.random.int(0, rank - 1)] = 0;
    while (numel(shape) > MOST_ELEMENTS) shape[this.random.int(0, rank - 1)] = this.random.int(1, 3);
    return shape;
  }

  /** Fresh data. Floats are multiples of a quarter, or fill their significand. */
  leaf(dtype: DType, shape: Shape, range?: readonly [number, number]): number {
    const storage = this.#slice.storage(dtype, shape);
    const id = this.#slice.leaf(storage);
    const float = isFloat(dtype);
    const fine = float && !range && this.random.chance(0.5);
    const [low, high] =
      range ?? (dtype === 'bool' ? [0, 1] : dtype === 'uint8' ? [0, 9] : float ? [-4, 4] : [-9, 9]);
    const draw = (): number => {
      if (fine) return this.random.uniform(low, high);
      return float ? this.random.int(low * 4, high * 4) / 4 : this.random.int(low, high);
    };
    this.contents[storage] = Array.from({ length: numel(shape) }, () => castScalar('float64', dtype, draw()));
    const max = Math.max(Math.abs(low), Math.abs(high));
    this.#facts[id] = float ? { max, grain: fine ? 2 ** -60 : 0.25, error: 0 } : WHOLE;
    return id;
  }

  /** A number of the library, as an array. */
  full(value: number, dtype: DType, shape: Shape): number {
    const facts = isFloat(dtype) ? { max: Math.abs(value), grain: 0.25, error: 0 } : WHOLE;
    return this.spread(this.add('const', [], { value, dtype }, facts), shape);
  }

  /** A number of the user, as an array. */
  scalar(value: number, dtype: DType, shape: Shape): number {
    const id = this.#slice.scalar(dtype);
    this.scalars.push(value);
    this.#facts[id] = isFloat(dtype) ? { max: Math.abs(value), grain: 0.25, error: 0 } : WHOLE;
    return this.spread(id, shape);
  }

  /** A 0-d node expanded to a shape. */
  spread(id: number, shape: Shape): number {
    if (shape.length === 0) return id;
    return this.move('expand', [id], { shape });
  }

  /** Makes a node available to later steps; floats are brought into a range in which nothing overflows. */
  keep(id: number): number {
    const kept = isFloat(this.dtype(id)) && this.facts(id).max > MOST ? this.limit(id, MOST) : id;
    const { max, error } = this.facts(kept);
    if (error <= 0.05 * max && numel(this.shape(kept)) <= MOST_ELEMENTS) this.#pool.push(kept);
    return kept;
  }

  /** A node of the pool, recent ones more often; or fresh data of any type. */
  pick(fits: (id: number) => boolean = () => true): number {
    const candidates = this.#pool.filter(fits);
    if (candidates.length > 0 && this.random.chance(0.85)) {
      const recent = candidates.slice(-4);
      return this.random.pick(this.random.chance(0.6) ? recent : candidates);
    }
    for (let attempt = 0; attempt < 20; attempt++) {
      const fresh = this.leaf(this.random.pick(this.dtypes), this.randomShape());
      if (fits(fresh)) return fresh;
    }
    return candidates.length > 0
      ? this.random.pick(candidates)
      : this.leaf(this.dtypes[0], this.randomShape(1));
  }

  /** An operand for `x`: a like node of the pool, fresh data, a broadcast row or column, or a number. */
  partner(x: number, mustBeExact = false): number {
    const [dtype, shape] = [this.dtype(x), this.shape(x)];
    const like = this.#pool.filter(
      (id) =>
        this.dtype(id) === dtype && sameShape(this.shape(id), shape) && (!mustBeExact || this.exact(id)),
    );
    const choice = this.random.next();
    if (like.length > 0 && choice < 0.4) return this.random.pick(like);
    if (choice < 0.6) return this.leaf(dtype, shape);
    if (choice < 0.8) {
      const narrow = shape.map((n) => (this.random.chance(0.5) ? 1 : n));
      const leaf = this.leaf(dtype, narrow);
      return sameShape(narrow, shape) ? leaf : this.move('expand', [leaf], { shape });
    }
    const value = isFloat(dtype)
      ? this.random.int(-8, 8) / 4
      : this.random.int(dtype === 'int8' ? -3 : 0, dtype === 'bool' ? 1 : 3);
    return this.random.chance(0.5) ? this.full(value, dtype, shape) : this.scalar(value, dtype, shape);
  }

  /** min(max(x, -bound), bound). */
  limit(x: number, bound: number): number {
    const facts = this.facts(x);
    if (facts.max <= bound) return x;
    const [dtype, shape] = [this.dtype(x), this.shape(x)];
    const above = this.binary('max', x, this.full(-bound, dtype, shape));
    const { grain, error } = facts;
    return this.add('min', [above, this.full(bound, dtype, shape)], undefined, {
      max: bound,
      grain: Math.min(grain, 0.25),
      error,
    });
  }

  /** abs(x) + 0.5: what may stand under a division, a logarithm or a root. */
  away(x: number): number {
    return this.binary('add', this.unary('abs', x), this.full(0.5, this.dtype(x), this.shape(x)));
  }

  /**
   * The finished slice. Nodes that nothing reads are outputs, and a few others; some outputs overwrite a storage that
   * the slice also reads.
   */
  finish(): { readonly slice: Slice; readonly tolerances: ReadonlyMap<number, number> } {
    const written = new Set<number>();
    const unread = this.#pool.filter((id) => !this.#used.has(id));
    const some = this.#pool.filter((id) => this.#used.has(id) && this.random.chance(0.15));
    for (const node of new Set([...unread, ...some])) {
      const storage = this.random.chance(0.3) ? this.#overwritable(node, written) : undefined;
      const target = this.#slice.output(node, storage);
      written.add(target);
      this.#tolerances.set(target, this.facts(node).error);
    }
    return { slice: this.#slice.build(), tolerances: this.#tolerances };
  }

  #overwritable(node: number, written: ReadonlySet<number>): number | undefined {
    const [dtype, shape] = [this.dtype(node), this.shape(node)];
    const { storages } = this.#slice.build();
    const fitting = storages.flatMap((storage, i) =>
      storage.dtype === dtype && sameShape(storage.shape, shape) && !written.has(i) && this.contents[i]
        ? [i]
        : [],
    );
    return fitting.length > 0 ? this.random.pick(fitting) : undefined;
  }
}
