/**
 * The arena: append-only columns in which a node is a stable integer id. Inputs always have smaller ids, so the
 * columns are already in topological order, and backward is a loop downwards. Appending never merges: two calls
 * are two nodes. Values, gradients and effects are kept beside the columns, keyed by node or storage.
 */

import type { DType } from '../dtype.ts';
import { unreachable } from '../errors.ts';
import type { Storage } from '../run/storage.ts';
import { isSameNode, prefixOf } from './columns.ts';
import type { Columns, NodeId } from './columns.ts';
import type { OpAttrs, OpName } from './ops.ts';
import { specOf } from './op-table.ts';
import type { ValueType } from './op-table.ts';

/** A leaf is the contents of a storage at the version it had when the leaf was made. */
export interface LeafBinding {
  readonly storage: Storage;
  readonly version: number;
}

/** A run-time number: fixed when traced, or asked for at each replay of a compiled function. */
export type ScalarSource = number | (() => number);

/** The node of another graph that a node is a copy of. */
export interface Origin {
  readonly graph: Graph;
  readonly node: NodeId;
}

const NO_INPUTS: readonly NodeId[] = [];
const EMPTY: Columns = { ops: [], inputs: [], attrs: [], types: [] };

export type { NodeId } from './columns.ts';

export class Graph {
  /** Whether gradients flow through the node. */
  readonly tracked: boolean[] = [];
  /** How many nodes of this graph read the node. */
  readonly uses: number[] = [];

  readonly leaves = new Map<NodeId, LeafBinding>();
  readonly scalars = new Map<NodeId, ScalarSource>();
  /** Values that outlived the run which computed them, or were given to begin with. */
  readonly values = new Map<NodeId, LeafBinding>();
  /** Pending writes: what each storage will hold after the next run. The last write to a storage wins. */
  readonly effects = new Map<Storage, NodeId>();
  /** Nodes that the next run keeps whatever their size: roots of backward, outputs of outermost modules. */
  readonly keep = new Set<NodeId>();
  /** Small results that the user may read after the storages they were computed from have been written. */
  readonly exposed = new Set<NodeId>();
  /** Nodes whose history a backward pass has used up. */
  readonly freed = new Set<NodeId>();
  /** What other layers remember of a node (a custom gradient, hooks); it follows the node when it is imported. */
  readonly notes = new Map<NodeId, unknown>();
  /** Nodes copied from closed graphs: where they came from. */
  readonly origins = new Map<NodeId, Origin>();

  /** Nodes at which gradients of a storage arrive: its leaf, or its pending value where that is read again. */
  readonly sources = new Map<NodeId, Storage>();

  /** Shared with the graph that this one follows, as long as it does. */
  #columns: Columns;
  #follows: boolean;
  #size = 0;
  readonly #leafOf = new Map<Storage, { node: NodeId; version: number }>();
  readonly #sourceOf = new Map<Storage, { node: NodeId; effect: NodeId }>();

  readonly #insist: (op: OpName, dtype: DType) => void;

  /**
   * `insist` raises an error for a dtype that the device lacks. `likely` is what this graph will probably become: nodes that
   * are the same are not made again.
   */
  constructor(insist: (op: OpName, dtype: DType) => void = () => {}, likely?: Columns) {
    this.#insist = insist;
    this.#columns = likely ?? prefixOf(EMPTY, 0);
    this.#follows = likely !== undefined;
  }

  get size(): number {
    return this.#size;
  }

  /** The structure; of columns that are shared with another graph, only the first `size` nodes are this graph's. */
  get columns(): Columns {
    return this.#columns;
  }

  get ops(): readonly OpName[] {
    return this.#columns.ops;
  }

  get inputs(): readonly (readonly NodeId[])[] {
    return this.#columns.inputs;
  }

  get attrs(): readonly OpAttrs[OpName][] {
    return this.#columns.attrs;
  }

  /** Shapes and dtypes. */
  get types(): readonly ValueType[] {
    return this.#columns.types;
  }

  /** Appends a node; its shape and dtype follow from the op table. */
  add<K extends OpName>(op: K, inputs: readonly NodeId[], attrs: OpAttrs[K], tracked = false): NodeId {
    const id = this.#size;
    for (const input of inputs) {
      if (!(input >= 0 && input < id)) unreachable(`${op}: input ${input} is not a node before ${id}`);
    }
    if (this.#follows && !isSameNode(this.#columns, id, op, inputs, attrs)) {
      this.#columns = prefixOf(this.#columns, id);
      this.#follows = false;
    }
    if (!this.#follows) this.#append(op, inputs, attrs);
    for (const input of inputs) this.uses[input]++;
    this.tracked.push(tracked);
    this.uses.push(0);
    this.#size++;
    return id;
  }

  #append<K extends OpName>(op: K, inputs: readonly NodeId[], attrs: OpAttrs[K]): void {
    const columns = this.#columns;
    const types = inputs.map((input) => columns.types[input]);
    const type = specOf(op).infer(types, attrs);
    this.#insist(op, type.dtype);
    columns.ops.push(op);
    columns.inputs.push(inputs.length === 0 ? NO_INPUTS : inputs);
    columns.attrs.push(attrs);
    columns.types.push(type);
  }

  /** A run-time number as a 0-d node. */
  scalar(source: ScalarSource, dtype: DType): NodeId {
    const id = this.add('scalar', NO_INPUTS, { dtype });
    this.scalars.set(id, source);
    return id;
  }

  /**
   * The node that stands for a storage's newest contents: the leaf of the present version, or the value of a pending
   * write. Tracked, the pending value is a new source of gradients, cut off from how it was computed.
   */
  read(storage: Storage, tracked = false): NodeId {
    const effect = this.effects.get(storage);
    if (effect === undefined) return this.leaf(storage, tracked);
    if (!tracked) return effect;
    const known = this.#sourceOf.get(storage);
    if (known?.effect === effect) return known.node;
    const node = this.add('detach', [effect], undefined, true);
    this.sources.set(node, storage);
    this.#sourceOf.set(storage, { node, effect });
    return node;
  }

  /** The node of a storage's contents as they are before this graph's pending writes. */
  leaf(storage: Storage, tracked = false): NodeId {
    const known = this.#leafOf.get(storage);
    if (known && known.version === storage.version && this.tracked[known.node] === tracked) return known.node;
    const node = this.add('leaf', NO_INPUTS, { dtype: storage.dtype, shape: storage.shape }, tracked);
    this.leaves.set(node, { storage, version: storage.version });
    if (tracked) this.sources.set(node, storage);
    this.#leafOf.set(storage, { node, version: storage.version });
    return node;
  }

  /** The attributes of a node known to be of kind `K`. */
  attrsOf<K extends OpName>(id: NodeId, op: K): OpAttrs[K] {
    if (this.ops[id] !== op) unreachable(`node ${id} is ${this.ops[id]}, not ${op}`);
    return this.attrs[id] as OpAttrs[K];
  }
}
