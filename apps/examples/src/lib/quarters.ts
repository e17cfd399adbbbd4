/** A map of the plane that is another rotation in each quarter: easy for four specialists, hard for one generalist. */

export const QUARTERS = ['x > 0, y > 0', 'x < 0, y > 0', 'x > 0, y < 0', 'x < 0, y < 0'] as const;

/** Points of the square from -1 to 1, and where the map takes them. */
export interface Points {
  /** `[count, 2]` both. */
  readonly inputs: Float32Array<ArrayBuffer>;
  readonly targets: Float32Array<ArrayBuffer>;
}

/** Which of the quarters a point is in. */
export function quarterOf(x: number, y: number): number {
  return (x < 0 ? 1 : 0) + (y < 0 ? 2 : 0);
}

export function drawPoints(count: number, random: () => number): Points {
  const inputs = Float32Array.from({ length: 2 * count }, () => 2 * random() - 1);
  const targets = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const [x, y] = inputs.subarray(2 * i, 2 * i + 2);
    const angle = [0.3, 2.1, 4, 5.4][quarterOf(x, y)];
    targets[2 * i] = Math.cos(angle) * x - Math.sin(angle) * y;
    targets[2 * i + 1] = Math.sin(angle) * x + Math.cos(angle) * y;
  }
  return { inputs, targets };
}
