/**
 * Different elements, or different slices of an axis. How many there are depends on the values, which are read first, so
 * these are awaited. NaN differs from everything, itself too.
 */

import { ShapeError, formatShape, normalizeAxis } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';
import { leafOf } from '../creation/options.ts';
import { asBytes, decode } from '../data/typed-array.ts';
import { permuteAxes } from './dims.ts';
import { selectRows } from './select-rows.ts';

export interface UniqueConsecutiveOptions {
  /** Also give for each element the position of its value in the result. Default false. */
  readonly returnInverse?: boolean;
  /** Also give for each value how often it stood there. Default false. */
  readonly returnCounts?: boolean;
  /** Compare the slices of this axis, rather than single elements. */
  readonly dim?: number;
}

export interface UniqueOptions extends UniqueConsecutiveOptions {
  /** Whether the result is in order. It is either way. */
  readonly sorted?: boolean;
}

/** Options with which the values come alone. */
type ValuesOnly = { readonly returnInverse?: false; readonly returnCounts?: false };

/** `unique` and `uniqueConsecutive` have two forms each. */
export interface UniqueMethods {
  /** The different elements, as a vector in order, or the different slices of an axis. As torch.unique, awaited. */
  unique(options?: UniqueOptions & ValuesOnly): Promise<Tensor>;
  /** The different elements, then what the options ask for: positions of all elements' values, counts; both int64. */
  unique(options: UniqueOptions): Promise<Tensor[]>;
  /** As `unique`, of neighbours only: the first of each run. As torch.unique_consecutive, awaited. */
  uniqueConsecutive(options?: UniqueConsecutiveOptions & ValuesOnly): Promise<Tensor>;
  /** The first of each run of equal elements, then what the options ask for. */
  uniqueConsecutive(options: UniqueConsecutiveOptions): Promise<Tensor[]>;
}

/** As the method `unique`. */
export function unique(self: Tensor, options?: UniqueOptions & ValuesOnly): Promise<Tensor>;
export function unique(self: Tensor, options: UniqueOptions): Promise<Tensor[]>;
export async function unique(
  self: Tensor,
  { returnInverse = false, returnCounts = false, dim }: UniqueOptions = {},
): Promise<Tensor | Tensor[]> {
  const rows = rowsOf('unique', self, dim);
  const values = decode(await rows.bytes(), rows.dtype);
  const width = rows.shape[1];
  const order = width === 1 ? await sortedPositions(rows) : rowOrder(values, rows.shape[0], width);
  return results(self, dim, groups(values, width, order), returnInverse, returnCounts);
}

/** As the method `uniqueConsecutive`. */
export function uniqueConsecutive(
  self: Tensor,
  options?: UniqueConsecutiveOptions & ValuesOnly,
): Promise<Tensor>;
export function uniqueConsecutive(self: Tensor, options: UniqueConsecutiveOptions): Promise<Tensor[]>;
export async function uniqueConsecutive(
  self: Tensor,
  { returnInverse = false, returnCounts = false, dim }: UniqueConsecutiveOptions = {},
): Promise<Tensor | Tensor[]> {
  const rows = rowsOf('uniqueConsecutive', self, dim);
  const values = decode(await rows.bytes(), rows.dtype);
  const order = Int32Array.from({ length: rows.shape[0] }, (_, i) => i);
  return results(self, dim, groups(values, rows.shape[1], order), returnInverse, returnCounts);
}

/** What is compared, one row each: `[count, width]`. */
function rowsOf(op: string, self: Tensor, dim: number | undefined): Tensor {
  if (dim === undefined || self.ndim === 0) return apply('reshape', [self], { shape: [self.numel, 1] });
  const axis = normalizeAxis(op, dim, self.ndim);
  const count = self.shape[axis];
  if (self.numel === 0 && count > 0) {
    throw new ShapeError(
      `${op}: the slices of axis ${dim} of shape ${formatShape(self.shape)} have no elements`,
    );
  }
  const others = self.shape.map((_, a) => a).filter((a) => a !== axis);
  const moved = permuteAxes(self, [axis, ...others]);
  const width = others.reduce((product, a) => product * self.shape[a], 1);
  return apply('reshape', [moved], { shape: [count, width] });
}

async function sortedPositions(rows: Tensor): Promise<Int32Array> {
  const flat = apply('reshape', [rows], { shape: [rows.numel] });
  const order = apply('argsort', [flat], { axis: 0, descending: false });
  return new Int32Array((await order.bytes()).buffer);
}

type Values = ArrayLike<number | bigint>;

/** The positions of rows in lexicographic order. */
function rowOrder(values: Values, count: number, width: number): Int32Array {
  const compare = (a: number, b: number) => {
    for (let i = 0; i < width; i++) {
      const [x, y] = [values[a * width + i], values[b * width + i]];
      if (x !== y) return x < y || y !== y ? -1 : 1;
    }
    return a - b;
  };
  return Int32Array.from({ length: count }, (_, i) => i).sort(compare);
}

/** Runs of equal rows: where each begins in the order given, and the run each row is in. */
interface Groups {
  readonly firsts: readonly number[];
  readonly counts: readonly number[];
  /** By position of the row. */
  readonly group: Int32Array;
}

function groups(values: Values, width: number, order: Int32Array): Groups {
  const firsts: number[] = [];
  const counts: number[] = [];
  const group = new Int32Array(order.length);
  order.forEach((row, i) => {
    if (i === 0 || differ(values, width, row, order[i - 1])) {
      firsts.push(row);
      counts.push(0);
    }
    counts[counts.length - 1]++;
    group[row] = counts.length - 1;
  });
  return { firsts, counts, group };
}

function differ(values: Values, width: number, a: number, b: number): boolean {
  for (let i = 0; i < width; i++) if (values[a * width + i] !== values[b * width + i]) return true;
  return false;
}

function results(
  self: Tensor,
  dim: number | undefined,
  { firsts, counts, group }: Groups,
  returnInverse: boolean,
  returnCounts: boolean,
): Tensor | Tensor[] {
  const byElement = dim === undefined || self.ndim === 0;
  const whole = byElement ? apply('reshape', [self], { shape: [self.numel] }) : self;
  const axis = byElement ? 0 : normalizeAxis('unique', dim, self.ndim);
  const positions = leafOf(self.home, asBytes(Int32Array.from(firsts)), [firsts.length], 'int32');
  const found = selectRows(whole, axis, positions);
  if (!returnInverse && !returnCounts) return found;
  const integers = (list: ArrayLike<number>, shape: readonly number[]) =>
    leafOf(self.home, asBytes(BigInt64Array.from(list, BigInt)), shape, 'int64');
  return [
    found,
    ...(returnInverse ? [integers(group, dim === undefined ? self.shape : [group.length])] : []),
    ...(returnCounts ? [integers(counts, [counts.length])] : []),
  ];
}
