/**
 * Transforms between n real numbers and the n/2 + 1 complex ones that say it all, along the last axis, without scaling.
 * An even number of reals is half as many complex numbers as it lies in memory, so long ones cost half of a complex
 * transform (Cooley, Lewis & Welch 1970).
 */

import { apply } from '../core/apply.ts';
import { expandTo } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { cat } from '../ops/join.ts';
import { select } from '../ops/slice.ts';
import { sliceAxis } from '../ops/slice-axis.ts';
import { complex, conjugate, timesTable } from './complex.ts';
import { DIRECT, contractAxis, dft } from './dft.ts';
import { root, table } from './tables.ts';

/** [..., n] to [..., n/2 + 1, 2]. */
export function realDft(x: Tensor): Tensor {
  const axis = x.ndim - 1;
  const n = x.shape[axis];
  const half = Math.floor(n / 2);
  if (n <= DIRECT) {
    const matrix = table(x, `real dft ${n}`, [n, half + 1, 2], (numbers) => {
      for (let j = 0; j < n; j++)
        for (let k = 0; k <= half; k++) numbers.set(root(-j * k, n), 2 * (j * (half + 1) + k));
    });
    const rows = apply('reshape', [x], { shape: [...x.shape, 1] });
    const wide = apply('reshape', [matrix], { shape: [n, 1, half + 1, 2] });
    return contractAxis(rows, wide, [axis, axis + 1]);
  }
  if (n % 2 === 1) return sliceAxis(dft(complex(x), axis, -1), axis, 0, half + 1);
  const packed = dft(apply('reshape', [x], { shape: [...x.shape.slice(0, -1), half, 2] }), axis, -1);
  const { sum, difference } = mirrored(cat([packed, sliceAxis(packed, axis, 0, 1)], axis), axis);
  // Twice the transforms of the even and of the odd elements; the latter times -i.
  const odd = timesTable(difference, `real odd ${n}`, [half + 1, 2], (k) => {
    const [re, im] = root(-k, n);
    return [im / 2, -re / 2];
  });
  return raw.add(
    timesTable(sum, 'half', [1, 2], () => [0.5, 0]),
    odd,
  );
}

/** [..., n/2 + 1, 2] to [..., n]; the imaginary parts of the first one, and of the last where n is even, are not looked at. */
export function inverseRealDft(x: Tensor, n: number): Tensor {
  const axis = x.ndim - 2;
  const half = Math.floor(n / 2);
  if (n <= DIRECT) {
    const matrix = table(x, `inverse real dft ${n}`, [half + 1, 2, n], (numbers) => {
      for (let k = 0; k <= half; k++) {
        const weight = k === 0 || 2 * k === n ? 1 : 2;
        for (let j = 0; j < n; j++) {
          const [re, im] = root(j * k, n);
          numbers[2 * k * n + j] = weight * re;
          numbers[(2 * k + 1) * n + j] = weight === 1 ? 0 : -weight * im;
        }
      }
    });
    const wide = apply('reshape', [matrix], { shape: [half + 1, 2, n, 1] });
    const made = contractAxis(x, wide, [axis, axis + 1]);
    return apply('reshape', [made], { shape: [...x.shape.slice(0, -2), n] });
  }
  const own = raw.mul(x, expandTo(ownParts(x, n), x.shape));
  if (n % 2 === 1) {
    const rest = apply('flip', [sliceAxis(conjugate(own), axis, 1, half)], { axes: [axis] });
    return select(dft(cat([own, rest], axis), axis, 1), -1, 0);
  }
  const { sum, difference } = mirrored(own, axis);
  const odd = timesTable(difference, `inverse real odd ${n}`, [half + 1, 2], (k) => {
    const [re, im] = root(k, n);
    return [-im, re];
  });
  const packed = dft(sliceAxis(raw.add(sum, odd), axis, 0, half), axis, 1);
  return apply('reshape', [packed], { shape: [...x.shape.slice(0, -2), n] });
}

/** Ones where a number's part matters. */
function ownParts(x: Tensor, n: number): Tensor {
  const half = Math.floor(n / 2);
  return table(x, `own parts ${n}`, [half + 1, 2], (numbers) => {
    numbers.fill(1);
    numbers[1] = 0;
    if (n % 2 === 0) numbers[2 * half + 1] = 0;
  });
}

/** x[k] plus and minus the conjugate of x[last - k]. */
function mirrored(x: Tensor, axis: number): { sum: Tensor; difference: Tensor } {
  const other = conjugate(apply('flip', [x], { axes: [axis] }));
  return { sum: raw.add(x, other), difference: raw.sub(x, other) };
}
