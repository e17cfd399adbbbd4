/**
 * What a matrix product is here: sum over k of a(batch, m, k) · b(batch, n, k), where batch, m, n and k are
 * each a tuple of loop axes, both operands are read at affine indices of those axes, and the result goes
 * through an epilogue that stores it.
 *
 * Affine indices are separable: the offset at (m, k) is a part of m plus a part of k. So a transposed matrix,
 * a batch with strides and the sliding windows of a convolution (m = (image, row, column), k = (channel,
 * window row, window column)) differ only in their numbers.
 */

import type { Expr, FunctionBuilder, Local } from '../wasm/index.ts';

/** A trip count: fixed, or read from the arguments of each run. */
export type Extent = number | { readonly max: number; value(args: Local<'i32'>): Expr<'i32'> };

export function greatest(extent: Extent): number {
  return typeof extent === 'number' ? extent : extent.max;
}

/** How elements of an operand lie in memory; they are converted to the compute type while packing. */
export type SourceType = 'float32' | 'float64' | 'float16' | 'bfloat16' | 'int8' | 'uint8';

/** Steps per index of each axis, aligned with the axes of the product. `outer` is m for a and n for b. */
export interface Steps {
  readonly batch: readonly number[];
  readonly outer: readonly number[];
  readonly k: readonly number[];
}

/** An element counts as 0, and is not read, where offset + steps · indices leaves [0, extent). */
export interface SourceGuard extends Steps {
  readonly offset: number;
  readonly extent: number;
}

/** An operand: element strides, the offset of index zero, and where it is padded with zeros. */
export interface Source extends Steps {
  readonly type: SourceType;
  address(args: Local<'i32'>): Expr<'i32'>;
  readonly offset: number;
  readonly guards: readonly SourceGuard[];
}

/** A tensor that the epilogue reads or writes at an affine index of (batch, m, n). */
export interface EpilogueOperand {
  /** Bytes of one element. */
  readonly bytes: number;
  readonly written: boolean;
  address(args: Local<'i32'>): Expr<'i32'>;
  readonly offset: number;
  readonly batch: readonly number[];
  readonly m: readonly number[];
  readonly n: readonly number[];
}

/** Where a vector of results stands while the epilogue works on it. */
export interface EpiloguePosition {
  readonly args: Local<'i32'>;
  /** Results in the vector: as many as it has lanes, or 1 (in lane 0) at edges. */
  readonly lanes: number;
  /** The first lane's element of each operand, at a local plus a constant number of bytes. */
  readonly operands: readonly { readonly base: Local<'i32'>; readonly offset: number }[];
  /** Elements from one lane to the next, per operand. */
  readonly laneStrides: readonly number[];
}

export interface Epilogue {
  readonly operands: readonly EpilogueOperand[];
  /** Code for a whole tile is repeated for each of its vectors when false; a loop is made when true. */
  readonly compact: boolean;
  /** Stores the results; called several times, for code in different places. */
  emit(code: FunctionBuilder, value: Local<'v128'>, position: EpiloguePosition): void;
}

export interface GemmSpec {
  readonly name: string;
  readonly compute: 'float32' | 'float64';
  /** Use relaxed SIMD's multiply-add. */
  readonly relaxed: boolean;
  /** The engine pairs neighbouring vectors in registers of twice the size. */
  readonly paired: boolean;
  readonly batch: readonly Extent[];
  readonly m: readonly Extent[];
  readonly n: readonly Extent[];
  readonly k: readonly Extent[];
  readonly a: Source;
  readonly b: Source;
  readonly epilogue: Epilogue;
  /** The thread's own memory, aligned to 16 bytes; its size is in the result. */
  workspace(args: Local<'i32'>): Expr<'i32'>;
  /** Lets a product have two stages: memory that all threads share between them, and a name for the second. */
  readonly scratch?: { address(args: Local<'i32'>): Expr<'i32'>; name(): string };
}
