/** Arithmetic on extents. */

export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/** How many indices a tuple of axes has. */
export function count(extents: readonly number[]): number {
  return extents.reduce((product, extent) => product * extent, 1);
}
