/**
 * Random programs: slices of any primitive over shapes and views drawn at random, with the idioms that schedulers
 * fuse (softmax, normalisation, linear layers, updates in place) mixed in. Seeded, so that a failure can be replayed.
 */

import type { DType, ReduceKind, Shape, Slice } from '../../src/index.ts';
import { numel, sameShape } from '../../src/index.ts';
import type { Scalar } from '@tenfold/testing';
import { SeededRandom, SliceBuilder, castScalar } from '@tenfold/testing';

export interface RandomProgram {
  readonly slice: Slice;
  /** What each storage holds before the run; undefined for those that are only written. */
  readonly contents: readonly (readonly Scalar[] | undefined)[];
  readonly scalars: readonly number[];
}

export interface RandomProgramOptions {
  /** Nodes to add, about. Default 12. */
  readonly steps?: number;
  /** Whether sizes may be 0. Default true. */
  readonly empty?: boolean;
}

export function randomProgram(seed: number, options: RandomProgramOptions = {}): RandomProgram {
  return new Generator(seed, options).generate();
}

const FLOAT_UNARY = [
  'neg',
  'recip',
  'exp',
  'log',
  'sin',
  'sqrt',
  'tanh',
  'erf',
  'abs',
  'sign',
  'floor',
  'round',
] as const;
const FLOAT_BINARY = ['add', 'sub', 'mul', 'div', 'max', 'min', 'idiv', 'mod'] as const;
const INT_BINARY = ['add', 'sub', 'mul', 'max', 'min', 'and', 'or', 'xor'] as const;
const COMPARE = ['lt', 'le', 'eq', 'ne'] as const;
const REDUCE: readonly ReduceKind[] = ['sum', 'sum', 'max', 'min', 'prod', 'argmax', 'argmin'];

class Generator {
  readonly #random: SeededRandom;
  readonly #slice = new SliceBuilder();
  readonly #pool: number[] = [];
  readonly #contents: (readonly Scalar[] | undefined)[] = [];
  readonly #leaves: number[] = [];
  readonly #scalars: number[] = [];
  readonly #options: Required<RandomProgramOptions>;
  readonly #float: 'float32' | 'float64';
  readonly #steps: readonly Step[];

  constructor(seed: number, options: RandomProgramOptions) {
    this.#random = new SeededRandom(seed);
    // In double precision no fusion changes a rounding; in float32 that holds as long as no products are summed.
    this.#float = this.#random.chance(0.7) ? 'float64' : 'float32';
    this.#steps =
      this.#float === 'float64' ? STEPS : STEPS.filter((step) => step !== 'matmul' && step !== 'convolve');
    this.#options = { steps: 12, empty: true, ...options };
  }

  generate(): RandomProgram {
    const random = this.#random;
    const leaves = random.int(1, 4);
    for (let i = 0; i < leaves; i++) this.#leaf(random.chance(0.8) ? this.#float : 'int32', this.#shape());
    for (let i = 0; i < this.#options.steps; i++) this.#step();
    this.#outputs();
    return { slice: this.#slice.build(), contents: this.#contents, scalars: this.#scalars };
  }

  #leaf(dtype: DType, shape: Shape): number {
    const storage = this.#slice.storage(dtype, shape);
    const draw = () => (dtype === 'int32' ? this.#random.int(-4, 9) : this.#random.int(-12, 12) / 4);
    this.#contents[storage] = Array.from({ length: numel(shape) }, () =>
      castScalar('float64', dtype, draw()),
    );
    const node = this.#slice.leaf(storage);
    this.#leaves[storage] = node;
    return this.#put(node);
  }

  #put(node: number): number {
    // Programs stay small: what has grown too large is not built upon.
    if (numel(this.#slice.node(node).shape) <= 600) this.#pool.push(node);
    return node;
  }

  #size(): number {
    return this.#options.empty && this.#random.chance(0.02) ? 0 : this.#random.pick([1, 1, 2, 3, 4, 5, 6]);
  }

  #shape(): Shape {
    const shape = Array.from({ length: this.#random.pick([0, 1, 2, 2, 2, 3, 3, 4]) }, () => this.#size());
    return numel(shape) <= 200 ? shape : shape.slice(1);
  }

  #type(node: number) {
    return this.#slice.node(node);
  }

  /** A node of the pool; late ones more often. */
  #any(): number {
    const n = this.#pool.length;
    return this.#random.chance(0.6)
      ? this.#pool[n - 1 - this.#random.int(0, Math.min(3, n - 1))]
      : this.#random.pick(this.#pool);
  }

  #anyFloat(): number {
    return this.#cast(this.#any(), this.#float);
  }

  #cast(node: number, dtype: DType): number {
    return this.#type(node).dtype === dtype ? node : this.#slice.add('cast', [node], { dtype });
  }

  /** A number as an array of a shape. */
  #filled(node: number, shape: Shape): number {
    const ones = shape.map(() => 1);
    const reshaped = this.#slice.add('reshape', [node], { shape: ones });
    return this.#slice.add('expand', [reshaped], { shape });
  }

  #number(dtype: DType): number {
    if (this.#random.chance(0.5)) {
      const value = this.#random.pick([0, 1, 2, -1, 3]);
      return this.#slice.add('const', [], { value, dtype });
    }
    this.#scalars.push(this.#random.int(-3, 3));
    return this.#slice.scalar(dtype);
  }

  /** A node of a wanted type: an equal one, a broadcast one, or a number. */
  #matching(shape: Shape, dtype: DType): number {
    const equal = this.#pool.filter(
      (id) => this.#type(id).dtype === dtype && sameShape(this.#type(id).shape, shape),
    );
    if (equal.length > 0 && this.#random.chance(0.6)) return this.#random.pick(equal);
    const fits = this.#pool.filter((id) => {
      const { shape: other, dtype: type } = this.#type(id);
      return (
        type === dtype &&
        other.length <= shape.length &&
        other.every((n, i) => n === 1 || n === shape[shape.length - other.length + i])
      );
    });
    if (fits.length > 0 && this.#random.chance(0.7)) return this.#broadcast(this.#random.pick(fits), shape);
    return this.#filled(this.#number(dtype), shape);
  }

  #broadcast(node: number, shape: Shape): number {
    const { shape: from } = this.#type(node);
    if (sameShape(from, shape)) return node;
    const padded = [...shape.slice(from.length).map(() => 1), ...from];
    const reshaped = sameShape(padded, from) ? node : this.#slice.add('reshape', [node], { shape: padded });
    return this.#slice.add('expand', [reshaped], { shape });
  }

  #step(): void {
    this[this.#random.pick(this.#steps)]();
  }

  unary(): void {
    const x = this.#anyFloat();
    const op = this.#random.pick(FLOAT_UNARY);
    this.#put(this.#slice.add(op, [x], undefined));
  }

  binary(): void {
    const x = this.#any();
    const { shape, dtype } = this.#type(x);
    if (dtype === 'bool') return;
    const y = this.#matching(shape, dtype);
    const op = dtype === this.#float ? this.#random.pick(FLOAT_BINARY) : this.#random.pick(INT_BINARY);
    this.#put(this.#slice.add(op, this.#random.chance(0.5) ? [x, y] : [y, x], undefined));
  }

  choose(): void {
    const x = this.#any();
    const { shape, dtype } = this.#type(x);
    const y = this.#matching(shape, dtype);
    const condition = this.#slice.add(this.#random.pick(COMPARE), [x, y], undefined);
    this.#put(condition);
    this.#put(this.#slice.add('where', [condition, this.#matching(shape, dtype), x], undefined));
  }

  convert(): void {
    const x = this.#any();
    const bounded = this.#type(x).dtype === this.#float ? this.#bounded(x, -100, 100) : x;
    const to = this.#random.pick(['int32', 'bool', 'float16', 'bfloat16', 'float32', 'float64'] as const);
    const cast = this.#cast(bounded, to);
    this.#put(to === 'int32' || to === 'bool' ? cast : this.#cast(cast, this.#float));
  }

  /** Finite values within bounds, so that a cast to an integer is defined. */
  #bounded(x: number, lo: number, hi: number): number {
    const { shape, dtype } = this.#type(x);
    const constant = (value: number) => this.#filled(this.#slice.add('const', [], { value, dtype }), shape);
    const finite = this.#slice.add('eq', [x, x], undefined);
    const number = this.#slice.add('where', [finite, x, constant(0)], undefined);
    const raised = this.#slice.add('max', [number, constant(lo)], undefined);
    return this.#slice.add('min', [raised, constant(hi)], undefined);
  }

  /** Indices in [0, size). */
  #indices(shape: Shape, size: number): number {
    const x = this.#cast(
      this.#bounded(this.#cast(this.#matching(shape, this.#float), this.#float), 0, size - 1),
      'int32',
    );
    return this.#type(x).dtype === 'int32' ? x : this.#cast(x, 'int32');
  }

  source(): void {
    const shape = this.#shape();
    if (shape.length > 0 && this.#random.chance(0.5)) {
      this.#put(this.#slice.add('iota', [], { shape, axis: this.#random.int(0, shape.length - 1) }));
      return;
    }
    const key = () => this.#slice.add('const', [], { value: this.#random.int(0, 1000), dtype: 'int32' });
    this.#put(this.#slice.add('random', [key(), key()], { shape }));
  }

  reduce(): void {
    const x = this.#any();
    const { shape, dtype } = this.#type(x);
    if (dtype === 'bool' || shape.length === 0) return;
    const axes = shape.map((_, axis) => axis).filter(() => this.#random.chance(0.5));
    const kind = this.#random.pick(REDUCE);
    const empty = axes.some((axis) => shape[axis] === 0);
    if (axes.length === 0 || (empty && kind.startsWith('arg'))) return;
    const reduced = this.#slice.add('reduce', [x], { kind, axes });
    this.#put(reduced);
    if (this.#random.chance(0.7)) this.#put(this.#restored(reduced, shape, axes));
  }

  /** A reduced array broadcast back over the axes that are gone. */
  #restored(reduced: number, shape: Shape, axes: readonly number[]): number {
    const kept = shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
    const reshaped = this.#slice.add('reshape', [reduced], { shape: kept });
    return this.#slice.add('expand', [reshaped], { shape });
  }

  softmax(): void {
    const x = this.#anyFloat();
    const { shape } = this.#type(x);
    if (shape.length === 0 || numel(shape) === 0) return;
    const axes = this.#random.chance(0.8) ? [shape.length - 1] : [0];
    const over = (kind: ReduceKind, of: number) =>
      this.#restored(this.#slice.add('reduce', [of], { kind, axes }), shape, axes);
    const shifted = this.#slice.add('sub', [x, over('max', x)], undefined);
    const e = this.#slice.add('exp', [shifted], undefined);
    const sum = over('sum', e);
    if (this.#random.chance(0.5)) {
      this.#put(this.#slice.add('div', [e, sum], undefined));
      return;
    }
    const log = this.#slice.add('sub', [shifted, this.#slice.add('log', [sum], undefined)], undefined);
    this.#put(log);
    const [axis] = axes;
    const at = shape.map((n, i) => (i === axis ? 1 : n));
    const picked = this.#slice.add('gather', [log, this.#indices(at, shape[axis])], { axis });
    this.#put(this.#slice.add('reduce', [picked], { kind: 'sum', axes: shape.map((_, i) => i) }));
  }

  normalise(): void {
    const x = this.#anyFloat();
    const { shape } = this.#type(x);
    if (shape.length === 0 || numel(shape) === 0) return;
    const axes = this.#random.chance(0.7) ? [shape.length - 1] : [this.#random.int(0, shape.length - 1)];
    const mean = (of: number) =>
      this.#restored(this.#slice.add('reduce', [of], { kind: 'sum', axes }), shape, axes);
    const centred = this.#slice.add('sub', [x, mean(x)], undefined);
    const variance = mean(this.#slice.add('mul', [centred, centred], undefined));
    this.#put(this.#slice.add('div', [centred, this.#slice.add('sqrt', [variance], undefined)], undefined));
    if (this.#random.chance(0.5)) this.#put(variance);
  }

  view(): void {
    const x = this.#any();
    const { shape } = this.#type(x);
    const rank = shape.length;
    const random = this.#random;
    switch (random.int(0, 6)) {
      case 0:
        this.#put(this.#slice.add('permute', [x], { axes: random.shuffle(shape.map((_, i) => i)) }));
        return;
      case 1:
        this.#put(this.#slice.add('reshape', [x], { shape: this.#regrouped(shape) }));
        return;
      case 2: {
        const to = [this.#size(), ...shape];
        const reshaped = this.#slice.add('reshape', [x], { shape: [1, ...shape] });
        if (rank < 4) this.#put(this.#slice.add('expand', [reshaped], { shape: to }));
        return;
      }
      case 3: {
        const draw = () => shape.map(() => random.pick([0, 0, 1, 2]));
        const interior = random.chance(0.3) ? draw() : shape.map(() => 0);
        const value = random.chance(0.5) ? 0 : 1;
        this.#put(this.#slice.add('pad', [x], { lo: draw(), hi: draw(), interior, value }));
        return;
      }
      case 4: {
        if (numel(shape) === 0) return;
        const step = shape.map(() => random.pick([1, 1, 2]));
        const start = shape.map((n) => random.int(0, n - 1));
        const to = shape.map((n, i) => random.int(1, Math.floor((n - 1 - start[i]) / step[i]) + 1));
        const shifted = rank > 0 && random.chance(0.3);
        const inputs = shifted ? [x, this.#shift(start[0], shape[0] - 1 - (to[0] - 1) * step[0])] : [x];
        this.#put(this.#slice.add('slice', inputs, { start, step, shape: to }));
        return;
      }
      case 5:
        this.#put(
          this.#slice.add('flip', [x], { axes: shape.map((_, i) => i).filter(() => random.chance(0.5)) }),
        );
        return;
      default: {
        if (rank === 0 || rank > 2 || numel(shape) === 0) return;
        const axes = [random.int(0, rank - 1)];
        const size = [random.int(1, Math.min(shape[axes[0]], 3))];
        const dilation = [size[0] > 1 && 2 * (size[0] - 1) < shape[axes[0]] ? random.int(1, 2) : 1];
        this.#put(this.#slice.add('window', [x], { axes, size, stride: [random.int(1, 2)], dilation }));
      }
    }
  }

  /** A run-time shift of a slice that starts at `start` and may start anywhere up to `last`. */
  #shift(start: number, last: number): number {
    this.#scalars.push(this.#random.int(-start, last - start));
    return this.#slice.scalar('int32');
  }

  #regrouped(shape: Shape): Shape {
    const factors =
      numel(shape) === 0 ? [...shape] : shape.flatMap((n) => (n === 6 ? [2, 3] : n === 4 ? [2, 2] : [n]));
    const out: number[] = [];
    for (const factor of factors) {
      if (out.length > 0 && this.#random.chance(0.5)) out[out.length - 1] *= factor;
      else out.push(factor);
    }
    if (this.#random.chance(0.2)) out.splice(this.#random.int(0, out.length), 0, 1);
    return out;
  }

  matmul(): void {
    const random = this.#random;
    const x = this.#anyFloat();
    const { shape } = this.#type(x);
    if (shape.length < 1 || shape.length > 3) return;
    const k = shape[shape.length - 1];
    const columns = this.#size();
    const transposed = random.chance(0.5);
    const weight = this.#leafOrMatching(transposed ? [columns, k] : [k, columns]);
    // Labels: the rows of x, then n, then k.
    const rows = shape.length - 1;
    const [n, sum] = [rows, rows + 1];
    const at = (label: number) => ({ terms: [{ label, coefficient: 1 }], offset: 0 });
    const labels = Array.from({ length: rows }, (_, i) => i);
    const product = this.#slice.add('contract', [x, weight], {
      extents: [...shape.slice(0, -1), columns, k],
      a: [...labels.map(at), at(sum)],
      b: transposed ? [at(n), at(sum)] : [at(sum), at(n)],
      out: random.chance(0.8) ? [...labels, n] : random.shuffle([...labels, n]),
    });
    const out = this.#positiveZero(product);
    this.#put(out);
    if (random.chance(0.6)) {
      const biased = this.#slice.add(
        'add',
        [out, this.#matching(this.#type(out).shape, this.#float)],
        undefined,
      );
      this.#put(biased);
      if (random.chance(0.6))
        this.#put(this.#slice.add(random.pick(['tanh', 'abs', 'erf'] as const), [biased], undefined));
    }
  }

  /** A convolution of one spatial axis: input [n, c, l], weight [o, c, s]. */
  convolve(): void {
    const random = this.#random;
    const [n, c, l, o, s] = [
      random.int(1, 2),
      random.int(1, 3),
      random.int(3, 6),
      random.int(1, 3),
      random.int(1, 3),
    ];
    const [stride, padding] = [random.int(1, 2), random.int(0, 1)];
    const length = Math.floor((l + 2 * padding - s) / stride) + 1;
    // What is outside counts as 0, and 0 times infinity is for a kernel to decide.
    const x = this.#leafOrMatching([n, c, l]);
    const weight = this.#bounded(this.#leafOrMatching([o, c, s]), -100, 100);
    const at = (label: number, coefficient = 1) => ({ label, coefficient });
    const only = (label: number) => ({ terms: [at(label)], offset: 0 });
    const product = this.#slice.add('contract', [x, weight], {
      extents: [n, o, length, c, s],
      a: [only(0), only(3), { terms: [at(2, stride), at(4)], offset: -padding }],
      b: [only(1), only(3), only(4)],
      out: [0, 1, 2],
    });
    const out = this.#positiveZero(product);
    this.#put(out);
    const scale = this.#matching(this.#type(out).shape, this.#float);
    if (random.chance(0.5)) this.#put(this.#slice.add('mul', [out, scale], undefined));
  }

  /** The sign of a zero is not defined for a sum of one product. */
  #positiveZero(node: number): number {
    const { shape, dtype } = this.#type(node);
    const zero = this.#filled(this.#slice.add('const', [], { value: 0, dtype }), shape);
    return this.#slice.add('add', [node, zero], undefined);
  }

  #leafOrMatching(shape: Shape): number {
    return this.#random.chance(0.4) ? this.#leaf(this.#float, shape) : this.#matching(shape, this.#float);
  }

  index(): void {
    const random = this.#random;
    const x = this.#any();
    const { shape, dtype } = this.#type(x);
    if (shape.length === 0 || numel(shape) === 0) return;
    const axis = random.int(0, shape.length - 1);
    const count = random.chance(0.3) ? 1 : random.int(1, 5);
    const whole = random.chance(0.6);
    const at = shape.map((n, i) => (i === axis ? count : whole ? n : random.int(1, n)));
    if (random.chance(0.5)) {
      this.#put(this.#slice.add('gather', [x, this.#indices(at, shape[axis])], { axis }));
      return;
    }
    if (dtype === 'bool') return;
    const mode = random.pick(['set', 'sum', 'prod', 'max', 'min'] as const);
    const inputs = [x, this.#indices(at, shape[axis]), this.#matching(at, dtype)];
    this.#put(this.#slice.add('scatter', inputs, { axis, mode }));
  }

  along(): void {
    const x = this.#any();
    const { shape, dtype } = this.#type(x);
    if (shape.length === 0 || dtype === 'bool') return;
    const axis = this.#random.int(0, shape.length - 1);
    if (this.#random.chance(0.6)) {
      this.#put(
        this.#slice.add('scan', [x], {
          axis,
          kind: this.#random.pick(['sum', 'prod', 'max', 'min'] as const),
        }),
      );
    } else {
      this.#put(this.#slice.add('argsort', [x], { axis, descending: this.#random.chance(0.5) }));
    }
  }

  identity(): void {
    const op = this.#random.pick(['contiguous', 'detach', 'recompute', 'custom'] as const);
    this.#put(this.#slice.add(op, [this.#any()], undefined));
  }

  /** Some late nodes go to new storages; some go where a leaf of their type was read from. */
  #outputs(): void {
    const random = this.#random;
    const written = new Set<number>();
    const wanted = random.int(1, 4);
    for (let i = 0; i < wanted; i++) {
      const node = this.#any();
      const { shape, dtype } = this.#type(node);
      const inPlace = [...this.#leaves.keys()].filter((storage) => {
        const leaf = this.#leaves[storage];
        return (
          leaf !== undefined &&
          !written.has(storage) &&
          this.#type(leaf).dtype === dtype &&
          sameShape(this.#type(leaf).shape, shape)
        );
      });
      if (inPlace.length > 0 && random.chance(0.6)) {
        const storage = random.pick(inPlace);
        written.add(storage);
        this.#slice.output(node, storage);
      } else {
        this.#slice.output(node);
      }
    }
  }
}

const STEPS = [
  'unary', 'unary', 'binary', 'binary', 'binary', 'binary', 'choose', 'convert', 'source', 'reduce', 'reduce', 'reduce',
  'softmax', 'normalise', 'view', 'view', 'view', 'matmul', 'matmul', 'convolve', 'index', 'along', 'identity',
] as const; // prettier-ignore
type Step = (typeof STEPS)[number];
