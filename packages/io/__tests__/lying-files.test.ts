/** Files that are truncated or lie: each must be refused by name, with the tensor and the numbers in the message. */

import { DTypeError, FormatError } from '@tenfold/ir';
import { describe, expect, it } from 'vitest';
import { openSafetensors } from '../src/index.ts';
import { entry, fileOf, fileWithLength } from './helpers/lying-file.ts';

interface Lie {
  readonly title: string;
  readonly file: Uint8Array;
  /** Pieces that the message must contain, besides the name of the file. */
  readonly says: readonly string[];
}

const pair = entry('F32', [2], 0, 8);
const one = `{"a":${pair}}`;
const bytes = (...values: number[]) => Uint8Array.from(values);
const text = (value: string) => new TextEncoder().encode(value);

const lies: readonly Lie[] = [
  // The file as a whole and the length of its header.
  { title: 'an empty file', file: bytes(), says: ['the file is empty'] },
  { title: 'a file of 5 bytes', file: bytes(1, 2, 3, 4, 5), says: ['5 bytes are too few', 'truncated'] },
  { title: 'a header of 0 bytes', file: fileWithLength(0n, '{}'), says: ['header is 0 bytes long'] },
  {
    title: 'a header of 1 byte',
    file: fileWithLength(1n, '{}'),
    says: ['header is 1 bytes long', '{}, has 2'],
  },
  {
    title: 'a header cut short',
    file: fileOf(one, 8).subarray(0, 30),
    says: ['should be 54 bytes long', 'only 22 follow'],
  },
  {
    title: 'a header longer than any file',
    file: fileWithLength(2n ** 64n - 1n, '{}'),
    says: ['should be 18446744073709551615 bytes long', 'only 2 follow'],
  },
  {
    title: 'a length of 2^53 + 1, which a double cannot hold',
    file: fileWithLength(2n ** 53n + 1n, '{}'),
    says: ['9007199254740993'],
  },
  {
    title: 'a Git LFS pointer',
    file: text('version https://git-lfs.github.com/spec/v1\noid'),
    says: ['git lfs pull'],
  },
  {
    title: 'an error page',
    file: text('<!DOCTYPE html><title>Sign in</title>'),
    says: ['HTML', 'login form'],
  },
  {
    title: 'a PyTorch archive',
    file: text('PK\u0003\u0004 archive/data.pkl and so on'),
    says: ['torch.save'],
  },
  {
    title: 'the index of a sharded model',
    file: text('{\n  "metadata": {"total_size": 12}}'),
    says: ['sharded model'],
  },

  // The text of the header.
  {
    title: 'a header that starts with a space',
    file: fileOf(` ${one}`, 8),
    says: ['byte 0x20', 'expected "{"'],
  },
  { title: 'a header that starts with a BOM', file: fileOf(`\ufeff${one}`, 8), says: ['byte 0xef'] },
  { title: 'a header that is an array', file: fileOf('[1, 2]'), says: ['byte 0x5b'] },
  {
    title: 'invalid UTF-8',
    file: fileOf(bytes(0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d)),
    says: ['header of 6 bytes is not valid UTF-8'],
  },
  {
    title: 'JSON cut in the middle',
    file: fileOf('{"a":{"dtype":"F32"'),
    says: ['not valid JSON', 'end of the header'],
  },
  {
    title: 'a trailing comma',
    file: fileOf(`{"a":${pair},}`, 8),
    says: ['expected a key in quotes, found "}"'],
  },
  {
    title: 'a key without quotes',
    file: fileOf(`{a:${pair}}`, 8),
    says: ['expected a key in quotes, found "a"'],
  },
  {
    title: 'text after the header',
    file: fileOf(`${one} x`, 8),
    says: ['unexpected "x"', 'at character 55'],
  },
  { title: 'padding with zero bytes', file: fileOf(`${one}\0\0`, 8), says: ['unexpected "\\u0000"'] },
  { title: 'a control character in a name', file: fileOf(`{"a\n":${pair}}`, 8), says: ['control character'] },
  { title: 'an unknown escape', file: fileOf(`{"\\x41":${pair}}`, 8), says: ['unknown escape'] },
  { title: 'a string that never ends', file: fileOf('{"a\\"}'), says: ['never closed'] },
  {
    title: 'half a surrogate pair in a name',
    file: fileOf(`{"\\ud800":${pair}}`, 8),
    says: ['surrogate pair'],
  },
  {
    title: 'arrays nested 100,000 deep',
    file: fileOf(`{"a":${'['.repeat(100_000)}`),
    says: ['more than 16 levels'],
  },
  {
    title: 'a number of 1,000 digits',
    file: fileOf(`{"a":${'9'.repeat(1000)}}`),
    says: ['more than 40 characters'],
  },
  {
    title: 'a number with a leading zero',
    file: fileOf('{"a":007}'),
    says: ['expected a JSON value, found "0"'],
  },

  // Keys.
  {
    title: 'a tensor given twice',
    file: fileOf(`{"a":${pair},"a":${pair}}`, 8),
    says: ['duplicate key "a"'],
  },
  {
    title: 'a tensor given twice, once in escapes',
    file: fileOf(`{"a":${pair},"\\u0061":${pair}}`, 8),
    says: ['duplicate key "a"'],
  },
  {
    title: 'a shape given twice',
    file: fileOf('{"a":{"dtype":"F32","shape":[2],"shape":[4],"data_offsets":[0,8]}}', 8),
    says: ['duplicate key "shape"'],
  },
  {
    title: '__metadata__ given twice',
    file: fileOf('{"__metadata__":{},"__metadata__":{}}'),
    says: ['duplicate key'],
  },
  {
    title: '__metadata__ that is a list',
    file: fileOf('{"__metadata__":["pt"]}'),
    says: ['__metadata__ is ["pt"]'],
  },
  {
    title: '__metadata__ with a number',
    file: fileOf('{"__metadata__":{"epoch":3}}'),
    says: ['__metadata__ "epoch" is 3', 'expected a string'],
  },
  {
    title: '__metadata__ that is null',
    file: fileOf('{"__metadata__":null}'),
    says: ['__metadata__ is null'],
  },

  // One tensor.
  {
    title: 'a tensor that is a number',
    file: fileOf('{"a":1}'),
    says: ['tensor "a" is 1', 'expected an object'],
  },
  {
    title: '__proto__ as a tensor that lies',
    file: fileOf('{"__proto__":{"a":1}}'),
    says: ['"__proto__" has no dtype'],
  },
  {
    title: 'no dtype',
    file: fileOf('{"a":{"shape":[2],"data_offsets":[0,8]}}', 8),
    says: ['"a" has no dtype', '"shape"'],
  },
  {
    title: 'no shape',
    file: fileOf('{"a":{"dtype":"F32","data_offsets":[0,8]}}', 8),
    says: ['"a" has no shape'],
  },
  {
    title: 'no data_offsets',
    file: fileOf('{"a":{"dtype":"F32","shape":[2]}}', 8),
    says: ['"a" has no data_offsets'],
  },
  {
    title: 'a dtype that is a number',
    file: fileOf(`{"a":${entry(32, [2], 0, 8)}}`, 8),
    says: ['"a": dtype is 32'],
  },
  {
    title: 'a dtype the format does not have',
    file: fileOf(`{"a":${entry('F33', [2], 0, 8)}}`, 8),
    says: ['"a": unknown dtype "F33"', 'BF16'],
  },
  {
    title: 'a dtype named like a property of objects',
    file: fileOf(`{"a":${entry('constructor', [2], 0, 8)}}`, 8),
    says: ['unknown dtype "constructor"'],
  },
  {
    title: 'a shape that is a number',
    file: fileOf(`{"a":${entry('F32', 2, 0, 8)}}`, 8),
    says: ['"a": shape is 2'],
  },
  {
    title: 'a negative size',
    file: fileOf(`{"a":${entry('F32', [2, -1], 0, 8)}}`, 8),
    says: ['"a": shape [2, -1]', '-1 at axis 1'],
  },
  {
    title: 'a fractional size',
    file: fileOf(`{"a":${entry('F32', [1.5], 0, 6)}}`, 6),
    says: ['"a": shape [1.5]', 'axis 0'],
  },
  {
    title: 'a size written as 2.0',
    file: fileOf('{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}', 8),
    says: ['shape [2.0]'],
  },
  {
    title: 'a size beyond 2^53',
    file: fileOf('{"a":{"dtype":"U8","shape":[9007199254740993],"data_offsets":[0,8]}}', 8),
    says: ['9007199254740993 at axis 0'],
  },
  {
    title: 'a shape whose product overflows',
    file: fileOf(`{"a":${entry('F32', [4294967296, 4294967296, 4294967296], 0, 8)}}`, 8),
    says: ['"a": shape [4294967296, 4294967296, 4294967296] of F32 overflows'],
  },
  {
    title: 'an overflow hidden behind a size of 0',
    file: fileOf(`{"a":${entry('F32', [0, 4294967296, 4294967296, 4294967296], 0, 0)}}`),
    says: ['overflows'],
  },
  {
    title: 'a shape of 65 axes',
    file: fileOf(`{"a":${entry('U8', Array(65).fill(1), 0, 1)}}`, 1),
    says: ['shape has 65 axes', 'at most 64'],
  },
  {
    title: 'a range shorter than the shape',
    file: fileOf(`{"a":${entry('F32', [3], 0, 8)}}`, 8),
    says: ['"a": data_offsets [0, 8] span 8 bytes', 'shape [3] of F32 takes 12'],
  },
  {
    title: 'a range longer than the shape',
    file: fileOf(`{"a":${entry('F16', [3], 0, 8)}}`, 8),
    says: ['span 8 bytes', 'shape [3] of F16 takes 6'],
  },
  {
    title: '4-bit floats that end inside a byte',
    file: fileOf(`{"a":${entry('F4', [3], 0, 2)}}`, 2),
    says: ['shape [3] of F4 takes 12 bits'],
  },
  {
    title: 'offsets that are strings',
    file: fileOf(`{"a":${entry('F32', [2], '0', '8')}}`, 8),
    says: ['data_offsets is ["0", "8"]'],
  },
  {
    title: 'three offsets',
    file: fileOf('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4,8]}}', 8),
    says: ['data_offsets is [0, 4, 8]', 'expected [begin, end]'],
  },
  {
    title: 'a negative offset',
    file: fileOf(`{"a":${entry('F32', [2], -8, 0)}}`, 8),
    says: ['data_offsets is [-8, 0]'],
  },
  {
    title: 'an offset written as 8e0',
    file: fileOf('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8e0]}}', 8),
    says: ['data_offsets is [0, 8e0]'],
  },
  {
    title: 'offsets in the wrong order',
    file: fileOf(`{"a":${entry('F32', [2], 8, 0)}}`, 8),
    says: ['data_offsets [8, 0] end before they begin'],
  },

  // The tensors together.
  {
    title: 'data cut short',
    file: fileOf(`{"a":${entry('F32', [4], 0, 16)}}`, 10),
    says: ['"a": data_offsets [0, 16] reach past the end', 'has 10 bytes', 'truncated by at least 6 bytes'],
  },
  {
    title: 'a tensor past the end of the file',
    file: fileOf(`{"a":${pair},"b":${entry('U8', [4], 1000, 1004)}}`, 8),
    says: ['"b": data_offsets [1000, 1004] reach past the end', 'which has 8 bytes'],
  },
  {
    title: 'data that does not start at 0',
    file: fileOf(`{"a":${entry('U8', [4], 4, 8)}}`, 8),
    says: ['"a": data_offsets [4, 8]', 'expected them to begin at 0'],
  },
  {
    title: 'two tensors that overlap',
    file: fileOf(`{"a":${pair},"b":${entry('U8', [8], 4, 12)}}`, 12),
    says: ['"b": data_offsets [4, 12] overlap', 'tensor "a" [0, 8]', '4 bytes before its end'],
  },
  {
    title: 'two names for the same bytes',
    file: fileOf(`{"a":${pair},"b":${pair}}`, 8),
    says: ['"b": data_offsets [0, 8] overlap', '"a" [0, 8]'],
  },
  {
    title: 'an empty tensor inside another',
    file: fileOf(`{"a":${pair},"b":${entry('U8', [0], 4, 4)}}`, 8),
    says: ['"b": data_offsets [4, 4] overlap', '"a" [0, 8]'],
  },
  {
    title: 'a hole between two tensors',
    file: fileOf(`{"a":${pair},"b":${entry('U8', [4], 12, 16)}}`, 16),
    says: ['"b": data_offsets [12, 16] leave a hole of 4 bytes', '"a" [0, 8]'],
  },
  {
    title: 'bytes after the last tensor',
    file: fileOf(one, 11),
    says: ['end at byte 8', 'which has 11', '3 trailing bytes'],
  },
  { title: 'bytes in a file without tensors', file: fileOf('{}', 1), says: ['1 trailing byte belong'] },
];

describe('files that lie', () => {
  it.each(lies)('$title', async ({ file, says }) => {
    const error = await openSafetensors(file, { name: 'weights.safetensors' }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(FormatError);
    const { message } = error as FormatError;
    expect(message).toContain('weights.safetensors: ');
    for (const piece of says) expect(message).toContain(piece);
    expect(message.length).toBeLessThan(600);
  });

  it('refuses a header over the limit, and says how to raise it', async () => {
    const file = fileOf(one.padEnd(1000), 8);
    await expect(openSafetensors(file, { maxHeaderBytes: 999 })).rejects.toThrow(
      'buffer: a header of 1000 bytes is over the limit of 999; pass maxHeaderBytes (up to 100000000)',
    );
    await expect(openSafetensors(file, { maxHeaderBytes: 1000 })).resolves.toBeDefined();
    await expect(openSafetensors(file, { maxHeaderBytes: 100_000_001 })).rejects.toThrow(
      'from 1 to 100000000',
    );
  });

  it('keeps absurd names short and harmless in messages', async () => {
    const name = `\\u001b[2J${'x'.repeat(5000)}`;
    const opened = openSafetensors(fileOf(`{"${name}":1}`));
    await expect(opened).rejects.toThrow('\\u001b[2Jxxx');
    const error = (await opened.catch((reason: unknown) => reason)) as Error;
    expect(error.message.length).toBeLessThan(300);
  });

  it('reads the other tensors of a file with a dtype that Tenfold cannot hold', async () => {
    const file = await openSafetensors(
      fileOf(`{"scale":${entry('F8_E4M3', [4], 0, 4)},"w":${entry('U8', [2], 4, 6)}}`, 6),
      { name: 'fp8.safetensors' },
    );
    expect(file.info('scale')).toEqual({ format: 'F8_E4M3', dtype: undefined, shape: [4], bytes: 4 });
    expect([...(await file.read('w')).bytes]).toEqual([4, 5]);
    const read = file.read('scale');
    await expect(read).rejects.toBeInstanceOf(DTypeError);
    await expect(read).rejects.toThrow('fp8.safetensors: tensor "scale" has dtype F8_E4M3');
  });

  it.each([
    'F4',
    'F6_E2M3',
    'F6_E3M2',
    'F8_E5M2',
    'F8_E8M0',
    'F8_E4M3FNUZ',
    'F8_E5M2FNUZ',
    'I16',
    'U16',
    'U32',
    'C64',
    'U64',
  ])('names the tensor and the dtype %s', async (dtype) => {
    const bits: Record<string, number> = {
      F4: 4,
      F6_E2M3: 6,
      F6_E3M2: 6,
      I16: 16,
      U16: 16,
      U32: 32,
      C64: 64,
      U64: 64,
    };
    const size = bits[dtype] ?? 8;
    const file = await openSafetensors(fileOf(`{"w":${entry(dtype, [8], 0, size)}}`, size));
    await expect(file.read('w')).rejects.toThrow(`tensor "w" has dtype ${dtype}, which Tenfold cannot hold`);
  });

  it('refuses a boolean that is neither 0 nor 1', async () => {
    const file = await openSafetensors(fileOf(`{"mask":${entry('BOOL', [4], 0, 4)}}`, 4));
    const read = file.read('mask');
    await expect(read).rejects.toBeInstanceOf(FormatError);
    await expect(read).rejects.toThrow('tensor "mask": element 2 of dtype BOOL is 2; expected 0 or 1');
  });
});
