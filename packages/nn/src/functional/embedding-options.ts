/** What looking rows up may do to the table and to its gradient beside: limits of the rows' norms, frequencies. */

import {
  customGrad,
  gather,
  logicalAnd,
  noGrad,
  norm,
  ones,
  scatterAdd,
  where,
  zeros,
} from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { castTo, literal } from '@tenfold/tensor/internal';

/** How often each of `rows` rows is looked up, float `[rows]`. */
function frequencies(input: Tensor, rows: number, { dtype, device }: Tensor): Tensor {
  const indices = castTo(input.flatten(), 'int64');
  const each = ones([indices.numel], { dtype, device });
  return scatterAdd(zeros([rows], { dtype, device }), 0, indices, each);
}

/** Writes rows that are looked up and longer than `maxNorm` anew, at that length, as torch.embedding_renorm_ does. */
export function limitNorms(weight: Tensor, input: Tensor, maxNorm: number, normType: number): void {
  noGrad(() => {
    const lengths = norm(weight, normType, 1);
    const isTooLong = logicalAnd(lengths.gt(maxNorm), frequencies(input, weight.shape[0], weight).gt(0));
    const factor = where(isTooLong, literal(lengths, maxNorm).div(lengths.add(1e-7)), literal(lengths, 1));
    weight.assign(weight.mul(factor.unsqueeze(-1)));
  });
}

/** The found rows `[..., D]`, whose gradients are divided by how often the row was looked up. */
export function sharedByFrequency(found: Tensor, input: Tensor, rows: number): Tensor {
  return customGrad(
    [found],
    () => found,
    (gradient) => {
      const count = frequencies(input, rows, gradient);
      const own = gather(count, 0, castTo(input.flatten(), 'int64')).reshape([...input.shape, 1]);
      return [gradient.div(own)];
    },
  );
}
