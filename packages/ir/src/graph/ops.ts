/**
 * The primitives: their names and their attributes. Everything a user can call is a composition of these.
 * `op-table.ts` gives each one its shape rule and its dtype rule.
 */

import type { DType } from '../dtype.ts';
import type { Shape } from '../shape.ts';

export const UNARY = [
  'neg', 'recip', 'exp', 'log', 'sin', 'cos', 'sqrt', 'tanh', 'erf', 'abs', 'sign',
  'floor', 'ceil', 'round', 'trunc', 'not',
] as const; // prettier-ignore
/** Elementwise operators of one operand; `round` rounds half to even, `not` is logical on bool and bitwise on integers. */
export type UnaryOp = (typeof UNARY)[number];

export const BINARY = [
  'add', 'sub', 'mul', 'div', 'idiv', 'pow', 'mod', 'atan2', 'max', 'min', 'lt', 'le', 'eq', 'ne',
  'and', 'or', 'xor', 'shl', 'shr',
] as const; // prettier-ignore
/**
 * Elementwise operators of two operands of one dtype and one shape. `idiv` and `mod` round towards minus infinity
 * (Python's // and %); `max` and `min` return NaN when either operand is NaN; comparisons give bool.
 */
export type BinaryOp = (typeof BINARY)[number];

/** `argmax` and `argmin` give the first position (int32) of the extremum; a NaN counts as the extremum. */
export type ReduceKind = 'sum' | 'prod' | 'max' | 'min' | 'argmax' | 'argmin';
export type ScanKind = 'sum' | 'prod' | 'max' | 'min';
/** How `scatter` combines a written value with what is there; `set` keeps the last write in row-major order. */
export type ScatterMode = 'set' | 'sum' | 'prod' | 'max' | 'min';

/**
 * A generalised contraction, `out[o] = Σ a[A(l)] · b[B(l)]`, over integer labels `l`.
 * Label `i` runs from 0 to `extents[i]`. Each dimension of an operand is read at an affine index: a sum of
 * `coefficient · label` plus an offset; a read outside the operand gives 0. Labels that are not in `out` are summed.
 * A matrix product has the labels (m, n, k); a convolution reads its input at `stride·oh + dilation·kh - padding`.
 */
export interface ContractSpec {
  readonly extents: readonly number[];
  readonly a: readonly AffineIndex[];
  readonly b: readonly AffineIndex[];
  /** The labels of the output's dimensions, in order, each once. */
  readonly out: readonly number[];
  readonly hint?: ContractHint;
}

/** What the user wishes about how a contraction is computed: it changes rounding, speed and memory, nothing else. */
export interface ContractHint {
  readonly algorithm?: ConvolutionAlgorithm;
  /** Where the algorithm does not fit, another may be used: gradients follow the forward pass as far as they can. */
  readonly optional?: boolean;
  readonly precision?: 'high';
}

/**
 * Ways to compute a convolution: sums over windows as they stand; a product over windows copied out beforehand
 * (im2col) or while they are packed (implicit-gemm); minimal filtering with tiles of 2x2 or 4x4 outputs (winograd).
 */
export type ConvolutionAlgorithm = 'direct' | 'im2col' | 'implicit-gemm' | 'winograd2' | 'winograd4';

export interface AffineIndex {
  readonly terms: readonly { readonly label: number; readonly coefficient: number }[];
  readonly offset: number;
}

/** What an `attention` node computes: the result with its log-sum-exp, or the gradients of query, key and value. */
export type AttentionResult = 'output' | 'gradients';

export interface AttentionSpec {
  readonly result: AttentionResult;
  /** Whether query i only looks at keys up to i. */
  readonly causal: boolean;
}

/**
 * A computation on the host, for what loops do not express: a decomposition of a matrix. In double precision, whatever the
 * dtype.
 */
export interface HostRoutine {
  /** Says, with `sizes`, all that `run` depends on. */
  readonly algorithm: string;
  readonly sizes: readonly number[];
  /** Floating-point operations for one row, as textbooks count them: a matter of the algorithm and `sizes`. */
  readonly flops: number;
  /** Pure; writes one row of the result, which begins as zeros, from one row of the input. */
  readonly run: (input: Float64Array, output: Float64Array, sizes: readonly number[]) => void;
}

/** What each primitive carries besides its inputs. All of it is structural: it is part of the plan's key. */
export interface OpAttrs extends Record<UnaryOp | BinaryOp, undefined> {
  /** A number that the library wrote; may be folded. */
  const: { readonly value: number; readonly dtype: DType };
  /** A number that came from the user or an optimizer: a run-time slot of the plan, never structural. */
  scalar: { readonly dtype: DType };
  /** The contents of a storage at one version. */
  leaf: { readonly dtype: DType; readonly shape: Shape };
  /** The index along one axis, int32. */
  iota: { readonly shape: Shape; readonly axis: number };
  /** 32 random bits an element (int32) by Threefry-2x32 of (element index, 0) under the key (input 0, input 1). */
  random: { readonly shape: Shape };
  cast: { readonly dtype: DType };
  /** The same bits as another dtype of the same width. */
  bitcast: { readonly dtype: DType };
  where: undefined;
  /** The reduced axes (ascending) are removed from the shape. */
  reduce: { readonly kind: ReduceKind; readonly axes: readonly number[] };
  reshape: { readonly shape: Shape };
  permute: { readonly axes: readonly number[] };
  /** Axes of size 1 are repeated, and new ones come first, as in broadcasting. */
  expand: { readonly shape: Shape };
  /** `interior` zeros go between neighbours; all new elements are `value`. */
  pad: {
    readonly lo: readonly number[];
    readonly hi: readonly number[];
    readonly interior: readonly number[];
    readonly value: number;
  };
  /** Elements `start + i·step` of each axis, `shape[axis]` of them. An optional second input (int32 scalar) is added to `start[0]`. */
  slice: { readonly start: readonly number[]; readonly step: readonly number[]; readonly shape: Shape };
  flip: { readonly axes: readonly number[] };
  /** Sliding windows over `axes`: each axis becomes the window's position, and one axis per window is appended. */
  window: {
    readonly axes: readonly number[];
    readonly size: readonly number[];
    readonly stride: readonly number[];
    readonly dilation: readonly number[];
  };
  contract: ContractSpec;
  /**
   * Scaled dot-product attention without its matrix of weights in memory (FlashAttention-2, Dao 2023). Inputs query
   * [..., L, E], key [..., S, E], value [..., S, V], scale []; for gradients those of the rows, gradient [..., L, V],
   * logSumExp [..., L], delta [..., L]; and at last, maybe, what is added to the scores [..., L, S].
   *
   * With weights P = softmax(query keyᵀ · scale + mask) along S, `output` is P value and, as one more column, the log of
   * the sum of exponentials of each row: [..., L, V + 1]. With P = exp(scores - logSumExp) and
   * dS = P · (gradient valueᵀ - delta), `gradients` are dS key · scale, then dSᵀ query · scale, then Pᵀ gradient, each in
   * row-major order, one after another: [..., L·E + S·E + S·V].
   */
  attention: AttentionSpec;
  /** `out[..i..] = src[..index[..i..]..]` along one axis, as torch.gather; index is int32. */
  gather: { readonly axis: number };
  /** Inputs base, index (int32), source: writes `source` into a copy of `base` along one axis, as torch.scatter. */
  scatter: { readonly axis: number; readonly mode: ScatterMode };
  /** Inclusive cumulative operation along one axis. */
  scan: { readonly kind: ScanKind; readonly axis: number };
  /**
   * Positions (int32) that sort one axis, stable; NaN sorts last (first when descending). With `ranks`, from one up to
   * another, only the positions at those places of the result mean anything.
   */
  argsort: {
    readonly axis: number;
    readonly descending: boolean;
    readonly ranks?: readonly [number, number];
  };
  /** A routine of each row of the last axis, whose results lie in rows of `width`: several values may share one. */
  host: HostRoutine & { readonly width: number };
  /** Forces a value of its own: clones and snapshots. */
  contiguous: undefined;
  /** Identity whose gradient stops. */
  detach: undefined;
  /** Identity of input 0 whose gradient with respect to the other inputs is a function held by the autograd engine. */
  custom: undefined;
  /** Identity that common-subexpression elimination does not see through: what is above is computed again. */
  recompute: undefined;
}

export type OpName = keyof OpAttrs;
