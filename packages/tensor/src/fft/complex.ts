/**
 * Complex numbers: a trailing axis of 2 of a float tensor, the real part first. The product of two of them is one of
 * each component with the other's, and a flip.
 */

import { ShapeError, formatShape } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { expandTo, literal, together } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { stack } from '../ops/join.ts';
import { asFloat } from '../ops/numeric.ts';
import { select } from '../ops/slice.ts';
import { fillComplex, table } from './tables.ts';

/**
 * Complex numbers of their parts: a trailing axis of 2. Without `imag` that part is 0, which makes complex numbers of
 * real ones. As torch.complex.
 */
export function complex(real: Tensor, imag?: Tensor): Tensor {
  const [re, im] = imag
    ? together('complex', [asFloat(real), asFloat(imag)])
    : [asFloat(real), literal(asFloat(real), 0)];
  return composed(real, () => stack([re, im], -1));
}

/** Complex numbers of magnitudes and angles. As torch.polar. */
export function polar(abs: Tensor, angle: Tensor): Tensor {
  const [length, phase] = together('polar', [asFloat(abs), asFloat(angle)]);
  return composed(abs, () => stack([raw.mul(length, raw.cos(phase)), raw.mul(length, raw.sin(phase))], -1));
}

/** The real parts of complex numbers. As torch.real. */
export function real(input: Tensor): Tensor {
  return select(checkComplex('real', input), -1, 0);
}

/** The imaginary parts of complex numbers. As torch.imag. */
export function imag(input: Tensor): Tensor {
  return select(checkComplex('imag', input), -1, 1);
}

/** Complex numbers with the imaginary part negated. As torch.conj. */
export function conj(input: Tensor): Tensor {
  return composed(input, () => conjugate(checkComplex('conj', input)));
}

export function conjugate(x: Tensor): Tensor {
  const signs = table(x, 'conj', [2], (numbers) => numbers.set([1, -1]));
  return raw.mul(x, expandTo(signs, x.shape));
}

/** Multiplies by the complex numbers `at(0)`, `at(1)`, … of a table, which broadcasts; `shape` ends in an axis of 2. */
export function timesTable(
  x: Tensor,
  name: string,
  shape: Shape,
  at: (place: number) => readonly [re: number, im: number],
): Tensor {
  const straight = table(x, `${name} straight`, shape, (numbers) =>
    fillComplex(numbers, (place) => [at(place)[0], at(place)[0]]),
  );
  const crossed = table(x, `${name} crossed`, shape, (numbers) =>
    fillComplex(numbers, (place) => [-at(place)[1], at(place)[1]]),
  );
  const swapped = apply('flip', [x], { axes: [x.ndim - 1] });
  return raw.add(raw.mul(x, expandTo(straight, x.shape)), raw.mul(swapped, expandTo(crossed, x.shape)));
}

/** A tensor that ends in an axis of 2. */
export function checkComplex(op: string, input: Tensor): Tensor {
  if (input.shape.at(-1) === 2) return asFloat(input);
  throw new ShapeError(
    `${op}: expected complex numbers as a trailing axis of 2, got shape ${formatShape(input.shape)}; ` +
      'make them of real ones with complex(x)',
  );
}
