/** Tensors and modules as text, against PyTorch's: the same but for `torch.` in the names of dtypes. */

import { setDefaultDevice, toText } from '@tenfold/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadFixture } from '../src/index.ts';
import { tensorOf } from './parity/calls.ts';
import './parity/devices.ts';
import { buildModule } from './parity/modules.ts';

beforeAll(() => setDefaultDevice('cpu'));

describe('tensors as text', () => {
  const cases = loadFixture('tensor-prints').map(
    ({ input, text }, i) =>
      [i, input.dtype ?? 'float32', `[${input.shape}]`, input, text.replaceAll('torch.', '')] as const,
  );
  it.each(cases)('%i: %s %s', async (_, __, ___, input, text) => {
    expect(await toText(tensorOf(input))).toBe(text);
  });
});

describe('modules as text', () => {
  const cases = loadFixture('module-prints').map(
    ({ module, text }) => [JSON.stringify(module), module, text] as const,
  );
  it.each(cases)('%s', (_, module, text) => {
    expect(String(buildModule(module))).toBe(text);
  });
});
