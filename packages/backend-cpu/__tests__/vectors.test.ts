/**
 * Everyday layers, losses, optimizers and views are done in vectors, whatever their sizes. What is not stands in
 * `vectors.txt`: a change there should be meant.
 */

import { kernelsOf, programs } from '@tenfold/testing/programs';
import { expect, it } from 'vitest';
import '../src/index.ts';
import { scalarParts } from './support/scalar-parts.ts';

const SIZES = {
  odd: { rows: 33, columns: 1001, images: 6, channels: 6, side: 27 },
  even: { rows: 32, columns: 1024, images: 4, channels: 8, side: 28 },
};

it('loops are vectors', async () => {
  const lines = Object.entries(SIZES).flatMap(([size, extents]) =>
    programs.map((program) => {
      const parts = kernelsOf(program, extents).flatMap((kernel) =>
        kernel.kind === 'loop' ? scalarParts(kernel) : [],
      );
      return `${program.name} (${size}): ${parts.length === 0 ? 'vectors' : parts.join(', ')}`;
    }),
  );
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('vectors.txt');
});
