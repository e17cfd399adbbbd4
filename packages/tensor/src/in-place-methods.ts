/**
 * The methods whose names end with an underscore: `x.add_(y)` gives `x` the value of `x.add(y)`. They follow from the
 * list below, in type and in behaviour; `ops/in-place.ts` says what writing means.
 * https://pytorch.org/docs/stable/tensors.html
 */

import { castTo, expandTo, literal, numberTensor } from './core/broadcast.ts';
import type { Operand } from './core/promote.ts';
import { Tensor } from './core/tensor.ts';
import {
  bernoulli,
  cauchy,
  exponential,
  geometric,
  logNormal,
  normal,
  random,
  uniform,
} from './creation/fills.ts';
import { install } from './install-methods.ts';
import {
  absolute,
  arccos,
  arccosh,
  arcsin,
  arcsinh,
  arctan,
  arctan2,
  arctanh,
  clip,
  divide,
  fix,
  greater,
  greaterEqual,
  less,
  lessEqual,
  multiply,
  negative,
  notEqual,
  sgn,
  subtract,
} from './ops/aliases.ts';
import { deg2rad, rad2deg, sinc } from './ops/angles.ts';
import {
  abs,
  add,
  addcdiv,
  addcmul,
  div,
  floorDivide,
  lerp,
  mul,
  neg,
  pow,
  reciprocal,
  remainder,
  rsqrt,
  sign,
  sqrt,
  square,
  sub,
} from './ops/arithmetic.ts';
import { clamp } from './ops/clamp.ts';
import { eq, ge, gt, le, lt, ne } from './ops/comparison.ts';
import { renorm } from './ops/covariance.ts';
import { cumprod, cumsum } from './ops/cumulative.ts';
import { erfc, erfinv } from './ops/error-function.ts';
import { erf, exp, exp2, expm1, log, log10, log1p, log2, sigmoid } from './ops/exponential.ts';
import { copysign, ldexp, nextafter } from './ops/float-bits.ts';
import { digamma, lgamma, mvlgamma, polygamma } from './ops/gamma.ts';
import { inPlace } from './ops/in-place.ts';
import { fillDiagonal } from './ops/fill-diagonal.ts';
import { indexPut, setIndex } from './ops/index.ts';
import { acos, acosh, asin, asinh, atan, atanh } from './ops/inverse-trigonometric.ts';
import { logit, xlogy } from './ops/log-space.ts';
import {
  bitwiseAnd,
  bitwiseLeftShift,
  bitwiseNot,
  bitwiseOr,
  bitwiseRightShift,
  bitwiseXor,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
} from './ops/logical.ts';
import { maskedScatter } from './ops/masked-select.ts';
import { nanToNum } from './ops/nonfinite.ts';
import { clampMax, clampMin, floatPower, heaviside, hypot, trueDivide } from './ops/pairs.ts';
import { relu } from './ops/rectifier.ts';
import { addbmm, addmm, addmv, addr, baddbmm } from './ops/products.ts';
import { fmod, frac, gcd, lcm } from './ops/remainders.ts';
import { ceil, floor, round, trunc } from './ops/rounding.ts';
import { scatter, scatterAdd } from './ops/scatter.ts';
import { scatterReduce } from './ops/scatter-reduce.ts';
import { maskedFill } from './ops/selection.ts';
import { put } from './ops/take.ts';
import { tril, triu } from './ops/triangle.ts';
import { atan2, cos, cosh, sin, sinh, tan, tanh } from './ops/trigonometric.ts';
import { indexAdd, indexCopy, indexFill, indexReduce } from './ops/write-rows.ts';
import { igamma, igammac } from './special/incomplete-gamma.ts';
import { i0 } from './special/modified-bessel.ts';

/** `value` everywhere, a number or a tensor without axes. */
function fill(self: Tensor, value: Operand): Tensor {
  const filling =
    value instanceof Tensor ? castTo(value, self.dtype) : numberTensor(self.home, value, self.dtype);
  return expandTo(filling, self.shape);
}

/** Zeros. */
function zero(self: Tensor): Tensor {
  return literal(self, 0);
}

/** The elements of `src`, which broadcasts and is cast. */
function copy(self: Tensor, src: Tensor): Tensor {
  return expandTo(castTo(src, self.dtype), self.shape);
}

function polygammaOf(self: Tensor, n: number): Tensor {
  return polygamma(n, self);
}

// prettier-ignore
const operations = {
  abs, absolute, acos, acosh, add, addbmm, addcdiv, addcmul, addmm, addmv, addr, arccos, arccosh, arcsin,
  arcsinh, arctan, arctan2, arctanh, asin, asinh, atan, atan2, atanh, baddbmm, bernoulli, bitwiseAnd,
  bitwiseLeftShift, bitwiseNot, bitwiseOr, bitwiseRightShift, bitwiseXor, cauchy, ceil, clamp, clampMax,
  clampMin, clip, copy, copysign, cos, cosh, cumprod, cumsum, deg2rad, digamma, div, divide, eq, erf, erfc,
  erfinv, exp, exp2, expm1, exponential, fill, fillDiagonal, fix, floatPower, floor, floorDivide, fmod,
  frac, gcd, ge, geometric, greater, greaterEqual, gt, heaviside, hypot, i0, igamma, igammac, indexAdd,
  indexCopy, indexFill, indexPut, indexReduce, lcm, ldexp, le, lerp, less, lessEqual, lgamma, log, log10,
  log1p, log2, logNormal, logicalAnd, logicalNot, logicalOr, logicalXor, logit, lt, maskedFill,
  maskedScatter, mul, multiply, mvlgamma, nanToNum, ne, neg, negative, nextafter, normal, notEqual,
  polygamma: polygammaOf, pow, put, rad2deg, random, reciprocal, relu, remainder, renorm, round, rsqrt,
  scatter, scatterAdd, scatterReduce, setIndex, sgn, sigmoid, sign, sin, sinc, sinh, sqrt, square, sub,
  subtract, tan, tanh, tril, triu, trueDivide, trunc, uniform, xlogy, zero,
};

type Operations = typeof operations;
type Rest<F> = F extends (self: Tensor, ...rest: infer R extends readonly unknown[]) => Tensor ? R : never;

/** The name of each operation with an underscore, and what it takes. */
export type InPlaceMethods = {
  [K in keyof Operations as `${K}_`]: (...args: Rest<Operations[K]>) => Tensor;
};

type Operation = (self: Tensor, ...args: never[]) => Tensor;

/** Puts the methods onto the class. */
export function installInPlace(): void {
  for (const [name, operation] of Object.entries<Operation>(operations)) {
    const op = `${name}_`;
    install({
      [op]: (self: Tensor, ...args: never[]) => inPlace(op, self, (x) => operation(x, ...args)),
    });
  }
}
