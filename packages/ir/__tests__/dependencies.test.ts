/** The order of the work, against a plain search over a plain graph, under random edges and merges. */

import { SeededRandom } from '@tenfold/testing';
import { describe, expect, it } from 'vitest';
import { Dependencies } from '../src/schedule/dependencies.ts';

/** The same requirements, kept naively. */
class Plain {
  readonly edges = new Map<number, Set<number>>();

  constructor(count: number) {
    for (let i = 0; i < count; i++) this.edges.set(i, new Set());
  }

  reaches(from: number, to: number): boolean {
    const seen = new Set([from]);
    for (const piece of seen) for (const next of this.edges.get(piece)!) seen.add(next);
    return seen.has(to) && from !== to;
  }

  separated(a: number, b: number): boolean {
    const through = (x: number, y: number) =>
      [...this.edges.get(x)!].some((next) => next !== y && this.reaches(next, y));
    return through(a, b) || through(b, a);
  }

  merge(kept: number, gone: number): void {
    for (const next of this.edges.get(gone)!) if (next !== kept) this.edges.get(kept)!.add(next);
    this.edges.delete(gone);
    for (const [piece, nexts] of this.edges) if (nexts.delete(gone) && piece !== kept) nexts.add(kept);
    this.edges.get(kept)!.delete(kept);
  }
}

describe('Dependencies', () => {
  it('agree with a plain graph', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = new SeededRandom(seed);
      const count = random.int(3, 14);
      const dependencies = new Dependencies(count);
      const plain = new Plain(count);
      let mistakes = 0;
      for (let step = 0; step < 40; step++) {
        const alive = [...plain.edges.keys()];
        const [a, b] = [random.pick(alive), random.pick(alive)];
        if (a === b) continue;
        mistakes += Number(dependencies.separated(a, b) !== plain.separated(a, b));
        if (random.chance(0.7)) {
          const possible = !plain.reaches(b, a);
          mistakes += Number(dependencies.add(a, b) !== possible);
          if (possible) plain.edges.get(a)!.add(b);
        } else if (!plain.separated(a, b)) {
          dependencies.merge(a, b);
          plain.merge(a, b);
        }
      }
      expect(mistakes).toBe(0);
      const alive = [...plain.edges.keys()];
      const order = dependencies.ordered(alive, (piece) => piece);
      expect([...order].sort((x, y) => x - y)).toEqual([...alive].sort((x, y) => x - y));
      for (const [piece, nexts] of plain.edges) {
        for (const next of nexts) expect(order.indexOf(piece)).toBeLessThan(order.indexOf(next));
      }
    }
  });

  it('orders by rank where nothing is required', () => {
    const dependencies = new Dependencies(4);
    dependencies.add(3, 0);
    expect(dependencies.ordered([0, 1, 2, 3], (piece) => piece)).toEqual([1, 2, 3, 0]);
  });

  it('adds pieces', () => {
    const dependencies = new Dependencies(1);
    const piece = dependencies.addPiece();
    expect(dependencies.add(piece, 0)).toBe(true);
    expect(dependencies.add(0, piece)).toBe(false);
    expect(dependencies.ordered([0, piece], (p) => p)).toEqual([piece, 0]);
  });
});
