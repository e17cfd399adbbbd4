import { ArgumentError, IndexError, ShapeError } from '@tenfold/ir';
import { describe, expect, test } from 'vitest';
import {
  arange, cat, diag, ones, pad, repeatInterleave, roll, stack, tensor, tile, unfold, zeros,
} from '../src/index.ts'; // prettier-ignore
import { deviceOf } from '../src/internal.ts';
import { expectExactly } from './support.ts';

const x = arange(6).reshape(2, 3);

describe('shapes', () => {
  test('reshape, view, flatten and unflatten', () => {
    expectExactly(x.reshape(3, 2), [[0, 1], [2, 3], [4, 5]]); // prettier-ignore
    expect(x.reshape([3, -1]).shape).toEqual([3, 2]);
    expect(x.view(-1).shape).toEqual([6]);
    expect(ones([2, 3, 4]).flatten(1).shape).toEqual([2, 12]);
    expect(ones([2, 3, 4]).flatten(0, 1).shape).toEqual([6, 4]);
    expect(tensor(1).flatten().shape).toEqual([1]);
    expect(ones([2, 6]).unflatten(1, [2, -1]).shape).toEqual([2, 2, 3]);
  });

  test('axes in another order', () => {
    expectExactly(x.t(), [[0, 3], [1, 4], [2, 5]]); // prettier-ignore
    expect(ones([2, 3, 4]).permute(2, 0, 1).shape).toEqual([4, 2, 3]);
    expect(ones([2, 3, 4]).permute([-1, 0, 1]).shape).toEqual([4, 2, 3]);
    expect(ones([2, 3, 4]).transpose(0, -1).shape).toEqual([4, 3, 2]);
    expect(ones([2, 3, 4]).mT.shape).toEqual([2, 4, 3]);
    expect(ones([2, 3, 4]).movedim(0, 2).shape).toEqual([3, 4, 2]);
    expect(() => ones([2, 3, 4]).t()).toThrow('t: expected at most 2 axes, got [2, 3, 4]');
    expect(() => x.permute(0)).toThrow('permute: 1 axes named for a tensor of shape [2, 3]');
    expect(() => x.permute(0, 0)).toThrow('named twice');
  });

  test('axes of size 1 come, go and grow', () => {
    const row = ones([1, 3, 1]);
    expect(row.squeeze().shape).toEqual([3]);
    expect(row.squeeze(0).shape).toEqual([3, 1]);
    expect(row.squeeze(1).shape).toEqual([1, 3, 1]);
    expect(row.squeeze([0, 2]).shape).toEqual([3]);
    expect(x.unsqueeze(-1).shape).toEqual([2, 3, 1]);
    expect(x.unsqueeze(0).shape).toEqual([1, 2, 3]);
    expectExactly(tensor([[1], [2]]).expand(-1, 2), [[1, 1], [2, 2]]); // prettier-ignore
    expect(x.expand(4, 2, 3).shape).toEqual([4, 2, 3]);
    expect(() => x.expand(2, 4)).toThrow('expand: [2, 3] does not expand to [2, 4]');
    expect(() => x.expand(3)).toThrow(ShapeError);
  });

  test('shapes that do not fit name the numbers', () => {
    expect(() => x.reshape(4, 2)).toThrow('shape [4, 2] needs 8 elements; a tensor of shape [2, 3] has 6');
    expect(() => x.reshape(4, -1)).toThrow(
      'shape [4, -1] needs a multiple of 4 elements; a tensor of shape [2, 3] has 6',
    );
    expect(() => x.reshape(-1, -1)).toThrow('at most one -1');
    expect(() => x.unsqueeze(4)).toThrow(IndexError);
  });
});

describe('parts', () => {
  test('slice follows Python', () => {
    const v = arange(10);
    expectExactly(v.slice(0, 2, 5), [2, 3, 4]);
    expectExactly(v.slice(0, -3), [7, 8, 9]);
    expectExactly(v.slice(0, undefined, -8), [0, 1]);
    expectExactly(v.slice(0, 1, 8, 3), [1, 4, 7]);
    expectExactly(v.slice(0, 5, 100), [5, 6, 7, 8, 9]);
    expectExactly(v.slice(0, 7, 3), []);
    expectExactly(x.slice(1, 1), [[1, 2], [4, 5]]); // prettier-ignore
    expect(() => v.slice(0, 0, 4, -1)).toThrow('use flip() to go backwards');
    expect(() => tensor(1).slice(0, 0)).toThrow('a tensor without axes has no axis 0');
  });

  test('mini-batch after mini-batch is the same plan', () => {
    const { plans } = deviceOf(undefined);
    const set = tensor(Array.from({ length: 40 }, (_, i) => [i, i + 0.5]));
    const labels = arange(40).realize();
    const step = (i: number) => [
      set
        .slice(0, i, i + 8)
        .sum()
        .itemSync(),
      labels
        .slice(0, i, i + 8)
        .sum()
        .itemSync(),
    ];
    step(0);
    step(0);
    const { misses } = plans.counters;
    for (let i = 8; i < 40; i += 8) {
      const rows = Array.from({ length: 8 }, (_, k) => i + k);
      const total = rows.reduce((a, b) => a + b, 0);
      expect(step(i)).toEqual([2 * total + 4, total]);
    }
    expect(plans.counters.misses).toBe(misses);
  });

  test('a part of a tensor in memory can be written', () => {
    const data = tensor([[1, 2], [3, 4], [5, 6]]).realize(); // prettier-ignore
    data.slice(0, 1, 3).assign(
      tensor([
        [7, 8],
        [9, 10],
      ]),
    );
    expectExactly(data, [[1, 2], [7, 8], [9, 10]]); // prettier-ignore
    data.select(0, 0).assign(tensor([0, 0]));
    data
      .slice(0, 0, 3, 2)
      .slice(1, 1)
      .assign(tensor([[-1], [-2]]));
    expectExactly(data, [[0, -1], [7, 8], [9, -2]]); // prettier-ignore
  });

  test('select, narrow, split, chunk, unbind', () => {
    expectExactly(x.select(1, -1), [2, 5]);
    expectExactly(x.narrow(1, 1, 2), [[1, 2], [4, 5]]); // prettier-ignore
    expect(x.split(2, 1).map((piece) => piece.shape)).toEqual([[2, 2], [2, 1]]); // prettier-ignore
    expect(x.split([1, 2], 1).map((piece) => piece.shape)).toEqual([[2, 1], [2, 2]]); // prettier-ignore
    expect(arange(7).chunk(3).map((piece) => piece.numel)).toEqual([3, 3, 1]); // prettier-ignore
    expect(x.unbind(1).length).toBe(3);
    expectExactly(x.unbind()[1], [3, 4, 5]);
    expect(() => x.select(0, 2)).toThrow(
      'select: index 2 is out of range for axis 0 of [2, 3]; expected -2 to 1',
    );
    expect(() => x.narrow(1, 2, 2)).toThrow('narrow: elements 2 to 3 leave axis 1 of [2, 3]');
    expect(() => x.split([1, 1], 1)).toThrow('split: sizes [1, 1] do not add up to 3');
    expect(() => x.chunk(0)).toThrow(ArgumentError);
  });

  test('flip and roll', () => {
    expectExactly(x.flip(1), [[2, 1, 0], [5, 4, 3]]); // prettier-ignore
    expectExactly(x.flip([0, 1]), [[5, 4, 3], [2, 1, 0]]); // prettier-ignore
    expectExactly(roll(x, 1, 1), [[2, 0, 1], [5, 3, 4]]); // prettier-ignore
    expectExactly(roll(x, -1), [[1, 2, 3], [4, 5, 0]]); // prettier-ignore
    expectExactly(roll(x, [1, 1], [0, 1]), [[5, 3, 4], [2, 0, 1]]); // prettier-ignore
  });
});

describe('joining and growing', () => {
  test('cat keeps every value as it is, -0, infinities and NaN too', () => {
    const odd = tensor([-0, Infinity, NaN, 0]);
    const joined = cat([odd, odd]).dataSync();
    for (const start of [0, 4]) {
      expect(joined[start]).toBe(-0);
      expect(joined[start + 1]).toBe(Infinity);
      expect(joined[start + 2]).toBeNaN();
      expect(joined[start + 3]).toBe(0);
    }
    expectExactly(cat([x, x], 1), [[0, 1, 2, 0, 1, 2], [3, 4, 5, 3, 4, 5]]); // prettier-ignore
    expectExactly(cat([tensor([true]), tensor([false])]), [true, false], 'bool');
    expect(cat([x, ones([1, 3])]).dtype).toBe('float32');
    expectExactly(cat([zeros([0]), tensor([1.5])]), [1.5]);
  });

  test('many pieces', () => {
    const pieces = Array.from({ length: 77 }, (_, i) => tensor([i, i + 0.5]));
    expectExactly(cat(pieces), Array.from({ length: 154 }, (_, i) => i >> 1).map((n, i) => n + (i % 2) / 2)); // prettier-ignore
  });

  test('stack', () => {
    expectExactly(stack([tensor([1, 2]), tensor([3, 4])], 1), [[1, 3], [2, 4]]); // prettier-ignore
    expect(stack([x, x], -1).shape).toEqual([2, 3, 2]);
    expectExactly(stack([tensor(1), tensor(2)]), [1, 2]);
  });

  test('what does not fit together is named', () => {
    expect(() => cat([])).toThrow('cat: expected at least one tensor');
    expect(() => cat([x, ones([2, 2])])).toThrow(
      'cat: tensor 1 has shape [2, 2], tensor 0 [2, 3]; expected equal sizes but for axis 0',
    );
    expect(() => cat([tensor(1)])).toThrow('use stack()');
    expect(() => stack([x, ones([3])])).toThrow('stack: tensor 1 has shape [3], expected [2, 3] as tensor 0');
  });

  test('pad', () => {
    expectExactly(pad(x, [1, 0]), [[0, 0, 1, 2], [0, 3, 4, 5]]); // prettier-ignore
    expectExactly(pad(x, [0, 0, 0, 1], { value: 9 }), [[0, 1, 2], [3, 4, 5], [9, 9, 9]]); // prettier-ignore
    expectExactly(pad(x, [-1, -1]), [[1], [4]]);
    expect(() => pad(x, [1])).toThrow(ArgumentError);
    expect(() => pad(x, [-2, -2])).toThrow('cuts more than axis 1');
  });

  test('repeat, tile, repeatInterleave', () => {
    expectExactly(tensor([1, 2]).repeat(2, 2), [[1, 2, 1, 2], [1, 2, 1, 2]]); // prettier-ignore
    expectExactly(tile(tensor([1, 2]), 2), [1, 2, 1, 2]);
    expectExactly(repeatInterleave(tensor([1, 2]), 2), [1, 1, 2, 2]);
    expectExactly(repeatInterleave(x, 2, 0), [[0, 1, 2], [0, 1, 2], [3, 4, 5], [3, 4, 5]]); // prettier-ignore
    expect(() => x.repeat(2)).toThrow('tile() takes fewer');
  });
});

test('triangles and diagonals', () => {
  const square = arange(9).reshape(3, 3);
  expectExactly(square.tril(), [[0, 0, 0], [3, 4, 0], [6, 7, 8]]); // prettier-ignore
  expectExactly(square.triu(1), [[0, 1, 2], [0, 0, 5], [0, 0, 0]]); // prettier-ignore
  expectExactly(diag(square), [0, 4, 8]);
  expectExactly(diag(x, 1), [1, 5]);
  expectExactly(diag(x, -1), [3]);
  expectExactly(diag(x, 5), []);
  expectExactly(diag(tensor([1, 2]), 1), [[0, 1, 0], [0, 0, 2], [0, 0, 0]]); // prettier-ignore
  expectExactly(diag(tensor([1, 2]), -1), [[0, 0, 0], [1, 0, 0], [0, 2, 0]]); // prettier-ignore
  expect(() => diag(tensor(1))).toThrow('diag: expected a vector or a matrix');
});

test('windows', () => {
  expectExactly(unfold(arange(5), 0, 3, 1), [[0, 1, 2], [1, 2, 3], [2, 3, 4]]); // prettier-ignore
  expectExactly(unfold(x, 1, 2, 1).sum(-1), [[1, 3], [7, 9]]); // prettier-ignore
  expect(() => unfold(x, 1, 4, 1)).toThrow('unfold: windows of 4 do not fit axis 1 of shape [2, 3]');
});
