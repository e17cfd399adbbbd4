/**
 * What a run computes without being asked: snapshots of variables, and small results that hang on what it computes anyway.
 *
 * Small pending results that a run computes along: a loss, a count, an accuracy, a running total. A result qualifies
 * when nothing reads it, it is at most 4 KiB, and what it still needs is light work on values that the run has
 * anyway; or when it reads a storage that the run is about to overwrite, because afterwards it could not be computed.
 */

import type { Graph, NodeId } from '../graph/graph.ts';
import { specOf } from '../graph/op-table.ts';
import { byteSize } from '../dtype.ts';
import { numel } from '../shape.ts';
import { reach, valueOf } from './collect.ts';
import type { Storage } from './storage.ts';

export const SMALL_BYTES = 4096;
/** Elements of an intermediate that still count as light work. */
const LIGHT_ELEMENTS = 1 << 16;

/** All pending results that nothing reads, of any size and cost: what a graph that has grown too long is cut at. */
export function allSinks(graph: Graph): NodeId[] {
  const sinks: NodeId[] = [];
  for (let node = 0; node < graph.size; node++) {
    if (isPendingSink(graph, node) && isComputable(graph, node)) sinks.push(node);
  }
  return sinks;
}

function isPendingSink(graph: Graph, node: NodeId): boolean {
  return graph.uses[node] === 0 && specOf(graph.ops[node]).class !== 'source' && !valueOf(graph, node);
}

/** `computed` marks what the run computes anyway, `written` the storages it writes. */
export function smallSinks(graph: Graph, computed: Uint8Array, written: ReadonlySet<Storage>): NodeId[] {
  const sinks: NodeId[] = [];
  for (let node = graph.size - 1; node >= 0; node--) {
    if (!isPendingSink(graph, node) || !isSmall(graph, node)) continue;
    if (!computed[node] && (isLight(graph, node, computed) || readsWritten(graph, node, written)))
      sinks.push(node);
  }
  return sinks.reverse();
}

/**
 * Pending clones of variables and of realized results. They are computed by the next run whether it needs them or not: a
 * clone is a snapshot, and later its original may hold something else.
 */
export function snapshots(graph: Graph): NodeId[] {
  const written = new Set(graph.effects.values());
  const found: NodeId[] = [];
  for (let node = 0; node < graph.size; node++) {
    if (graph.ops[node] !== 'contiguous' || valueOf(graph, node)) continue;
    const [input] = graph.inputs[node];
    const role = graph.leaves.get(input)?.storage.role;
    const isOfHandle = role === 'variable' || role === 'owned';
    if (written.has(input) || graph.sources.has(input) || isOfHandle) found.push(node);
  }
  return found;
}

function isSmall(graph: Graph, node: NodeId): boolean {
  return numel(graph.types[node].shape) * byteSize(graph.types[node].dtype) <= SMALL_BYTES;
}

function isLight(graph: Graph, sink: NodeId, computed: Uint8Array): boolean {
  let light = true;
  const stack = [sink];
  const seen = new Set(stack);
  while (light && stack.length > 0) {
    const node = stack.pop()!;
    if (computed[node] || valueOf(graph, node)) continue;
    if (graph.ops[node] === 'leaf') {
      light = isCurrent(graph, node);
      continue;
    }
    light =
      specOf(graph.ops[node]).class !== 'contract' &&
      numel(graph.types[node].shape) <= LIGHT_ELEMENTS &&
      seen.size < 256;
    for (const input of graph.inputs[node]) {
      if (!seen.has(input)) {
        seen.add(input);
        stack.push(input);
      }
    }
  }
  return light;
}

function readsWritten(graph: Graph, sink: NodeId, written: ReadonlySet<Storage>): boolean {
  if (written.size === 0) return false;
  let reads = false;
  reach(graph, [sink], (node) => {
    const leaf = graph.leaves.get(node);
    reads ||= leaf !== undefined && written.has(leaf.storage);
  });
  return reads && isComputable(graph, sink);
}

function isComputable(graph: Graph, sink: NodeId): boolean {
  let computable = true;
  reach(graph, [sink], (node) => {
    computable &&= !graph.leaves.has(node) || isCurrent(graph, node);
  });
  return computable;
}

/** Whether a leaf's storage still holds what it held; a sink on a disposed one is left alone until it is asked for. */
function isCurrent(graph: Graph, leaf: NodeId): boolean {
  const { storage, version } = graph.leaves.get(leaf)!;
  return storage.gone === undefined && storage.version === version;
}
