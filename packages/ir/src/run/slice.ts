/**
 * A slice: the nodes one run computes, renumbered densely in topological order, and the storages they read and
 * write. It is the input of scheduling and, as numbers, the key of the plan cache; it refers to no handle, no graph
 * and no memory, so the same step traced again gives an equal slice.
 */

import type { DType } from '../dtype.ts';
import type { OpAttrs, OpName } from '../graph/ops.ts';
import type { Shape } from '../shape.ts';

export interface SliceNode {
  readonly op: OpName;
  /** Indices of earlier nodes. */
  readonly inputs: readonly number[];
  readonly attrs: OpAttrs[OpName];
  readonly shape: Shape;
  readonly dtype: DType;
  /** For `leaf`: the index of its storage; for `scalar`: its slot; else -1. */
  readonly slot: number;
}

export interface SliceStorage {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** After the run, `storage` holds the value of `node`. Leaves see the storage's contents from before the run. */
export interface SliceOutput {
  readonly node: number;
  readonly storage: number;
}

export interface Slice {
  readonly nodes: readonly SliceNode[];
  readonly storages: readonly SliceStorage[];
  /** Dtypes of the run-time numbers. */
  readonly scalars: readonly DType[];
  /** At most one output a storage. */
  readonly outputs: readonly SliceOutput[];
}
