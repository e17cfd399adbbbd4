/** Writing through a view: `x.slice(0, 1, 3).assign(v)` changes the rows of `x`. */

import type { Graph, NodeId, Storage } from '@tenfold/ir';
import { fromNode } from '../core/tensor.ts';
import type { Tensor } from '../core/tensor.ts';
import { makeVariable } from '../core/view-writer.ts';
import { moveAlong, viewPath, writeAlong } from './view-path.ts';

/** What storages hold from a write through a view on, which is no leaf until it has run. */
const written = new WeakMap<Graph, Map<NodeId, Storage>>();

/** Writes `value` into the leaf that `view` looks at, as a pending effect. Returns false if it is no view of a leaf. */
export function writeThroughView(view: Tensor, value: Tensor): boolean {
  const found = leafBelow(view);
  if (!found) return false;
  const { home } = view;
  const { storage, graph, path } = found;
  makeVariable(home, storage);
  const base = fromNode(home, home.graph.read(storage));
  const node = writeAlong(base, graph, path, value).resolve();
  home.graph.effects.set(storage, node);
  const known = written.get(home.graph) ?? new Map<NodeId, Storage>();
  written.set(home.graph, known.set(node, storage));
  return true;
}

/** The same view of what its leaf holds now. Undefined if it is no view of a leaf. */
export function currentView(view: Tensor): Tensor | undefined {
  const found = leafBelow(view);
  if (!found) return undefined;
  const { home } = view;
  return moveAlong(fromNode(home, home.graph.read(found.storage)), found.graph, found.path);
}

interface LeafBelow {
  readonly storage: Storage;
  /** The graph that the view was made in, and its nodes from the view down to the leaf. */
  readonly graph: Graph;
  readonly path: readonly NodeId[];
}

function leafBelow({ source }: Tensor): LeafBelow | undefined {
  if (source.kind === 'storage') return undefined;
  const { graph, node } = source;
  let storage: Storage | undefined;
  const path = viewPath(graph, node, (at) => {
    storage = storageAt(graph, at);
    return storage !== undefined;
  });
  return storage && path && path.length > 0 ? { storage, graph, path } : undefined;
}

/** The storage whose contents, or pending contents, a node is. */
function storageAt(graph: Graph, node: NodeId): Storage | undefined {
  const known = graph.leaves.get(node)?.storage ?? written.get(graph)?.get(node);
  if (known) return known;
  for (const [storage, effect] of graph.effects) if (effect === node) return storage;
  return undefined;
}
