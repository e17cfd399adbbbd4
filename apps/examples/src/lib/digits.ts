/**
 * A data set of digits that is drawn rather than downloaded: each digit is a few strokes, bent by a random affine map
 * and drawn with a random pen into 28 x 28 pixels, as MNIST's are. The same seed gives the same images everywhere.
 */

import type { DigitSet } from './idx.ts';
import { seededRandom } from './random.ts';

const SIZE = 28;

type Point = readonly [x: number, y: number];
type Stroke = readonly Point[];

/** Points on an ellipse around (cx, cy); angles in turns, clockwise from three o'clock. */
function arc(cx: number, cy: number, rx: number, ry: number, from: number, to: number): Stroke {
  const steps = 14;
  return Array.from({ length: steps + 1 }, (_, i): Point => {
    const angle = 2 * Math.PI * (from + ((to - from) * i) / steps);
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
  });
}

/** The strokes of each digit in the unit square, y downwards. */
const GLYPHS: readonly (readonly Stroke[])[] = [
  [arc(0.5, 0.5, 0.26, 0.38, 0, 1)],
  [[[0.36, 0.28], [0.54, 0.12], [0.54, 0.88]]],
  [[...arc(0.5, 0.34, 0.24, 0.22, 0.52, 1.08), [0.26, 0.86], [0.78, 0.86]]],
  [arc(0.47, 0.31, 0.22, 0.19, 0.58, 1.25), arc(0.47, 0.69, 0.26, 0.2, 0.75, 1.42)],
  [[[0.62, 0.88], [0.62, 0.12], [0.22, 0.62], [0.8, 0.62]]],
  [[[0.74, 0.13], [0.34, 0.13], [0.3, 0.46]], arc(0.48, 0.64, 0.26, 0.23, 0.64, 1.4)],
  [[[0.64, 0.12], [0.4, 0.32], [0.28, 0.6]], arc(0.5, 0.66, 0.23, 0.21, 0, 1)],
  [[[0.24, 0.14], [0.76, 0.14], [0.44, 0.88]]],
  [arc(0.5, 0.3, 0.19, 0.18, 0, 1), arc(0.5, 0.69, 0.24, 0.2, 0, 1)],
  [arc(0.5, 0.34, 0.22, 0.21, 0, 1), [[0.72, 0.36], [0.68, 0.62], [0.54, 0.88]]],
]; // prettier-ignore

/** `count` images and their labels, the digits in random order. */
export function generateDigits(count: number, seed: number): DigitSet {
  const random = seededRandom(seed);
  const images = new Uint8Array(count * SIZE * SIZE);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    labels[i] = Math.floor(random() * GLYPHS.length);
    draw(GLYPHS[labels[i]], random, images.subarray(i * SIZE * SIZE, (i + 1) * SIZE * SIZE));
  }
  return { images, labels, count, rows: SIZE, columns: SIZE };
}

/** Draws the strokes through a random affine map with a round pen and soft edges. */
function draw(strokes: readonly Stroke[], random: () => number, pixels: Uint8Array): void {
  const between = (low: number, high: number) => low + (high - low) * random();
  const angle = between(-0.25, 0.25);
  const shear = between(-0.25, 0.25);
  const [width, height] = [between(15, 21), between(17, 22)];
  const [left, top] = [SIZE / 2 + between(-2, 2), SIZE / 2 + between(-2, 2)];
  const pen = between(0.9, 1.9);
  const place = ([px, py]: Point): Point => {
    const x = (px - 0.5 + between(-0.02, 0.02)) * width;
    const y = (py - 0.5 + between(-0.02, 0.02)) * height;
    const slanted = x - shear * y;
    return [
      left + slanted * Math.cos(angle) - y * Math.sin(angle),
      top + slanted * Math.sin(angle) + y * Math.cos(angle),
    ];
  };
  const lines = strokes.map((stroke) => stroke.map(place));
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++) {
      const distance = Math.min(...lines.map((line) => distanceToLine([column, row], line)));
      const ink = Math.min(Math.max(pen + 0.5 - distance, 0), 1);
      const noise = ink > 0 ? between(-30, 0) : 0;
      pixels[row * SIZE + column] = Math.max(0, Math.round(255 * ink + noise));
    }
  }
}

function distanceToLine(point: Point, line: Stroke): number {
  let nearest = Infinity;
  for (let i = 1; i < line.length; i++)
    nearest = Math.min(nearest, distanceToSegment(point, line[i - 1], line[i]));
  return nearest;
}

function distanceToSegment([px, py]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const along = ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy || 1);
  const t = Math.min(Math.max(along, 0), 1);
  return Math.hypot(px - ax - t * dx, py - ay - t * dy);
}
