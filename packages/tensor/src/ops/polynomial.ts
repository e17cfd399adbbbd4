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

/**
 * A series of Chebyshev polynomials of x / 2 by Clenshaw's recurrence, the highest degree first; the last term counts half.
 * Terms that float32 cannot see are left out there.
 */
export function chebyshevSeries(x: Tensor, coefficients: readonly number[]): Tensor {
  const seen = x.dtype === 'float64' ? coefficients : coefficients.filter((c) => Math.abs(c) > 1e-9);
  let [b0, b1, b2] = [literal(x, seen[0]), literal(x, 0), literal(x, 0)];
  for (const coefficient of seen.slice(1)) {
    [b2, b1] = [b1, b0];
    b0 = raw.add(raw.sub(raw.mul(x, b1), b2), literal(x, coefficient));
  }
  return raw.mul(raw.sub(b0, b2), literal(x, 0.5));
}
