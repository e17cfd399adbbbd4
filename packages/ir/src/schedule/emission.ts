/** What the emitters of all kinds of kernels share: where nodes stand in memory, and what an emitted kernel carries. */

import type { AxisId, Kernel, LoopOrder, Stmt, ValueId } from '../kernel/kernel.ts';
import type { Slice } from '../run/slice.ts';
import type { BufferKey, Buffers } from './buffers.ts';
import type { KernelBindings, KernelBuilder } from './kernel-builder.ts';
import type { LoadValue } from './value-table.ts';

/** Where the values of nodes stand. */
export interface Memory {
  readonly slice: Slice;
  readonly buffers: Buffers;
  /** The buffer that a node's value is read from: a leaf's storage, or the first of the node's targets. */
  source(node: number): BufferKey;
  /** The buffers that a computed node is written to; none if it lives only inside its kernel. */
  targets(node: number): readonly BufferKey[];
}

export interface EmittedKernel extends KernelBindings {
  readonly kernel: Kernel;
}

/** A load of a node's value from memory. */
export function memoryLoad(builder: KernelBuilder, memory: Memory, load: LoadValue): ValueId {
  return builder.table.add({ ...load, operand: builder.operand(memory.source(load.operand), 'read') });
}

/** A readable name: the operations that say what the kernel does. */
export function kernelName(memory: Memory, nodes: readonly number[]): string {
  const names = nodes.map((node) => {
    const { op, attrs } = memory.slice.nodes[node];
    return op === 'reduce' && attrs && 'kind' in attrs ? attrs.kind : op;
  });
  const distinct = names.filter((name, i) => names[i - 1] !== name);
  return distinct.length > 6
    ? [...distinct.slice(0, 5), 'etc', distinct[distinct.length - 1]].join('_')
    : distinct.join('_');
}

/** Loops over axes, the first one outermost. */
export function nestLoops(axes: readonly AxisId[], order: LoopOrder, body: readonly Stmt[]): readonly Stmt[] {
  return axes.reduceRight<readonly Stmt[]>(
    (inner, axis) => [{ kind: 'loop', axis, order, body: inner }],
    body,
  );
}
