/** Activation functions as layers. */

import { ShapeError, formatShape } from '@tenfold/ir';
import { full } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import * as F from '../functional/activations.ts';
import { Module } from '../module/module.ts';
import { Parameter } from '../module/parameter.ts';
import { pythonFloat } from '../module/print.ts';
import type { LayerOptions } from './linear.ts';

/** `max(x, 0)`. */
export class ReLU extends Module {
  forward(input: Tensor): Tensor {
    return F.relu(input);
  }
}

/** `min(max(x, 0), 6)`. */
export class ReLU6 extends Module {
  forward(input: Tensor): Tensor {
    return F.relu6(input);
  }
}

/** `x` where positive, `negativeSlope · x` elsewhere. */
export class LeakyReLU extends Module {
  negativeSlope: number;

  constructor(negativeSlope = 0.01) {
    super();
    this.negativeSlope = negativeSlope;
  }

  forward(input: Tensor): Tensor {
    return F.leakyRelu(input, this.negativeSlope);
  }

  override extraRepr(): string {
    return `negative_slope=${pythonFloat(this.negativeSlope)}`;
  }
}

export interface PReLUOptions extends LayerOptions {
  /** One slope for all, or one for each channel. Default 1. */
  readonly numParameters?: number;
  /** The slope at first. Default 0.25. */
  readonly init?: number;
}

/** As LeakyReLU with learned slopes. https://arxiv.org/abs/1502.01852 */
export class PReLU extends Module {
  weight: Parameter;

  constructor({ numParameters = 1, init = 0.25, ...placement }: PReLUOptions = {}) {
    super();
    this.weight = new Parameter(full([numParameters], init, { dtype: 'float32', ...placement }));
  }

  forward(input: Tensor): Tensor {
    return F.prelu(input, this.weight);
  }

  override extraRepr(): string {
    return `num_parameters=${this.weight.numel}`;
  }
}

/** `x` where positive, `α · (eˣ - 1)` elsewhere. https://arxiv.org/abs/1511.07289 */
export class ELU extends Module {
  alpha: number;

  constructor(alpha = 1) {
    super();
    this.alpha = alpha;
  }

  forward(input: Tensor): Tensor {
    return F.elu(input, this.alpha);
  }

  override extraRepr(): string {
    return `alpha=${pythonFloat(this.alpha)}`;
  }
}

/** The self-normalising ELU. https://arxiv.org/abs/1706.02515 */
export class SELU extends Module {
  forward(input: Tensor): Tensor {
    return F.selu(input);
  }
}

/** The continuously differentiable ELU. https://arxiv.org/abs/1704.07483 */
export class CELU extends Module {
  alpha: number;

  constructor(alpha = 1) {
    super();
    this.alpha = alpha;
  }

  forward(input: Tensor): Tensor {
    return F.celu(input, this.alpha);
  }

  override extraRepr(): string {
    return `alpha=${pythonFloat(this.alpha)}`;
  }
}

/** `x · Φ(x)`, exact or by tanh. https://arxiv.org/abs/1606.08415 */
export class GELU extends Module {
  readonly approximate: 'none' | 'tanh';

  constructor({ approximate = 'none' }: F.GeluOptions = {}) {
    super();
    this.approximate = approximate;
  }

  forward(input: Tensor): Tensor {
    return F.gelu(input, { approximate: this.approximate });
  }

  override extraRepr(): string {
    return `approximate='${this.approximate}'`;
  }
}

/** `x · sigmoid(x)`. */
export class SiLU extends Module {
  forward(input: Tensor): Tensor {
    return F.silu(input);
  }
}

/** `x · tanh(softplus(x))`. https://arxiv.org/abs/1908.08681 */
export class Mish extends Module {
  forward(input: Tensor): Tensor {
    return F.mish(input);
  }
}

/** `1 / (1 + e⁻ˣ)`. */
export class Sigmoid extends Module {
  forward(input: Tensor): Tensor {
    return F.sigmoid(input);
  }
}

/** `log(sigmoid(x))`. */
export class LogSigmoid extends Module {
  forward(input: Tensor): Tensor {
    return F.logsigmoid(input);
  }
}

/** `x / 6 + 1 / 2`, bounded to 0 and 1. */
export class Hardsigmoid extends Module {
  forward(input: Tensor): Tensor {
    return F.hardsigmoid(input);
  }
}

/** `x · hardsigmoid(x)`. https://arxiv.org/abs/1905.02244 */
export class Hardswish extends Module {
  forward(input: Tensor): Tensor {
    return F.hardswish(input);
  }
}

/** Hyperbolic tangent. */
export class Tanh extends Module {
  forward(input: Tensor): Tensor {
    return F.tanh(input);
  }
}

/** `x`, bounded. */
export class Hardtanh extends Module {
  readonly minVal: number;
  readonly maxVal: number;

  constructor({ minVal = -1, maxVal = 1 }: F.HardtanhOptions = {}) {
    super();
    this.minVal = minVal;
    this.maxVal = maxVal;
  }

  forward(input: Tensor): Tensor {
    return F.hardtanh(input, this);
  }

  override extraRepr(): string {
    return `min_val=${pythonFloat(this.minVal)}, max_val=${pythonFloat(this.maxVal)}`;
  }
}

/** `log(1 + e^(β·x)) / β`. */
export class Softplus extends Module {
  readonly beta: number;
  readonly threshold: number;

  constructor({ beta = 1, threshold = 20 }: F.SoftplusOptions = {}) {
    super();
    this.beta = beta;
    this.threshold = threshold;
  }

  forward(input: Tensor): Tensor {
    return F.softplus(input, this);
  }

  override extraRepr(): string {
    return `beta=${this.beta}, threshold=${this.threshold}`;
  }
}

/** `x / (1 + |x|)`. */
export class Softsign extends Module {
  forward(input: Tensor): Tensor {
    return F.softsign(input);
  }
}

/** `exp(x)`, scaled to a sum of 1 along an axis. */
export class Softmax extends Module {
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  forward(input: Tensor): Tensor {
    return F.softmax(input, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** The softmax of `-x` along an axis. */
export class Softmin extends Module {
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  forward(input: Tensor): Tensor {
    return F.softmin(input, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** The softmax over the channels at each position of `[N, C, H, W]` or `[C, H, W]`. */
export class Softmax2d extends Module {
  forward(input: Tensor): Tensor {
    if (input.ndim === 3 || input.ndim === 4) return F.softmax(input, -3);
    throw new ShapeError(
      `Softmax2d: the input has shape ${formatShape(input.shape)}, expected [N, C, H, W] or [C, H, W]`,
    );
  }
}

/** The logarithm of softmax. */
export class LogSoftmax extends Module {
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  forward(input: Tensor): Tensor {
    return F.logSoftmax(input, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** The first half of an axis, times the sigmoid of the second half. */
export class GLU extends Module {
  readonly dim: number;

  constructor(dim = -1) {
    super();
    this.dim = dim;
  }

  forward(input: Tensor): Tensor {
    return F.glu(input, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
