/** How far vectors are apart, or how much they point the same way. */

import { ShapeError, formatShape } from '@tenfold/ir';
import { clamp, customGrad, indexSelect, norm, tensor } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { composed } from '@tenfold/tensor/internal';
import { requireFloat } from './checks.ts';

export interface CosineSimilarityOptions {
  /** The least norm that is divided by. Default 1e-8. */
  readonly eps?: number;
}

/** `x1 · x2 / (|x1| |x2|)` along `dim` of shapes that broadcast, as torch.nn.functional.cosine_similarity. */
export function cosineSimilarity(
  x1: Tensor,
  x2: Tensor,
  dim = 1,
  { eps = 1e-8 }: CosineSimilarityOptions = {},
): Tensor {
  return composed(x1, () => {
    requireFloat('cosineSimilarity', 'first operand', x1);
    requireFloat('cosineSimilarity', 'second operand', x2);
    const [a, b] = alike(x1, x2);
    return directionOf(a, dim, eps)
      .mul(directionOf(b, dim, eps))
      .sum(dim);
  });
}

/** Both with the shape of their sum, so that an axis counts the same in both. */
function alike(x1: Tensor, x2: Tensor): [Tensor, Tensor] {
  const { shape } = x1.detach().add(x2.detach());
  return [x1.expand(shape), x2.expand(shape)];
}

/** A vector over its length, or over `eps` if that is greater; the length's gradient is `x / length` all the same. */
function directionOf(x: Tensor, dim: number, eps: number): Tensor {
  const length = customGrad(
    [x],
    () => clamp(norm(x, 2, dim, { keepdim: true }), eps),
    (gradient, bounded) => [x.mul(gradient.div(bounded))],
  );
  return x.div(length);
}

/** The value is bounded, the gradient passes as if it were not: what PyTorch's clamping under no_grad amounts to. */
export function atLeast(x: Tensor, least: number): Tensor {
  const value = x.detach();
  return x.add(clamp(value, least).sub(value));
}

export interface PairwiseDistanceOptions {
  /** Added to each difference, so that the gradient of equal vectors exists. Default 1e-6. */
  readonly eps?: number;
  /** Whether the last axis stays, with length 1. Default false. */
  readonly keepdim?: boolean;
}

/** The `p`-norm of `x1 - x2 + eps` along the last axis, as torch.nn.functional.pairwise_distance. */
export function pairwiseDistance(
  x1: Tensor,
  x2: Tensor,
  p = 2,
  { eps = 1e-6, keepdim = false }: PairwiseDistanceOptions = {},
): Tensor {
  return composed(x1, () => norm(x1.sub(x2).add(eps), p, -1, { keepdim }));
}

/**
 * The `p`-norm distances between all rows of `[N, M]`, each pair once: `[N (N - 1) / 2]`, in the order of the upper
 * triangle's rows. As torch.nn.functional.pdist.
 * @throws ShapeError unless the input is a matrix.
 */
export function pdist(input: Tensor, p = 2): Tensor {
  return composed(input, () => {
    requireFloat('pdist', 'input', input);
    if (input.ndim !== 2) {
      throw new ShapeError(`pdist: the input has shape ${formatShape(input.shape)}, expected rows [N, M]`);
    }
    const count = input.shape[0];
    const pairs = Array.from({ length: count }, (_, i) => i).flatMap((i) =>
      Array.from({ length: count - 1 - i }, (__, k) => [i, i + 1 + k] as const),
    );
    const rows = (side: 0 | 1) => {
      const index = tensor(pairs.map((pair) => pair[side]), { dtype: 'int32', device: input.device }); // prettier-ignore
      return indexSelect(input, 0, index);
    };
    return norm(rows(0).sub(rows(1)), p, 1);
  });
}
