/**
 * The oracle: an engine that evaluates a slice node by node, in order, each node into an array of its own. It knows
 * no scheduler, no kernels and no fusion, which is why it can check them. Memory is reached through a backend's
 * `readSync` and `write`, so that it stands in for the standard engine anywhere.
 */

import type { Backend, Bindings, Engine, Executable, Slice, SliceNode } from '@tenfold/ir';
import { byteSize, numel, specOf, unreachable } from '@tenfold/ir';
import { castScalar, decode, encode } from './number-format.ts';
import type { Value } from './reference-ops.ts';
import { evaluateOp } from './reference-ops.ts';

/** The part of a backend that the reference engine needs. */
export type Memory = Pick<Required<Backend>, 'readSync' | 'write'>;

export class ReferenceEngine implements Engine {
  readonly #memory: Memory;

  constructor(memory: Pick<Backend, 'readSync' | 'write'>) {
    if (!hasReadSync(memory)) unreachable('the reference engine needs a backend with readSync');
    this.#memory = memory;
  }

  prepare(slice: Slice): Executable {
    const computed = slice.nodes.filter((node) => specOf(node.op).class !== 'source').length;
    return {
      stats: { kernels: computed, scratchBytes: 0 },
      run: (bindings) => run(slice, bindings, this.#memory),
    };
  }
}

function hasReadSync(memory: Pick<Backend, 'readSync' | 'write'>): memory is Memory {
  return memory.readSync !== undefined;
}

/** The nodes of a slice, one a line. */
export function printSlice({ nodes }: Slice): string {
  return nodes.map(printNode).join('\n');
}

function printNode({ op, inputs, shape, dtype }: SliceNode, id: number): string {
  return `%${id} = ${op}(${inputs.map((i) => `%${i}`).join(', ')}) : ${dtype}[${shape.join(', ')}]`;
}

/** The index after which each node's value is needed no more. */
function lastUses({ nodes, outputs }: Slice): number[] {
  const last = nodes.map((_, id) => id);
  nodes.forEach(({ inputs }, id) => inputs.forEach((input) => (last[input] = id)));
  for (const { node } of outputs) last[node] = nodes.length;
  return last;
}

/** All outputs are computed before any storage is written: leaves see the contents from before the run. */
function run(slice: Slice, bindings: Bindings, memory: Memory): void {
  const last = lastUses(slice);
  const values = new Map<number, Value>();
  slice.nodes.forEach((node, id) => {
    values.set(id, evaluateNode(node, values, bindings, memory));
    for (const input of node.inputs) if (last[input] === id) values.delete(input);
  });
  for (const { node, storage } of slice.outputs) {
    const value = values.get(node) ?? unreachable(`output ${node} has no value`);
    const { buffer, offset } = bindings.storages[storage];
    if (value.dtype !== slice.storages[storage].dtype) {
      unreachable(`output ${node} is ${value.dtype}, its storage ${slice.storages[storage].dtype}`);
    }
    memory.write(buffer, encode(value.dtype, value.data), offset);
  }
}

function evaluateNode(
  node: SliceNode,
  values: Map<number, Value>,
  bindings: Bindings,
  memory: Memory,
): Value {
  const { op, dtype, shape, slot } = node;
  if (op === 'leaf') {
    const { buffer, offset } = bindings.storages[slot];
    const bytes = memory.readSync(buffer, offset, numel(shape) * byteSize(dtype));
    return { dtype, shape, data: decode(dtype, bytes) };
  }
  if (op === 'scalar') return { dtype, shape, data: [castScalar('float64', dtype, bindings.scalars[slot])] };
  const inputs = node.inputs.map((id) => values.get(id) ?? unreachable(`${op}: input ${id} has no value`));
  return evaluateOp(op, inputs, node.attrs, dtype, shape);
}
