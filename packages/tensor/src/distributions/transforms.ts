/**
 * Invertible functions of random numbers, with the logarithm of how much they stretch, as
 * torch.distributions.transforms.
 */

import { ArgumentError } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import type { Operand } from '../core/promote.ts';
import { Tensor } from '../core/tensor.ts';
import { pad } from '../ops/pad.ts';
import { softplus, sumRightmost } from './parameters.ts';

export abstract class Transform {
  /** How many trailing axes belong together, of what goes in and of what comes out. */
  readonly domainDim: number = 0;
  readonly codomainDim: number = 0;

  abstract forward(x: Tensor): Tensor;
  abstract inverse(y: Tensor): Tensor;

  /** `log |det dy/dx|`, summed over the axes that belong together. */
  abstract logAbsDetJacobian(x: Tensor, y: Tensor): Tensor;

  /** The transform from the other side. */
  get inv(): Transform {
    return new InverseTransform(this);
  }

  /** Shape of what comes out for the shape of what goes in. */
  forwardShape(shape: Shape): Shape {
    return shape;
  }

  inverseShape(shape: Shape): Shape {
    return shape;
  }
}

class InverseTransform extends Transform {
  readonly #of: Transform;
  override readonly domainDim: number;
  override readonly codomainDim: number;

  constructor(of: Transform) {
    super();
    this.#of = of;
    this.domainDim = of.codomainDim;
    this.codomainDim = of.domainDim;
  }

  forward(x: Tensor): Tensor {
    return this.#of.inverse(x);
  }

  inverse(y: Tensor): Tensor {
    return this.#of.forward(y);
  }

  logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    return this.#of.logAbsDetJacobian(y, x).neg();
  }

  override get inv(): Transform {
    return this.#of;
  }

  override forwardShape(shape: Shape): Shape {
    return this.#of.inverseShape(shape);
  }

  override inverseShape(shape: Shape): Shape {
    return this.#of.forwardShape(shape);
  }
}

/** `y = exp(x)`. */
export class ExpTransform extends Transform {
  forward(x: Tensor): Tensor {
    return x.exp();
  }

  inverse(y: Tensor): Tensor {
    return y.log();
  }

  logAbsDetJacobian(x: Tensor): Tensor {
    return x;
  }
}

/** `y = x ^ exponent` of positive numbers. */
export class PowerTransform extends Transform {
  readonly exponent: Operand;

  constructor(exponent: Operand) {
    super();
    this.exponent = exponent;
  }

  forward(x: Tensor): Tensor {
    return x.pow(this.exponent);
  }

  inverse(y: Tensor): Tensor {
    return y.pow(this.exponent instanceof Tensor ? this.exponent.reciprocal() : 1 / Number(this.exponent));
  }

  logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    return y.mul(this.exponent).div(x).abs().log();
  }
}

/** `y = 1 / (1 + exp(-x))`. */
export class SigmoidTransform extends Transform {
  forward(x: Tensor): Tensor {
    return x.sigmoid();
  }

  inverse(y: Tensor): Tensor {
    return y.log().sub(y.neg().log1p());
  }

  logAbsDetJacobian(x: Tensor): Tensor {
    return softplus(x).add(softplus(x.neg())).neg();
  }
}

/** `y = log(1 + exp(x))`. */
export class SoftplusTransform extends Transform {
  forward(x: Tensor): Tensor {
    return softplus(x);
  }

  inverse(y: Tensor): Tensor {
    return y.neg().expm1().neg().log().add(y);
  }

  logAbsDetJacobian(x: Tensor): Tensor {
    return softplus(x.neg()).neg();
  }
}

/** `y = tanh(x)`. */
export class TanhTransform extends Transform {
  forward(x: Tensor): Tensor {
    return x.tanh();
  }

  inverse(y: Tensor): Tensor {
    return y.atanh();
  }

  logAbsDetJacobian(x: Tensor): Tensor {
    return x
      .neg()
      .add(Math.LN2)
      .sub(softplus(x.mul(-2)))
      .mul(2);
  }
}

/** `y = |x|`: not invertible, its inverse gives the positive branch. */
export class AbsTransform extends Transform {
  forward(x: Tensor): Tensor {
    return x.abs();
  }

  inverse(y: Tensor): Tensor {
    return y;
  }

  logAbsDetJacobian(): Tensor {
    throw new ArgumentError('AbsTransform: two numbers have the same magnitude, so there is no Jacobian');
  }
}

/** `y = loc + scale · x`; `eventDim` trailing axes belong together. */
export class AffineTransform extends Transform {
  readonly loc: Operand;
  readonly scale: Operand;
  override readonly domainDim: number;
  override readonly codomainDim: number;

  constructor(loc: Operand, scale: Operand, eventDim = 0) {
    super();
    this.loc = loc;
    this.scale = scale;
    this.domainDim = eventDim;
    this.codomainDim = eventDim;
  }

  forward(x: Tensor): Tensor {
    return x.mul(this.scale).add(this.loc);
  }

  inverse(y: Tensor): Tensor {
    return y.sub(this.loc).div(this.scale);
  }

  logAbsDetJacobian(x: Tensor): Tensor {
    const stretch = x.mul(0).add(this.scale).abs().log();
    return sumRightmost(stretch, this.domainDim);
  }
}

/** Exponentials that are made to sum to 1: not invertible, its inverse gives logarithms. */
export class SoftmaxTransform extends Transform {
  override readonly domainDim = 1;
  override readonly codomainDim = 1;

  forward(x: Tensor): Tensor {
    return x.softmax(-1);
  }

  inverse(y: Tensor): Tensor {
    return y.log();
  }

  logAbsDetJacobian(): Tensor {
    throw new ArgumentError('SoftmaxTransform: adding a number to all elements changes nothing, so there is no Jacobian; use StickBreakingTransform'); // prettier-ignore
  }
}

/** From n numbers to n + 1 positive ones that sum to 1: each takes a share of what is left. */
export class StickBreakingTransform extends Transform {
  override readonly domainDim = 1;
  override readonly codomainDim = 1;

  forward(x: Tensor): Tensor {
    const z = this.#shares(x);
    const left = z.neg().add(1).cumprod(-1);
    return pad(z, [0, 1], { value: 1 }).mul(pad(left, [1, 0], { value: 1 }));
  }

  inverse(y: Tensor): Tensor {
    const head = y.slice(-1, 0, -1);
    const left = head.cumsum(-1).neg().add(1);
    return head.log().sub(left.log()).add(this.#offsets(head).log());
  }

  logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    const z = x.sub(this.#offsets(x).log());
    return y.slice(-1, 0, -1).log().sub(z).sub(softplus(z.neg())).sum(-1);
  }

  override forwardShape(shape: Shape): Shape {
    return [...shape.slice(0, -1), shape[shape.length - 1] + 1];
  }

  override inverseShape(shape: Shape): Shape {
    return [...shape.slice(0, -1), shape[shape.length - 1] - 1];
  }

  #shares(x: Tensor): Tensor {
    return x.sub(this.#offsets(x).log()).sigmoid();
  }

  /** n, n - 1, …, 1: how many parts the rest would be cut into evenly. */
  #offsets(x: Tensor): Tensor {
    return x.mul(0).add(1).flip(-1).cumsum(-1).flip(-1);
  }
}
