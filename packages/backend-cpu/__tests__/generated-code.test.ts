import { describe, expect, it } from 'vitest';
import { compileKernels } from '../src/codegen/compile.ts';
import { disassemble } from '../src/wasm/disassemble.ts';
import { enableRelaxedSimd } from '../src/wasm/index.ts';
import { addInPlace, columnSums, softmax } from './support/kernels.ts';

enableRelaxedSimd();

/** What these kernels become. A change here should be meant: read the new text before accepting it. */
describe('generated code', () => {
  it.each([
    ['add in place, 1001 elements', addInPlace(1001)],
    ['sums of 64 columns', columnSums(10, 64)],
    ['softmax of rows of 8', softmax(100, 8)],
  ])('%s', async (name, kernel) => {
    const { bytes } = compileKernels([kernel], { memory: { initial: 1 }, relaxed: true });
    expect(WebAssembly.validate(bytes)).toBe(true);
    await expect(`${disassemble(bytes)}\n`).toMatchFileSnapshot(
      `generated-code/${name.replaceAll(/\W+/g, '-')}.txt`,
    );
  });

  it('is the same for equal kernels, whatever they are called', () => {
    const once = compileKernels([addInPlace(77)], { memory: { initial: 1 }, relaxed: true });
    const again = compileKernels([{ ...addInPlace(77), name: 'other' }], {
      memory: { initial: 1 },
      relaxed: true,
    });
    expect(again.bytes).toEqual(once.bytes);
  });
});
