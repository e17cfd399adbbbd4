/** Fan-in and fan-out: through how many inputs and outputs each element of a weight is connected. */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';

/** Nonlinearities whose gain is known. */
export type Nonlinearity =
  'linear' | 'conv1d' | 'conv2d' | 'conv3d' | 'sigmoid' | 'tanh' | 'relu' | 'leakyRelu' | 'selu';

/**
 * Which fan keeps its variance: `'fanIn'` that of activations in the forward pass, `'fanOut'` that of gradients in
 * the backward pass.
 */
export type FanMode = 'fanIn' | 'fanOut';

/** Weights are `[out, in, ...]`; further axes are the positions of a kernel. */
export function fans(op: string, weight: Tensor): { fanIn: number; fanOut: number } {
  if (weight.ndim < 2) {
    throw new ShapeError(
      `${op}: a tensor of shape ${formatShape(weight.shape)} has no fan-in; expected at least [out, in]`,
    );
  }
  const [out, inputs, ...kernel] = weight.shape;
  const positions = kernel.reduce((product, size) => product * size, 1);
  return { fanIn: inputs * positions, fanOut: out * positions };
}

/** The recommended gain for a nonlinearity, as torch.nn.init.calculate_gain. `param` is the slope of leakyRelu. */
export function calculateGain(nonlinearity: Nonlinearity, param = 0.01): number {
  switch (nonlinearity) {
    case 'linear':
    case 'conv1d':
    case 'conv2d':
    case 'conv3d':
    case 'sigmoid':
      return 1;
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.SQRT2;
    case 'leakyRelu':
      return Math.sqrt(2 / (1 + param ** 2));
    case 'selu':
      return 3 / 4;
    default:
      throw new ArgumentError(
        `calculateGain: unknown nonlinearity '${String(nonlinearity)}'; expected linear, conv1d, conv2d, conv3d, ` +
          'sigmoid, tanh, relu, leakyRelu or selu',
      );
  }
}
