/** Writing through a view: `x.slice(0, 1, 3).assign(v)` changes the rows of `x`. */

import type { Graph, NodeId, Storage } from '@tenfold/ir';
import { fromNode } from '../core/tensor.ts';
import type { Tensor } from '../core/tensor.ts';
import { makeVariable } from '../core/view-writer.ts';
import { viewPath, writeAlong } from './view-path.ts';

/** Writes `value` into the leaf that `view` looks at, as a pending effect. Returns false if it is no view of a leaf. */
export function writeThroughView(view: Tensor, value: Tensor): boolean {
  const { home } = view;
  let storage: Storage | undefined;
  const path = viewPath(home.graph, view.resolve(), (node) => {
    storage = storageAt(home.graph, node);
    return storage !== undefined;
  });
  if (!storage || !path || path.length === 0) return false;
  makeVariable(home, storage);
  const base = fromNode(home, home.graph.read(storage));
  home.graph.effects.set(storage, writeAlong(base, home.graph, path, value).resolve());
  return true;
}

/** The storage whose contents, or pending contents, a node of the open graph is. */
function storageAt(graph: Graph, node: NodeId): Storage | undefined {
  const leaf = graph.leaves.get(node)?.storage;
  if (leaf) return leaf;
  for (const [storage, effect] of graph.effects) if (effect === node) return storage;
  return undefined;
}
