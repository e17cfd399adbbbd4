import type { DType, OpAttrs, Slice, SliceNode } from '@tenfold/ir';
import { DTYPES, OPS, isFloat } from '@tenfold/ir';
import { describe, expect, it } from 'vitest';
import { InterpreterBackend, ReferenceEngine, engineConformance, drawSlice, runSlice } from '../src/index.ts';

/** The same slice with every float in double precision: what an engine without any rounding would compute. */
function widened(slice: Slice): Slice {
  const wide = (dtype: DType): DType => (isFloat(dtype) ? 'float64' : dtype);
  const attrs = (node: SliceNode): SliceNode['attrs'] => {
    if (node.op === 'cast') return { dtype: wide((node.attrs as OpAttrs['cast']).dtype) };
    if (node.op === 'const') return { ...(node.attrs as OpAttrs['const']), dtype: wide(node.dtype) };
    return node.attrs;
  };
  return {
    ...slice,
    nodes: slice.nodes.map((node) => ({ ...node, dtype: wide(node.dtype), attrs: attrs(node) })),
    storages: slice.storages.map(({ dtype, shape }) => ({ dtype: wide(dtype), shape })),
    scalars: slice.scalars.map(wide),
  };
}

describe('random slices', () => {
  it('are the same for the same seed', () => {
    expect(drawSlice(17)).toEqual(drawSlice(17));
    expect(drawSlice(17)).not.toEqual(drawSlice(18));
  });

  // Not every device runs `host`; its kernels are in the conformance suite.
  it('meet every primitive but `custom` and `host`, every dtype, empty arrays, and storages read and written', () => {
    const slices = Array.from({ length: 1500 }, (_, seed) => drawSlice(seed));
    const nodes = slices.flatMap(({ slice }) => slice.nodes);
    const ops = new Set(nodes.map((node) => node.op));
    expect(Object.keys(OPS).filter((op) => !ops.has(op as keyof typeof OPS))).toEqual(['host', 'custom']);
    expect(new Set(nodes.map((node) => node.dtype)).size).toBe(DTYPES.length);
    expect(nodes.some((node) => node.shape.includes(0))).toBe(true);
    const updates = slices.filter(({ slice }) =>
      slice.outputs.some(({ storage }) =>
        slice.nodes.some((node) => node.op === 'leaf' && node.slot === storage),
      ),
    );
    expect(updates.length).toBeGreaterThan(100);
  });

  it('allow as much error as rounding makes, and not much more', async () => {
    const backend = new InterpreterBackend();
    const engine = new ReferenceEngine(backend);
    const shares: number[] = [];
    for (let seed = 0; seed < 600; seed++) {
      const { slice, contents, scalars, tolerances } = drawSlice(seed);
      if (slice.nodes.some((node) => node.op === 'bitcast')) continue;
      const rounded = await runSlice(slice, backend, engine, contents, scalars);
      const unrounded = await runSlice(widened(slice), backend, engine, contents, scalars);
      for (const [storage, error] of tolerances) {
        rounded[storage].forEach((x, i) => {
          const difference = Math.abs(Number(x) - Number(unrounded[storage][i]));
          expect(difference, `seed ${seed}, storage ${storage}, element ${i}`).toBeLessThanOrEqual(error);
          if (error > 0) shares.push(error);
        });
      }
    }
    shares.sort((a, b) => a - b);
    expect(shares[Math.floor(shares.length * 0.5)]).toBeLessThan(1e-3);
  });

  it('have finite, not vanishing results', async () => {
    const backend = new InterpreterBackend();
    const engine = new ReferenceEngine(backend);
    for (let seed = 0; seed < 200; seed++) {
      const { slice, contents, scalars } = drawSlice(seed);
      const results = await runSlice(slice, backend, engine, contents, scalars);
      expect(results.flat().every((x) => typeof x === 'bigint' || Number.isFinite(x))).toBe(true);
    }
  });
});

engineConformance(
  'the reference engine',
  () => {
    const backend = new InterpreterBackend();
    return { backend, engine: new ReferenceEngine(backend) };
  },
  { slices: 40 },
);
