/**
 * A body: what it takes to compute one node, over loop variables of its own. Everything between the node and the
 * values it reads from memory has been inlined; views have become index expressions. In a body, a load's operand is
 * the slice's node whose value is read, and a scalar's slot is the slice's; kernels number both afresh.
 */

import type { ReduceKind } from '../graph/ops.ts';
import type { IndexExpr } from '../index-expr/index-expr.ts';
import { ZERO, add, scale, variable } from '../index-expr/index-expr.ts';
import type { Value, ValueId } from '../kernel/kernel.ts';
import type { LoadValue } from './value-table.ts';

/** How a node is computed once it has a kernel; `pointwise` is everything that is one expression per element. */
export type BodyKind = 'pointwise' | 'reduce' | 'contract' | 'scan' | 'scatter' | 'routine' | 'attention';

export interface Body {
  readonly node: number;
  readonly kind: BodyKind;
  /** Extents of the loop variables. */
  readonly axes: readonly number[];
  /** The variables that run over the output's dimensions, in order. */
  readonly space: readonly number[];
  /** The other variables, outermost first: what is reduced, or a scatter's source positions. */
  readonly inner: readonly number[];
  readonly values: readonly Value[];
  /**
   * What the kind's loop needs. pointwise, scan: the value. reduce: the value, and the position for argmax and argmin.
   * contract: both factors. scatter: base, index, source. routine: the value. attention: its inputs.
   */
  readonly results: readonly ValueId[];
  /** For `reduce`: how values are combined. */
  readonly combine?: ReduceKind;
  readonly reads: readonly LoadValue[];
}

/** A loop variable's share of a flat index: `radix` times the variable, which counts from 0 to `extent - 1`. */
export interface Digit {
  readonly axis: number;
  readonly radix: number;
  readonly extent: number;
}

/** The digits of the row-major index over some axes, most significant first; axes of extent 1 have none. */
export function digitsOver(body: Pick<Body, 'axes'>, axes: readonly number[]): Digit[] {
  const digits: Digit[] = [];
  let radix = 1;
  for (let i = axes.length - 1; i >= 0; i--) {
    const extent = body.axes[axes[i]];
    if (extent > 1) digits.unshift({ axis: axes[i], radix, extent });
    radix *= extent;
  }
  return digits;
}

/** The flat index that digits spell. */
export function spell(digits: readonly Digit[]): IndexExpr {
  let index = ZERO;
  for (const { axis, radix, extent } of digits) index = add(index, scale(variable(axis, extent), radix));
  return index;
}

/** The product of the digits' extents. */
export function span(digits: readonly Digit[]): number {
  let n = 1;
  for (const { extent } of digits) n *= extent;
  return n;
}
