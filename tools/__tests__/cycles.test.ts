import { describe, expect, test } from 'vitest';
import { findCycles } from '../lib/cycles.ts';

function graph(edges: Record<string, readonly string[]>): Map<string, Set<string>> {
  return new Map(Object.entries(edges).map(([node, next]) => [node, new Set(next)]));
}

describe('findCycles', () => {
  test('finds nothing in a graph without cycles, also when paths meet again', () => {
    expect(findCycles(graph({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }))).toEqual([]);
  });

  test('finds a node that points to itself', () => {
    expect(findCycles(graph({ a: ['a'], b: ['a'] }))).toEqual([['a']]);
  });

  test('shows the shortest cycle of each tangle', () => {
    const cycles = findCycles(
      graph({ a: ['b'], b: ['c'], c: ['d', 'b'], d: ['a'], x: ['y'], y: ['x', 'a'] }),
    );
    expect(cycles.map((cycle) => [...cycle].sort())).toEqual(
      expect.arrayContaining([
        ['b', 'c'],
        ['x', 'y'],
      ]),
    );
    expect(cycles).toHaveLength(2);
  });

  test('ignores edges to nodes that are not in the graph', () => {
    expect(findCycles(graph({ a: ['elsewhere'] }))).toEqual([]);
  });
});
