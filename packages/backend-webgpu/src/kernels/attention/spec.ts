/** An attention kernel as its code generator sees it: sizes, and operands as matrices with strides. */

import type { AttentionKernel, AxisId, ValueId } from '@tenfold/ir';
import { unreachable } from '@tenfold/ir';

/** A matrix of every batch index: tokens by features (or queries by keys), read by strides in elements. */
export interface Matrix {
  /** Of the kernel. */
  readonly operand: number;
  readonly offset: number;
  readonly batch: readonly number[];
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

export interface AttentionSizes {
  readonly batch: readonly number[];
  readonly queries: number;
  readonly keys: number;
  /** Features of a query and a key, and of a value. */
  readonly depth: number;
  readonly width: number;
}

export interface AttentionParts extends AttentionSizes {
  readonly kernel: AttentionKernel;
  readonly query: Matrix;
  readonly key: Matrix;
  readonly value: Matrix;
  readonly scale: ValueId;
  /** Added to the scores: queries by keys. */
  readonly mask: Matrix | undefined;
  /** What a gradient also reads; the last two are columns. */
  readonly rows:
    { readonly gradient: Matrix; readonly logSumExp: Matrix; readonly delta: Matrix } | undefined;
}

export function partsOf(kernel: AttentionKernel): AttentionParts {
  const { result, batch, query, key, depth, width, inputs, values, axes } = kernel;
  const extent = (axis: AxisId | undefined): number => {
    const size = axis === undefined ? 1 : axes[axis];
    return typeof size === 'number' ? size : unreachable('attention over an extent that is not fixed');
  };
  const matrix = (input: ValueId, row: AxisId, column?: AxisId): Matrix => {
    const value = values[input];
    if (value.op !== 'load') return unreachable('an input of attention is no load');
    const step = (axis: AxisId | undefined) => {
      const term = value.index.terms.find(({ atom }) => atom.kind === 'var' && atom.axis === axis);
      return term?.coefficient ?? 0;
    };
    return {
      operand: value.operand,
      offset: value.index.constant,
      batch: batch.map(step),
      row: step(row),
      column: step(column),
      rows: extent(row),
      columns: extent(column),
    };
  };
  const isGradient = result !== 'output';
  const mask = inputs.at(isGradient ? 7 : 4);
  return {
    kernel,
    batch: batch.map(extent),
    queries: extent(query),
    keys: extent(key),
    depth: extent(depth),
    width: extent(width),
    query: matrix(inputs[0], query, depth),
    key: matrix(inputs[1], key, depth),
    value: matrix(inputs[2], key, width),
    scale: inputs[3],
    mask: mask === undefined ? undefined : matrix(mask, query, key),
    rows: isGradient
      ? {
          gradient: matrix(inputs[4], query, width),
          logSumExp: matrix(inputs[5], query),
          delta: matrix(inputs[6], query),
        }
      : undefined,
  };
}
