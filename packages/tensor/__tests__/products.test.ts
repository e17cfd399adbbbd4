/** Products of named axes, and the order in which many operands are contracted. */

import { ArgumentError, ShapeError } from '@tenfold/ir';
import { describe, expect, test } from 'vitest';
import {
  addmm,
  cdist,
  chainMatmul,
  cross,
  einsum,
  inner,
  kron,
  ones,
  tensor,
  tensordot,
  zeros,
} from '../src/index.ts';
import { contractionPath } from '../src/ops/contraction-path.ts';
import { readEquation } from '../src/ops/einsum-equation.ts';
import { expectExactly } from './support.ts';

const sets = (...terms: readonly string[]) => terms.map((term) => new Set(Array.from(term, Number)));

describe('einsum', () => {
  test('equations', () => {
    expect(readEquation('ij, jk', [2, 2])).toEqual({ inputs: [[0, 1], [1, 2]], output: [0, 2] }); // prettier-ignore
    expect(readEquation('ba', [2]).output).toEqual([1, 0]);
    expect(readEquation('...a,a...->...', [3, 2])).toEqual({ inputs: [[0, 1, 2], [2, 1]], output: [0, 1] }); // prettier-ignore
    expect(readEquation('->', [0])).toEqual({ inputs: [[]], output: [] });
  });

  test('what cannot be read is an error', () => {
    const x = ones([2, 3]);
    expect(() => einsum('ij', x, x)).toThrow('it names 1 operands, and 2 are given');
    expect(() => einsum('ijk', x)).toThrow('it names 3 axes of operand 0, which has 2');
    expect(() => einsum('ij->ik', x)).toThrow("'k' stands in the result twice, or in no operand");
    expect(() => einsum('ij->ii', x)).toThrow("'i' stands in the result twice");
    expect(() => einsum('i1', x)).toThrow("'1' is no letter");
    expect(() => einsum('i->j->k', x)).toThrow(ArgumentError);
    expect(() => einsum('...i...', x)).toThrow('more than once');
    expect(() => einsum('ij,kl->ijkl', x, ones([1, 1], { dtype: 'float64' }))).toThrow('float32 and float64');
    expect(() => einsum('ij,jk', x, x)).toThrow(ShapeError);
    expect(() => einsum('ij,jk', x, x)).toThrow('size 2 at axis 0, where another operand has 3');
  });
});

describe('the order of contractions', () => {
  // A chain of matrices 0-1, 1-2, 2-3 of which the last product is the smallest.
  const extents = [100, 100, 100, 1];

  test('the cheapest one is taken', () => {
    expect(contractionPath(sets('01', '12', '23'), new Set([0, 3]), extents)).toEqual([[1, 2], [0, 1]]); // prettier-ignore
    expect(contractionPath(sets('01'), new Set([0]), extents)).toEqual([]);
  });

  test('many operands are contracted pair by pair, not all at once', () => {
    const chain = Array.from({ length: 12 }, (_, i) => new Set([i, i + 1]));
    const path = contractionPath(chain, new Set([0, 12]), new Array<number>(13).fill(4));
    expect(path.length).toBe(11);
    const letters = 'abcdefghijklm';
    const equation = `${chain.map((_, i) => letters.slice(i, i + 2)).join(',')}->am`;
    const swap = tensor([[0, 1], [1, 0]], { dtype: 'float32' }); // prettier-ignore
    expectExactly(einsum(equation, ...chain.map(() => swap)), [[1, 0], [0, 1]]); // prettier-ignore
  });
});

test('products that do not fit are errors', () => {
  const x = ones([2, 3]);
  expect(() => tensordot(x, x)).not.toThrow();
  expect(() => tensordot(x, x, 1)).toThrow('axes [1] of [2, 3] and [0] of [2, 3] do not fit');
  expect(() => tensordot(x, x, 3)).toThrow('have no 3 axes to sum over');
  expect(() => addmm(zeros([3]), x, x.t())).toThrow('[3]');
  expect(() => inner(x, ones([2]))).toThrow('differ: 3 and 2');
  expect(() => cross(ones([2]), ones([2]))).toThrow('no vectors of 3 numbers along any axis');
  expect(() => cdist(x, ones([2, 2]))).toThrow('do not fit');
  expect(() => cdist(x, x, -1)).toThrow(ArgumentError);
  expect(() => chainMatmul(x, ones([3]))).toThrow('operand 1 has shape [3], expected a matrix');
  expectExactly(kron(tensor(2), tensor([1, 2])), [2, 4]);
});
