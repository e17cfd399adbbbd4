/**
 * Multi-head attention as a function: projections in, attention of each head, projection out. Attention itself is
 * `attention.ts`; here are PyTorch's masks (true is what may not be seen) and its options.
 */

import { ArgumentError, DTypeError, ShapeError, formatShape, isFloat } from '@tenfold/ir';
import { arange, cat, chunk, maskedFill, pad, zeros } from '@tenfold/tensor/base';
import type { CreationOptions, Tensor } from '@tenfold/tensor/base';
import { scaledDotProductAttention } from './attention.ts';
import { requireShape } from './checks.ts';
import { dropout } from './dropout.ts';
import { linear } from './linear.ts';

const NAME = 'multiHeadAttentionForward';

export interface MultiHeadAttentionOptions {
  /** Whether attention weights are dropped at all. Default true. */
  readonly training?: boolean;
  /** `[N, S]`: bool, true for keys that nobody may see, or float, added to the scores. */
  readonly keyPaddingMask?: Tensor | null;
  /** Whether the weights are given too, for which they have to be held in memory. Default true. */
  readonly needWeights?: boolean;
  /** `[L, S]` or `[N · heads, L, S]`: bool, true where a query may not see a key, or float, added to the scores. */
  readonly attnMask?: Tensor | null;
  /** Whether the projections are `qProjWeight` and its kin instead of `inProjWeight`. Default false. */
  readonly useSeparateProjWeight?: boolean;
  readonly qProjWeight?: Tensor | null;
  readonly kProjWeight?: Tensor | null;
  readonly vProjWeight?: Tensor | null;
  /** `[N · heads, S, E / heads]`: keys, or values, in the place of the projected ones. */
  readonly staticK?: Tensor | null;
  readonly staticV?: Tensor | null;
  /** Whether the weights are the mean over the heads. Default true. */
  readonly averageAttnWeights?: boolean;
  /** Whether query i sees keys up to i only; `attnMask` is not needed then, and not read. Default false. */
  readonly isCausal?: boolean;
}

/**
 * Attention of several heads, as torch.nn.functional.multi_head_attention_forward: query `[L, N, E]`, key `[S, N, Ek]` and
 * value `[S, N, Ev]`, or all without N, to `[L, N, E]` and the weights `[N, L, S]` (`[N, heads, L, S]` where they are not
 * averaged, null where they are not needed). https://arxiv.org/abs/1706.03762
 * @throws ShapeError when sizes do not belong together; ArgumentError when weights are missing.
 */
export function multiHeadAttentionForward(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  embedDimToCheck: number,
  numHeads: number,
  inProjWeight: Tensor | null,
  inProjBias: Tensor | null,
  biasK: Tensor | null,
  biasV: Tensor | null,
  addZeroAttn: boolean,
  dropoutP: number,
  outProjWeight: Tensor,
  outProjBias: Tensor | null,
  options: MultiHeadAttentionOptions = {},
): [Tensor, Tensor | null] {
  const { training = true, needWeights = true, averageAttnWeights = true, isCausal = false } = options;
  const { staticK = null, staticV = null } = options;
  checkInputs(query, key, value, embedDimToCheck, numHeads);
  const batch = query.ndim === 3 ? query.shape[1] : 1;
  // [T, E] or [T, N, E] to [N, heads, T, E / heads].
  const heads = (x: Tensor) => x.reshape(-1, batch, numHeads, embedDimToCheck / numHeads).permute(1, 2, 0, 3);
  const [queries, ...projected] = project([query, key, value], inProjWeight, inProjBias, options).map(heads);
  const fixed = [staticK, staticV].map((x) => x && x.reshape(batch, numHeads, ...x.shape.slice(-2)));
  const [keys, values] = projected.map((x, i) => withMoreKeys(fixed[i] ?? x, [biasK, biasV][i], addZeroAttn));
  const more = (biasK ? 1 : 0) + (addZeroAttn ? 1 : 0);
  const sizes = { batch, heads: numHeads, queries: queries.shape[2], keys: keys.shape[2] - more };
  const causalOnly = isCausal && !options.keyPaddingMask && more === 0;
  const dropped = training ? dropoutP : 0;
  const join = (x: Tensor) => linear(x.permute(2, 0, 1, 3).reshape(query.shape), outProjWeight, outProjBias);
  if (!needWeights) {
    const attnMask = causalOnly ? null : scoreMask(query, sizes, more, options);
    const rest = { attnMask, dropoutP: dropped, isCausal: causalOnly };
    return [join(scaledDotProductAttention(queries, keys, values, rest)), null];
  }
  const mask = scoreMask(query, sizes, more, options);
  const scores = queries.mul(1 / Math.sqrt(queries.shape[3])).matmul(keys.transpose(-2, -1));
  const weights = dropout((mask ? scores.add(mask) : scores).softmax(-1), dropped, { training: dropped > 0 });
  const shown = averageAttnWeights ? weights.mean(1) : weights;
  return [join(weights.matmul(values)), query.ndim === 3 ? shown : shown.squeeze(0)];
}

function checkInputs(query: Tensor, key: Tensor, value: Tensor, embedDim: number, heads: number): void {
  if (embedDim % heads !== 0) {
    throw new ArgumentError(`${NAME}: ${heads} heads do not divide an embedding of ${embedDim}`);
  }
  const shown = `query ${formatShape(query.shape)}, key ${formatShape(key.shape)}, value ${formatShape(value.shape)}`;
  const { ndim } = query;
  if ((ndim !== 2 && ndim !== 3) || key.ndim !== ndim || value.ndim !== ndim) {
    throw new ShapeError(
      `${NAME}: ${shown}; all have to be [length, batch, features], or [length, features]`,
    );
  }
  if (query.shape.at(-1) !== embedDim) {
    throw new ShapeError(`${NAME}: ${shown}; the query's last axis must be ${embedDim}`);
  }
  if (key.shape[0] !== value.shape[0] || (ndim === 3 && key.shape[1] !== value.shape[1])) {
    throw new ShapeError(`${NAME}: ${shown}; keys and values must be as many`);
  }
  if (ndim === 3 && key.shape[1] !== query.shape[1]) {
    throw new ShapeError(
      `${NAME}: ${shown}; the batches differ. Is the batch the first axis? Then transpose(0, 1)`,
    );
  }
}

/** Query, key and value through their weights: one product where they are one tensor. */
function project(
  inputs: readonly [Tensor, Tensor, Tensor],
  packed: Tensor | null,
  bias: Tensor | null,
  { useSeparateProjWeight = false, qProjWeight, kProjWeight, vProjWeight }: MultiHeadAttentionOptions,
): Tensor[] {
  const [query, key, value] = inputs;
  if (!useSeparateProjWeight && packed && query === key && key === value) {
    return chunk(linear(query, packed, bias), 3, -1);
  }
  const weights = useSeparateProjWeight
    ? [qProjWeight, kProjWeight, vProjWeight]
    : packed && chunk(packed, 3);
  const biases = bias && chunk(bias, 3);
  return inputs.map((input, i) => {
    const weight = weights?.[i];
    if (weight) return linear(input, weight, biases?.[i] ?? null);
    const missing = useSeparateProjWeight ? 'qProjWeight, kProjWeight or vProjWeight' : 'inProjWeight';
    throw new ArgumentError(
      `${NAME}: ${missing} is missing; useSeparateProjWeight is ${useSeparateProjWeight}`,
    );
  });
}

/** Keys or values `[N, heads, S, d]` with a learned one at the end, and one of zeros. */
function withMoreKeys(x: Tensor, bias: Tensor | null, addZero: boolean): Tensor {
  const [batch, heads, , size] = x.shape;
  const one = [batch, heads, 1, size];
  const learned = bias ? [bias.reshape(1, heads, 1, size).expand(one)] : [];
  const zero = addZero ? [zeros(one, { dtype: x.dtype, device: x.device })] : [];
  return learned.length + zero.length > 0 ? cat([x, ...learned, ...zero], 2) : x;
}

interface ScoreSizes {
  readonly batch: number;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
}

/** All masks as one that is added to scores `[N, heads, L, S + more]`; what is added to the keys is never masked. */
function scoreMask(
  query: Tensor,
  { batch, heads, queries, keys }: ScoreSizes,
  more: number,
  { keyPaddingMask = null, attnMask = null, isCausal = false }: MultiHeadAttentionOptions,
): Tensor | null {
  const masks: Tensor[] = [];
  if (isCausal) masks.push(causalMask(queries, keys, query));
  else if (attnMask?.ndim === 3) {
    requireShape(NAME, 'attnMask', attnMask, [batch * heads, queries, keys]);
    masks.push(addend(attnMask, query).reshape(batch, heads, queries, keys));
  } else if (attnMask) {
    requireShape(NAME, 'attnMask', attnMask, [queries, keys]);
    masks.push(addend(attnMask, query));
  }
  if (keyPaddingMask) {
    requireShape(NAME, 'keyPaddingMask', keyPaddingMask, query.ndim === 3 ? [batch, keys] : [keys]);
    masks.push(addend(keyPaddingMask, query).reshape(batch, 1, 1, keys));
  }
  if (masks.length === 0) return null;
  const mask = masks.reduce((a, b) => a.add(b));
  return more > 0 ? pad(mask, [0, more]) : mask;
}

/** `[L, S]`: 0 up to the diagonal, minus infinity after it. */
export function causalMask(queries: number, keys: number, { dtype, device }: CreationOptions = {}): Tensor {
  const isLater = arange(keys, { device }).gt(arange(queries, { device }).unsqueeze(-1));
  return maskedFill(zeros([queries, keys], { dtype, device }), isLater, -Infinity);
}

/** A mask as numbers to add to scores. */
function addend(mask: Tensor, { dtype, device }: Tensor): Tensor {
  if (isFloat(mask.dtype)) return mask.to(dtype);
  if (mask.dtype === 'bool') return maskedFill(zeros(mask.shape, { dtype, device }), mask, -Infinity);
  throw new DTypeError(`${NAME}: a mask is ${mask.dtype}, expected bool or a float dtype; cast it with to()`);
}
