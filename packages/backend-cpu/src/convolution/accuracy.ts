/**
 * How far Winograd's filtering is from the exact result in float32, relative to the greatest magnitude of a result.
 * Measured over normal and uniform inputs against float64 with 16 to 1024 channels: the greatest error grows as the
 * square root of the channels. With tiles of 4x4 it is 0.8e-7 to 1.6e-7 times that root (0, ±1, ±2 as nodes: 7e-7),
 * with tiles of 2x2 0.3e-7 to 0.6e-7; for plain sums, of nine times the terms, 0.8e-7 to 1.4e-7.
 */

/** The expected greatest error of tiles of that many outputs a side. */
export function winogradError(outputs: 2 | 4, channels: number): number {
  return (outputs === 4 ? 1.6e-7 : 0.6e-7) * Math.sqrt(channels);
}

/** What Winograd's results may be off by, relative to their greatest magnitude; gradients of weights, and the rest. */
export const TOLERANCE = { gradient: 1e-4, forward: 1e-5 };
