/** What tells attention where a token stands: sinusoids to add, rotations of queries and keys, biases of the scores. */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import { arange, cos, select, sin, stack, tensor } from '@tenfold/tensor/base';
import type { CreationOptions, Tensor } from '@tenfold/tensor/base';
import { castTo } from '@tenfold/tensor/internal';
import { requireFloat } from './checks.ts';

export interface PositionOptions extends Pick<CreationOptions, 'device' | 'dtype'> {
  /** The wavelengths go from 2π to 2π · base. Default 10000. */
  readonly base?: number;
}

/** Angles `[L, size / 2]`: positions times falling frequencies `base^(-2i / size)`. */
function angles(positions: Tensor, size: number, base: number): Tensor {
  const exponents = castTo(arange(size / 2, { device: positions.device }), positions.dtype).mul(-2 / size);
  return positions.unsqueeze(-1).mul(exponents.mul(Math.log(base)).exp());
}

/**
 * `[length, size]`: sines in the even columns and cosines in the odd ones, of wavelengths in a geometric series.
 * Vaswani et al. 2017, section 3.5: https://arxiv.org/abs/1706.03762
 */
export function sinusoidalPositions(
  length: number,
  size: number,
  { base = 10000, device, dtype = 'float32' }: PositionOptions = {},
): Tensor {
  requireEven('sinusoidalPositions', size);
  const turned = angles(castTo(arange(length, { device }), dtype), size, base);
  return stack([sin(turned), cos(turned)], -1).reshape(length, size);
}

export interface RotaryOptions {
  /** Where each row stands, `[L]`. Default: 0, 1, 2 and so on, from `offset`. */
  readonly positions?: Tensor | null;
  /** The position of the first row, as when keys of earlier calls are kept. Default 0. */
  readonly offset?: number;
  /** Default 10000. */
  readonly base?: number;
  /**
   * Whether elements 2i and 2i + 1 turn together, as in the paper and in GPT-J; otherwise i and i + E/2 do, as in GPT-NeoX
   * and Llama. Default true.
   */
  readonly interleaved?: boolean;
}

/**
 * Queries or keys `[..., L, E]`, each pair of elements turned by its position times a frequency, so that products of queries and
 * keys depend on how far apart they stand. Su et al. 2021: https://arxiv.org/abs/2104.09864
 * @throws ShapeError when E is odd or the positions are not as many as the rows.
 */
export function rotaryEmbedding(
  input: Tensor,
  { positions = null, offset = 0, base = 10000, interleaved = true }: RotaryOptions = {},
): Tensor {
  requireFloat('rotaryEmbedding', 'input', input);
  const [length, size] = input.shape.slice(-2);
  requireEven('rotaryEmbedding', size);
  if (positions && (positions.ndim !== 1 || positions.shape[0] !== length)) {
    throw new ShapeError(
      `rotaryEmbedding: positions ${formatShape(positions.shape)} for an input ${formatShape(input.shape)}; expected [${length}]`,
    );
  }
  const { dtype, device } = input;
  const places = positions ? castTo(positions, dtype) : castTo(arange(length, { device }), dtype).add(offset);
  const turned = angles(places, size, base);
  const [sine, cosine] = [sin(turned), cos(turned)];
  const outer = input.shape.slice(0, -1);
  const pairs = interleaved
    ? input.reshape([...outer, size / 2, 2])
    : input.reshape([...outer, 2, size / 2]).transpose(-1, -2);
  const [a, b] = [select(pairs, -1, 0), select(pairs, -1, 1)];
  const rotated = [a.mul(cosine).sub(b.mul(sine)), a.mul(sine).add(b.mul(cosine))];
  return stack(rotated, interleaved ? -1 : -2).reshape(input.shape);
}

/** Slopes of ALiBi, one a head: `2^(-8 i / n)` for a power of two n, and every other one of twice as many for what is missing. */
export function alibiSlopes(numHeads: number): number[] {
  if (!Number.isInteger(numHeads) || numHeads < 1) {
    throw new ArgumentError(`alibiSlopes: numHeads is ${numHeads}, expected a whole number of at least 1`);
  }
  const power = 2 ** Math.floor(Math.log2(numHeads));
  const of = (count: number) => Array.from({ length: count }, (_, i) => 2 ** ((-8 * (i + 1)) / count));
  const between = of(2 * power).filter((_, i) => i % 2 === 0);
  return [...of(power), ...between.slice(0, numHeads - power)];
}

/**
 * What ALiBi adds to the scores, `[heads, queries, keys]`: for each head a penalty that grows with the distance of the key from
 * the query; the last query stands where the last key does. An `attnMask` of float for `F.scaledDotProductAttention`.
 * Press, Smith, Lewis 2021: https://arxiv.org/abs/2108.12409
 */
export function alibiBias(
  numHeads: number,
  queries: number,
  keys: number = queries,
  { device, dtype = 'float32' }: Pick<CreationOptions, 'device' | 'dtype'> = {},
): Tensor {
  const slopes = tensor(alibiSlopes(numHeads), { dtype, device });
  const query = castTo(arange(keys - queries, keys, { device }), dtype);
  const distance = castTo(arange(keys, { device }), dtype).sub(query.unsqueeze(-1)).abs();
  return distance.mul(slopes.reshape(numHeads, 1, 1).neg());
}

function requireEven(op: string, size: number): void {
  if (Number.isInteger(size) && size > 0 && size % 2 === 0) return;
  throw new ShapeError(`${op}: the size is ${size}, expected an even number; elements go in pairs`);
}
