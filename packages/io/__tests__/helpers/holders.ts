/** The least that is a model and an optimizer: named tensors that can be saved and replaced. */

import { StateDictError } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor';
import type { ModelLike, OptimizerLike, OptimizerStateDict, RngLike, RngState } from '../../src/index.ts';

export class Holder implements ModelLike {
  tensors: Map<string, Tensor>;
  /** How often it was changed. */
  loads = 0;

  constructor(tensors: Readonly<Record<string, Tensor>>) {
    this.tensors = new Map(Object.entries(tensors));
  }

  stateDict(): ReadonlyMap<string, Tensor> {
    return this.tensors;
  }

  loadStateDict(stateDict: ReadonlyMap<string, Tensor>): void {
    this.tensors = new Map(stateDict);
    this.loads++;
  }
}

/** An optimizer that takes any state with as many groups as its own. */
export class GroupHolder implements OptimizerLike {
  content: OptimizerStateDict;
  loads = 0;

  constructor(content: OptimizerStateDict) {
    this.content = content;
  }

  stateDict(): OptimizerStateDict {
    return this.content;
  }

  checkStateDict({ groups }: OptimizerStateDict): void {
    if (groups.length === this.content.groups.length) return;
    throw new StateDictError(`${groups.length} groups, expected ${this.content.groups.length}`);
  }

  loadStateDict(content: OptimizerStateDict): void {
    this.content = content;
    this.loads++;
  }
}

export class RngHolder implements RngLike {
  state: RngState;

  constructor(state: RngState) {
    this.state = state;
  }

  getState(): RngState {
    return this.state;
  }

  setState(state: RngState): void {
    this.state = state;
  }
}
