import { describe, expect, it } from 'vitest';
import { Graph } from '../src/graph/graph.ts';
import { graphToDot, printGraph } from '../src/graph/print.ts';
import { Storage } from '../src/run/storage.ts';
import { buildSlice, collect } from '../src/run/collect.ts';

const storage = (shape: number[]) => new Storage(shape, 'float32', 'host', new Uint8Array(64));

function target(node: number, shape: number[]) {
  return { node, storage: new Storage(shape, 'float32', 'kept'), fresh: true };
}

describe('Graph', () => {
  it('keeps two equal calls apart', () => {
    const graph = new Graph();
    const x = graph.leaf(storage([2, 3]));
    expect(graph.add('exp', [x], undefined)).not.toBe(graph.add('exp', [x], undefined));
    expect(graph.uses[x]).toBe(2);
  });

  it('gives a storage one leaf a version, and its pending value once it is written', () => {
    const graph = new Graph();
    const s = storage([2]);
    const leaf = graph.read(s);
    expect(graph.read(s)).toBe(leaf);
    const next = graph.add('neg', [leaf], undefined);
    graph.effects.set(s, next);
    expect(graph.read(s)).toBe(next);
    expect(graph.leaf(s)).toBe(leaf);
    const source = graph.read(s, true);
    expect(graph.tracked[source]).toBe(true);
    expect(graph.sources.get(source)).toBe(s);
  });

  it('prints as text and as Graphviz', () => {
    const graph = new Graph();
    const x = graph.leaf(storage([2]));
    const y = graph.add('neg', [x], undefined);
    graph.add('exp', [x], undefined);
    expect(printGraph(graph, [y])).toBe('%0 = leaf() @0 : float32[2]\n%1 = neg(%0) : float32[2]');
    expect(graphToDot(graph)).toContain('n0 -> n1;');
  });
});

describe('collect', () => {
  const build = (scale: number) => {
    const graph = new Graph();
    graph.add('iota', [], { shape: [7], axis: 0 });
    const x = graph.leaf(storage([2]));
    const factor = graph.scalar(scale, 'float32');
    const wide = graph.add('expand', [graph.add('reshape', [factor], { shape: [1] })], { shape: [2] });
    return { graph, root: graph.add('mul', [x, wide], undefined) };
  };

  it('gives equal keys for the same step with another number, whatever else stands in the graph', () => {
    const a = build(1);
    const b = build(2);
    b.graph.add('neg', [b.root], undefined);
    expect(collect(a.graph, [target(a.root, [2])]).key).toEqual(collect(b.graph, [target(b.root, [2])]).key);
  });

  it('tells apart leaves that share a storage from leaves that do not', () => {
    const sum = (same: boolean) => {
      const graph = new Graph();
      const s = storage([2]);
      const root = graph.add('add', [graph.leaf(s), graph.leaf(same ? s : storage([2]))], undefined);
      return collect(graph, [target(root, [2])]).key;
    };
    expect(sum(true)).not.toEqual(sum(false));
  });

  it('stops at values and numbers the rest densely', () => {
    const { graph, root } = build(3);
    const value = { storage: storage([2]), version: 0 };
    graph.values.set(root, value);
    const top = graph.add('exp', [root], undefined);
    const slice = buildSlice(collect(graph, [target(top, [2])]));
    expect(slice.nodes.map((n) => n.op)).toEqual(['leaf', 'exp']);
    expect(slice.outputs).toEqual([{ node: 1, storage: 1 }]);
  });

  it('refuses a leaf whose storage was written since, naming it', () => {
    const graph = new Graph();
    const s = storage([2]);
    s.name = 'fc1.weight';
    const root = graph.add('neg', [graph.leaf(s)], undefined);
    s.version++;
    expect(() => collect(graph, [target(root, [2])])).toThrow(
      /'fc1.weight'.*version 0 is wanted, 1 is there.*realize\(\)/,
    );
  });
});
