/** The product computed plainly in float64 by the definition: the oracle of the tests. */

import type { OperandShape, ProductShape } from './product.ts';

/** Every index tuple of some axes, outermost first. */
function tuples(extents: readonly number[]): number[][] {
  return extents.reduce<number[][]>(
    (all, extent) => all.flatMap((tuple) => Array.from({ length: extent }, (_, i) => [...tuple, i])),
    [[]],
  );
}

function dot(steps: readonly number[], indices: readonly number[]): number {
  return steps.reduce((sum, step, i) => sum + step * indices[i], 0);
}

function read(
  values: ArrayLike<number>,
  shape: OperandShape,
  batch: number[],
  outer: number[],
  k: number[],
): number {
  const at = (steps: Pick<OperandShape, 'batch' | 'outer' | 'k'>): number =>
    dot(steps.batch, batch) + dot(steps.outer, outer) + dot(steps.k, k);
  for (const guard of shape.guards ?? []) {
    const coordinate = guard.offset + at(guard);
    if (coordinate < 0 || coordinate >= guard.extent) return 0;
  }
  return values[(shape.offset ?? 0) + at(shape)];
}

/** c as an array of float64; elements that the product does not write are NaN. */
export function referenceProduct(
  shape: ProductShape,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): Float64Array {
  const c = new Float64Array(shape.c.elements).fill(NaN);
  const ks = tuples(shape.k);
  const ns = tuples(shape.n);
  for (const batch of tuples(shape.batch)) {
    const columns = ns.map((n) => ks.map((k) => read(b, shape.b, batch, n, k)));
    for (const m of tuples(shape.m)) {
      const row = ks.map((k) => read(a, shape.a, batch, m, k));
      ns.forEach((n, j) => {
        const column = columns[j];
        const at = dot(shape.c.batch, batch) + dot(shape.c.m, m) + dot(shape.c.n, n);
        c[at] = row.reduce((sum, value, i) => sum + value * column[i], 0);
      });
    }
  }
  return c;
}
