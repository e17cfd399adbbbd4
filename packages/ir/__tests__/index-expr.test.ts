/** Simplification never changes what an expression means: random expressions, evaluated plainly and simplified. */

import { describe, expect, it } from 'vitest';
import type { IndexExpr } from '../src/index.ts';
import {
  add,
  computed,
  constant,
  div,
  evaluate,
  mod,
  offset,
  scale,
  substitute,
  variable,
} from '../src/index.ts';

/** A small seeded generator (mulberry32). */
function generator(seed: number) {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return { int: (lo: number, hi: number) => lo + Math.floor(next() * (hi - lo + 1)) };
}

/** An expression beside its plain meaning. */
interface Pair {
  readonly expr: IndexExpr;
  readonly meaning: (axes: readonly number[]) => number;
}

const EXTENTS = [4, 3, 6, 1, 8];
const floorMod = (x: number, by: number) => x - Math.floor(x / by) * by;

function randomPair(random: ReturnType<typeof generator>, depth: number): Pair {
  if (depth === 0) {
    const axis = random.int(0, EXTENTS.length - 1);
    if (random.int(0, 5) === 0) return { expr: constant(axis - 2), meaning: () => axis - 2 };
    return { expr: variable(axis, EXTENTS[axis]), meaning: (axes) => axes[axis] };
  }
  const x = randomPair(random, depth - 1);
  switch (random.int(0, 5)) {
    case 0: {
      const by = [2, 3, 4, 6, 8, 12, 24][random.int(0, 6)];
      return { expr: div(x.expr, by), meaning: (axes) => Math.floor(x.meaning(axes) / by) };
    }
    case 1: {
      const by = [2, 3, 4, 6, 8, 12, 24][random.int(0, 6)];
      return { expr: mod(x.expr, by), meaning: (axes) => floorMod(x.meaning(axes), by) };
    }
    case 2: {
      const by = random.int(-3, 8);
      return { expr: scale(x.expr, by), meaning: (axes) => x.meaning(axes) * by };
    }
    case 3: {
      const by = random.int(-9, 9);
      return { expr: offset(x.expr, by), meaning: (axes) => x.meaning(axes) + by };
    }
    default: {
      const y = randomPair(random, depth - 1);
      return { expr: add(x.expr, y.expr), meaning: (axes) => x.meaning(axes) + y.meaning(axes) };
    }
  }
}

const randomPoint = (random: ReturnType<typeof generator>) => EXTENTS.map((n) => random.int(0, n - 1));
const at = (expr: IndexExpr, axes: readonly number[]) =>
  evaluate(
    expr,
    (axis) => axes[axis],
    () => 0,
  );

describe('index expressions', () => {
  it('mean the same after simplification and stay within their bounds', () => {
    const random = generator(1);
    for (let round = 0; round < 3000; round++) {
      const { expr, meaning } = randomPair(random, random.int(1, 6));
      for (let i = 0; i < 12; i++) {
        const axes = randomPoint(random);
        const value = at(expr, axes);
        expect(value + 0, expr.key).toBe(meaning(axes) + 0);
        expect(value >= expr.min && value <= expr.max, `${expr.key} is ${value}`).toBe(true);
      }
    }
  });

  it('mean the same after substitution', () => {
    const random = generator(2);
    for (let round = 0; round < 1500; round++) {
      const outer = randomPair(random, random.int(1, 4));
      // The substitutes keep to the range of the variables they replace.
      const inner = EXTENTS.map((n) => {
        const pair = randomPair(random, 2);
        return {
          expr: mod(pair.expr, n),
          meaning: (axes: readonly number[]) => floorMod(pair.meaning(axes), n),
        };
      });
      const replaced = substitute(outer.expr, (axis) => inner[axis].expr);
      for (let i = 0; i < 6; i++) {
        const axes = randomPoint(random);
        expect(at(replaced, axes) + 0).toBe(outer.meaning(inner.map((pair) => pair.meaning(axes))) + 0);
      }
    }
  });

  it('give equal keys to equal sums, whatever the order of the terms', () => {
    const [i, j] = [variable(0, 4), variable(1, 32)];
    expect(add(scale(i, 32), j).key).toBe(add(j, scale(i, 32)).key);
    expect(add(offset(i, 3), offset(j, -3)).key).toBe(add(i, j).key);
  });

  it('undo a reshape', () => {
    const [i, j] = [variable(0, 4), variable(1, 32)];
    const flat = add(scale(i, 32), j);
    expect(div(flat, 32).key).toBe(i.key);
    expect(mod(flat, 32).key).toBe(j.key);
    expect(div(flat, 64).key).toBe('(i0)/2');
    expect(mod(flat, 64).key).toBe('32*(i0)%2+i1');
    expect(add(scale(div(flat, 5), 5), mod(flat, 5)).key).toBe(flat.key);
  });

  it('replace computed values', () => {
    const gathered = add(scale(computed(7, 0, 9), 16), variable(0, 16));
    const moved = substitute(
      gathered,
      () => undefined,
      ({ value, min, max }) => computed(value + 1, min, max),
    );
    expect(moved.key).toBe(add(scale(computed(8, 0, 9), 16), variable(0, 16)).key);
  });
});
