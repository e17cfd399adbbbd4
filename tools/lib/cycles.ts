/**
 * Finds the cycles of a directed graph: Tarjan's strongly connected components, and for each of them
 * one shortest cycle, which is the one to show to a person.
 */
export type Edges = ReadonlyMap<string, ReadonlySet<string>>;

/** One shortest cycle per strongly connected component; empty when the graph has no cycle. */
export function findCycles(edges: Edges): readonly (readonly string[])[] {
  return components(edges)
    .filter((component) => component.length > 1 || edges.get(component[0])?.has(component[0]))
    .map((component) => shortestCycle(edges, component));
}

/** Strongly connected components (R. Tarjan, "Depth-first search and linear graph algorithms", 1972). */
function components(edges: Edges): readonly string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const found: string[][] = [];

  const visit = (node: string): void => {
    index.set(node, index.size);
    low.set(node, index.get(node)!);
    stack.push(node);
    onStack.add(node);
    for (const next of edges.get(node) ?? []) {
      if (!edges.has(next)) continue;
      if (!index.has(next)) {
        visit(next);
        low.set(node, Math.min(low.get(node)!, low.get(next)!));
      } else if (onStack.has(next)) {
        low.set(node, Math.min(low.get(node)!, index.get(next)!));
      }
    }
    if (low.get(node) !== index.get(node)) return;
    const component = stack.splice(stack.indexOf(node));
    for (const member of component) onStack.delete(member);
    found.push(component);
  };

  for (const node of edges.keys()) if (!index.has(node)) visit(node);
  return found;
}

function shortestCycle(edges: Edges, component: readonly string[]): readonly string[] {
  const members = new Set(component);
  const cycles = component.map((start) => shortestPathBack(edges, members, start));
  return cycles.reduce((best, cycle) => (cycle.length < best.length ? cycle : best));
}

/** Breadth-first from `start` to itself inside its component, where such a path always exists. */
function shortestPathBack(edges: Edges, members: ReadonlySet<string>, start: string): readonly string[] {
  const previous = new Map<string, string>();
  const queue = [start];
  for (const node of queue) {
    for (const next of edges.get(node) ?? []) {
      if (next === start) {
        const path = [node];
        while (path[0] !== start) path.unshift(previous.get(path[0])!);
        return path;
      }
      if (members.has(next) && !previous.has(next)) {
        previous.set(next, node);
        queue.push(next);
      }
    }
  }
  return [start];
}
