/**
 * How members of a group lie over its rows, worked out from what they read of each other. A read of a producer's value
 * names an element of it; the producer's digits say in which row, and at which place of the row, that element is made.
 * The consumer can share the kernel when it wants elements of its own row only. At the same place the value is at
 * hand; at another one, a pointwise value is computed once more.
 */

import type { IndexExpr } from '../index-expr/index-expr.ts';
import { ZERO, add, div, mod, scale } from '../index-expr/index-expr.ts';
import type { Body, Digit } from './body.ts';
import { digitsOver, span, spell } from './body.ts';
import { asDigits } from './digits.ts';
import type { Member } from './group.ts';

/** A member's digits. */
export interface Layout {
  readonly rows: readonly Digit[];
  readonly local: readonly Digit[];
}

/** The coordinate of each of a producer's output axes that a read of its flat output touches. */
export function coordinates(producer: Body, read: IndexExpr): Map<number, IndexExpr> {
  const total = span(digitsOver(producer, producer.space));
  const found = new Map<number, IndexExpr>();
  for (const { axis, radix, extent } of digitsOver(producer, producer.space)) {
    const above = div(read, radix);
    found.set(axis, radix * extent === total ? above : mod(above, extent));
  }
  return found;
}

function spellWith(
  digits: readonly Digit[],
  coordinate: ReadonlyMap<number, IndexExpr>,
): IndexExpr | undefined {
  let index = ZERO;
  for (const { axis, radix } of digits) {
    const at = coordinate.get(axis);
    if (!at) return undefined;
    index = add(index, scale(at, radix));
  }
  return index;
}

/** Whether a member makes one number a row. */
export function isScalar({ body, local }: Member): boolean {
  return body.kind !== 'pointwise' || local.length === 0;
}

/** The row, and the place in it, in which the element that a read touches is made. */
export function madeAt(producer: Member, read: IndexExpr): { row: IndexExpr; local: IndexExpr } | undefined {
  const { body, rows, local } = producer;
  const whole = digitsOver(body, body.space);
  if (isScalar(producer) && sameDigits(rows, whole)) return { row: read, local: ZERO };
  const coordinate = coordinates(body, read);
  const row = spellWith(rows, coordinate);
  const place = isScalar(producer) ? ZERO : spellWith(local, coordinate);
  return row && place && { row, local: place };
}

function sameDigits(a: readonly Digit[], b: readonly Digit[]): boolean {
  return a.length === b.length && a.every(({ axis, radix }, i) => axis === b[i].axis && radix === b[i].radix);
}

/** Whether a reader wants an element of the row that it is in. */
export function readsOwnRow(producer: Member, reader: Layout, read: IndexExpr): boolean {
  return madeAt(producer, read)?.row.key === spell(reader.rows).key;
}

/**
 * The layout under which a reader wants an element in the row where its producer makes it, and if possible at the
 * same place. `axes` are the variables that may count rows; those that do not, count places.
 */
export function readerLayout(
  producer: Member,
  rows: number,
  body: Body,
  axes: readonly number[],
  read: IndexExpr,
): Layout | undefined {
  const made = madeAt(producer, read);
  const digits = made && asDigits(made.row, rows);
  if (!digits || digits.some(({ axis }) => !axes.includes(axis))) return undefined;
  const rest = axes.filter((axis) => !digits.some((digit) => digit.axis === axis));
  const whole = digitsOver(body, rest);
  const local = isScalar(producer) ? undefined : asDigits(made.local, span(producer.local));
  const samePlaces = local && span(local) === span(whole) && local.every(({ axis }) => rest.includes(axis));
  return { rows: digits, local: samePlaces ? local : whole };
}

/** The layout under which a pointwise producer makes an element where a reader wants it. */
export function producerLayout(body: Body, reader: Layout, read: IndexExpr): Layout | undefined {
  const rows: Digit[] = [];
  const local: Digit[] = [];
  const coordinate = coordinates(body, read);
  for (const { axis, extent } of digitsOver(body, body.space)) {
    const at = coordinate.get(axis)!;
    const inRow = weight(at, reader.rows);
    const inPlace = inRow === undefined ? weight(at, reader.local) : undefined;
    if (inRow !== undefined) rows.push({ axis, radix: inRow, extent });
    else if (inPlace !== undefined) local.push({ axis, radix: inPlace, extent });
    else return undefined;
  }
  if (!covers(rows, span(reader.rows))) return undefined;
  if (local.length > 0 && !covers(local, span(reader.local))) return undefined;
  return { rows: descending(rows), local: descending(local) };
}

/** The radix of an index among digits that it is a run of: digits 6·a + b within 12·a + 2·b + c weigh 2. */
function weight(index: IndexExpr, digits: readonly Digit[]): number | undefined {
  if (index.constant !== 0 || index.terms.length === 0) return undefined;
  let found: number | undefined;
  for (const { atom, coefficient } of index.terms) {
    const digit = atom.kind === 'var' ? digits.find(({ axis }) => axis === atom.axis) : undefined;
    if (!digit || digit.radix % coefficient !== 0) return undefined;
    const radix = digit.radix / coefficient;
    if (found !== undefined && found !== radix) return undefined;
    found = radix;
  }
  return found;
}

function descending(digits: readonly Digit[]): Digit[] {
  return [...digits].sort((a, b) => b.radix - a.radix);
}

/** Whether digits count from 0 to `total - 1`, each value once. */
function covers(digits: readonly Digit[], total: number): boolean {
  let expected = 1;
  for (const { radix, extent } of descending(digits).reverse()) {
    if (radix !== expected) return false;
    expected *= extent;
  }
  return expected === total;
}

/**
 * Carries a change of layout over to another member: `from` had the rows `before` and has now the layout `after`;
 * whatever shared those rows moves along. Undefined where the other's digits straddle a boundary of the change.
 */
export function follow(before: readonly Digit[], after: Layout, rows: readonly Digit[]): Layout | undefined {
  const movedRows: Digit[] = [];
  const movedLocal: Digit[] = [];
  for (const digit of rows) {
    const inRow = moved(digit, before, after.rows);
    const inPlace = inRow ? undefined : moved(digit, before, after.local);
    if (inRow) movedRows.push(inRow);
    else if (inPlace) movedLocal.push(inPlace);
    else return undefined;
  }
  return { rows: descending(movedRows), local: descending(movedLocal) };
}

/** A digit over `before`'s number as a digit over `after`'s: it must be part of, or a run of, digits that stay together. */
function moved(digit: Digit, before: readonly Digit[], after: readonly Digit[]): Digit | undefined {
  let radix: number | undefined;
  let reached = 1;
  for (const old of [...before].reverse()) {
    const low = Math.max(old.radix, digit.radix);
    const high = Math.min(old.radix * old.extent, digit.radix * digit.extent);
    if (low >= high) continue;
    const now = after.find(({ axis }) => axis === old.axis);
    if (!now || low % old.radix !== 0 || high % low !== 0) return undefined;
    const shifted = now.radix * (low / old.radix);
    if (radix === undefined) radix = shifted;
    else if (shifted !== radix * reached) return undefined;
    reached *= high / low;
  }
  return radix !== undefined && reached === digit.extent ? { ...digit, radix } : undefined;
}
