/** Initialisation draws from the generator it is given. */

import '@tenfold/backend-cpu';
import { init } from '@tenfold/nn';
import { Generator, zeros } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { expect, test } from 'vitest';

test.each<[string, (tensor: Tensor, generator: Generator) => Tensor]>([
  ['uniform_', (tensor, generator) => init.uniform_(tensor, 0, 1, { generator })],
  ['normal_', (tensor, generator) => init.normal_(tensor, 0, 1, { generator })],
  ['xavierUniform_', (tensor, generator) => init.xavierUniform_(tensor, { generator })],
  ['xavierNormal_', (tensor, generator) => init.xavierNormal_(tensor, { generator })],
  ['kaimingUniform_', (tensor, generator) => init.kaimingUniform_(tensor, { generator })],
  ['kaimingNormal_', (tensor, generator) => init.kaimingNormal_(tensor, { generator })],
])('%s', async (_, initialise) => {
  const drawn = async (seed: number) => initialise(zeros([3, 4]), new Generator(seed)).tolist();
  const first = await drawn(7);
  expect(await drawn(7)).toEqual(first);
  expect(await drawn(8)).not.toEqual(first);
});
