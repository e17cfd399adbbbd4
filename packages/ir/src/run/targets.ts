/**
 * What a run leaves behind, in the order of its reasons: pending writes, what was asked for, what is to be kept, snapshots,
 * and the small results that hang on what is computed anyway.
 */

import type { Graph, NodeId } from '../graph/graph.ts';
import { reach, valueOf } from './collect.ts';
import type { Target } from './collect.ts';
import { smallSinks, snapshots } from './sinks.ts';
import { Storage } from './storage.ts';
import type { StorageRole } from './storage.ts';

/** A node's value in a storage of its own. */
export function freshTarget(graph: Graph, node: NodeId, role: StorageRole): Target {
  const { shape, dtype } = graph.types[node];
  return { node, storage: new Storage(shape, dtype, role), fresh: true };
}

/** `roots` are what was asked for; their storages get `role`. */
export function targetsOf(graph: Graph, roots: readonly NodeId[], role: StorageRole): Target[] {
  const targets: Target[] = [];
  for (const [storage, node] of graph.effects) targets.push({ node, storage, fresh: false });
  const owned = new Set<NodeId>();
  const own = (node: NodeId, storageRole: StorageRole) => {
    if (owned.has(node) || graph.ops[node] === 'leaf' || valueOf(graph, node)) return;
    owned.add(node);
    targets.push(freshTarget(graph, node, storageRole));
  };
  for (const node of roots) own(node, role);
  for (const node of graph.keep) own(node, 'kept');
  for (const node of snapshots(graph)) own(node, 'owned');
  const wanted = targets.map((target) => target.node);
  const computed = reach(graph, wanted, () => {});
  const written = new Set(graph.effects.keys());
  if (written.size > 0) for (const node of graph.exposed) if (computed[node]) own(node, 'kept');
  for (const node of smallSinks(graph, computed, written)) own(node, 'kept');
  return targets;
}
