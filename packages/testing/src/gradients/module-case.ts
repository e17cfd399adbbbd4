/** Gradient checks of layers: with respect to their inputs and to all of their parameters. */

import { Parameter } from '@tenfold/nn';
import type { Module } from '@tenfold/nn';
import type { Tensor } from '@tenfold/tensor';
import type { GradientCase } from './case.ts';

/**
 * A case of a layer on inputs of the given shapes. Its parameters are inputs of the check too, after those: their values
 * are written into copies of the layer as plain tensors.
 */
export function onModule<M extends Module>(
  name: string,
  make: () => M,
  shapes: readonly (readonly number[])[],
  call: (module: M, ...inputs: Tensor[]) => Tensor | readonly Tensor[],
  smooth = true,
): GradientCase {
  return {
    name,
    // Not before the check runs: parameters are made on the default device.
    get shapes() {
      return [...shapes, ...parametersOf(make()).map(([, , { shape }]) => shape)];
    },
    fn: (...tensors) => {
      const module = make();
      parametersOf(module).forEach(([owner, field], i) =>
        Reflect.set(owner, field, tensors[shapes.length + i]),
      );
      return call(module, ...tensors.slice(0, shapes.length));
    },
    range: [-0.9, 0.9],
    smooth,
  };
}

/** Each parameter with the module and the field that hold it. */
function parametersOf(module: Module): [Module, string, Parameter][] {
  return module
    .modules()
    .flatMap((owner) =>
      Object.entries(owner).flatMap(([field, value]): [Module, string, Parameter][] =>
        value instanceof Parameter ? [[owner, field, value]] : [],
      ),
    );
}
