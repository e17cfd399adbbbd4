/**
 * Attention: one node where the device has a kernel for it, which never holds the matrix of weights, and otherwise
 * written out in matrix products and a softmax.
 */

import { ArgumentError, DTypeError, ShapeError, broadcastShapes, formatShape } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { where } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import {
  apply,
  composed,
  constant,
  expandTo,
  forProduct,
  numberTensor,
  source,
} from '@tenfold/tensor/internal';
import { requireFloat, requireProbability, requireSameDType } from './checks.ts';
import { dropout } from './dropout.ts';

const NAME = 'scaledDotProductAttention';

export interface AttentionOptions {
  /** Broadcasts to `[..., L, S]`: bool, true where a query may look at a key; or float, added to the scores. */
  readonly attnMask?: Tensor | null;
  /** Probability with which an attention weight is dropped. Default 0. */
  readonly dropoutP?: number;
  /** Whether query i may only look at keys up to i. Not together with `attnMask`. Default false. */
  readonly isCausal?: boolean;
  /** The factor of the scores. Default `1 / sqrt(E)`. */
  readonly scale?: number | null;
  /**
   * Whether several query heads may share a key and value head: then the heads are the third axis from the end, and
   * consecutive query heads belong together (grouped-query attention, Ainslie et al. 2023). Default false.
   */
  readonly enableGqa?: boolean;
}

/** What is computed: operands whose axes before the last two broadcast. */
interface Attention {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  readonly mask: Tensor | null;
  readonly causal: boolean;
  readonly scale: Tensor;
}

/**
 * `softmax(q kᵀ · scale + mask) v` for `[..., L, E]`, `[..., S, E]`, `[..., S, Ev]`, as
 * torch.nn.functional.scaled_dot_product_attention. A query that may look at no key gives NaN.
 *
 * Where the device has an attention kernel for the dtype and nothing is dropped, memory grows with L + S, not with
 * L · S, in the backward pass as well; a second derivative, and the gradient of a mask, do hold an `[..., L, S]` matrix.
 * @throws ShapeError when E or S differ between the operands, the mask does not broadcast or the heads do not divide;
 * DTypeError when dtypes differ or are no floats, or the mask is neither bool nor of the query's dtype.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions = {},
): Tensor {
  return composed(query, () => attention(forProduct(query), forProduct(key), forProduct(value), options));
}

function attention(query: Tensor, key: Tensor, value: Tensor, options: AttentionOptions): Tensor {
  const { attnMask: mask = null, dropoutP = 0, isCausal: causal = false, enableGqa = false } = options;
  checkOperands(query, key, value);
  checkMask(query, key, mask, causal);
  requireProbability(NAME, dropoutP);
  const { home, dtype } = query;
  const depth = query.shape[query.ndim - 1];
  const scale =
    typeof options.scale === 'number'
      ? numberTensor(home, options.scale, dtype)
      : constant(home, 1 / Math.sqrt(depth), dtype);
  const all = { query, key, value, mask, causal, scale };
  if (!enableGqa) return attend(all, dropoutP);
  const result = attend(grouped(all), dropoutP);
  return result.reshape([
    ...result.shape.slice(0, -4),
    query.shape[query.ndim - 3],
    ...result.shape.slice(-2),
  ]);
}

function checkOperands(query: Tensor, key: Tensor, value: Tensor): void {
  if (query.ndim < 2 || key.ndim < 2 || query.shape.at(-1) !== key.shape.at(-1)) {
    throw new ShapeError(
      `${NAME}: query ${formatShape(query.shape)} and key ${formatShape(key.shape)} must end in the ` +
        'same size E: [..., L, E] and [..., S, E]',
    );
  }
  if (value.ndim < 2 || key.shape.at(-2) !== value.shape.at(-2)) {
    throw new ShapeError(
      `${NAME}: key ${formatShape(key.shape)} and value ${formatShape(value.shape)} must have the same number S of ` +
        'rows: [..., S, E] and [..., S, Ev]',
    );
  }
  requireFloat(NAME, 'query', query);
  requireSameDType(NAME, ['query', query], ['key', key]);
  requireSameDType(NAME, ['query', query], ['value', value]);
}

function checkMask(query: Tensor, key: Tensor, mask: Tensor | null, causal: boolean): void {
  if (mask === null) return;
  if (causal) {
    throw new ArgumentError(`${NAME}: isCausal and attnMask exclude each other; put both into the mask`);
  }
  if (mask.dtype !== 'bool' && mask.dtype !== query.dtype) {
    throw new DTypeError(
      `${NAME}: the mask is ${mask.dtype}, expected bool or ${query.dtype} as the query; cast it with to()`,
    );
  }
  const scores = [query.shape[query.ndim - 2], key.shape[key.ndim - 2]];
  const own = mask.shape.slice(-2);
  if (own.some((size, i) => size !== 1 && size !== scores[i + 2 - own.length])) {
    throw new ShapeError(
      `${NAME}: the mask ${formatShape(mask.shape)} does not broadcast to [..., L, S], which is ` +
        `[..., ${scores.join(', ')}] for query ${formatShape(query.shape)} and key ${formatShape(key.shape)}`,
    );
  }
}

/** Query heads `[..., H, L, E]` as `[..., G, H / G, L, E]` over the G key and value heads, which are broadcast. */
function grouped(all: Attention): Attention {
  const { query, key, value, mask } = all;
  const [heads, groups] = [query.shape.at(-3), key.shape.at(-3)];
  if (!heads || !groups || heads % groups !== 0 || value.shape.at(-3) !== groups) {
    throw new ShapeError(
      `${NAME}: with enableGqa the query heads must be a multiple of the key and value heads, the third axis from the ` +
        `end: query ${formatShape(query.shape)}, key ${formatShape(key.shape)}, value ${formatShape(value.shape)}`,
    );
  }
  const split = (x: Tensor, outer: number, inner: number) =>
    x.reshape([...x.shape.slice(0, -3), outer, inner, ...x.shape.slice(-2)]);
  const splitMask = (x: Tensor) =>
    x.shape.at(-3) === heads ? split(x, groups, heads / groups) : x.ndim < 3 ? x : split(x, 1, 1);
  return {
    ...all,
    query: split(query, groups, heads / groups),
    key: split(key, groups, 1),
    value: split(value, groups, 1),
    mask: mask && splitMask(mask),
  };
}

/** Fewer queries at a time, as in decoding, leave parts of a kernel's vectors empty, and their weights are small. */
const FEWEST_QUERIES = 8;

function attend(all: Attention, dropoutP: number): Tensor {
  const { query, key, value } = all;
  const has = query.home.backend.caps.attention?.has(query.dtype) ?? false;
  const isEmpty = [query, key, value].some(({ shape }) => shape.includes(0));
  const isOne = has && dropoutP === 0 && !isEmpty && query.shape[query.ndim - 2] >= FEWEST_QUERIES;
  return isOne ? fused(all) : written(all, dropoutP);
}

/** As one node. */
function fused({ query, key, value, mask, causal, scale }: Attention): Tensor {
  const operands = mask ? [query, key, value, mask] : [query, key, value];
  const outer = operands.map(({ shape }): Shape => shape.slice(0, -2));
  const batch = outer.reduce((a, b) => broadcastShapes(NAME, a, b));
  const matrices = (x: Tensor, own: Shape = x.shape.slice(-2)) => expandTo(x, [...batch, ...own]);
  const scores = [query.shape[query.ndim - 2], key.shape[key.ndim - 2]];
  const added = mask ? [matrices(addend(mask, query), scores)] : [];
  const inputs = [matrices(query), matrices(key), matrices(value), scale, ...added];
  const result = apply('attention', inputs, { result: 'output', causal });
  // The last column is the rows' log-sum-exp, which only the backward pass reads.
  const shape = [...result.shape.slice(0, -1), value.shape[value.ndim - 1]];
  return apply('slice', [result], { start: shape.map(() => 0), step: shape.map(() => 1), shape });
}

/** A mask as numbers to add: 0 where a query may look, minus infinity elsewhere. */
function addend(mask: Tensor, { home, dtype }: Tensor): Tensor {
  if (mask.dtype !== 'bool') return mask;
  const number = (value: number) => expandTo(constant(home, value, dtype), mask.shape);
  return where(mask, number(0), number(-Infinity));
}

/** As matrix products and a softmax. */
function written({ query, key, value, mask, causal, scale }: Attention, dropoutP: number): Tensor {
  const scores = query.matmul(key.transpose(-2, -1)).mul(scale);
  const weights = masked(scores, causal ? causalMask(scores) : mask).softmax(-1);
  return (dropoutP > 0 ? dropout(weights, dropoutP) : weights).matmul(value);
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
