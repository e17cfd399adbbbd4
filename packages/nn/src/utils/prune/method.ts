/**
 * Pruning by mask, as torch.nn.utils.prune: a parameter becomes the product of `<name>_orig`, which is trained, and the
 * buffer `<name>_mask` of zeros and ones. Which elements go is decided on the device; no values are read.
 */

import { ArgumentError } from '@tenfold/ir';
import { noGrad, onesLike } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import type { Module } from '../../module/module.ts';
import { Buffer, Parameter } from '../../module/parameter.ts';
import {
  PerField,
  defineComputed,
  keyOf,
  parameterOf,
  renamed,
  restoreParameter,
} from '../computed-parameter.ts';

/** What is kept of a pruned parameter. */
interface Pruned {
  readonly original: Parameter;
  readonly mask: Buffer;
  /** The parameter's key in state dicts where it is not the field. */
  readonly key: string | undefined;
}

/** Where the tensors of a pruned parameter are. */
interface Places {
  readonly originalField: string;
  readonly maskField: string;
  readonly key: string | undefined;
}

const pruned = new PerField<Places>();

/** A way to choose what to prune. Subclasses say which elements stay. */
export abstract class BasePruningMethod {
  /**
   * The new mask for a tensor of importances `t`: 1 where an element stays. What `defaultMask` has as 0 stays pruned, and
   * shares to prune are of what it has as 1.
   */
  abstract computeMask(t: Tensor, defaultMask: Tensor): Tensor;

  /** Prunes a parameter of a module; one that is pruned already is pruned further. Returns the module. */
  apply<M extends Module>(module: M, name: string, importanceScores?: Tensor | null): M {
    const { original, mask } = prunedParameter(module, name);
    noGrad(() => {
      const scores = importanceScores ?? original.detach();
      mask.assign(this.computeMask(scores, mask).to(mask.dtype));
    });
    return module;
  }
}

/** The parts of a pruned parameter; a parameter that is whole is given a mask of ones. */
export function prunedParameter(module: Module, name: string): Pruned {
  const places = pruned.get(module, name);
  if (places) {
    const original: unknown = Reflect.get(module, places.originalField);
    const mask: unknown = Reflect.get(module, places.maskField);
    if (original instanceof Parameter && mask instanceof Buffer) return { original, mask, key: places.key };
  }
  const parameter = parameterOf('prune', module, name);
  const key = keyOf(name, parameter);
  const [originalField, maskField] = [`${key}_orig`, `${key}_mask`];
  Reflect.deleteProperty(module, name);
  module.registerParameter(originalField, renamed(parameter, originalField));
  module.registerBuffer(maskField, onesLike(parameter.detach()), { key: maskField });
  pruned.set(module, name, { originalField, maskField, key: parameter.key });
  defineComputed(module, name, () => {
    const { original, mask } = prunedParameter(module, name);
    return original.mul(mask);
  });
  return prunedParameter(module, name);
}

/** Makes the pruned value the parameter and forgets the mask, as torch.nn.utils.prune.remove. Returns the module. */
export function remove<M extends Module>(module: M, name: string): M {
  const { original, mask, key } = isFieldPruned(module, name)
    ? prunedParameter(module, name)
    : notPruned(module, name);
  const { originalField, maskField } = pruned.take('remove', module, name);
  const value = noGrad(() => original.mul(mask));
  for (const field of [originalField, maskField]) Reflect.deleteProperty(module, field);
  restoreParameter(module, name, new Parameter(value, { requiresGrad: original.requiresGrad, key }));
  return module;
}

function isFieldPruned(module: Module, name: string): boolean {
  return pruned.get(module, name) !== undefined;
}

function notPruned(module: Module, name: string): never {
  throw new ArgumentError(`remove: '${name}' of ${module.constructor.name} is not pruned`);
}

/** Whether any parameter of the module, or of one below it, is pruned, as torch.nn.utils.prune.is_pruned. */
export function isPruned(module: Module): boolean {
  return module.modules().some((each) => pruned.has(each));
}
