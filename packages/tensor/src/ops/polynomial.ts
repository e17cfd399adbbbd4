/** Polynomials with known coefficients, which published approximations consist of. */

import { literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';

/** Horner's rule, the coefficient of the highest power first. */
export function polynomial(x: Tensor, coefficients: readonly number[]): Tensor {
  const [highest, ...others] = coefficients;
  return others.reduce<Tensor>(
    (sum, coefficient) => raw.add(raw.mul(sum, x), literal(x, coefficient)),
    literal(x, highest),
  );
}

/** A quotient of two polynomials. */
export function rational(x: Tensor, above: readonly number[], below: readonly number[]): Tensor {
  return raw.div(polynomial(x, above), polynomial(x, below));
}
