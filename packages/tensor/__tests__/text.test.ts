import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { arange, tensor, zeros } from '../src/index.ts';
import './support.ts';

/** Each expected text is what PyTorch 1.13 prints, without `torch.` before the dtype. */
describe('text as PyTorch prints it', () => {
  test('numbers of one width', () => {
    expect(
      String(
        tensor([
          [1, -2.5],
          [0.03125, 3],
        ]),
      ),
    ).toBe('tensor([[ 1.0000, -2.5000],\n        [ 0.0312,  3.0000]])');
    expect(String(tensor([1, 2, 30], { dtype: 'float32' }))).toBe('tensor([ 1.,  2., 30.])');
    expect(String(tensor([1, -20]))).toBe('tensor([  1, -20])');
    expect(String(tensor([true, false]))).toBe('tensor([ True, False])');
    expect(String(tensor(2.5))).toBe('tensor(2.5000)');
    expect(String(tensor([2n ** 62n]))).toBe('tensor([4611686018427387904])');
  });

  test('scientific where magnitudes are far apart', () => {
    expect(String(tensor([0.5, 1000]))).toBe('tensor([5.0000e-01, 1.0000e+03])');
    expect(String(tensor([0.00001]))).toBe('tensor([1.0000e-05])');
    expect(String(tensor([100005, 1], { dtype: 'float32' }))).toBe('tensor([1.0000e+05, 1.0000e+00])');
    expect(String(tensor([123456789], { dtype: 'float32' }))).toBe('tensor([1.2346e+08])');
    expect(String(tensor([0.5, 500]))).toBe('tensor([  0.5000, 500.0000])');
  });

  test('what is not finite', () => {
    expect(String(tensor([1, Infinity, NaN], { dtype: 'float32' }))).toBe('tensor([1., inf, nan])');
    expect(String(tensor([1.5, -Infinity]))).toBe('tensor([1.5000,   -inf])');
    expect(String(tensor([-0, 0], { dtype: 'float32' }))).toBe('tensor([-0., 0.])');
  });

  test('dtype, size and gradient come behind', () => {
    expect(String(tensor([1.5], { dtype: 'float64' }))).toBe('tensor([1.5000], dtype=float64)');
    expect(String(tensor([1], { dtype: 'uint8' }))).toBe('tensor([1], dtype=uint8)');
    expect(String(zeros([0]))).toBe('tensor([])');
    expect(String(zeros([2, 0], { dtype: 'int64' }))).toBe('tensor([], size=(2, 0), dtype=int64)');
    const x = tensor([1.5], { requiresGrad: true });
    expect(String(x)).toBe('tensor([1.5000], requires_grad=True)');
    expect(String(x.mul(2))).toBe('tensor([3.], grad_fn=<MulBackward>)');
  });

  test('long lines are broken at 80 characters', () => {
    expect(String(arange(30))).toBe(
      'tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,\n' +
        '        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29])',
    );
  });

  test('more than 1000 elements are summarised', () => {
    expect(String(arange(1001))).toBe('tensor([   0,    1,    2,  ...,  998,  999, 1000])');
    expect(String(arange(2000).reshape(40, 50))).toBe(
      [
        'tensor([[   0,    1,    2,  ...,   47,   48,   49],',
        '        [  50,   51,   52,  ...,   97,   98,   99],',
        '        [ 100,  101,  102,  ...,  147,  148,  149],',
        '        ...,',
        '        [1850, 1851, 1852,  ..., 1897, 1898, 1899],',
        '        [1900, 1901, 1902,  ..., 1947, 1948, 1949],',
        '        [1950, 1951, 1952,  ..., 1997, 1998, 1999]])',
      ].join('\n'),
    );
  });

  test('blocks of three axes have an empty line between them', () => {
    expect(String(arange(4).reshape(2, 1, 2))).toBe('tensor([[[0, 1]],\n\n        [[2, 3]]])');
  });
});

test('toText waits, the console shows, and a value that is gone says why', async () => {
  const x = tensor([1, 2]);
  expect(await x.toText()).toBe('tensor([1, 2])');
  expect(inspect(x)).toBe('tensor([1, 2])');
  x.dispose();
  expect(inspect(x)).toContain('was disposed of');
  expect(() => String(x)).toThrow('was disposed of');
});
