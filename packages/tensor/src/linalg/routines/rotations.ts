/**
 * Sequences of plane rotations of neighbouring columns, as a step of the QR algorithm makes them: each row goes through all
 * of them at once, so that an element is read and written once, and four rows go together.
 */

/** Cosines and sines; number i turns columns i and i + 1. */
export interface Rotations {
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

export function rotations(count: number): Rotations {
  return { cos: new Float64Array(count), sin: new Float64Array(count) };
}

/** Columns x and y become cos x + sin y and cos y - sin x, in turn for the pairs from `first` up to `last`. */
export function rotateColumns(
  z: Float64Array,
  rows: number,
  step: number,
  { cos, sin }: Rotations,
  first: number,
  last: number,
): void {
  let row = 0;
  for (; row + 3 < rows; row += 4) rotateFourRows(z, row * step, step, cos, sin, first, last);
  for (; row < rows; row++) {
    const at = row * step;
    let x = z[at + first];
    for (let k = first; k < last; k++) {
      const y = z[at + k + 1];
      z[at + k] = cos[k] * x + sin[k] * y;
      x = cos[k] * y - sin[k] * x;
    }
    z[at + last] = x;
  }
}

function rotateFourRows(
  z: Float64Array,
  p: number,
  step: number,
  cos: Float64Array,
  sin: Float64Array,
  first: number,
  last: number,
): void {
  const q = p + step;
  const r = q + step;
  const s = r + step;
  let x0 = z[p + first];
  let x1 = z[q + first];
  let x2 = z[r + first];
  let x3 = z[s + first];
  for (let k = first; k < last; k++) {
    const a = cos[k];
    const b = sin[k];
    const y0 = z[p + k + 1];
    const y1 = z[q + k + 1];
    const y2 = z[r + k + 1];
    const y3 = z[s + k + 1];
    z[p + k] = a * x0 + b * y0;
    z[q + k] = a * x1 + b * y1;
    z[r + k] = a * x2 + b * y2;
    z[s + k] = a * x3 + b * y3;
    x0 = a * y0 - b * x0;
    x1 = a * y1 - b * x1;
    x2 = a * y2 - b * x2;
    x3 = a * y3 - b * x3;
  }
  z[p + last] = x0;
  z[q + last] = x1;
  z[r + last] = x2;
  z[s + last] = x3;
}

/** The length of (x, y). Math.hypot, which takes any number of arguments, is many times slower. */
export function lengthOf(x: number, y: number): number {
  const squares = x * x + y * y;
  if (squares > 1e-280 && squares < 1e280) return Math.sqrt(squares);
  const [a, b] = [Math.abs(x), Math.abs(y)];
  const greater = Math.max(a, b);
  if (greater === 0) return 0;
  const ratio = Math.min(a, b) / greater;
  return greater * Math.sqrt(1 + ratio * ratio);
}
