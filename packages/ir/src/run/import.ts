/**
 * Bringing a pending or computed node of a closed graph into the graph that is open now. Values come as leaves;
 * what was never computed is copied down to the leaves, which must still hold what they held. Nodes through which
 * gradients flow are copied with their structure even when they have a value, so that backward can pass.
 */

import type { Graph, NodeId } from '../graph/graph.ts';
import { checkLeaf, valueOf } from './collect.ts';

/** Copies already made into a graph, by the graph they came from. */
export type ImportMemo = Map<Graph, Map<NodeId, NodeId>>;

/** How often a node of a closed graph was imported for its own sake, into different graphs. */
const importCounts = new WeakMap<Graph, Map<NodeId, number>>();

function countImport(from: Graph, node: NodeId): number {
  let counts = importCounts.get(from);
  if (!counts) importCounts.set(from, (counts = new Map()));
  const count = (counts.get(node) ?? 0) + 1;
  counts.set(node, count);
  return count;
}

/** The node of `into` that stands for `node` of `from`. On its second use a pending node is kept once computed. */
export function importNode(from: Graph, node: NodeId, into: Graph, memo: ImportMemo): NodeId {
  if (from === into) return node;
  const known = memo.get(from)?.get(node);
  if (known !== undefined) return known;
  const copy = copyCone(from, node, into, memo);
  const op = into.ops[copy];
  if (op !== 'leaf' && op !== 'const' && op !== 'scalar' && !valueOf(into, copy)) {
    into.origins.set(copy, { graph: from, node });
    if (countImport(from, node) >= 2) into.keep.add(copy);
  }
  return copy;
}

/** Depth first without recursion: a pending chain may be thousands of nodes long. */
function copyCone(from: Graph, root: NodeId, into: Graph, memo: ImportMemo): NodeId {
  let copies = memo.get(from);
  if (!copies) memo.set(from, (copies = new Map()));
  const stack = [root];
  while (stack.length > 0) {
    const node = stack[stack.length - 1];
    if (copies.has(node)) {
      stack.pop();
      continue;
    }
    const leaf = leafCopy(from, node, into);
    if (leaf !== undefined) {
      copies.set(node, leaf);
      stack.pop();
      continue;
    }
    const missing = from.inputs[node].filter((input) => !copies.has(input));
    if (missing.length > 0) {
      stack.push(...missing);
      continue;
    }
    copies.set(node, copyOne(from, node, into, copies));
    stack.pop();
  }
  return copies.get(root)!;
}

function leafCopy(from: Graph, node: NodeId, into: Graph): NodeId | undefined {
  const tracked = from.tracked[node];
  if (from.ops[node] === 'leaf') return into.leaf(checkLeaf(from, node), tracked);
  if (tracked) return undefined;
  const value = valueOf(from, node);
  return value && into.leaf(value);
}

function copyOne(from: Graph, node: NodeId, into: Graph, copies: ReadonlyMap<NodeId, NodeId>): NodeId {
  const inputs = from.inputs[node].map((input) => copies.get(input)!);
  const copy = into.add(from.ops[node], inputs, from.attrs[node], from.tracked[node]);
  const scalar = from.scalars.get(node);
  if (scalar !== undefined) into.scalars.set(copy, scalar);
  const note = from.notes.get(node);
  if (note !== undefined) into.notes.set(copy, note);
  const source = from.sources.get(node);
  if (source !== undefined) into.sources.set(copy, source);
  const value = from.values.get(node);
  if (value !== undefined) into.values.set(copy, value);
  into.origins.set(copy, { graph: from, node });
  return copy;
}
