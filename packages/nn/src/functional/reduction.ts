/** How a loss per element becomes the loss: its mean, its sum, or as it is. */

import { ArgumentError } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { forRange } from '@tenfold/tensor/internal';

/** `'mean'` of all elements, their `'sum'`, or `'none'`: the losses themselves. */
export type Reduction = 'mean' | 'sum' | 'none';

export interface LossOptions {
  /** Default `'mean'`. */
  readonly reduction?: Reduction;
}

export function reduceLoss(op: string, losses: Tensor, reduction: Reduction = 'mean'): Tensor {
  checkReduction(op, reduction);
  const wide = forRange(losses);
  if (reduction === 'none') return wide;
  return reduction === 'sum' ? wide.sum() : wide.mean();
}

export function checkReduction(op: string, reduction: Reduction): void {
  if (reduction === 'mean' || reduction === 'sum' || reduction === 'none') return;
  throw new ArgumentError(`${op}: reduction is '${String(reduction)}', expected 'mean', 'sum' or 'none'`);
}
