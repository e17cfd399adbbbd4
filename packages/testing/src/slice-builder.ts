/** Builds slices node by node, without tensors or graphs; and runs one through an engine on arrays. */

import type { Backend, DType, Engine, OpAttrs, OpName, Shape, Slice, SliceNode, SliceOutput, SliceStorage } from '@tenfold/ir'; // prettier-ignore
import { byteSize, numel, specOf } from '@tenfold/ir';
import type { Scalar } from './number-format.ts';
import { decode, encode } from './number-format.ts';

export class SliceBuilder {
  readonly #nodes: SliceNode[] = [];
  readonly #storages: SliceStorage[] = [];
  readonly #scalars: DType[] = [];
  readonly #outputs: SliceOutput[] = [];

  /** A storage; its number counts up from 0. */
  storage(dtype: DType, shape: Shape): number {
    return this.#storages.push({ dtype, shape }) - 1;
  }

  /** The contents of a storage. */
  leaf(storage: number): number {
    const { dtype, shape } = this.#storages[storage];
    return this.#push({ op: 'leaf', inputs: [], attrs: { dtype, shape }, dtype, shape, slot: storage });
  }

  /** A storage of its own and the node that reads it. */
  input(dtype: DType, shape: Shape): number {
    return this.leaf(this.storage(dtype, shape));
  }

  scalar(dtype: DType): number {
    const slot = this.#scalars.push(dtype) - 1;
    return this.#push({ op: 'scalar', inputs: [], attrs: { dtype }, dtype, shape: [], slot });
  }

  /** Appends a node; shape and dtype follow from the op table. */
  add<K extends OpName>(op: K, inputs: readonly number[], attrs: OpAttrs[K]): number {
    const types = inputs.map((id) => this.#nodes[id]);
    const { shape, dtype } = specOf(op).infer(types, attrs);
    return this.#push({ op, inputs, attrs, shape, dtype, slot: -1 });
  }

  /** Writes a node's value into a storage, a new one by default. */
  output(node: number, storage = this.storage(this.#nodes[node].dtype, this.#nodes[node].shape)): number {
    this.#outputs.push({ node, storage });
    return storage;
  }

  node(id: number): SliceNode {
    return this.#nodes[id];
  }

  get size(): number {
    return this.#nodes.length;
  }

  build(): Slice {
    return {
      nodes: [...this.#nodes],
      storages: [...this.#storages],
      scalars: [...this.#scalars],
      outputs: [...this.#outputs],
    };
  }

  #push(node: SliceNode): number {
    return this.#nodes.push(node) - 1;
  }
}

/**
 * Runs a slice once: fills the storages with `contents` (those without any start as zeros), and gives back what every
 * storage holds afterwards.
 */
export async function runSlice(
  slice: Slice,
  backend: Backend,
  engine: Engine,
  contents: readonly (readonly Scalar[] | undefined)[],
  scalars: readonly number[] = [],
): Promise<Scalar[][]> {
  const plan = engine.prepare(slice);
  const storages = slice.storages.map(({ dtype, shape }, i) => {
    const bytes = numel(shape) * byteSize(dtype);
    const buffer = backend.alloc(Math.max(bytes, 1));
    backend.write(buffer, encode(dtype, contents[i] ?? new Array<Scalar>(numel(shape)).fill(0)));
    return { buffer, offset: 0 };
  });
  const scratch = { buffer: backend.alloc(Math.max(plan.stats.scratchBytes, 1)), offset: 0 };
  plan.run({ storages, scalars, scratch });
  const results: Scalar[][] = [];
  for (const [i, { dtype, shape }] of slice.storages.entries()) {
    const bytes = await backend.read(storages[i].buffer, 0, numel(shape) * byteSize(dtype));
    results.push(decode(dtype, bytes));
  }
  for (const { buffer } of [...storages, scratch]) backend.free(buffer);
  return results;
}
