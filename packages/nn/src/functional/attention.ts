/** Attention, written out in matrix products and a softmax. */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import { where } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { apply, composed, constant, expandTo, source } from '@tenfold/tensor/internal';
import { dropout } from './dropout.ts';

export interface AttentionOptions {
  /** Broadcasts to `[..., L, S]`: bool, true where a query may look at a key; or float, added to the scores. */
  readonly attnMask?: Tensor | null;
  /** Probability with which an attention weight is dropped. Default 0. */
  readonly dropoutP?: number;
  /** Whether query i may only look at keys up to i. Not together with `attnMask`. Default false. */
  readonly isCausal?: boolean;
  /** The factor of the scores. Default `1 / sqrt(E)`. */
  readonly scale?: number | null;
}

/**
 * `softmax(q kᵀ · scale + mask) v` for `[..., L, E]`, `[..., S, E]`, `[..., S, Ev]`, as
 * torch.nn.functional.scaled_dot_product_attention.
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions = {},
): Tensor {
  return composed(query, () => {
    const { attnMask = null, dropoutP = 0, isCausal = false, scale = null } = options;
    if (query.ndim < 2 || key.ndim < 2 || query.shape.at(-1) !== key.shape.at(-1)) {
      throw new ShapeError(
        `scaledDotProductAttention: query ${formatShape(query.shape)} and key ${formatShape(key.shape)} must end in the ` +
          'same size E: [..., L, E] and [..., S, E]',
      );
    }
    if (isCausal && attnMask) {
      throw new ArgumentError(
        'scaledDotProductAttention: isCausal and attnMask exclude each other; put both into the mask',
      );
    }
    const factor = scale ?? 1 / Math.sqrt(query.shape.at(-1) ?? 1);
    const scores = query.matmul(key.transpose(-2, -1)).mul(factor);
    const allowed = isCausal ? causalMask(scores) : attnMask;
    const weights = masked(scores, allowed).softmax(-1);
    return (dropoutP > 0 ? dropout(weights, dropoutP) : weights).matmul(value);
  });
}

function masked(scores: Tensor, mask: Tensor | null): Tensor {
  if (mask === null) return scores;
  if (mask.dtype !== 'bool') return scores.add(mask);
  return where(mask, scores, constant(scores.home, -Infinity, scores.dtype));
}

/** `[L, S]`, true on and below the diagonal. */
function causalMask(scores: Tensor): Tensor {
  const shape = scores.shape.slice(-2);
  const position = (axis: number) => source(scores.home, 'iota', { shape, axis });
  return expandTo(apply('le', [position(1), position(0)], undefined), shape);
}
