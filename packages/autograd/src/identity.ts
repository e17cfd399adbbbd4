/** Which node a node of the open graph is a copy of: what is known of values is known by where they were first traced. */

import type { Graph, NodeId } from '@tenfold/ir';

/** A node where it was first traced, before any import. */
export interface Identity {
  readonly graph: Graph;
  readonly node: NodeId;
}

/** Follows imports back to where a node was traced. */
export function identityOf(graph: Graph, node: NodeId): Identity {
  let identity: Identity = { graph, node };
  for (let origin = graph.origins.get(node); origin; origin = origin.graph.origins.get(origin.node))
    identity = origin;
  return identity;
}
