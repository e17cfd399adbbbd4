/** State dicts as they are given to the functions here. */

import type { Tensor } from '@tenfold/tensor/base';

/** What the functions here take for a state dict: a Map, or a plain object with tensors. */
export type StateDictLike = ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>;

export function stateDictEntries(stateDict: StateDictLike): [string, Tensor][] {
  return isMap(stateDict) ? [...stateDict] : Object.entries(stateDict);
}

function isMap(stateDict: StateDictLike): stateDict is ReadonlyMap<string, Tensor> {
  return stateDict instanceof Map;
}
