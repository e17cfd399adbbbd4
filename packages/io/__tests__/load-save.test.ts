/** Tensors to files and back, on a device. */

import { DTYPES, DTypeError, FormatError, StaleValueError, byteSize } from '@tenfold/ir';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSafetensors, openSafetensors, saveSafetensors, serializeStateDict } from '../src/index.ts';
import { entry, fileOf } from './helpers/lying-file.ts';
import { tempFolder } from './helpers/temp-folder.ts';
import { floats, ofType, valuesOf } from './helpers/tensors.ts';

const reference = new URL('./fixtures/reference.safetensors', import.meta.url);

describe('loading and saving', () => {
  it('loads the file of the reference implementation and saves it to the same bytes', async () => {
    const stateDict = await loadSafetensors(reference);
    expect([...stateDict.keys()].slice(0, 2)).toEqual(['counter', 'double']);
    expect(stateDict.get('model.layers.0.weight')!.shape).toEqual([2, 3]);
    expect(new Set([...stateDict.values()].map((tensor) => tensor.dtype))).toEqual(new Set(DTYPES));
    const bytes = await serializeStateDict(stateDict, { metadata: { format: 'pt' } });
    expect(Buffer.from(bytes).equals(await readFile(reference))).toBe(true);
  });

  it('round-trips every dtype through a file', async () => {
    const path = join(await tempFolder(), 'm.safetensors');
    const saved = new Map(
      DTYPES.map(
        (dtype) => [dtype, ofType(dtype, Array<number>(6 * byteSize(dtype)).fill(1), [3, 2])] as const,
      ),
    );
    await saveSafetensors(path, saved);
    const loaded = await loadSafetensors(path);
    expect(loaded.size).toBe(DTYPES.length);
    for (const dtype of DTYPES) {
      const tensor = loaded.get(dtype)!;
      expect([tensor.dtype, tensor.shape]).toEqual([dtype, [3, 2]]);
      expect(await tensor.bytes()).toEqual(await saved.get(dtype)!.bytes());
    }
  });

  it('saves a plain object, results that were never asked for, and views', async () => {
    const x = floats([1, 2, 3, 4, 5, 6], [2, 3]);
    const bytes = await serializeStateDict({ sum: x.add(x), view: x.permute([1, 0]) });
    const loaded = await loadSafetensors(bytes);
    expect(await valuesOf(loaded.get('sum')!)).toEqual([2, 4, 6, 8, 10, 12]);
    expect(loaded.get('view')!.shape).toEqual([3, 2]);
    expect(await valuesOf(loaded.get('view')!)).toEqual([1, 4, 2, 5, 3, 6]);
  });

  it('saves scalars, empty tensors and empty state dicts', async () => {
    const loaded = await loadSafetensors(
      await serializeStateDict({ scalar: floats([7], []), none: floats([], [0, 3]) }),
    );
    expect(loaded.get('scalar')!.shape).toEqual([]);
    expect(await valuesOf(loaded.get('scalar')!)).toEqual([7]);
    expect(loaded.get('none')!.shape).toEqual([0, 3]);
    expect((await loadSafetensors(await serializeStateDict(new Map()))).size).toBe(0);
  });

  it('keeps __proto__ an ordinary key', async () => {
    const loaded = await loadSafetensors(await serializeStateDict(new Map([['__proto__', floats([1])]])));
    expect([...loaded.keys()]).toEqual(['__proto__']);
  });

  it('reads one tensor onto a device', async () => {
    const file = await openSafetensors(reference);
    const tensor = await file.tensor('ids', { device: 'cpu' });
    expect([tensor.device, tensor.dtype, tensor.shape]).toEqual(['cpu', 'int32', [2, 1, 2]]);
    await file.close();
    await expect(loadSafetensors(reference, { device: 'abacus' })).rejects.toThrow("unknown device 'abacus'");
  });

  it('refuses a file with a dtype that Tenfold cannot hold before it loads anything', async () => {
    const header = `{"w":${entry('U8', [4], 0, 4)},"scale":${entry('F8_E5M2', [4], 4, 8)}}`;
    const loading = loadSafetensors(fileOf(header, 8), { name: 'fp8.safetensors' });
    await expect(loading).rejects.toBeInstanceOf(DTypeError);
    await expect(loading).rejects.toThrow('fp8.safetensors: tensor "scale" has dtype F8_E5M2');
  });

  it('saves writes that were made before, and refuses to mix in those made meanwhile', async () => {
    const path = join(await tempFolder(), 'm.safetensors');
    const size = 5000;
    const filled = (value: number) => floats(Array<number>(size).fill(value));
    const variables = { a: filled(1), b: filled(1) };
    const write = (value: number) => {
      for (const tensor of Object.values(variables)) tensor.assign(filled(value));
    };
    write(2);
    await saveSafetensors(path, variables);
    const saving = saveSafetensors(path, variables);
    write(3);
    await expect(saving).rejects.toBeInstanceOf(StaleValueError);
    await expect(saving).rejects.toThrow('tensor "a" was written while it was being saved');
    for (const tensor of (await loadSafetensors(path)).values()) {
      expect(new Set(await valuesOf(tensor))).toEqual(new Set([2]));
    }
    expect((await variables.a.bytes()).length).toBe(4 * size);
  });

  it('keeps the old file when saving fails', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'm.safetensors');
    await writeFile(path, 'old');
    await expect(saveSafetensors(path, { __metadata__: floats([1]) })).rejects.toBeInstanceOf(FormatError);
    const gone = floats([1, 2]);
    gone.dispose();
    await expect(saveSafetensors(path, { gone })).rejects.toThrow('disposed');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['m.safetensors']);
  });
});
