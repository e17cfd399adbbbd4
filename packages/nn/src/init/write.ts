/** How initial values get into a tensor: in place, without a history. */

import { noGrad } from '@tenfold/tensor/base';
import type { DType, Generator, Tensor } from '@tenfold/tensor/base';

export interface RandomInitOptions {
  /** Where the numbers come from; the one that `manualSeed` sets when absent. */
  readonly generator?: Generator;
}

interface Placement {
  readonly dtype: DType;
  readonly device: string;
}

/** Writes what `make` gives for the shape, dtype and device of the tensor, and returns the tensor. */
export function write(
  tensor: Tensor,
  make: (shape: readonly number[], placement: Placement) => Tensor,
): Tensor {
  noGrad(() => tensor.assign(make(tensor.shape, { dtype: tensor.dtype, device: tensor.device })));
  return tensor;
}
