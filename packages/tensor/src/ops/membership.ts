/** Whether elements occur among others. */

import { ArgumentError } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { expandTo, together } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Operand } from '../core/promote.ts';
import { Tensor } from '../core/tensor.ts';
import { any } from './reduce.ts';

export interface IsinOptions {
  /** That no element occurs twice in either; makes no difference here. Default false. */
  readonly assumeUnique?: boolean;
  /** Whether elements do not occur instead. Default false. */
  readonly invert?: boolean;
}

/**
 * For each of `elements`, whether it equals any of `testElements`. As torch.isin. Each is compared with each, in one
 * kernel.
 */
export function isin(elements: Operand, testElements: Operand, options: IsinOptions = {}): Tensor {
  const { invert = false } = options;
  const shape = elements instanceof Tensor ? elements.shape : [];
  const tests = testElements instanceof Tensor ? testElements.numel : 1;
  const flat = (x: Operand, sizes: readonly number[]) =>
    x instanceof Tensor ? apply('reshape', [x], { shape: sizes }) : x;
  if (!(elements instanceof Tensor) && !(testElements instanceof Tensor))
    throw new ArgumentError('isin: both arguments are numbers; at least one must be a tensor');
  const [a, b] = together('isin', [flat(elements, [...shape, 1]), flat(testElements, [tests])]);
  const wide = [...shape, tests];
  const found = any(raw.eq(expandTo(a, wide), expandTo(b, wide)), -1);
  return invert ? raw.not(found) : found;
}
