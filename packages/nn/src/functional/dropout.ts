/** Dropout. */

import { rand, where } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { composed, literal } from '@tenfold/tensor/internal';
import { requireProbability } from './checks.ts';

export interface DropoutOptions {
  /** Whether to drop at all. Default true. */
  readonly training?: boolean;
}

/**
 * Sets elements to zero with probability `p` and scales the others by `1 / (1 - p)`, as torch.nn.functional.dropout.
 * `p` may change from call to call without anything being compiled anew.
 */
export function dropout(input: Tensor, p = 0.5, { training = true }: DropoutOptions = {}): Tensor {
  return composed(input, () => {
    requireProbability('dropout', p);
    if (!training) return input;
    const stays = rand(input.shape, { device: input.device }).ge(p);
    return where(stays, input.mul(p === 1 ? 0 : 1 / (1 - p)), literal(input, 0));
  });
}
