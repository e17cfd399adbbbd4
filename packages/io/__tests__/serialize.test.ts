/** Written files: byte for byte those of the reference implementation, and refused when they could not be read. */

import { DTYPES, FormatError, ShapeError, byteSize, numel } from '@tenfold/ir';
import type { DType } from '@tenfold/ir';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openSafetensors, serializeSafetensors } from '../src/index.ts';
import type { RawTensor } from '../src/index.ts';
import { seededRandom } from './helpers/random.ts';

const reference = new URL('./fixtures/reference.safetensors', import.meta.url);

function u8(...values: number[]): RawTensor {
  return { dtype: 'uint8', shape: [values.length], bytes: Uint8Array.from(values) };
}

function headerText(file: Uint8Array): string {
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  return new TextDecoder().decode(file.subarray(8, 8 + length));
}

describe('the file of the reference implementation', () => {
  it('reads all nine dtypes, unusual names, an empty tensor, a scalar and metadata', async () => {
    const file = await openSafetensors(reference);
    expect(Object.fromEntries(file.metadata)).toEqual({ format: 'pt' });
    expect(new Set(file.keys().map((key) => file.info(key).dtype))).toEqual(new Set(DTYPES));
    expect(file.info('counter')).toEqual({ format: 'I64', dtype: 'int64', shape: [], bytes: 8 });
    expect(file.info('bytes')).toEqual({ format: 'U8', dtype: 'uint8', shape: [0, 4], bytes: 0 });

    const view = async (name: string) => new DataView((await file.read(name)).bytes.buffer);
    expect((await view('counter')).getBigInt64(0, true)).toBe(-(2n ** 53n) - 1n);
    expect((await view('double')).getFloat64(8, true)).toBe(-1e300);
    expect((await view('model.layers.0.weight')).getFloat32(4, true)).toBe(-2);
    expect((await view('ids')).getInt32(12, true)).toBe(-(2 ** 31));
    expect((await view('😀')).getFloat32(0, true)).toBe(1);
    expect((await view('')).getFloat32(0, true)).toBe(4);
    await file.close();
  });

  it('is written again to the same bytes, whatever the order of the tensors', async () => {
    const file = await openSafetensors(reference);
    const tensors: [string, RawTensor][] = [];
    for (const key of file.keys().reverse()) tensors.push([key, await file.read(key)]);
    await file.close();
    const written = serializeSafetensors(tensors, { metadata: file.metadata });
    expect(Buffer.from(written).equals(await readFile(reference))).toBe(true);
  });
});

describe('serializeSafetensors', () => {
  it('pads the header with spaces so that the data begins at a multiple of 8', () => {
    for (let length = 0; length < 9; length++) {
      const file = serializeSafetensors([['n'.repeat(length), u8(1)]]);
      const header = headerText(file);
      expect(header.length % 8).toBe(0);
      expect(header).toMatch(/^\{.*\}\} {0,7}$/);
      expect(file.length).toBe(8 + header.length + 1);
    }
    expect(headerText(serializeSafetensors([]))).toBe('{}      ');
  });

  it('aligns every tensor to its element size', async () => {
    const random = seededRandom(1);
    const tensors = DTYPES.map((dtype, i): [string, RawTensor] => {
      const shape = [random.below(5), 1 + random.below(3)];
      return [`t${i}`, { dtype, shape, bytes: new Uint8Array(numel(shape) * byteSize(dtype)) }];
    });
    const header = headerText(serializeSafetensors(tensors));
    const entries = Object.values(JSON.parse(header) as Record<string, { data_offsets: [number, number] }>);
    const sizes: Record<string, number> = { F64: 8, I64: 8, F32: 4, I32: 4, F16: 2, BF16: 2 };
    for (const entry of entries) {
      const { dtype, data_offsets } = entry as { dtype: string; data_offsets: [number, number] };
      expect(data_offsets[0] % (sizes[dtype] ?? 1)).toBe(0);
    }
  });

  it('round-trips random tensors, names and metadata', async () => {
    const random = seededRandom(7);
    for (let round = 0; round < 50; round++) {
      const tensors = new Map<string, RawTensor>();
      for (let i = random.below(8); i > 0; i--) {
        const dtype: DType = DTYPES[random.below(DTYPES.length)]!;
        const shape = Array.from({ length: random.below(4) }, () => random.below(4));
        const bytes = random.bytes(numel(shape) * byteSize(dtype));
        if (dtype === 'bool') bytes.forEach((byte, at) => (bytes[at] = byte & 1));
        const name = String.fromCodePoint(
          ...Array.from({ length: random.below(6) }, () => random.below(0xd800)),
        );
        tensors.set(name, { dtype, shape, bytes });
      }
      const metadata = { [`k${round}`]: '"\\\u2028\0 ü', empty: '' };
      const file = await openSafetensors(serializeSafetensors(tensors, { metadata }));
      expect(Object.fromEntries(file.metadata)).toEqual(metadata);
      expect(file.keys().sort()).toEqual([...tensors.keys()].sort());
      for (const [name, tensor] of tensors) expect(await file.read(name)).toEqual(tensor);
    }
  });

  it('keeps __proto__ and constructor as ordinary names', async () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const metadata = new Map([['__proto__', 'x']]);
    const file = await openSafetensors(
      serializeSafetensors(
        names.map((name, i) => [name, u8(i)]),
        { metadata },
      ),
    );
    for (const [i, name] of names.entries()) expect([...(await file.read(name)).bytes]).toEqual([i]);
    expect(file.metadata.get('__proto__')).toBe('x');
    expect(file.has('hasOwnProperty')).toBe(false);
  });

  it('refuses what no reader would take', () => {
    const write = (...entries: [string, RawTensor][]) => serializeSafetensors(entries);
    expect(() => write(['a', u8(1)], ['a', u8(2)])).toThrow('two tensors are named "a"');
    expect(() => write(['__metadata__', u8(1)])).toThrow('no tensor can be named __metadata__');
    expect(() => write(['\ud800', u8(1)])).toThrow('half of a surrogate pair');
    expect(() => write(['a', { ...u8(1, 2), shape: [3] }])).toThrow(
      'safetensors: tensor "a" has 2 bytes, but shape [3] of uint8 takes 3',
    );
    expect(() => write(['a', { ...u8(), shape: [-1] }])).toThrow(
      '"a" has the impossible shape [-1] of uint8',
    );
    expect(() => write(['a', { ...u8(), shape: [0.5] }])).toThrow(ShapeError);
    expect(() => write(['a', { ...u8(), shape: [2 ** 30, 2 ** 30] }])).toThrow(ShapeError);
    expect(() => serializeSafetensors([], { metadata: { k: '\udfff' } })).toThrow(FormatError);
    const wrong: Record<string, string> = JSON.parse('{"epoch": 3}') as Record<string, string>;
    expect(() => serializeSafetensors([], { metadata: wrong })).toThrow('metadata "epoch" is of type number');
  });
});
