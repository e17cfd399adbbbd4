/**
 * What a kernel has to do, counted from the kernel alone: bytes that it reads and writes, and floating-point operations.
 * The counts depend neither on a machine nor on how a backend compiles the kernel, so a test can pin them, and a
 * measured time beside them says how far from the machine's limits it is.
 *
 * Bytes: each element of each operand once, however often the loops come by, and no more than they come by. Operations:
 * each value where it is computed, loop-invariant ones once. What a padded read skips is counted; integers are not.
 */

import { byteSize, isFloat } from '../dtype.ts';
import type { BinaryOp, ReduceKind, UnaryOp } from '../graph/ops.ts';
import {
  axesBeneath,
  forEachAxis,
  forEachIndex,
  forEachInput,
  forEachRead,
  touchedElements,
} from './inspect.ts';
import type {
  AttentionKernel,
  AxisId,
  ContractKernel,
  HostKernel,
  Kernel,
  LoopKernel,
  RoutineKernel,
  Stmt,
  ValueId,
} from './kernel.ts';

export interface Work {
  /** Floating-point operations; see `FLOPS` for what counts how much. */
  readonly flops: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/**
 * The usual weights (F. H. McMahon, "The Livermore Fortran Kernels", 1986): 1 for what is one addition, multiplication or
 * comparison, 4 for divisions and square roots, 8 for transcendental functions, 0 for what moves bits. What is made of
 * these counts as its parts:
 *
 * - `argmax`, `argmin`: the greater of two values, and which position goes with it.
 * - `atan2`: a division and an arc tangent.
 * - `pow`: a logarithm and a product, both twice, because the absolute error of the product is a relative one of the
 *   result, so that they need about twice the digits; and an exponential.
 * - `mod`: a division, its rounding, the multiple of the divisor and what it leaves, both twice, because the multiple has
 *   twice the digits; a comparison and an addition for the sign. `idiv` needs the same remainder: the quotient may have
 *   been rounded past an integer.
 */
const FLOPS: { readonly [op in UnaryOp | BinaryOp | ReduceKind]: number } = {
  add: 1, sub: 1, mul: 1, neg: 1, abs: 1, sign: 1, max: 1, min: 1, lt: 1, le: 1, eq: 1, ne: 1,
  floor: 1, ceil: 1, round: 1, trunc: 1, sum: 1, prod: 1, argmax: 2, argmin: 2,
  div: 4, recip: 4, sqrt: 4, idiv: 11, mod: 11,
  exp: 8, log: 8, sin: 8, cos: 8, tanh: 8, erf: 8, atan2: 4 + 8, pow: 2 * (8 + 1) + 8,
  not: 0, and: 0, or: 0, xor: 0, shl: 0, shr: 0,
}; // prettier-ignore

type LoopStmt = Extract<Stmt, { kind: 'loop' }>;

/** What one launch does; `extents` are its extent parameters, the greatest ones when left out. */
export function workOf(kernel: Kernel, extents?: readonly number[]): Work {
  return new Counter(kernel, extents).count();
}

export function addWork(a: Work, b: Work): Work {
  return {
    flops: a.flops + b.flops,
    readBytes: a.readBytes + b.readBytes,
    writtenBytes: a.writtenBytes + b.writtenBytes,
  };
}

export const NO_WORK: Work = { flops: 0, readBytes: 0, writtenBytes: 0 };

class Counter {
  readonly #kernel: Kernel;
  readonly #extents: readonly number[] | undefined;
  /** By operand: elements loaded and stored, an element as often as the loops come by. */
  readonly #loads: number[];
  readonly #stores: number[];
  /** Where each accumulator is set and added to: the loops around the statement, outermost first. */
  readonly #accumulated = new Map<number, (readonly LoopStmt[])[]>();
  /** What was counted, by the innermost loop in which it is computed anew. */
  readonly #counted = new Map<LoopStmt | undefined, Set<ValueId>>();
  #flops = 0;

  constructor(kernel: Kernel, extents: readonly number[] | undefined) {
    this.#kernel = kernel;
    this.#extents = extents;
    this.#loads = kernel.operands.map(() => 0);
    this.#stores = kernel.operands.map(() => 0);
  }

  count(): Work {
    const kernel = this.#kernel;
    if (kernel.kind === 'loop') this.#loop(kernel);
    else if (kernel.kind === 'contract') this.#contract(kernel);
    else if (kernel.kind === 'attention') this.#attention(kernel);
    else if (kernel.kind === 'routine') this.#routine(kernel);
    else this.#host(kernel);
    let [readBytes, writtenBytes] = [0, 0];
    kernel.operands.forEach((operand, i) => {
      const elements = this.#extents ? touchedElements(operand, this.#extents) : operand.elements;
      readBytes += Math.min(elements, this.#loads[i]) * byteSize(operand.dtype);
      writtenBytes += Math.min(elements, this.#stores[i]) * byteSize(operand.dtype);
    });
    return { flops: this.#flops, readBytes, writtenBytes };
  }

  #loop({ body }: LoopKernel): void {
    this.#locate(body, []);
    this.#statements(body, []);
  }

  /** Every axis but those of `k` is a loop around the epilogue. */
  #contract(kernel: ContractKernel): void {
    const { batch, m, n, k, a, b, epilogue } = kernel;
    const outer = [...batch, ...m, ...n];
    const [{ dtype }] = kernel.accumulators;
    if (isFloat(dtype)) this.#flops += 2 * this.#times([...outer, ...k]);
    for (const side of [a, b]) this.#packed(side);
    const loops = outer.map((axis): LoopStmt => ({ kind: 'loop', axis, order: 'parallel', body: epilogue }));
    this.#accumulated.set(0, [loops]);
    this.#statements(epilogue, loops);
  }

  /** An operand's values are computed once for each of its elements, as it is packed. */
  #packed(side: ValueId): void {
    const { values } = this.#kernel;
    const seen = new Set<ValueId>([side]);
    for (const id of seen) {
      this.#value(id, this.#times([...axesBeneath(values, id)]));
      forEachInput(values[id], (input) => seen.add(input));
    }
  }

  /** Products of matrices over the pairs of query and key that see each other, and an exponential a pair. */
  #attention(kernel: AttentionKernel): void {
    const { batch, query, key, depth, width, inputs, output, operands, result, causal } = kernel;
    const [queries, keys, e, v] = [query, key, depth, width].map((axis) => this.#times([axis]));
    const most = Math.min(queries, keys);
    const pairs = causal ? (most * (most + 1)) / 2 + (queries - most) * keys : queries * keys;
    const products = result === 'output' ? e + v : 3 * e + 2 * v;
    this.#flops += this.#times(batch) * pairs * (2 * products + FLOPS.exp);
    for (const input of inputs) this.#packed(input);
    this.#stores[output] = operands[output].elements;
  }

  /**
   * A sort is its comparisons, log2 n for each element, and each of them is three operations: it compares two keys, and moves
   * the one that goes first and, apart from it, its position. Where only some ranks are wanted, an element finds its place
   * among those, and whether it is beyond the first of them, one comparison more (S. W. Bent and J. W. John, "Finding the
   * median requires 2n comparisons", 1985).
   */
  #routine({ operands, routine: { rows, length, ranks } }: RoutineKernel): void {
    const [first, end] = ranks ?? [0, length];
    this.#loads[0] = rows * length;
    this.#stores[1] = rows * (end - first);
    const among = Math.log2(end - first + 1) + Math.sign(first);
    const comparisons = Math.ceil(Math.min(Math.log2(Math.max(1, length)), among));
    if (isFloat(operands[0].dtype)) this.#flops = 3 * rows * length * comparisons;
  }

  #host({ operands, rows, routine }: HostKernel): void {
    this.#flops = rows * routine.flops;
    this.#loads[0] = operands[0].elements;
    this.#stores[1] = operands[1].elements;
  }

  #locate(body: readonly Stmt[], loops: readonly LoopStmt[]): void {
    for (const stmt of body) {
      if (stmt.kind === 'loop') this.#locate(stmt.body, [...loops, stmt]);
      else if (stmt.kind !== 'store') {
        this.#accumulated.set(stmt.acc, [...(this.#accumulated.get(stmt.acc) ?? []), loops]);
      }
    }
  }

  #statements(body: readonly Stmt[], loops: readonly LoopStmt[]): void {
    const kernel = this.#kernel;
    for (const stmt of body) {
      if (stmt.kind === 'loop') {
        this.#statements(stmt.body, [...loops, stmt]);
        continue;
      }
      const times = this.#times(loops.map(({ axis }) => axis));
      const depths = new Map<ValueId, number>();
      forEachRead(stmt, (id) => this.#computed(id, loops, depths));
      if (stmt.kind === 'accumulate' && 'accumulators' in kernel) {
        const { kind, dtype } = kernel.accumulators[stmt.acc];
        if (isFloat(dtype)) this.#flops += FLOPS[kind] * times;
      } else if (stmt.kind === 'store') {
        this.#stores[stmt.operand] += times;
        if (!stmt.combine) continue;
        this.#loads[stmt.operand] += times;
        if (isFloat(kernel.operands[stmt.operand].dtype)) this.#flops += times;
      }
    }
  }

  /** Counts a value that a statement within `loops` reads, and what it is computed from; how many loops it needs. */
  #computed(id: ValueId, loops: readonly LoopStmt[], depths: Map<ValueId, number>): number {
    const known = depths.get(id);
    if (known !== undefined) return known;
    const value = this.#kernel.values[id];
    let depth = 0;
    const needs = (axis: AxisId) => {
      depth = Math.max(depth, loops.findIndex((loop) => loop.axis === axis) + 1);
    };
    forEachIndex(value, (index) => forEachAxis(index, needs));
    forEachInput(value, (input) => {
      depth = Math.max(depth, this.#computed(input, loops, depths));
    });
    if (value.op === 'acc') {
      for (const path of this.#accumulated.get(value.acc) ?? []) {
        depth = Math.max(depth, commonLength(path, loops));
      }
    }
    depths.set(id, depth);
    const within = loops.slice(0, depth);
    const innermost = within.at(-1);
    const counted = this.#counted.get(innermost) ?? new Set();
    this.#counted.set(innermost, counted);
    if (!counted.has(id)) this.#value(id, this.#times(within.map(({ axis }) => axis)));
    counted.add(id);
    return depth;
  }

  #value(id: ValueId, times: number): void {
    const { values } = this.#kernel;
    const value = values[id];
    if (value.op === 'load') this.#loads[value.operand] += times;
    if (!('inputs' in value) || !isFloat(values[value.inputs[0]].dtype)) return;
    // Whether a number is true is a comparison with 0.
    if (value.op === 'cast' && value.dtype === 'bool') this.#flops += times;
    if (isArithmetic(value.op)) this.#flops += FLOPS[value.op] * times;
  }

  #times(axes: readonly AxisId[]): number {
    return axes.reduce((product, axis) => {
      const extent = this.#kernel.axes[axis];
      if (typeof extent === 'number') return product * extent;
      return product * (this.#extents?.[extent.param] ?? extent.max);
    }, 1);
  }
}

function isArithmetic(op: string): op is keyof typeof FLOPS {
  return op in FLOPS;
}

function commonLength(a: readonly LoopStmt[], b: readonly LoopStmt[]): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
