import { ArgumentError, DTypeError, ShapeError } from '@tenfold/ir';
import { describe, expect, test } from 'vitest';
import { fromBuffer, fromBytes, tensor } from '../src/index.ts';
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from '../src/data/half.ts';
import { expectExactly } from './support.ts';

describe('tensor', () => {
  test('infers the dtype as PyTorch does', () => {
    expect(tensor(3).dtype).toBe('int64');
    expect(tensor([1.5, 2]).dtype).toBe('float32');
    expect(tensor([true, false]).dtype).toBe('bool');
    expect(tensor([1, true]).dtype).toBe('int64');
    expect(tensor([10n]).dtype).toBe('int64');
    expect(tensor([]).dtype).toBe('float32');
    expect(tensor(new Float64Array(2)).dtype).toBe('float64');
    expect(tensor([new Int32Array([1]), new Int32Array([2])]).dtype).toBe('int32');
    expect(tensor([1, 2], { requiresGrad: true }).dtype).toBe('float32');
  });

  test('reads the shape of nested lists, sizes of 0 included', () => {
    expect(tensor([[[1], [2]]]).shape).toEqual([1, 2, 1]);
    expect(tensor([[], []]).shape).toEqual([2, 0]);
    expect(tensor(5).shape).toEqual([]);
    expectExactly(tensor([new Float32Array([1, 2]), [3, 4]]), [[1, 2], [3, 4]], 'float32'); // prettier-ignore
  });

  test('copies typed arrays', () => {
    const data = new Float32Array([1, 2]);
    const x = tensor(data);
    data[0] = 9;
    expectExactly(x, [1, 2]);
  });

  test('widens the integers it has no dtype for', () => {
    expectExactly(tensor(new Uint16Array([65535])), [65535], 'int32');
    expectExactly(tensor(new Uint32Array([4294967295])), [4294967295], 'int64');
  });

  test('names the place of ragged nesting', () => {
    expect(() => tensor([[1, 2], [3]])).toThrow(ShapeError);
    expect(() => tensor([[1, 2], [3]])).toThrow('data[1] has length 1, expected 2');
    expect(() => tensor([[1, 2], 3])).toThrow('data[1] is 3, expected a list of length 2');
    expect(() => tensor([1, [2]])).toThrow('data[1] is a list, expected a number');
  });

  test('refuses what is not a number', () => {
    const text: unknown = 'five';
    expect(() => tensor([1, text as number])).toThrow(ArgumentError);
    expect(() => tensor([1, text as number])).toThrow('data[1] is a string');
    expect(() => tensor([NaN], { dtype: 'int32' })).toThrow(DTypeError);
    expect(() => tensor([1], { dtype: 'int64', requiresGrad: true })).toThrow(
      'only float tensors have gradients',
    );
  });
});

describe('fromBuffer and fromBytes', () => {
  test('take the memory as it is', () => {
    expectExactly(fromBuffer(new Float32Array([1, 2, 3, 4]), [2, 2]), [[1, 2], [3, 4]]); // prettier-ignore
    expectExactly(fromBuffer(new Uint8Array([1, 2]), 2, { dtype: 'float32' }), [1, 2], 'float32');
    const bytes = new Uint8Array(new Float32Array([1.5, -2]).buffer);
    expectExactly(fromBytes(bytes, [2], 'float32'), [1.5, -2]);
    expect(fromBytes(bytes, [2], 'float32', { requiresGrad: true }).requiresGrad).toBe(true);
  });

  test('refuse data that does not fill the shape', () => {
    expect(() => fromBuffer(new Float32Array(3), [2, 2])).toThrow(
      '3 elements do not fill shape [2, 2], which has 4',
    );
    expect(() => fromBytes(new Uint8Array(7), [2], 'float32')).toThrow('got 7 bytes, expected 8');
    expect(() => fromBytes(new Uint8Array(4), [-1], 'float32')).toThrow('-1 in shape [-1] is not a size');
  });

  test('read bytes at any offset', () => {
    const bytes = new Uint8Array(9);
    new DataView(bytes.buffer).setFloat64(1, 2.25, true);
    expectExactly(fromBytes(bytes.subarray(1), [1], 'float64'), [2.25]);
  });
});

describe('reads', () => {
  test('data() gives the array that fits the dtype', async () => {
    expect(await tensor([1, 2]).data()).toEqual(new BigInt64Array([1n, 2n]));
    expect(await tensor([true]).data()).toEqual(new Uint8Array([1]));
    expect(await tensor([1.5], { dtype: 'float16' }).data()).toEqual(new Float32Array([1.5]));
    expect(await tensor([1.5], { dtype: 'float64' }).data()).toEqual(new Float64Array([1.5]));
    expect(await tensor([-3], { dtype: 'int8' }).data()).toEqual(new Int8Array([-3]));
  });

  test('data() is a copy', () => {
    const x = tensor([1.5]);
    x.dataSync()[0] = 7;
    expectExactly(x, [1.5]);
  });

  test('item() takes one element only', async () => {
    expect(await tensor([[2.5]]).item()).toBe(2.5);
    expect(tensor(7).itemSync()).toBe(7);
    await expect(tensor([1, 2]).item()).rejects.toThrow(
      'item: a tensor of shape [2] has 2 elements, expected 1',
    );
  });

  test('an int64 that is not a safe integer is not rounded silently', async () => {
    const x = tensor([2n ** 60n]);
    await expect(x.item()).rejects.toThrow('1152921504606846976 is not exact');
    await expect(x.tolist()).rejects.toThrow(DTypeError);
    expect(await x.data()).toEqual(new BigInt64Array([2n ** 60n]));
  });

  test('tolist() nests', async () => {
    expect(await tensor([[1, 2], [3, 4]]).tolist()).toEqual([[1, 2], [3, 4]]); // prettier-ignore
    expect(await tensor(true).tolist()).toBe(true);
    expect(await tensor([[], []]).tolist()).toEqual([[], []]);
  });
});

describe('half-width floats', () => {
  test('every pattern of both formats survives', () => {
    const patterns = Array.from({ length: 1 << 16 }, (_, bits) => bits);
    const isNumber = (value: number) => !Number.isNaN(value);
    expect(
      patterns.filter((bits) => isNumber(fromFloat16(bits)) && toFloat16(fromFloat16(bits)) !== bits),
    ).toEqual([]);
    expect(
      patterns.filter((bits) => isNumber(fromBfloat16(bits)) && toBfloat16(fromBfloat16(bits)) !== bits),
    ).toEqual([]);
    expect(fromFloat16(toFloat16(NaN))).toBeNaN();
    expect(fromBfloat16(toBfloat16(NaN))).toBeNaN();
  });

  test('between two neighbours the nearer one is taken, the even one half way', () => {
    for (let bits = 0; bits < 0x7bff; bits += 7) {
      const [low, high] = [fromFloat16(bits), fromFloat16(bits + 1)];
      const middle = (low + high) / 2;
      const tiny = (high - low) * 2 ** -30;
      expect(toFloat16(middle)).toBe(bits % 2 === 0 ? bits : bits + 1);
      expect(toFloat16(middle - tiny)).toBe(bits);
      expect(toFloat16(middle + tiny)).toBe(bits + 1);
      expect(toFloat16(-middle - tiny)).toBe((bits + 1) | 0x8000);
    }
    for (let bits = 0x3f80; bits < 0x4080; bits++) {
      const middle = (fromBfloat16(bits) + fromBfloat16(bits + 1)) / 2;
      expect(toBfloat16(middle)).toBe(bits % 2 === 0 ? bits : bits + 1);
      // Rounding to float32 on the way would lose the last term.
      expect(toBfloat16(middle + middle * 2 ** -40)).toBe(bits + 1);
      expect(toBfloat16(middle - middle * 2 ** -40)).toBe(bits);
    }
  });

  test('too large is infinite, too small is zero', () => {
    expect(fromFloat16(toFloat16(65519.99))).toBe(65504);
    expect(fromFloat16(toFloat16(65520))).toBe(Infinity);
    expect(fromFloat16(toFloat16(-1e300))).toBe(-Infinity);
    expect(fromBfloat16(toBfloat16(1e300))).toBe(Infinity);
    expect(toFloat16(2 ** -25)).toBe(0);
    expect(toFloat16(2 ** -25 * 1.0001)).toBe(1);
    expect(toFloat16(1e-300)).toBe(0);
    expect(toFloat16(-0)).toBe(0x8000);
  });
});
