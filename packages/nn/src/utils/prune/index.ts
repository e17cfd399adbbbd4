/** Pruning by mask, as torch.nn.utils.prune. */

import { cat, noGrad, slice } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import type { Module } from '../../module/module.ts';
import { prunedParameter } from './method.ts';
import type { BasePruningMethod } from './method.ts';
import {
  CustomFromMask,
  Identity,
  L1Unstructured,
  LnStructured,
  RandomStructured,
  RandomUnstructured,
} from './methods.ts';

export { BasePruningMethod, isPruned, remove } from './method.ts';
export {
  CustomFromMask,
  Identity,
  L1Unstructured,
  LnStructured,
  RandomStructured,
  RandomUnstructured,
} from './methods.ts';

export interface ImportanceOptions {
  /** What is compared in the place of the parameter's elements, of its shape. */
  readonly importanceScores?: Tensor | null;
}

/** Gives a parameter a mask without pruning anything. */
export function identity<M extends Module>(module: M, name: string): M {
  return new Identity().apply(module, name);
}

/** Prunes a share (below 1) or a number of elements at random. */
export function randomUnstructured<M extends Module>(module: M, name: string, amount: number): M {
  return new RandomUnstructured(amount).apply(module, name);
}

/** Prunes a share (below 1) or a number of elements, those of least magnitude. */
export function l1Unstructured<M extends Module>(
  module: M,
  name: string,
  amount: number,
  { importanceScores }: ImportanceOptions = {},
): M {
  return new L1Unstructured(amount).apply(module, name, importanceScores);
}

/** Prunes a share (below 1) or a number of the slices along `dim` at random. */
export function randomStructured<M extends Module>(module: M, name: string, amount: number, dim: number): M {
  return new RandomStructured(amount, dim).apply(module, name);
}

/** Prunes a share (below 1) or a number of the slices along `dim`, those of least `n`-norm. */
export function lnStructured<M extends Module>(
  module: M,
  name: string,
  amount: number,
  n: number,
  dim: number,
  { importanceScores }: ImportanceOptions = {},
): M {
  return new LnStructured(amount, n, dim).apply(module, name, importanceScores);
}

/** Prunes what a mask has as 0. */
export function customFromMask<M extends Module>(module: M, name: string, mask: Tensor): M {
  return new CustomFromMask(mask).apply(module, name);
}

export interface GlobalOptions {
  /** What is compared in the place of the elements, for some of the parameters. */
  readonly importanceScores?: ReadonlyMap<readonly [Module, string], Tensor> | null;
}

/** Prunes several parameters as if they were one: `pruningMethod` of single elements decides over all of them. */
export function globalUnstructured(
  parameters: readonly (readonly [Module, string])[],
  pruningMethod: BasePruningMethod,
  { importanceScores = null }: GlobalOptions = {},
): void {
  noGrad(() => {
    const all = parameters.map((pair) => {
      const { original, mask } = prunedParameter(...pair);
      return { mask, scores: importanceScores?.get(pair) ?? original.detach() };
    });
    const row = (tensors: readonly Tensor[]) => cat(tensors.map((tensor) => tensor.flatten())); // prettier-ignore
    const joint = pruningMethod.computeMask(
      row(all.map(({ scores }) => scores)),
      row(all.map(({ mask }) => mask)),
    );
    let offset = 0;
    for (const { mask } of all) {
      const part = slice(joint, 0, offset, offset + mask.numel);
      mask.assign(part.reshape(mask.shape).to(mask.dtype));
      offset += mask.numel;
    }
  });
}
