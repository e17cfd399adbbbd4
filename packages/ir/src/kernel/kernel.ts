/**
 * What a backend compiles. A kernel is a tree of loops around a table of pure scalar values: the values say what is
 * computed, the statements say where it is accumulated and stored. Operands are flat buffers addressed in elements;
 * every view has already become an index expression. A kernel knows nothing of tensors, graphs or gradients.
 *
 * A value is computed at the innermost loop that one of its variables, computed indices or accumulators needs;
 * everything above that is invariant, and a backend hoists it. A load from an operand that the kernel also writes happens
 * as the iteration of that loop begins, before any of the iteration's stores.
 */

import type { DType } from '../dtype.ts';
import type {
  AttentionSpec,
  BinaryOp,
  ContractHint,
  HostRoutine,
  ReduceKind,
  UnaryOp,
} from '../graph/ops.ts';
import type { IndexExpr } from '../index-expr/index-expr.ts';

export type ValueId = number;
export type AxisId = number;

/** A loop's trip count: fixed, or a run-time parameter of each launch with an upper bound. */
export type Extent = number | { readonly param: number; readonly max: number };

/** `lo <= index < hi`: where a padded read is inside. */
export interface Guard {
  readonly index: IndexExpr;
  readonly lo: number;
  readonly hi: number;
}

export type Value = { readonly dtype: DType } & (
  | { readonly op: 'const'; readonly value: number }
  /** A run-time number of the launch. */
  | { readonly op: 'scalar'; readonly slot: number }
  /** An index expression as an int32. */
  | { readonly op: 'index'; readonly index: IndexExpr }
  /** An element of an operand, in the operand's dtype; 0 where a guard fails, and then memory is not touched. */
  | {
      readonly op: 'load';
      readonly operand: number;
      readonly index: IndexExpr;
      readonly guards: readonly Guard[];
    }
  /** Whether all guards hold (bool). */
  | { readonly op: 'inside'; readonly guards: readonly Guard[] }
  /** The present content of an accumulator. */
  | { readonly op: 'acc'; readonly acc: number }
  | { readonly op: UnaryOp | 'cast' | 'bitcast'; readonly inputs: readonly [ValueId] }
  | { readonly op: BinaryOp; readonly inputs: readonly [ValueId, ValueId] }
  | { readonly op: 'where'; readonly inputs: readonly [ValueId, ValueId, ValueId] }
  /** 32 bits of Threefry-2x32 of (counter, 0) under (key 0, key 1); inputs counter, key 0, key 1, all int32. */
  | { readonly op: 'random'; readonly inputs: readonly [ValueId, ValueId, ValueId] }
);

export type ValueOp = Value['op'];

export interface Operand {
  readonly dtype: DType;
  readonly access: 'read' | 'write' | 'readwrite';
  /** Elements that the kernel may touch, from the bound offset on. */
  readonly elements: number;
  /** The extent parameter that says how many of them a launch touches; without it, all of them may be. */
  readonly param?: number;
}

export interface Accumulator {
  readonly kind: ReduceKind;
  /** For argmax and argmin: the dtype of the values compared; the accumulator's own content is the int32 position. */
  readonly dtype: DType;
}

export type Stmt =
  /** Runs `body` for each value of the axis. */
  | {
      readonly kind: 'loop';
      readonly axis: AxisId;
      readonly order: LoopOrder;
      readonly body: readonly Stmt[];
    }
  /** Sets an accumulator to its operation's identity. */
  | { readonly kind: 'init'; readonly acc: number }
  /** Combines a value into an accumulator; `position` only for argmax and argmin. */
  | {
      readonly kind: 'accumulate';
      readonly acc: number;
      readonly value: ValueId;
      readonly position?: ValueId;
    }
  /** Writes an element; with `combine`, read-modify-write (scatter). Nothing is written where a guard fails. */
  | {
      readonly kind: 'store';
      readonly operand: number;
      readonly index: IndexExpr;
      readonly guards: readonly Guard[];
      readonly value: ValueId;
      readonly combine?: 'sum' | 'prod' | 'max' | 'min';
    };

/**
 * `parallel`: iterations are independent, any order, any split. `reduce`: iterations only meet in accumulators
 * initialised right before the loop, so it may be split, reordered and vectorised with partial accumulators.
 * `serial`: in order, one after another.
 */
export type LoopOrder = 'parallel' | 'reduce' | 'serial';

interface KernelBase {
  /** Readable and unique within a plan; not part of the kernel's identity. */
  readonly name: string;
  readonly operands: readonly Operand[];
  /** Dtypes of the run-time numbers. */
  readonly scalars: readonly DType[];
  /** Extents by axis id. */
  readonly axes: readonly Extent[];
  readonly values: readonly Value[];
}

/** Loops and statements: pointwise, reductions, row kernels, gather, scatter, scan. */
export interface LoopKernel extends KernelBase {
  readonly kind: 'loop';
  readonly accumulators: readonly Accumulator[];
  /** The outermost chain of `parallel` loops is the grid, which a backend distributes over threads. */
  readonly body: readonly Stmt[];
}

/**
 * acc[batch, m, n] = Σ_k a(batch, m, k) · b(batch, k, n), then the epilogue once per (batch, m, n) with `acc` in
 * accumulator 0. `a` and `b` are values like any other (a cast or a dequantisation is a prologue), most often plain
 * guarded loads at affine indices. Each list of axes runs outermost first; an empty list is an extent of 1.
 */
export interface ContractKernel extends KernelBase {
  readonly kind: 'contract';
  readonly batch: readonly AxisId[];
  readonly m: readonly AxisId[];
  readonly n: readonly AxisId[];
  readonly k: readonly AxisId[];
  readonly a: ValueId;
  readonly b: ValueId;
  /** The dtype of the accumulator: `sum` of products. */
  readonly accumulators: readonly [Accumulator];
  readonly epilogue: readonly Stmt[];
  readonly hint?: ContractHint;
}

/**
 * The primitive `attention` (its definition is in the op table) for every index of the batch axes. Inputs are
 * unguarded loads at sums of multiples of the loop variables; the scale may be a constant or a run-time number.
 */
export interface AttentionKernel extends KernelBase, AttentionSpec {
  readonly kind: 'attention';
  /** Outermost first; an axis of extent 1 is read by no index. */
  readonly batch: readonly AxisId[];
  /** Along queries, along keys, along the elements of a query and a key, along those of a value. */
  readonly query: AxisId;
  readonly key: AxisId;
  readonly depth: AxisId;
  readonly width: AxisId;
  /** In the order of the primitive's. */
  readonly inputs: readonly ValueId[];
  /** The operand to which the result goes, row-major. */
  readonly output: number;
}

/**
 * A named algorithm that loops and values do not express. Operand 0 is the input, 1 the output (int32 positions). Of the
 * output only the places `ranks` of each row are read, where they are given.
 */
export interface RoutineKernel extends KernelBase {
  readonly kind: 'routine';
  readonly routine: { readonly name: 'argsort'; readonly rows: number; readonly length: number; readonly stride: number; readonly descending: boolean; readonly ranks?: readonly [number, number] }; // prettier-ignore
}

/** A function of the host from each row of operand 0 to that of operand 1. */
export interface HostKernel extends KernelBase {
  readonly kind: 'host';
  readonly rows: number;
  readonly routine: HostRoutine;
}

export type Kernel = LoopKernel | ContractKernel | AttentionKernel | RoutineKernel | HostKernel;
