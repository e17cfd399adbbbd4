/**
 * Mixed-radix algebra on flat indices. A flat index over several loop variables is a number written in digits, each
 * variable one digit; two ways of writing the same index agree on a common refinement when their radices divide one
 * another in turn: [6, 4] and [3, 8] both refine to [3, 2, 4].
 */

import type { IndexExpr } from '../index-expr/index-expr.ts';
import { ZERO, add, scale } from '../index-expr/index-expr.ts';
import type { Digit } from './body.ts';

/** A place of a refined number: it counts from 0 to `extent - 1` and weighs `radix`. */
export interface Place {
  readonly radix: number;
  readonly extent: number;
}

/** The coarsest places that every one of the numbers can be written with, most significant first. */
export function refine(numbers: readonly (readonly Place[])[]): readonly Place[] | undefined {
  const cuts = new Set<number>([1]);
  for (const digits of numbers) {
    for (const { radix, extent } of digits) cuts.add(radix).add(radix * extent);
  }
  const ascending = [...cuts].sort((a, b) => a - b);
  const places: Place[] = [];
  for (let i = 1; i < ascending.length; i++) {
    const [radix, above] = [ascending[i - 1], ascending[i]];
    if (above % radix !== 0) return undefined;
    places.unshift({ radix, extent: above / radix });
  }
  return places;
}

/** A digit as a sum over refined places, each of which `variable` gives an expression for. */
export function digitOver(
  digit: Place,
  places: readonly Place[],
  variable: (place: number) => IndexExpr,
): IndexExpr {
  let index = ZERO;
  places.forEach(({ radix }, i) => {
    if (radix < digit.radix || radix >= digit.radix * digit.extent) return;
    index = add(index, scale(variable(i), radix / digit.radix));
  });
  return index;
}

/**
 * Reads an expression as digits that count from 0 to `total - 1`, each value once: distinct loop variables whose
 * coefficients are the products of the extents to their right. Undefined when it is anything else.
 */
export function asDigits(index: IndexExpr, total: number): readonly Digit[] | undefined {
  if (index.constant !== 0) return undefined;
  const digits: Digit[] = [];
  for (const { atom, coefficient } of index.terms) {
    if (atom.kind !== 'var') return undefined;
    digits.push({ axis: atom.axis, radix: coefficient, extent: atom.max + 1 });
  }
  digits.sort((a, b) => b.radix - a.radix);
  let expected = 1;
  for (let i = digits.length - 1; i >= 0; i--) {
    if (digits[i].radix !== expected) return undefined;
    expected *= digits[i].extent;
  }
  return expected === total ? digits : undefined;
}
