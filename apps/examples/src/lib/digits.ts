/**
 * A data set of digits that is drawn rather than downloaded: one of the ways in which people write a digit, bent, slanted
 * and stretched at random, and drawn with a random pen into 28 x 28 pixels as MNIST's are. The same seed gives the same
 * images everywhere. A network trained on them also reads digits drawn with a mouse or a finger.
 */

import { GLYPHS } from './glyphs.ts';
import type { DigitSet } from './idx.ts';
import { SIZE, drawStrokes } from './pen.ts';
import type { Point, Stroke } from './pen.ts';
import { seededRandom } from './random.ts';

/** `count` images and their labels, the digits in random order. */
export function generateDigits(count: number, seed: number): DigitSet {
  const random = seededRandom(seed);
  const images = new Uint8Array(count * SIZE * SIZE);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    labels[i] = Math.floor(random() * GLYPHS.length);
    const ways = GLYPHS[labels[i]];
    const strokes = ways[Math.floor(random() * ways.length)];
    draw(strokes, random, images.subarray(i * SIZE * SIZE, (i + 1) * SIZE * SIZE));
  }
  return { images, labels, count, rows: SIZE, columns: SIZE };
}

function draw(strokes: readonly Stroke[], random: () => number, pixels: Uint8Array): void {
  const between = (low: number, high: number) => low + (high - low) * random();
  const ink = drawStrokes(handwritten(strokes, between), between(0.8, 1.9));
  ink.forEach((share, i) => {
    const noise = share > 0 ? between(-30, 0) : 0;
    pixels[i] = Math.max(0, Math.round(255 * share + noise));
  });
}

type Between = (low: number, high: number) => number;

/** Strokes as one person wrote them once. */
function handwritten(strokes: readonly Stroke[], between: Between): readonly Stroke[] {
  const angle = between(-0.25, 0.25);
  const shear = between(-0.35, 0.35);
  const [width, height] = [between(0.65, 1.15), between(0.85, 1.1)];
  const [bendX, bendY] = [wave(between), wave(between)];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return strokes.map((stroke) => {
    // A pen that is set down anew does not land quite where it should.
    const [shiftX, shiftY] = [between(-0.03, 0.03), between(-0.03, 0.03)];
    return stroke.map(([px, py]): Point => {
      const x = width * (px - 0.5 + shiftX + bendX(py) + between(-0.008, 0.008));
      const y = height * (py - 0.5 + shiftY + bendY(px) + between(-0.008, 0.008));
      const slanted = x - shear * y;
      return [slanted * cos - y * sin, slanted * sin + y * cos];
    });
  });
}

/** A slow wave of random height and length. */
function wave(between: Between): (at: number) => number {
  const [height, turns, start] = [between(0, 0.06), between(0.4, 1.4), between(0, 1)];
  return (at) => height * Math.sin(2 * Math.PI * (turns * at + start));
}
