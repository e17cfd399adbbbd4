/**
 * The elements and weights with which images are interpolated along one axis: the nearest one, two linearly, four by
 * cubic convolution (Keys, https://doi.org/10.1109/TASSP.1981.1163711), or as many as a reduced image covers.
 */

import { bandOf } from './resample.ts';
import type { Band, Tap } from './resample.ts';

/** How results lie over the axis. */
export interface Sampling {
  readonly length: number;
  readonly count: number;
  /** The distance of results, in elements. */
  readonly scale: number;
  /** Whether the first and last result lie on the first and last element, and not as their outer edges do. */
  readonly alignCorners: boolean;
}

/** The scale that follows from the sizes, or from a factor that the user gave. */
export function samplingOf(length: number, count: number, alignCorners: boolean, factor?: number): Sampling {
  const cornered = count > 1 ? (length - 1) / (count - 1) : 0;
  const scale = factor !== undefined && factor > 0 ? 1 / factor : length / count;
  return { length, count, scale: alignCorners ? cornered : scale, alignCorners };
}

/** Where result `o` lies among the elements. */
function placeOf({ scale, alignCorners }: Sampling, o: number): number {
  return alignCorners ? scale * o : scale * (o + 0.5) - 0.5;
}

/** A factor that leaves the size as it is leaves the image as it is. */
function identity(length: number): Band {
  return bandOf(length, length, (o) => [[o, 1]]);
}

/** The element below each result, in single precision as in PyTorch; `exact`: the one whose centre is nearest. */
export function nearestBand({ length, count, scale }: Sampling, exact: boolean): Band {
  if (length === count) return identity(length);
  const step = Math.fround(scale);
  return bandOf(length, count, (o) => {
    const at = Math.floor(Math.fround((exact ? o + 0.5 : o) * step));
    return [[Math.min(at, length - 1), 1]];
  });
}

export function linearBand(sampling: Sampling): Band {
  const { length, count } = sampling;
  if (length === count) return identity(length);
  return bandOf(length, count, (o) => {
    const place = Math.max(placeOf(sampling, o), 0);
    const below = Math.min(Math.floor(place), length - 1);
    const share = Math.min(place - below, 1);
    return [[below, 1 - share], [Math.min(below + 1, length - 1), share]];
  }); // prettier-ignore
}

export function cubicBand(sampling: Sampling): Band {
  const { length, count } = sampling;
  return bandOf(length, count, (o) => {
    const place = placeOf(sampling, o);
    const below = Math.floor(place);
    return [-1, 0, 1, 2].map((step): Tap => {
      const at = Math.min(Math.max(below + step, 0), length - 1);
      return [at, cubic(Math.abs(place - below - step), -0.75)];
    });
  });
}

/** Cubic convolution with slope `a` at distance 1. */
function cubic(distance: number, a: number): number {
  if (distance < 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  return distance < 2 ? ((distance - 5) * distance + 8) * a * distance - 4 * a : 0;
}

/** Filters that are widened over all elements which a result stands for, as Pillow has it. */
const FILTERS = {
  bilinear: { radius: 1, weight: (distance: number) => Math.max(1 - distance, 0) },
  bicubic: { radius: 2, weight: (distance: number) => cubic(distance, -0.5) },
} as const;

/** Antialiased interpolation. */
export function antialiasedBand({ length, count, scale }: Sampling, mode: keyof typeof FILTERS): Band {
  const { radius, weight } = FILTERS[mode];
  const width = Math.max(scale, 1);
  return bandOf(length, count, (o) => {
    const centre = scale * (o + 0.5);
    const first = Math.max(Math.trunc(centre - radius * width + 0.5), 0);
    const end = Math.min(Math.trunc(centre + radius * width + 0.5), length);
    const taps = Array.from({ length: Math.max(end - first, 0) }, (_, i): Tap => {
      return [first + i, weight(Math.abs((first + i - centre + 0.5) / width))];
    });
    const total = taps.reduce((sum, [, share]) => sum + share, 0);
    return taps.map(([at, share]): Tap => [at, total === 0 ? share : share / total]);
  });
}
