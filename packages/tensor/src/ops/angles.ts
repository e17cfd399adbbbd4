/** Angles in degrees and radians, and the cardinal sine, element by element. Integers become float32. */

import { literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { differentiable } from './differentiable.ts';
import { inFullPrecision } from './numeric.ts';
import { polynomial } from './polynomial.ts';

/** Degrees as radians. As torch.deg2rad. */
export function deg2rad(self: Tensor): Tensor {
  return inFullPrecision(self, (x) => raw.mul(x, literal(x, Math.PI / 180)));
}

/** Radians as degrees. As torch.rad2deg. */
export function rad2deg(self: Tensor): Tensor {
  return inFullPrecision(self, (x) => raw.mul(x, literal(x, 180 / Math.PI)));
}

/** `sin(πx) / πx`, and 1 at 0. As torch.sinc. */
export function sinc(self: Tensor): Tensor {
  const angle = (x: Tensor) => raw.mul(x, literal(x, Math.PI));
  return differentiable(
    self,
    (x) => {
      const t = angle(x);
      const zero = raw.eq(t, literal(t, 0));
      return raw.where(zero, literal(t, 1), raw.div(raw.sin(t), t));
    },
    (x) => {
      const t = angle(x);
      const square = raw.mul(t, t);
      const near = raw.lt(square, literal(square, 1));
      // The difference cancels near 0; there, the first terms of its series.
      const series = raw.mul(t, polynomial(square, SINC_SLOPE));
      const safe = raw.where(near, literal(t, 1), t);
      const far = raw.div(raw.sub(raw.cos(safe), raw.div(raw.sin(safe), safe)), safe);
      return raw.mul(raw.where(near, series, far), literal(t, Math.PI));
    },
  );
}

/** d/dt sin(t)/t divided by t, in powers of t²: (-1)ᵏ · 2k / (2k + 1)! for k from 8 down to 1. */
const SINC_SLOPE = [
  1 / 22230464256000,
  -1 / 93405312000,
  1 / 518918400,
  -1 / 3991680,
  1 / 45360,
  -1 / 840,
  1 / 30,
  -1 / 3,
];
