/**
 * What is done to the values that a forward pass keeps for its backward pass: packed when they are kept, unpacked when
 * backward reads them, to keep them in half precision for instance.
 * https://pytorch.org/docs/stable/autograd.html#saved-tensors-hooks
 */

import { ArgumentError, getDevice } from '@tenfold/ir';
import type { Graph, NodeId } from '@tenfold/ir';
import { Tensor, customGrad, noGrad } from '@tenfold/tensor/base';
import { fromNode, inside } from '@tenfold/tensor/internal';
import { identityOf } from './identity.ts';
import { ruleOf } from './rules/table.ts';

interface Packed {
  readonly value: unknown;
  unpack(): Tensor;
}

const packedIn = new WeakMap<Graph, Map<NodeId, Packed>>();

/**
 * Runs `body` on the default device and passes each value that the backward pass of its results will read, but for
 * leaves, through `pack`; backward reads what `unpack` makes of that. Both must be made of tensor operations.
 */
export function savedTensorsHooks<P, R>(
  pack: (value: Tensor) => P,
  unpack: (packed: P) => Tensor,
  body: () => R,
): R {
  const device = getDevice(undefined);
  const { graph } = device;
  const start = graph.size;
  const result = body();
  if (device.graph !== graph)
    throw new ArgumentError('savedTensorsHooks: the function read a value; read it afterwards');
  let packed = packedIn.get(graph);
  if (!packed) packedIn.set(graph, (packed = new Map()));
  for (const node of savedBetween(graph, start, graph.size)) {
    const value = inside(() => noGrad(() => pack(fromNode(device, node))));
    packed.set(node, { value, unpack: () => unpack(value) });
  }
  return result;
}

/** The values that the rules of traced nodes in a range read, without leaves and numbers. */
function savedBetween(graph: Graph, start: NodeId, end: NodeId): Set<NodeId> {
  const saved = new Set<NodeId>();
  for (let node = start; node < end; node++) {
    const saves = graph.tracked[node] ? (ruleOf(graph.ops[node])?.saves ?? 'none') : 'none';
    if (saves === 'output' || saves === 'all') saved.add(node);
    if (saves === 'inputs' || saves === 'all')
      for (const input of graph.inputs[node]) if (graph.inputs[input].length > 0) saved.add(input);
  }
  return saved;
}

function find(graph: Graph, node: NodeId): Packed | undefined {
  const own = packedIn.get(graph)?.get(node);
  if (own || !graph.origins.has(node)) return own;
  const origin = identityOf(graph, node);
  return packedIn.get(origin.graph)?.get(origin.node);
}

/** What a rule reads of a value: what its hooks have made of it, through which further gradients flow to the value. */
export function readSaved(value: Tensor, graph: Graph, node: NodeId): Tensor {
  const packed = find(graph, node);
  return packed
    ? customGrad(
        [value],
        () => packed.unpack(),
        (gradient) => [gradient],
      )
    : value;
}

/** The nodes to keep in the place of a value: those of what it was packed as, if it was. */
export function keptFor(graph: Graph, node: NodeId): readonly NodeId[] {
  const value = find(graph, node)?.value;
  if (!(value instanceof Tensor) || value.source.kind !== 'node') return [node];
  return value.source.graph === graph ? [value.source.node] : [node];
}
