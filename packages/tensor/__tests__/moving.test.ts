import { registerBackend } from '@tenfold/ir';
import { InterpreterBackend, ReferenceEngine } from '@tenfold/testing';
import { describe, expect, test } from 'vitest';
import { ones, setDefaultDevice, tensor } from '../src/index.ts';
import { expectExactly } from './support.ts';

registerBackend('other', () => new InterpreterBackend(), (backend) => new ReferenceEngine(backend)); // prettier-ignore

describe('to', () => {
  test('casts, and is the tensor itself when nothing changes', () => {
    const x = tensor([1.7, -1.7]);
    expectExactly(x.to('int32'), [1, -1], 'int32');
    expectExactly(x.to({ dtype: 'float64' }), [Math.fround(1.7), Math.fround(-1.7)], 'float64');
    expect(x.to('float32')).toBe(x);
    expect(x.to('reference')).toBe(x);
    expectExactly(x.long(), [1, -1], 'int64');
    expectExactly(tensor([0.5, 0]).bool(), [true, false], 'bool');
    expect([x.float().dtype, x.double().dtype, x.half().dtype, x.bfloat16().dtype, x.int().dtype]).toEqual([
      'float32',
      'float64',
      'float16',
      'bfloat16',
      'int32',
    ]);
    expect(() => x.to({ dtype: 'float8' as 'float32' })).toThrow("to: unknown dtype 'float8'");
  });

  test('moves between devices', async () => {
    const x = ones([2]).mul(3);
    const moved = x.to({ device: 'other', dtype: 'int32' });
    expect(moved.device).toBe('other');
    expectExactly(moved.add(1), [4, 4], 'int32');
    expectExactly(await moved.toDevice('reference'), [3, 3]);
    expect(String(moved)).toBe("tensor([3, 3], device='other', dtype=int32)");
    expect(() => x.add(moved.float())).toThrow(
      "add: operands are on different devices: 'reference' and 'other'",
    );
    expect(() => x.to('nowhere')).toThrow("unknown device 'nowhere'");
    expect(() => tensor([1.5], { requiresGrad: true }).to('other')).toThrow('gradients do not cross devices');
  });

  test('the default device can be changed', () => {
    setDefaultDevice('other');
    expect(tensor(1).device).toBe('other');
    setDefaultDevice('reference');
  });
});

test('detach and clone', () => {
  const x = tensor([1.5], { requiresGrad: true });
  expect(x.detach().requiresGrad).toBe(false);
  expect(x.clone().requiresGrad).toBe(true);
  expect(x.contiguous()).toBe(x);
  const data = tensor([1, 2]);
  const before = data.clone();
  data.assign(tensor([3, 4]));
  expectExactly(before, [1, 2]);
  expectExactly(data, [3, 4]);
});
