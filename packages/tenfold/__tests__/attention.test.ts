/**
 * Attention against the formulas of Vaswani et al. (2017) and, for gradients, Dao (2023), written out in float64: as one
 * kernel on the CPU, and as the composition that devices without such kernels run.
 */

import { Plan, getDevice, registerBackend, workOfSchedule } from '@tenfold/ir';
import { InterpreterBackend, SeededRandom } from '@tenfold/testing';
import { describe, expect, it } from 'vitest';
import * as T from 'tenfold';

registerBackend('composed', () => new InterpreterBackend({ caps: { attention: undefined } }));
const DEVICES = ['cpu', 'composed'] as const;

interface Case {
  readonly name: string;
  readonly query: readonly number[];
  readonly key: readonly number[];
  readonly value: readonly number[];
  readonly mask?: readonly number[];
  /** Whether the mask is bool. */
  readonly bool?: boolean;
  readonly options?: T.F.AttentionOptions;
}

const CASES: readonly Case[] = [
  { name: 'plain', query: [2, 3, 9, 8], key: [2, 3, 12, 8], value: [2, 3, 12, 5] },
  { name: 'of single matrices', query: [9, 4], key: [10, 4], value: [10, 4] },
  { name: 'causal', query: [2, 20, 8], key: [2, 20, 8], value: [2, 20, 8], options: { isCausal: true } },
  { name: 'causal, more queries than keys', query: [1, 19, 4], key: [1, 9, 4], value: [1, 9, 6], options: { isCausal: true } },
  { name: 'causal, more keys than queries', query: [1, 9, 4], key: [1, 30, 4], value: [1, 30, 6], options: { isCausal: true } },
  { name: 'scaled', query: [1, 2, 8, 4], key: [1, 2, 8, 4], value: [1, 2, 8, 4], options: { scale: 0.7 } },
  { name: 'with numbers added', query: [2, 2, 10, 4], key: [2, 2, 11, 4], value: [2, 2, 11, 4], mask: [10, 11] },
  { name: 'with numbers added for each key of a batch', query: [2, 2, 10, 4], key: [2, 2, 11, 4], value: [2, 2, 11, 4], mask: [2, 1, 1, 11] },
  { name: 'masked', query: [2, 2, 10, 4], key: [2, 2, 11, 4], value: [2, 2, 11, 4], mask: [2, 1, 10, 11], bool: true },
  { name: 'with keys that broadcast', query: [2, 3, 8, 4], key: [3, 9, 4], value: [1, 1, 9, 4] },
  { name: 'of grouped heads', query: [2, 6, 9, 4], key: [2, 2, 10, 4], value: [2, 2, 10, 3], options: { enableGqa: true } },
  { name: 'of grouped heads, masked', query: [6, 9, 4], key: [3, 10, 4], value: [3, 10, 4], mask: [6, 9, 10], bool: true, options: { enableGqa: true } },
  { name: 'of grouped heads, causal', query: [4, 12, 4], key: [1, 12, 4], value: [1, 12, 4], options: { enableGqa: true, isCausal: true } },
  { name: 'of few queries', query: [2, 1, 4], key: [2, 40, 4], value: [2, 40, 4] },
]; // prettier-ignore

/** A tensor's numbers as float32 holds them, read at an index that broadcasts. */
interface Numbers {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

function numbers(shape: readonly number[], seed: number): Numbers {
  const random = new SeededRandom(seed);
  const count = shape.reduce((n, size) => n * size, 1);
  return { shape, data: Float32Array.from({ length: count }, () => random.uniform(-1.5, 1.5)) };
}

/** The offset of an index, aligned at the end; what has size 1 is repeated. */
function offsetOf({ shape }: Numbers, index: readonly number[]): number {
  const missing = index.length - shape.length;
  return shape.reduce((at, size, axis) => at * size + (size === 1 ? 0 : index[axis + missing]), 0);
}

/** All indices of a shape. */
function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, size) => all.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i])),
    [[]],
  );
}

interface Expected {
  readonly output: readonly number[];
  readonly gradients: readonly Float64Array[];
}

/** Output and gradients of query, key and value, given the output's gradient; key heads are `group` query heads apart. */
function attention(query: Numbers, key: Numbers, value: Numbers, mask: Numbers | undefined, one: Case, gradient: Float32Array): Expected {
  const { isCausal = false, scale = null, enableGqa = false } = one.options ?? {};
  const [[queries, depth], [keys, width]] = [query.shape.slice(-2), value.shape.slice(-2)];
  const factor = scale ?? 1 / Math.sqrt(depth);
  const all = [query, key, value, mask].flatMap((x) => (x ? [x.shape.slice(0, -2)] : []));
  const rank = Math.max(...all.map((shape) => shape.length));
  const outer = Array.from({ length: rank }, (_, axis) =>
    Math.max(...all.map((shape) => shape[axis - rank + shape.length] ?? 1)),
  );
  const group = enableGqa ? (query.shape.at(-3) ?? 1) / (key.shape.at(-3) ?? 1) : 1;
  const shared = (batch: readonly number[]) =>
    batch.map((i, axis) => (axis === batch.length - 1 ? Math.floor(i / group) : i));
  const gradients = [query, key, value].map(({ data }) => new Float64Array(data.length));
  const output: number[] = [];
  for (const batch of indices(outer)) {
    const heads = shared(batch);
    for (let l = 0; l < queries; l++) {
      const start = output.length;
      const scores = Array.from({ length: keys }, (_, s) => {
        let sum = 0;
        for (let e = 0; e < depth; e++)
          sum += query.data[offsetOf(query, [...batch, l, e])] * key.data[offsetOf(key, [...heads, s, e])];
        const added = mask ? mask.data[offsetOf(mask, [...batch, l, s])] : 0;
        if (isCausal && s > l) return -Infinity;
        return one.bool ? (added > 0 ? factor * sum : -Infinity) : factor * sum + added;
      });
      const greatest = Math.max(...scores);
      const exponentials = scores.map((x) => Math.exp(x - greatest));
      const total = exponentials.reduce((a, b) => a + b);
      const weights = exponentials.map((x) => x / total);
      const at = (s: number, v: number) => offsetOf(value, [...heads, s, v]);
      for (let v = 0; v < width; v++)
        output.push(weights.reduce((sum, weight, s) => sum + weight * value.data[at(s, v)], 0));
      const rows = gradient.subarray(start, start + width);
      const changes = weights.map((_, s) => rows.reduce((sum, g, v) => sum + g * value.data[at(s, v)], 0));
      const mean = weights.reduce((sum, weight, s) => sum + weight * changes[s], 0);
      weights.forEach((weight, s) => {
        rows.forEach((g, v) => (gradients[2][at(s, v)] += weight * g));
        const change = factor * weight * (changes[s] - mean);
        for (let e = 0; e < depth; e++) {
          const [i, j] = [offsetOf(query, [...batch, l, e]), offsetOf(key, [...heads, s, e])];
          gradients[0][i] += change * key.data[j];
          gradients[1][j] += change * query.data[i];
        }
      });
    }
  }
  return { output, gradients };
} // prettier-ignore

/** The greatest difference, relative to the greatest magnitude. */
function difference(actual: ArrayLike<number | bigint>, expected: ArrayLike<number>): number {
  let [most, scale] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    most = Math.max(most, Math.abs(Number(actual[i]) - expected[i]));
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  return Number.isNaN(most) || actual.length !== expected.length ? Infinity : most / scale;
}

describe.each(DEVICES)('attention on %s', (device) => {
  it.each(CASES)('$name', async (one) => {
    const given = [one.query, one.key, one.value].map((shape, i) => numbers(shape, 3 * i + 1));
    const mask = one.mask && numbers(one.mask, 11);
    // Every query may look at the first key.
    if (mask && one.bool) mask.data.forEach((_, i) => i % (mask.shape.at(-1) ?? 1) === 0 && (mask.data[i] = 1));
    const [query, key, value] = given.map(({ shape, data }) =>
      T.fromBuffer(data, [...shape], { device, requiresGrad: true }),
    );
    const added = mask && T.fromBuffer(mask.data, [...mask.shape], { device });
    const attnMask = added && (one.bool ? added.gt(0) : added);
    const result = T.F.scaledDotProductAttention(query, key, value, { ...one.options, attnMask });
    const gradient = numbers(result.shape, 5);
    const expected = attention(given[0], given[1], given[2], mask, one, gradient.data);
    result.backward(T.fromBuffer(gradient.data, [...result.shape], { device }));
    expect(difference(await result.data(), expected.output)).toBeLessThan(1e-5);
    for (const [i, x] of [query, key, value].entries())
      expect(difference(await (x.grad ?? x).data(), expected.gradients[i]), `gradient ${i}`).toBeLessThan(1e-5);
  }); // prettier-ignore

  it('of a query that may look at nothing is NaN, and the others are not', async () => {
    const [q, k, v] = [9, 8, 8].map((length, i) => T.fromBuffer(numbers([length, 4], i).data, [length, 4], { device }));
    const attnMask = T.arange(9, { device }).ne(3).unsqueeze(1);
    const rows = await T.F.scaledDotProductAttention(q, k, v, { attnMask }).sum(1).data();
    expect([...rows].map((x) => Number.isNaN(x))).toEqual(Array.from({ length: 9 }, (_, i) => i === 3));
  }); // prettier-ignore
});

it('attention of a tensor with itself', async () => {
  const given = numbers([2, 9, 4], 1);
  const x = T.fromBuffer(given.data, [2, 9, 4], { requiresGrad: true });
  const result = T.F.scaledDotProductAttention(x, x, x);
  const one = { name: 'itself', query: [], key: [], value: [] };
  const { output, gradients } = attention(given, given, given, undefined, one, new Float32Array(72).fill(1));
  result.sum().backward();
  expect(difference(await result.data(), output)).toBeLessThan(1e-5);
  const total = gradients[0].map((g, i) => g + gradients[1][i] + gradients[2][i]);
  expect(difference(await (x.grad ?? x).data(), total)).toBeLessThan(1e-5);
});

describe('attention in memory', () => {
  const device = getDevice('cpu');

  /** What the run of a forward and a backward pass takes, for so many tokens. */
  function measure(tokens: number, isCausal: boolean) {
    const [q, k, v] = [0, 1, 2].map((i) =>
      T.fromBuffer(numbers([1, 2, tokens, 16], i).data, [1, 2, tokens, 16], { requiresGrad: true }),
    );
    const figures: { kernels: number; scratchBytes: number; bytes: number }[] = [];
    device.onRun = ({ plan }) => {
      if (!(plan instanceof Plan)) return;
      const { readBytes, writtenBytes } = workOfSchedule(plan.schedule);
      figures.push({ ...plan.stats, bytes: readBytes + writtenBytes });
    };
    T.F.scaledDotProductAttention(q, k, v, { isCausal }).square().sum().backward();
    device.run();
    device.onRun = undefined;
    return figures[0];
  }

  it.each([false, true])('grows with the tokens, not with their square (causal: %s)', (isCausal) => {
    const [short, long] = [measure(64, isCausal), measure(512, isCausal)];
    expect(long.kernels).toBe(short.kernels);
    expect(long.scratchBytes).toBe(8 * short.scratchBytes);
    // Outputs, gradients and statistics, of two heads in float32; a matrix of weights would be 2 MiB.
    expect(long.scratchBytes).toBeLessThan(2 * 512 * 4 * (16 * 5 + 8));
    expect(long.bytes).toBeLessThan(9 * short.bytes);
  });
});
