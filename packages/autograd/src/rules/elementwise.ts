/** Gradients of the elementwise primitives. Derivatives in terms of the result are used where they are shorter. */

import { isFloat } from '@tenfold/ir';
import type { BinaryOp, UnaryOp } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { apply, castTo, literal } from '@tenfold/tensor/internal';
import { NON_DIFFERENTIABLE, add, div, mul, neg, sub, times, where, zerosOf } from './rule.ts';
import type { GradRule, NonDifferentiable } from './rule.ts';

type Derivative = (gradient: Tensor, value: Tensor) => Tensor;

const unary = (op: UnaryOp, x: Tensor): Tensor => apply(op, [x], undefined);

/** A rule whose derivative reads the input. */
function ofInput(derivative: Derivative): GradRule<UnaryOp> {
  return { saves: 'inputs', backward: ({ gradient, inputs }) => [derivative(gradient, inputs[0])] };
}

/** A rule whose derivative reads the result. */
function ofOutput(derivative: Derivative): GradRule<UnaryOp> {
  return { saves: 'output', backward: ({ gradient, output }) => [derivative(gradient, output)] };
}

/** Steps and roundings: flat almost everywhere, so the gradient is zero, as in PyTorch. */
const flat: GradRule<UnaryOp> = { saves: 'none', backward: ({ gradient }) => [zerosOf(gradient)] };

export const unaryRules: { readonly [K in UnaryOp]: GradRule<K> | NonDifferentiable } = {
  neg: { saves: 'none', backward: ({ gradient }) => [neg(gradient)] },
  recip: ofOutput((g, y) => neg(mul(g, mul(y, y)))),
  exp: ofOutput((g, y) => mul(g, y)),
  log: ofInput((g, x) => div(g, x)),
  sin: ofInput((g, x) => mul(g, unary('cos', x))),
  cos: ofInput((g, x) => neg(mul(g, unary('sin', x)))),
  sqrt: ofOutput((g, y) => div(g, times(y, 2))),
  tanh: ofOutput((g, y) => mul(g, sub(literal(y, 1), mul(y, y)))),
  erf: ofInput((g, x) => mul(g, times(unary('exp', neg(mul(x, x))), 2 / Math.sqrt(Math.PI)))),
  abs: ofInput((g, x) => mul(g, unary('sign', x))),
  sign: flat,
  floor: flat,
  ceil: flat,
  round: flat,
  trunc: flat,
  not: NON_DIFFERENTIABLE,
};

/**
 * max and min: nothing to the loser, half each where the operands are equal, as torch.maximum; where one is NaN
 * neither loses.
 */
function winnerTakesAll(loses: (a: Tensor, b: Tensor) => Tensor): GradRule<BinaryOp> {
  return {
    saves: 'inputs',
    backward({ gradient, inputs: [a, b], needs }) {
      const tie = apply('eq', [a, b], undefined);
      const half = times(gradient, 0.5);
      const none = zerosOf(gradient);
      const share = (x: Tensor, y: Tensor) => where(tie, half, where(loses(x, y), none, gradient));
      return [needs[0] ? share(a, b) : undefined, needs[1] ? share(b, a) : undefined];
    },
  };
}

const less = (a: Tensor, b: Tensor): Tensor => apply('lt', [a, b], undefined);

export const binaryRules: { readonly [K in BinaryOp]: GradRule<K> | NonDifferentiable } = {
  add: { saves: 'none', backward: ({ gradient }) => [gradient, gradient] },
  sub: { saves: 'none', backward: ({ gradient, needs }) => [gradient, needs[1] ? neg(gradient) : undefined] },
  mul: {
    saves: 'inputs',
    backward: ({ gradient, inputs: [a, b], needs }) => [
      needs[0] ? mul(gradient, b) : undefined,
      needs[1] ? mul(gradient, a) : undefined,
    ],
  },
  div: {
    saves: 'inputs',
    backward({ gradient, inputs: [a, b], needs }) {
      const overB = div(gradient, b);
      return [needs[0] ? overB : undefined, needs[1] ? neg(mul(overB, div(a, b))) : undefined];
    },
  },
  idiv: { saves: 'none', backward: ({ gradient }) => [zerosOf(gradient), zerosOf(gradient)] },
  mod: {
    saves: 'inputs',
    backward: ({ gradient, inputs: [a, b], needs }) => [
      gradient,
      needs[1] ? neg(mul(gradient, unary('floor', div(a, b)))) : undefined,
    ],
  },
  pow: {
    saves: 'inputs',
    backward({ gradient, inputs: [a, b], output, needs }) {
      const zero = zerosOf(gradient);
      const isZero = (x: Tensor) => apply('eq', [x, zerosOf(x)], undefined);
      const toBase = () => {
        const slope = mul(b, apply('pow', [a, sub(b, literal(b, 1))], undefined));
        return where(isZero(b), zero, mul(gradient, slope));
      };
      const toExponent = () => {
        const safe = where(isZero(a), literal(a, 1), a);
        return where(isZero(a), zero, mul(gradient, mul(output, unary('log', safe))));
      };
      return [needs[0] ? toBase() : undefined, needs[1] ? toExponent() : undefined];
    },
  },
  atan2: {
    saves: 'inputs',
    backward({ gradient, inputs: [a, b], needs }) {
      const scaled = div(gradient, add(mul(a, a), mul(b, b)));
      return [needs[0] ? mul(scaled, b) : undefined, needs[1] ? neg(mul(scaled, a)) : undefined];
    },
  },
  max: winnerTakesAll(less),
  min: winnerTakesAll((a, b) => less(b, a)),
  lt: NON_DIFFERENTIABLE,
  le: NON_DIFFERENTIABLE,
  eq: NON_DIFFERENTIABLE,
  ne: NON_DIFFERENTIABLE,
  and: NON_DIFFERENTIABLE,
  or: NON_DIFFERENTIABLE,
  xor: NON_DIFFERENTIABLE,
  shl: NON_DIFFERENTIABLE,
  shr: NON_DIFFERENTIABLE,
};

export const castRule: GradRule<'cast'> = {
  saves: 'none',
  backward: ({ gradient, inputs: [x] }) => [isFloat(x.dtype) ? castTo(gradient, x.dtype) : undefined],
};

export const whereRule: GradRule<'where'> = {
  saves: 'inputs',
  backward({ gradient, inputs: [condition], needs }) {
    const none = zerosOf(gradient);
    return [
      undefined,
      needs[1] ? where(condition, gradient, none) : undefined,
      needs[2] ? where(condition, none, gradient) : undefined,
    ];
  },
};
