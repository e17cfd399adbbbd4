/**
 * Constants of the transforms: roots of unity, computed on the host in double precision, as tensors that are made once for
 * each device and dtype.
 */

import { numel } from '@tenfold/ir';
import type { DType, Device, Shape } from '@tenfold/ir';
import type { Tensor } from '../core/tensor.ts';
import { leafOf } from '../creation/options.ts';
import { encode } from '../data/typed-array.ts';

/** Tables that one device keeps; beyond that, those that were made first go. */
const MOST_TABLES = 128;

const kept = new WeakMap<Device, Map<string, Tensor>>();

/** The table called `name`, which says all that its numbers depend on; `fill` writes them in row-major order. */
export function table(
  { home, dtype }: { readonly home: Device; readonly dtype: DType },
  name: string,
  shape: Shape,
  fill: (numbers: Float64Array) => void,
): Tensor {
  let tables = kept.get(home);
  if (!tables) kept.set(home, (tables = new Map()));
  const key = `${dtype} ${name}`;
  let made = tables.get(key);
  if (!made) {
    const numbers = new Float64Array(numel(shape));
    fill(numbers);
    made = leafOf(home, encode(numbers, dtype), shape, dtype);
    tables.set(key, made);
    if (tables.size > MOST_TABLES) tables.delete(tables.keys().next().value ?? '');
  }
  return made;
}

/** `exp(2πi · turns / n)`, exact in multiples of a quarter. */
export function root(turns: number, n: number): readonly [re: number, im: number] {
  const rest = 4 * (((turns % n) + n) % n);
  const quarter = Math.floor(rest / n);
  const angle = ((Math.PI / 2) * (rest - quarter * n)) / n;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  if (quarter === 0) return [cos, sin];
  if (quarter === 1) return [-sin, cos];
  return quarter === 2 ? [-cos, -sin] : [sin, -cos];
}

/** Writes a complex number to each place of a table of shape [..., 2]. */
export function fillComplex(
  numbers: Float64Array,
  at: (place: number) => readonly [re: number, im: number],
): void {
  for (let place = 0; place < numbers.length / 2; place++) numbers.set(at(place), 2 * place);
}
