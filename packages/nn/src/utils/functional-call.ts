/** Calling a module with other tensors in the place of its parameters and buffers. */

import { StateDictError, closest } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import type { Module } from '../module/module.ts';
import { Buffer, Parameter } from '../module/parameter.ts';

/** Names as in state dicts to tensors. */
export type NamedTensors = ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>;

export interface FunctionalCallOptions {
  /** Whether a parameter that several modules share is replaced in all of them. Default true. */
  readonly tieWeights?: boolean;
}

/**
 * `module.forward(...args)` with the tensors given in the place of parameters and buffers of these names, as
 * torch.func.functional_call; the module is as before afterwards. Gradients go to the tensors given.
 * @throws StateDictError for a name that the module does not have.
 */
export function functionalCall<M extends Module>(
  module: M,
  parametersAndBuffers: NamedTensors,
  args: Readonly<Parameters<M['forward']>>,
  { tieWeights = true }: FunctionalCallOptions = {},
): ReturnType<M['forward']> {
  const given = parametersAndBuffers instanceof Map ? parametersAndBuffers : new Map(Object.entries(parametersAndBuffers)); // prettier-ignore
  const places = placesOf(module);
  const undo: (() => void)[] = [];
  const replace = ({ owner, field, value }: Place, tensor: Tensor) => {
    Reflect.set(owner, field, tensor);
    undo.push(() => Reflect.set(owner, field, value));
  };
  try {
    for (const [name, tensor] of given) {
      const place = places.find((each) => each.name === name) ?? unknownName(name, places);
      const all = tieWeights ? places.filter(({ value }) => value === place.value) : [place];
      for (const each of all) replace(each, tensor);
    }
    return module.forward(...args) as ReturnType<M['forward']>;
  } finally {
    for (const restore of undo) restore();
  }
}

/** Where a parameter or buffer is. */
interface Place {
  readonly name: string;
  readonly owner: Module;
  readonly field: string;
  readonly value: Parameter | Buffer;
}

function placesOf(module: Module): readonly Place[] {
  return module.namedModules().flatMap(([path, owner]) =>
    Object.entries(owner).flatMap(([field, value]: [string, unknown]) => {
      if (!(value instanceof Parameter || value instanceof Buffer)) return [];
      const key = value.key ?? field;
      return [{ name: path === '' ? key : `${path}.${key}`, owner, field, value }];
    }),
  );
}

function unknownName(name: string, places: readonly Place[]): never {
  const near = closest(name, places.map((place) => place.name)); // prettier-ignore
  throw new StateDictError(
    `functionalCall: the module has no '${name}'` + (near === undefined ? '' : `; did you mean '${near}'?`),
  );
}
