/**
 * Orthogonal polynomials by their three-term recurrences (Abramowitz and Stegun, 22.7), element by element. The degree
 * `n` is a number, or a tensor that broadcasts against `x`: then all degrees up to the greatest are computed, up to 64
 * where the values of `n` are not known on the host. Negative degrees give 0, as in PyTorch.
 */

import { isFloat } from '@tenfold/ir';
import { literal, together } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import { resultType } from '../core/promote.ts';
import type { Operand } from '../core/promote.ts';
import { Tensor } from '../core/tensor.ts';
import { decode } from '../data/typed-array.ts';
import { hostBytes } from '../ops/index-range.ts';

/** The degree that tensors of unknown degrees are computed up to. */
const MOST = 64;

interface Family {
  /** The polynomial of degree 1. */
  first(x: Tensor): Tensor;
  /** From degrees k and k - 1 to k + 1. */
  next(x: Tensor, k: number, current: Tensor, previous: Tensor): Tensor;
}

const times = (x: Tensor, by: number) => raw.mul(x, literal(x, by));
const plus = (x: Tensor, by: number) => raw.add(x, literal(x, by));
const twice = (x: Tensor, _: number, current: Tensor, previous: Tensor) =>
  raw.sub(raw.mul(times(x, 2), current), previous);

const chebyshev = (first: (x: Tensor) => Tensor): Family => ({ first, next: twice });
const CHEBYSHEV = {
  t: chebyshev((x) => x),
  u: chebyshev((x) => times(x, 2)),
  v: chebyshev((x) => plus(times(x, 2), -1)),
  w: chebyshev((x) => plus(times(x, 2), 1)),
};
const HERMITE: Family = {
  first: (x) => times(x, 2),
  next: (x, k, current, previous) => raw.sub(raw.mul(times(x, 2), current), times(previous, 2 * k)),
};
const HERMITE_E: Family = {
  first: (x) => x,
  next: (x, k, current, previous) => raw.sub(raw.mul(x, current), times(previous, k)),
};
const LAGUERRE: Family = {
  first: (x) => plus(raw.neg(x), 1),
  next: (x, k, current, previous) => {
    const sum = raw.sub(raw.mul(plus(raw.neg(x), 2 * k + 1), current), times(previous, k));
    return raw.div(sum, literal(sum, k + 1));
  },
};
const LEGENDRE: Family = {
  first: (x) => x,
  next: (x, k, current, previous) => {
    const sum = raw.sub(raw.mul(times(x, 2 * k + 1), current), times(previous, k));
    return raw.div(sum, literal(sum, k + 1));
  },
};

/** Chebyshev's polynomial of the first kind. As torch.special.chebyshev_polynomial_t. */
export function chebyshevPolynomialT(x: Operand, n: Operand): Tensor {
  return evaluate('chebyshevPolynomialT', CHEBYSHEV.t, x, n);
}

/** Chebyshev's polynomial of the second kind. As torch.special.chebyshev_polynomial_u. */
export function chebyshevPolynomialU(x: Operand, n: Operand): Tensor {
  return evaluate('chebyshevPolynomialU', CHEBYSHEV.u, x, n);
}

/** Chebyshev's polynomial of the third kind. As torch.special.chebyshev_polynomial_v. */
export function chebyshevPolynomialV(x: Operand, n: Operand): Tensor {
  return evaluate('chebyshevPolynomialV', CHEBYSHEV.v, x, n);
}

/** Chebyshev's polynomial of the fourth kind. As torch.special.chebyshev_polynomial_w. */
export function chebyshevPolynomialW(x: Operand, n: Operand): Tensor {
  return evaluate('chebyshevPolynomialW', CHEBYSHEV.w, x, n);
}

/** `chebyshevPolynomialT` of `2x - 1`. As torch.special.shifted_chebyshev_polynomial_t. */
export function shiftedChebyshevPolynomialT(x: Operand, n: Operand): Tensor {
  return evaluate('shiftedChebyshevPolynomialT', CHEBYSHEV.t, x, n, shifted);
}

/** `chebyshevPolynomialU` of `2x - 1`. As torch.special.shifted_chebyshev_polynomial_u. */
export function shiftedChebyshevPolynomialU(x: Operand, n: Operand): Tensor {
  return evaluate('shiftedChebyshevPolynomialU', CHEBYSHEV.u, x, n, shifted);
}

/** `chebyshevPolynomialV` of `2x - 1`. As torch.special.shifted_chebyshev_polynomial_v. */
export function shiftedChebyshevPolynomialV(x: Operand, n: Operand): Tensor {
  return evaluate('shiftedChebyshevPolynomialV', CHEBYSHEV.v, x, n, shifted);
}

/** `chebyshevPolynomialW` of `2x - 1`. As torch.special.shifted_chebyshev_polynomial_w. */
export function shiftedChebyshevPolynomialW(x: Operand, n: Operand): Tensor {
  return evaluate('shiftedChebyshevPolynomialW', CHEBYSHEV.w, x, n, shifted);
}

/** The physicists' Hermite polynomial. As torch.special.hermite_polynomial_h. */
export function hermitePolynomialH(x: Operand, n: Operand): Tensor {
  return evaluate('hermitePolynomialH', HERMITE, x, n);
}

/** The probabilists' Hermite polynomial. As torch.special.hermite_polynomial_he. */
export function hermitePolynomialHe(x: Operand, n: Operand): Tensor {
  return evaluate('hermitePolynomialHe', HERMITE_E, x, n);
}

/** Laguerre's polynomial. As torch.special.laguerre_polynomial_l. */
export function laguerrePolynomialL(x: Operand, n: Operand): Tensor {
  return evaluate('laguerrePolynomialL', LAGUERRE, x, n);
}

/** Legendre's polynomial. As torch.special.legendre_polynomial_p. */
export function legendrePolynomialP(x: Operand, n: Operand): Tensor {
  return evaluate('legendrePolynomialP', LEGENDRE, x, n);
}

function shifted(x: Tensor): Tensor {
  return plus(times(x, 2), -1);
}

function evaluate(
  op: string,
  family: Family,
  x: Operand,
  n: Operand,
  move: (x: Tensor) => Tensor = (place) => place,
): Tensor {
  const promoted = resultType(op, [x, n]);
  const [argument, degree] = together(op, [x, n], isFloat(promoted) ? promoted : 'float32');
  const place = move(argument);
  const known = n instanceof Tensor ? undefined : Math.trunc(Number(n));
  const most = known ?? greatest(n);
  let [previous, current] = [literal(place, 1), family.first(place)];
  if (known !== undefined && known <= 0) return literal(place, known < 0 ? 0 : 1);
  const whole = raw.trunc(degree);
  const isDegree = (k: number) => raw.eq(whole, literal(whole, k));
  let result = raw.where(isDegree(0), previous, literal(place, 0));
  for (let k = 1; k <= most; k++) {
    if (k > 1) [previous, current] = [current, family.next(place, k - 1, current, previous)];
    if (known === undefined) result = raw.where(isDegree(k), current, result);
  }
  return known === undefined ? beyond(whole, most, result) : current;
}

/** Degrees that were not computed give NaN. */
function beyond(degree: Tensor, most: number, result: Tensor): Tensor {
  return raw.where(raw.lt(literal(degree, most), degree), literal(result, NaN), result);
}

/** The greatest degree, if the values are on the host. */
function greatest(n: Operand): number {
  const bytes = n instanceof Tensor ? hostBytes(n) : undefined;
  if (!(n instanceof Tensor) || !bytes) return MOST;
  let most = 0;
  for (const value of decode(bytes, n.dtype)) most = Math.max(most, Math.trunc(Number(value)));
  return Math.min(most, MOST);
}
