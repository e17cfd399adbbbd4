/**
 * What results have to be, in a process of its own: a sample of elements computed one by one in float64, and for the two
 * transformers what Tenfold's CPU backend gives, which is tested against PyTorch.
 */

import { cpu } from '@tenfold/backend-cpu';
import type { Expected, Job } from './job.ts';
import { readJob, tell } from './job.ts';
import { logitsOfPrompt, losses, trainer } from './libraries/transformer.ts';
import type { Sizes } from './sizes.ts';
import { valueAt } from './values.ts';
import type { WorkName } from './works.ts';

const SAMPLES = 64;
const STEPS = 3;

/** Inputs and results of float32 and of float16 differ from the exact ones by so much of the greatest magnitude. */
const SINGLE = 1e-4;
const HALF = 1e-2;
/** Errors grow through layers and steps. */
const NETWORK = 1e-3;

const job = readJob();
cpu();
for (const work of job.works) tell({ work, expected: await expectedOf(work, job) });
process.exit(0);

async function expectedOf(work: WorkName, { sizes }: Job): Promise<Expected> {
  const { matmul, elements, rows, columns, images, channels, pixels } = sizes;
  switch (work) {
    case 'matmul float32':
      return sampled(matmul ** 2, SINGLE, (i) => productAt(i, matmul));
    case 'matmul float16':
      return sampled(matmul ** 2, HALF, (i) => productAt(i, matmul));
    case 'elementwise chain':
      return sampled(elements, SINGLE, (i) => chainOf(Math.fround(valueAt(i, 1))));
    case 'softmax':
      return sampled(rows * columns, SINGLE, (i) => softmaxAt(i, columns));
    case 'convolution':
      return sampled(images * channels * pixels ** 2, SINGLE, (i) => convolutionAt(i, sizes));
    case 'training step': {
      const step = trainer(job, { device: 'cpu', dtype: 'float32' });
      return { values: await losses(step, STEPS), tolerance: NETWORK };
    }
    case 'decode': {
      const logits = await logitsOfPrompt(job, { device: 'cpu', dtype: 'float64' }).data();
      return sampled(sizes.vocabulary, NETWORK, (i) => Number(logits[i]));
    }
  }
}

/** Elements all over the result: also the first and the last. */
function sampled(count: number, tolerance: number, at: (index: number) => number): Expected {
  const indices = Array.from({ length: SAMPLES }, (_, i) => Math.floor((i * (count - 1)) / (SAMPLES - 1)));
  return { indices, values: indices.map(at), tolerance };
}

function productAt(index: number, side: number): number {
  const [row, column] = [Math.floor(index / side), index % side];
  let sum = 0;
  for (let k = 0; k < side; k++) sum += valueAt(row * side + k, 1) * valueAt(k * side + column, 2);
  return sum;
}

function chainOf(x: number): number {
  const h = x * 1.25 - 0.1;
  return h / (1 + Math.exp(-h)) + Math.tanh(0.8 * x) * x - 0.5 * x;
}

function softmaxAt(index: number, columns: number): number {
  const start = index - (index % columns);
  let sum = 0;
  for (let i = start; i < start + columns; i++) sum += Math.exp(valueAt(i, 1));
  return Math.exp(valueAt(index, 1)) / sum;
}

/** Images by weights `[filters, channels, 3, 3]`, padded by one zero on each side. */
function convolutionAt(index: number, { channels, pixels }: Sizes): number {
  const [column, row] = [index % pixels, Math.floor(index / pixels) % pixels];
  const filter = Math.floor(index / pixels ** 2) % channels;
  const image = Math.floor(index / pixels ** 2 / channels);
  let sum = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let tap = 0; tap < 9; tap++) {
      const [y, x] = [row + Math.floor(tap / 3) - 1, column + (tap % 3) - 1];
      if (x < 0 || y < 0 || x >= pixels || y >= pixels) continue;
      const plane = image * channels + channel;
      sum +=
        valueAt((plane * pixels + y) * pixels + x, 1) * valueAt((filter * channels + channel) * 9 + tap, 2);
    }
  }
  return sum;
}
