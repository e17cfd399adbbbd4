/**
 * Strokes of a pen as images of 28 x 28 pixels, made as MNIST's were: the digit is scaled into a box of 20 x 20 pixels
 * and its ink's centre comes to stand in the middle. Generated digits and those drawn by hand go through the same pen, so
 * where and how large somebody draws makes no difference to a network.
 */

/** Pixels along an edge. */
export const SIZE = 28;
/** Edge of the square that the ink is scaled to fit. */
const BOX = 20;

export type Point = readonly [x: number, y: number];
/** The way of the pen between two liftings; a single point is a dot. */
export type Stroke = readonly Point[];

/** Ink of each pixel, row after row, from 0 to 1: `[28 * 28]`. `radius` is the pen's, in pixels. */
export function drawStrokes(strokes: readonly Stroke[], radius: number): Float64Array {
  const lines = fitted(strokes, radius);
  // The square of the distance to the nearest line, where that is near enough for ink.
  const nearest = new Float64Array(SIZE * SIZE).fill(Infinity);
  for (const line of lines) {
    for (let i = 0; i < line.length; i++) measure(nearest, line[Math.max(i - 1, 0)], line[i], radius + 0.5);
  }
  return nearest.map((square) => Math.min(Math.max(radius + 0.5 - Math.sqrt(square), 0), 1));
}

/** The strokes scaled into the box, whatever their units, with their centre in the middle of the image. */
function fitted(strokes: readonly Stroke[], radius: number): readonly Stroke[] {
  const points = strokes.flat();
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const extent = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
  const scale = extent > 0 ? (BOX - 2 * radius) / extent : 1;
  const [cx, cy] = centre(strokes);
  const middle = (SIZE - 1) / 2;
  return strokes.map((stroke) =>
    stroke.map(([x, y]): Point => [middle + scale * (x - cx), middle + scale * (y - cy)]),
  );
}

/** Where the strokes balance, every piece weighing as much as it is long; dots count where there is nothing else. */
function centre(strokes: readonly Stroke[]): Point {
  const pieces = strokes.flatMap((stroke) => stroke.slice(1).map((to, i) => [stroke[i], to] as const));
  const lengths = pieces.map(([[ax, ay], [bx, by]]) => Math.hypot(bx - ax, by - ay));
  const length = lengths.reduce((sum, own) => sum + own, 0);
  if (length === 0) return mean(strokes.flat());
  const balance = (axis: 0 | 1) =>
    pieces.reduce((sum, [from, to], i) => sum + (lengths[i] * (from[axis] + to[axis])) / 2, 0) / length;
  return [balance(0), balance(1)];
}

function mean(points: readonly Point[]): Point {
  const along = (axis: 0 | 1) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  return [along(0), along(1)];
}

/** Lowers the squares of distances of all pixels within `reach` of the line from a to b. */
function measure(nearest: Float64Array, [ax, ay]: Point, [bx, by]: Point, reach: number): void {
  const [dx, dy] = [bx - ax, by - ay];
  const square = dx * dx + dy * dy || 1;
  const clip = (value: number) => Math.min(Math.max(value, 0), SIZE - 1);
  const [left, right] = [clip(Math.ceil(Math.min(ax, bx) - reach)), clip(Math.max(ax, bx) + reach)];
  const [top, bottom] = [clip(Math.ceil(Math.min(ay, by) - reach)), clip(Math.max(ay, by) + reach)];
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const along = Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) / square, 0), 1);
      const [px, py] = [x - ax - along * dx, y - ay - along * dy];
      nearest[y * SIZE + x] = Math.min(nearest[y * SIZE + x], px * px + py * py);
    }
  }
}
