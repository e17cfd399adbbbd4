/** Images of another size, as torch.nn.functional.interpolate. */

import { ArgumentError } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { composed } from '@tenfold/tensor/internal';
import { adaptiveAvgPool } from './adaptive-pooling.ts';
import { requireFloat, requireOneOf, sizesOf } from './checks.ts';
import type { Sizes } from './checks.ts';
import { antialiasedBand, cubicBand, linearBand, nearestBand, samplingOf } from './interpolation-bands.ts';
import { resample } from './resample.ts';
import { requireSpatial } from './spatial.ts';

export type InterpolationMode =
  'nearest' | 'nearest-exact' | 'linear' | 'bilinear' | 'bicubic' | 'trilinear' | 'area';

export interface ResizeOptions {
  /** The spatial sizes of the result; this or `scaleFactor`. */
  readonly size?: Sizes | null;
  /** Result over input, one number or one for each spatial axis. */
  readonly scaleFactor?: number | readonly number[] | null;
}

export interface UpsampleOptions extends ResizeOptions {
  /** `'linear'` is for three axes, `'bilinear'` and `'bicubic'` for four, `'trilinear'` for five. Default `'nearest'`. */
  readonly mode?: InterpolationMode;
  /** Whether the corners' centres stay where they are, or their outer edges; not for nearest and area. Default false. */
  readonly alignCorners?: boolean | null;
}

export interface InterpolateOptions extends UpsampleOptions {
  /** Whether positions follow from the sizes alone, rather than from `scaleFactor`. Default false. */
  readonly recomputeScaleFactor?: boolean | null;
  /** Whether a reduced image takes all elements in account; for `'bilinear'` and `'bicubic'`. Default false. */
  readonly antialias?: boolean;
}

/** The number of spatial axes each mode is for. */
const RANKS: Readonly<Record<InterpolationMode, readonly number[]>> = {
  nearest: [1, 2, 3],
  'nearest-exact': [1, 2, 3],
  linear: [1],
  bilinear: [2],
  bicubic: [2],
  trilinear: [3],
  area: [1, 2, 3],
};

/**
 * `[N, C, ...space]` brought to another size of one, two or three spatial axes, as torch.nn.functional.interpolate. Axes
 * are interpolated one after another.
 * @throws ArgumentError unless one of `size` and `scaleFactor` is given, and the mode suits the number of axes.
 */
export function interpolate(
  input: Tensor,
  {
    size = null,
    scaleFactor = null,
    mode = 'nearest',
    alignCorners = null,
    recomputeScaleFactor = null,
    antialias = false,
  }: InterpolateOptions = {},
): Tensor {
  requireOneOf('interpolate', 'mode', mode, Object.keys(RANKS));
  if (mode !== 'nearest' && mode !== 'nearest-exact') requireFloat('interpolate', 'input', input);
  const rank = input.ndim - 2;
  checkOptions(mode, rank, alignCorners, antialias);
  requireSpatial('interpolate', rank, input);
  const lengths = input.shape.slice(2);
  const factors = factorsOf(rank, size, scaleFactor);
  if (recomputeScaleFactor && size !== null) {
    throw new ArgumentError('interpolate: recomputeScaleFactor has no meaning for a size; give a scaleFactor');
  }
  const counts = factors
    ? lengths.map((length, i) => Math.floor(length * factors[i]))
    : sizesOf('interpolate', 'size', size ?? 0, rank, 1);
  if (counts.some((count) => count < 1)) {
    throw new ArgumentError(
      `interpolate: the result would have sizes ${counts.join(' x ')}; give a larger scaleFactor`,
    );
  }
  if (mode === 'area') return adaptiveAvgPool('interpolate', rank, input, counts);
  const bands = () => lengths.map((length, i) => {
    const factor = recomputeScaleFactor ? undefined : factors?.[i];
    const sampling = samplingOf(length, counts[i], alignCorners ?? false, factor);
    if (mode === 'nearest' || mode === 'nearest-exact') return nearestBand(sampling, mode === 'nearest-exact');
    if (antialias) return antialiasedBand(sampling, mode === 'bicubic' ? mode : 'bilinear');
    return mode === 'bicubic' ? cubicBand(sampling) : linearBand(sampling);
  });
  return composed(input, () => resample(input, bands()));
} // prettier-ignore

function checkOptions(
  mode: InterpolationMode,
  rank: number,
  alignCorners: boolean | null,
  antialias: boolean,
): void {
  if (!RANKS[mode].includes(rank)) {
    throw new ArgumentError(
      `interpolate: mode '${mode}' takes ${RANKS[mode].map((n) => n + 2).join(', ')} axes, got an input with ${rank + 2}`,
    );
  }
  if (alignCorners !== null && (mode === 'nearest' || mode === 'nearest-exact' || mode === 'area')) {
    throw new ArgumentError(
      `interpolate: alignCorners is for linear, bilinear, bicubic and trilinear, not for '${mode}'`,
    );
  }
  if (antialias && mode !== 'bilinear' && mode !== 'bicubic') {
    throw new ArgumentError(`interpolate: antialias is for bilinear and bicubic, not for '${mode}'`);
  }
}

/** One factor for each axis, unless a size is given. */
function factorsOf(
  rank: number,
  size: Sizes | null,
  scaleFactor: number | readonly number[] | null,
): readonly number[] | undefined {
  if ((size === null) === (scaleFactor === null)) {
    throw new ArgumentError('interpolate: give either size or scaleFactor');
  }
  if (scaleFactor === null) return undefined;
  const factors = typeof scaleFactor === 'number' ? new Array<number>(rank).fill(scaleFactor) : scaleFactor;
  if (factors.length === rank && factors.every((factor) => factor > 0 && Number.isFinite(factor))) return factors;
  throw new ArgumentError(
    `interpolate: scaleFactor is ${JSON.stringify(scaleFactor)}, expected a positive number or ${rank} of them`,
  );
} // prettier-ignore

/** As `interpolate`; deprecated in PyTorch in its favour. As torch.nn.functional.upsample. */
export function upsample(
  input: Tensor,
  { size = null, scaleFactor = null, mode = 'nearest', alignCorners = null }: UpsampleOptions = {},
): Tensor {
  return interpolate(input, { size, scaleFactor, mode, alignCorners });
}

/** As `interpolate` by the nearest element. As torch.nn.functional.upsample_nearest. */
export function upsampleNearest(
  input: Tensor,
  { size = null, scaleFactor = null }: ResizeOptions = {},
): Tensor {
  return interpolate(input, { size, scaleFactor });
}

/** As `interpolate` bilinearly with corners aligned. As torch.nn.functional.upsample_bilinear. */
export function upsampleBilinear(
  input: Tensor,
  { size = null, scaleFactor = null }: ResizeOptions = {},
): Tensor {
  return interpolate(input, { size, scaleFactor, mode: 'bilinear', alignCorners: true });
}
