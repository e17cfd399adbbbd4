/** Readable forms of a graph: text, one node a line, and Graphviz. For debugging and for tests of what was traced. */

import type { ValueType } from './op-table.ts';
import type { Graph, NodeId } from './graph.ts';

/** `float32[2, 3]` */
export function formatType({ dtype, shape }: ValueType): string {
  return `${dtype}[${shape.join(', ')}]`;
}

/** The nodes that `roots` need, ascending; all nodes when no roots are given. */
function needed(graph: Graph, roots: readonly NodeId[] | undefined): NodeId[] {
  const all = Array.from({ length: graph.size }, (_, node) => node);
  if (!roots) return all;
  const seen = new Set<NodeId>();
  const stack = [...roots];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    stack.push(...graph.inputs[node]);
  }
  return all.filter((node) => seen.has(node));
}

/** What distinguishes a node besides its kind: attributes, the name of a leaf, the value of a number. */
function detail(graph: Graph, node: NodeId): string {
  const leaf = graph.leaves.get(node);
  if (leaf) return `${leaf.storage.name ?? ''}@${leaf.version}`;
  const scalar = graph.scalars.get(node);
  if (scalar !== undefined) return typeof scalar === 'number' ? String(scalar) : 'host';
  const attrs = graph.attrs[node];
  return attrs === undefined ? '' : JSON.stringify(attrs).replaceAll('"', '');
}

/** One line a node: `%4 = add(%2, %3) : float32[8, 10]`. */
export function printGraph(graph: Graph, roots?: readonly NodeId[]): string {
  return needed(graph, roots)
    .map((node) => {
      const inputs = graph.inputs[node].map((input) => `%${input}`).join(', ');
      const more = detail(graph, node);
      const flags = graph.tracked[node] ? ' grad' : '';
      return `%${node} = ${graph.ops[node]}(${inputs})${more ? ` ${more}` : ''} : ${formatType(graph.types[node])}${flags}`;
    })
    .join('\n');
}

/** The graph in Graphviz' language; `dot -Tsvg` draws it. */
export function graphToDot(graph: Graph, roots?: readonly NodeId[]): string {
  const lines = needed(graph, roots).flatMap((node) => {
    const label = `${graph.ops[node]}\\n${formatType(graph.types[node])}`;
    const shape = graph.inputs[node].length === 0 ? 'box' : 'ellipse';
    const edges = graph.inputs[node].map((input) => `  n${input} -> n${node};`);
    return [`  n${node} [label="${label}", shape=${shape}];`, ...edges];
  });
  return ['digraph {', ...lines, '}'].join('\n');
}
