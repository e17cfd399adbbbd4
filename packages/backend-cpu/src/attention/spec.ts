/**
 * An attention kernel as its code generator sees it: sizes, and operands as addresses with strides. Everything is
 * float32, and every extent is a number.
 */

import type { AttentionResult } from '@tenfold/ir';
import type { Shape } from './tiles.ts';
import type { Expr, FunctionBuilder, Local } from '../wasm/index.ts';

/** A matrix of every batch index: tokens (or queries) by features (or keys), read by strides in elements. */
export interface Matrix {
  address(args: Local<'i32'>): Expr<'i32'>;
  readonly offset: number;
  readonly batch: readonly number[];
  readonly row: number;
  readonly column: number;
}

export interface AttentionSpec extends Shape {
  /** Names of the exported functions: the work itself, and the gradients' sums. */
  readonly name: string;
  readonly sumsName: string;
  readonly result: AttentionResult;
  readonly causal: boolean;
  readonly batch: readonly number[];
  readonly queries: number;
  readonly keys: number;
  /** Features of a query and a key, and of a value. */
  readonly depth: number;
  readonly width: number;
  readonly query: Matrix;
  readonly key: Matrix;
  readonly value: Matrix;
  /** Added to the scores: queries by keys. */
  readonly mask: Matrix | undefined;
  /** What a gradient also reads; the last two are columns. */
  readonly gradient: Matrix | undefined;
  readonly logSumExp: Matrix | undefined;
  readonly delta: Matrix | undefined;
  /** In every lane. */
  scale(code: FunctionBuilder, args: Local<'i32'>): Expr<'v128'>;
  /** Where the result goes, row-major. */
  output(args: Local<'i32'>): Expr<'i32'>;
  /** Memory that the units share. */
  scratch(args: Local<'i32'>): Expr<'i32'>;
  /** The thread's own memory. */
  workspace(): Expr<'i32'>;
}
