/** Weight and spectral normalisation of a module's parameter, with PyTorch's older keys in state dicts. */

import { noGrad } from '@tenfold/tensor/base';
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from '../layers/transposed-convolution.ts';
import { axisOf } from '../functional/checks.ts';
import type { Module } from '../module/module.ts';
import { Buffer, Parameter } from '../module/parameter.ts';
import {
  PerField,
  defineComputed,
  keyOf,
  parameterOf,
  renamed,
  restoreParameter,
} from './computed-parameter.ts';
import {
  asMatrix, normExcept, powerMethod, randomVectors, requireIterations, singularValue, withNorm,
} from './norms.ts'; // prettier-ignore

/** Undoes what was done to a field. */
type Undo = () => void;

const weightNorms = new PerField<Undo>();
const spectralNorms = new PerField<Undo>();

/**
 * Splits a parameter into its length and its direction, `<name>_g` and `<name>_v`, which are trained in its place, as
 * torch.nn.utils.weight_norm. Lengths are those of slices along `dim`; of the whole for null. Returns the module.
 */
export function weightNorm<M extends Module>(module: M, name = 'weight', dim: number | null = 0): M {
  const weight = parameterOf('weightNorm', module, name);
  const key = keyOf(name, weight);
  const g = new Parameter(
    noGrad(() => normExcept(weight.detach(), dim)),
    { key: `${key}_g` },
  );
  const v = renamed(weight, `${key}_v`);
  Reflect.deleteProperty(module, name);
  module.registerParameter(`${key}_g`, g);
  module.registerParameter(`${key}_v`, v);
  const compute = () => withNorm(fieldOf(module, `${key}_g`), fieldOf(module, `${key}_v`), dim);
  defineComputed(module, name, compute);
  weightNorms.set(module, name, () => {
    const value = noGrad(compute);
    for (const part of ['_g', '_v']) Reflect.deleteProperty(module, key + part);
    restoreParameter(module, name, new Parameter(value, { key: weight.key }));
  });
  return module;
}

/** Makes the parameter one again, with its present value, as torch.nn.utils.remove_weight_norm. */
export function removeWeightNorm<M extends Module>(module: M, name = 'weight'): M {
  weightNorms.take('removeWeightNorm', module, name)();
  return module;
}

export interface SpectralNormOptions {
  /** How often the singular vectors are refined in each call in training. Default 1. */
  readonly nPowerIterations?: number;
  /** The least norm to divide by. Default 1e-12. */
  readonly eps?: number;
  /** The axis of the outputs. Default 0; 1 for transposed convolutions. */
  readonly dim?: number | null;
}

/**
 * Divides a parameter by its greatest singular value, as torch.nn.utils.spectral_norm: `<name>_orig` is trained, and the
 * buffers `<name>_u` and `<name>_v` approach the singular vectors, one step of the power method for each call in training.
 * Returns the module. https://arxiv.org/abs/1802.05957
 */
export function spectralNorm<M extends Module>(
  module: M,
  name = 'weight',
  { nPowerIterations = 1, eps = 1e-12, dim = null }: SpectralNormOptions = {},
): M {
  requireIterations('spectralNorm', nPowerIterations);
  const weight = parameterOf('spectralNorm', module, name);
  const key = keyOf(name, weight);
  const axis = axisOf('spectralNorm', dim ?? outputAxis(module), weight.ndim);
  const start = noGrad(() => randomVectors(asMatrix(weight.detach(), axis), eps));
  Reflect.deleteProperty(module, name);
  module.registerParameter(`${key}_orig`, renamed(weight, `${key}_orig`));
  module.registerBuffer(`${key}_u`, start.u, { key: `${key}_u` });
  module.registerBuffer(`${key}_v`, start.v, { key: `${key}_v` });
  const original = () => fieldOf(module, `${key}_orig`);
  const vectors = () => ({ u: fieldOf(module, `${key}_u`), v: fieldOf(module, `${key}_v`) });
  const compute = () => {
    const { u, v } = vectors();
    // Copies, so that a later call may write the buffers before this one's backward.
    const fixed = { u: u.clone(), v: v.clone() };
    return original().div(singularValue(asMatrix(original(), axis), fixed));
  };
  const stop = module.registerForwardPreHook(() => {
    if (!module.training) return;
    const { u, v } = vectors();
    const next = powerMethod(asMatrix(original(), axis).detach(), { u, v }, nPowerIterations, eps, 'v');
    noGrad(() => {
      u.assign(next.u);
      v.assign(next.v);
    });
  });
  defineComputed(module, name, compute);
  spectralNorms.set(module, name, () => {
    stop();
    const value = noGrad(compute);
    for (const part of ['_orig', '_u', '_v']) Reflect.deleteProperty(module, key + part);
    restoreParameter(module, name, new Parameter(value, { key: weight.key }));
  });
  return module;
}

/** Makes the parameter one again, with its present value, as torch.nn.utils.remove_spectral_norm. */
export function removeSpectralNorm<M extends Module>(module: M, name = 'weight'): M {
  spectralNorms.take('removeSpectralNorm', module, name)();
  return module;
}

/** The axis of a weight that counts outputs. */
export function outputAxis(module: Module): number {
  const isTransposed = [ConvTranspose1d, ConvTranspose2d, ConvTranspose3d].some(
    (kind) => module instanceof kind,
  );
  return isTransposed ? 1 : 0;
}

function fieldOf(module: Module, name: string): Parameter | Buffer {
  const value: unknown = Reflect.get(module, name);
  if (value instanceof Parameter || value instanceof Buffer) return value;
  throw new TypeError(`internal: ${name} of ${module.constructor.name} is no tensor`);
}
