/** Powers of two: workgroups, lanes and tables come in them. */

/** The greatest power that is at most `x`, and at least 1. */
export function powerAtMost(x: number): number {
  return x < 1 ? 1 : 2 ** Math.floor(Math.log2(x));
}

/** The least power that is at least `x` and 1. */
export function powerAtLeast(x: number): number {
  return x <= 1 ? 1 : 2 ** Math.ceil(Math.log2(x));
}

/** Whether `x` is 1, 2, 4, ... */
export function isPower(x: number): boolean {
  return x >= 1 && Number.isInteger(Math.log2(x));
}
