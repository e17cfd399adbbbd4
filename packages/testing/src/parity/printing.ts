/** Tensors and modules as text, against PyTorch's: the same but for `torch.` in the names of dtypes. */

import { toText } from '@tenfold/tensor';
import { expect, it } from 'vitest';
import { tensorOf } from './calls.ts';
import { canHold, onDevice } from './device.ts';
import { buildModule } from './modules.ts';

/** Printing on a device that is registered. */
export function printingParity(device: string): void {
  onDevice(device, 'tensor-prints', (records) => {
    const cases = records
      .filter(canHold(device))
      .map(
        ({ input, text }, i) =>
          [i, input.dtype ?? 'float32', `[${input.shape}]`, input, text.replaceAll('torch.', '')] as const,
      );
    it.each(cases)('%i: %s %s', async (_, __, ___, input, text) => {
      expect(await toText(tensorOf(input))).toBe(text);
    });
  });

  onDevice(device, 'module-prints', (records) => {
    const cases = records.map(({ module, text }) => [JSON.stringify(module), module, text] as const);
    it.each(cases)('%s', (_, module, text) => {
      expect(String(buildModule(module))).toBe(text);
    });
  });
}
