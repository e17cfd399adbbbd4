import { describe, expect, test } from 'vitest';
import { SIZE, drawStrokes } from '../src/lib/pen.ts';
import type { Stroke } from '../src/lib/pen.ts';

/** Sum of the ink, and the point where it balances. */
function balance(image: Float64Array): { ink: number; x: number; y: number } {
  let [ink, x, y] = [0, 0, 0];
  image.forEach((share, i) => {
    ink += share;
    x += share * (i % SIZE);
    y += share * Math.floor(i / SIZE);
  });
  return { ink, x: x / ink, y: y / ink };
}

const seven: Stroke = [[0.2, 0.1], [0.8, 0.1], [0.4, 0.9]]; // prettier-ignore
const moved = (stroke: Stroke, scale: number, shift: number): Stroke =>
  stroke.map(([x, y]) => [scale * x + shift, scale * y - shift]);

describe('drawStrokes', () => {
  test('the ink balances in the middle and keeps within a box of 20 pixels', () => {
    const image = drawStrokes([seven], 1.3);
    const { ink, x, y } = balance(image);
    expect(x).toBeCloseTo(13.5, 0);
    expect(y).toBeCloseTo(13.5, 0);
    expect(ink).toBeGreaterThan(60);
    const rows = new Set([...image.keys()].filter((i) => image[i] > 0.5).map((i) => Math.floor(i / SIZE)));
    expect(rows.size).toBeGreaterThanOrEqual(18);
    expect(rows.size).toBeLessThanOrEqual(21);
  });

  test('where and how large something is drawn makes no difference', () => {
    const image = drawStrokes([seven], 1.3);
    const placements = [[280, 0], [3, 40], [0.01, -7]]; // prettier-ignore
    for (const [scale, shift] of placements) {
      const other = drawStrokes([moved(seven, scale, shift)], 1.3);
      other.forEach((share, i) => expect(share).toBeCloseTo(image[i], 6));
    }
  });

  test('a dot is a dot in the middle', () => {
    const image = drawStrokes([[[5, 5]]], 2);
    expect(balance(image)).toMatchObject({ x: expect.closeTo(13.5, 6), y: expect.closeTo(13.5, 6) });
    expect(image.filter((share) => share > 0).length).toBeGreaterThan(8);
  });

  test('of nothing is white', () => {
    expect(drawStrokes([], 1).every((share) => share === 0)).toBe(true);
  });
});
