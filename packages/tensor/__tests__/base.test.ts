/** Which methods come with which import. The files' order matters: what is installed stays for the whole test file. */

import { expect, test } from 'vitest';
import { Tensor, cumsum, sort, tensor } from '../src/base.ts';
import { expectExactly } from './support.ts';

const has = (name: string) => Reflect.has(Tensor.prototype, name);
const everyday = ['add', 'matmul', 'sum', 'argmax', 'reshape', 'softmax', 'to', 'assign', 'item', 'data'];
const further = ['max', 'pow', 'cumsum', 'sort', 'index', 'slice', 'norm', 'scatter', 'toText'];

test('the base has the everyday methods; further operations are functions', async () => {
  expect(everyday.filter((name) => !has(name))).toEqual([]);
  expect(further.filter(has)).toEqual([]);
  expectExactly(cumsum(tensor([1, 2, 3]), 0), [1, 3, 6]);
  expectExactly(sort(tensor([3, 1, 2])).values, [1, 2, 3]);
});

test('the base writes whole tensors, and says what writing through a view takes', () => {
  const x = tensor([1, 2, 3, 4]);
  x.assign(tensor([5, 6, 7, 8]));
  expectExactly(x, [5, 6, 7, 8]);
  expect(() => x.reshape(2, 2).assign(tensor([[0, 0], [0, 0]]))).toThrow(/writing through a view needs all of '@tenfold\/tensor'/); // prettier-ignore
});

test('the package brings the rest', async () => {
  await import('../src/index.ts');
  expect([...everyday, ...further].filter((name) => !has(name))).toEqual([]);
  expectExactly(tensor([1, 2, 3]).cumsum(0), [1, 3, 6]);
  const x = tensor([1, 2, 3, 4]);
  x.reshape(2, 2).assign(tensor([[5, 6], [7, 8]])); // prettier-ignore
  expectExactly(x, [5, 6, 7, 8]);
});
