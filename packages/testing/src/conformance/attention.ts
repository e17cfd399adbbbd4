/**
 * Conformance: attention and its gradients, for backends that have it: odd sizes, operands that are views of one array,
 * masks that broadcast, rows that may look at nothing.
 */

import type { AttentionResult, Backend, DType, IndexExpr, ValueId } from '@tenfold/ir';
import { add, offset, scale } from '@tenfold/ir';
import { describe, it } from 'vitest';
import type { Axis } from '../kernel-builder.ts';
import { KernelBuilder } from '../kernel-builder.ts';
import type { Scalar } from '../number-format.ts';
import { SeededRandom } from '../seeded-random.ts';
import { checkKernel, sample } from './harness.ts';

const TOLERANCE = { rtol: 2e-5, atol: 2e-5 };
const RESULTS = ['output', 'gradients'] as const;

interface Case {
  readonly batch?: readonly [number, number];
  readonly queries: number;
  readonly keys: number;
  readonly depth: number;
  readonly width: number;
  readonly causal?: boolean;
  /** A number for every score, or one for each key. */
  readonly mask?: 'full' | 'keys';
  /** What the mask holds; random numbers otherwise. */
  readonly hidden?: (query: number, key: number) => boolean;
  /** Query, key and value side by side in one array `[batch, token, 3, head, feature]`; needs equal sizes. */
  readonly packed?: boolean;
  readonly runtimeScale?: boolean;
}

export function attentionSuite(backendOf: () => Backend, dtype: DType): void {
  const check = async (result: AttentionResult, one: Case) => {
    const { batch = [1, 1], queries, keys, depth, width, causal = false, mask, packed } = one;
    const b = new KernelBuilder(`${result} of attention`);
    const [outer, heads, query, key, inner, column] = [...batch, queries, keys, depth, width].map((n) =>
      b.axis(n),
    );
    const random = new SeededRandom(queries + 3 * keys + 7 * depth);
    const contents: (readonly Scalar[] | undefined)[] = [];
    /** An input of shape [batch, heads, ...], laid out as [batch, row, heads, column]. */
    const input = (
      axes: readonly Axis[],
      sizes: readonly number[],
      range?: readonly [number, number],
    ): ValueId => {
      const elements = [...batch, ...sizes].reduce((n, size) => n * size, 1);
      const operand = b.operand(dtype, elements, 'read');
      contents.push(sample(dtype, elements, random, range));
      const order = [outer, axes[0], heads, ...axes.slice(1)];
      const extents = [batch[0], sizes[0], batch[1], ...sizes.slice(1)];
      return b.load(operand, order.reduce((index, axis, i) => add(scale(index, extents[i]), axis.index), scale(outer.index, 0))); // prettier-ignore
    };
    const fromOne = (): ValueId[] => {
      const elements = batch[0] * queries * 3 * batch[1] * depth;
      const operand = b.operand(dtype, elements, 'read');
      contents.push(sample(dtype, elements, random, [-2, 2]));
      return [query, key, key].map((token, part) => {
        const row = add(scale(outer.index, queries), token.index);
        const head = add(scale(offset(scale(row, 3), part), batch[1]), heads.index);
        return b.load(operand, add(scale(head, depth), (part === 2 ? column : inner).index));
      });
    };
    const operands = packed
      ? fromOne()
      : [
          input([query, inner], [queries, depth], [-2, 2]),
          input([key, inner], [keys, depth], [-2, 2]),
          input([key, column], [keys, width], [-2, 2]),
        ];
    const inputs = [...operands, one.runtimeScale ? b.scalar(dtype) : b.constant(0.4, dtype)];
    if (result !== 'output') {
      inputs.push(input([query, column], [queries, width], [-1, 1]));
      inputs.push(input([query], [queries], [3, 5]), input([query], [queries], [-1, 1]));
    }
    if (mask) {
      const rows = mask === 'full' ? queries : 1;
      const operand = b.operand(dtype, rows * keys, 'read');
      const values = sample(dtype, rows * keys, random, [-1, 1]);
      contents.push(values.map((x, i) => (one.hidden?.(Math.floor(i / keys), i % keys) ? -Infinity : x)));
      const index: IndexExpr = mask === 'full' ? add(scale(query.index, keys), key.index) : key.index;
      inputs.push(b.load(operand, index));
    }
    const rows = result === 'output' ? queries * (width + 1) : queries * depth + keys * (depth + width);
    const output = b.operand(dtype, batch[0] * batch[1] * rows, 'write');
    const kernel = b.attention({
      result,
      causal,
      batch: [outer.id, heads.id],
      query: query.id,
      key: key.id,
      depth: inner.id,
      width: column.id,
      inputs,
      output,
    });
    const scalars = one.runtimeScale ? [0.3] : [];
    const launch = { contents: [...contents, undefined], scalars };
    await checkKernel(backendOf(), kernel, launch, { tolerance: TOLERANCE });
  };

  describe.each(RESULTS)('%s', (result) => {
    it.each([
      [1, 1, 1, 1],
      [2, 3, 1, 5],
      [7, 9, 4, 3],
      [8, 12, 6, 6],
      [16, 5, 17, 12],
      [33, 130, 8, 11],
      [130, 33, 7, 16],
      [270, 200, 3, 2],
    ])('of %i queries, %i keys, sizes %i and %i', async (queries, keys, depth, width) => {
      await check(result, { queries, keys, depth, width });
      await check(result, { queries, keys, depth, width, causal: true });
    });

    it('of many heads', () =>
      check(result, { batch: [2, 9], queries: 11, keys: 13, depth: 5, width: 6, causal: true }));

    it('of views of one array', async () => {
      await check(result, { batch: [2, 3], queries: 21, keys: 21, depth: 12, width: 12, packed: true });
      await check(result, { batch: [1, 2], queries: 40, keys: 40, depth: 8, width: 8, packed: true, causal: true });
    }); // prettier-ignore

    it('with a mask, for every score and for every key', async () => {
      await check(result, { batch: [2, 2], queries: 19, keys: 23, depth: 4, width: 5, mask: 'full' });
      await check(result, { batch: [2, 2], queries: 19, keys: 123, depth: 4, width: 5, mask: 'keys' });
    });

    it('with keys that nobody may look at, and queries that may look at nothing', () =>
      check(result, {
        queries: 14,
        keys: 110,
        depth: 4,
        width: 3,
        mask: 'full',
        hidden: (query, key) => key > 100 || query === 9 || (query + key) % 3 === 0,
      }));

    it('with a scale of the launch', () =>
      check(result, { queries: 9, keys: 10, depth: 5, width: 4, runtimeScale: true }));

    it('of no batch', () => check(result, { batch: [0, 2], queries: 3, keys: 4, depth: 2, width: 2 }));
  });
}
