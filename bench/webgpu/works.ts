/**
 * The work that is measured: what each piece is called, what it costs at least (operations, bytes that have to move), and
 * what is aimed at.
 */

import { decoderParameters, sizeOf } from './parameters.ts';
import type { Sizes } from './sizes.ts';

export const WORKS = [
  'matmul float32',
  'matmul float16',
  'elementwise chain',
  'softmax',
  'convolution',
  'training step',
  'decode',
] as const;

export type WorkName = (typeof WORKS)[number];

export interface Cost {
  /** Which peak it is held against. */
  readonly bound: 'compute' | 'memory';
  /** Floating-point operations or bytes of one call. */
  readonly amount: number;
  /** Tokens of one call, where that is what users count. */
  readonly tokens?: number;
  /** The share of the peak that is aimed at. */
  readonly goal?: number;
}

export function costOf(work: WorkName, sizes: Sizes): Cost {
  const { matmul, elements, rows, columns, images, channels, pixels } = sizes;
  switch (work) {
    case 'matmul float32':
      return { bound: 'compute', amount: 2 * matmul ** 3, goal: 0.4 };
    case 'matmul float16':
      return { bound: 'compute', amount: 2 * matmul ** 3 };
    case 'elementwise chain':
      return { bound: 'memory', amount: 8 * elements, goal: 0.75 };
    case 'softmax':
      return { bound: 'memory', amount: 8 * rows * columns, goal: 0.75 };
    case 'convolution':
      return { bound: 'compute', amount: 2 * 9 * images * (channels * pixels) ** 2 };
    case 'training step':
      return trainingCost(sizes);
    case 'decode':
      return decodeCost(sizes);
  }
}

/** Backward costs twice what forward does. Causal attention needs half of its two products. */
function trainingCost({ sequences, tokens, width }: Sizes): Cost {
  const products = 2 * sequences * tokens * 12 * width ** 2;
  const attention = 2 * sequences * tokens ** 2 * width;
  return { bound: 'compute', amount: 3 * (products + attention), tokens: sequences * tokens };
}

/** Every weight is read once, and all of the cache; of the positions one row. */
function decodeCost(sizes: Sizes): Cost {
  const { layers, context, width } = sizes;
  const weights = decoderParameters(sizes).filter(({ name }) => name !== 'positions');
  const parameters = weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return { bound: 'memory', amount: 4 * (parameters + 2 * layers * context * width), tokens: 1 };
}

/** With its sizes, for a table. */
export function describe(work: WorkName, sizes: Sizes): string {
  const { matmul, elements, rows, columns, images, channels, pixels, sequences, tokens, width } = sizes;
  switch (work) {
    case 'matmul float32':
    case 'matmul float16':
      return `${work}, ${matmul}²`;
    case 'elementwise chain':
      return `ten elementwise operations, ${elements} elements`;
    case 'softmax':
      return `softmax, ${rows}x${columns}`;
    case 'convolution':
      return `convolution 3x3, ${images}x${channels}x${pixels}x${pixels}, ${channels} filters`;
    case 'training step':
      return `transformer block, training step, width ${width}, ${sequences}x${tokens} tokens`;
    case 'decode':
      return `GPT-2 decode, ${sizes.layers} layers of ${width}, a cache of ${sizes.context}`;
  }
}

/** At least so many times as fast as the best other library on WebGPU. */
export const PEER_GOAL = 2;
