/** The shape of a contraction: which labels are batch, rows, columns and summed, and how many of each. */

import type { AffineIndex, ContractSpec } from '../graph/ops.ts';
import type { IndexExpr } from '../index-expr/index-expr.ts';
import { add, constant, scale, variable } from '../index-expr/index-expr.ts';
import type { Guard } from '../kernel/kernel.ts';
import type { Shape } from '../shape.ts';

export interface ContractionLabels {
  readonly batch: readonly number[];
  readonly m: readonly number[];
  readonly n: readonly number[];
  readonly k: readonly number[];
}

/** An output's label is batch when both operands read it, else a row of `a` or a column of `b`; the others are summed. */
export function contractionLabels({ extents, a, b, out }: ContractSpec): ContractionLabels {
  const reads = (dims: readonly AffineIndex[], label: number) =>
    dims.some(({ terms }) => terms.some((term) => term.label === label));
  const batch: number[] = [];
  const m: number[] = [];
  const n: number[] = [];
  for (const label of out) {
    const [inA, inB] = [reads(a, label), reads(b, label)];
    if (inA === inB) batch.push(label);
    else (inA ? m : n).push(label);
  }
  const k = extents.map((_, label) => label).filter((label) => !out.includes(label));
  return { batch, m, n, k };
}

/** Elements of a matrix from which on it takes longer to read it than to begin. */
const LARGE = 1 << 16;

/**
 * What a contraction is computed as. With nothing to sum it is a product like any other; with one row or one column
 * there is no reuse that a tiled template could exploit, and a plain reduction fuses with its neighbours, unless it has
 * to stream a large matrix that lies in memory: `streams` tells for an input. Windows overlap, so there is reuse again.
 */
export function contractionKind(
  spec: ContractSpec,
  streams: (input: number) => boolean,
): 'product' | 'reduce' | 'contract' {
  const { m, n, k } = contractionLabels(spec);
  const count = (labels: readonly number[]) => labels.reduce((size, label) => size * spec.extents[label], 1);
  if (count(k) === 1) return 'product';
  const [rows, columns] = [count(m), count(n)];
  if ((rows > 1 && columns > 1) || windows(spec)) return 'contract';
  return rows * columns * count(k) >= LARGE && streams(rows > 1 ? 0 : 1) ? 'contract' : 'reduce';
}

/** Whether an operand is read through windows: at sums of labels. */
function windows({ a, b }: ContractSpec): boolean {
  return [...a, ...b].some(({ terms }) => terms.length > 1);
}

/** Where an operand is read, given an expression for each label, and the guards where that can be outside. */
export function affinePoint(
  dims: readonly AffineIndex[],
  shape: Shape,
  label: (label: number) => IndexExpr,
): { readonly point: readonly IndexExpr[]; readonly guards: readonly Guard[] } {
  const point = dims.map(({ terms, offset }) => {
    let index = constant(offset);
    for (const term of terms) index = add(index, scale(label(term.label), term.coefficient));
    return index;
  });
  const guards = point.flatMap((index, axis): Guard[] =>
    index.min < 0 || index.max >= shape[axis] ? [{ index, lo: 0, hi: shape[axis] }] : [],
  );
  return { point, guards };
}

/** The labels as loop variables. */
export function labelVariable(spec: ContractSpec): (label: number) => IndexExpr {
  return (label) => variable(label, spec.extents[label]);
}
