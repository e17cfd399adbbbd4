/**
 * The transformers' parameters as plain data, so that every library fills the same model: a block as GPT-2 has them, and a
 * whole decoder around several (Radford, Wu, Child, Luan, Amodei, Sutskever: Language models are unsupervised multitask
 * learners, 2019), whose output shares the weights of its input.
 */

import type { Sizes } from './sizes.ts';
import { values } from './values.ts';

export interface Parameter {
  readonly name: string;
  /** Weights are `[inputs, outputs]`. */
  readonly shape: readonly number[];
  readonly seed: number;
  readonly scale: number;
  readonly shift: number;
}

/** Input and target of the training step have the seeds below these. */
const FIRST_SEED = 10;
/** A uniform distribution of variance 1. */
const UNIT = Math.sqrt(3);

/** One step of gradient descent; the losses fall visibly. */
export const LEARNING_RATE = 1;
/** What the decoder is checked with: it reads these one after another. */
export const PROMPT_TOKENS = 4;

export function promptToken(position: number, { vocabulary }: Sizes): number {
  return (position * 7919 + 1) % vocabulary;
}

export function blockParameters({ width }: Sizes, prefix = '', seed = FIRST_SEED): Parameter[] {
  const matrix = (name: string, inputs: number, outputs: number) => [
    { name: `${name}.weight`, shape: [inputs, outputs], scale: UNIT / Math.sqrt(inputs), shift: 0 },
    { name: `${name}.bias`, shape: [outputs], scale: 0.1, shift: 0 },
  ];
  return [
    ...norm('norm1', width),
    ...matrix('qkv', width, 3 * width),
    ...matrix('proj', width, width),
    ...norm('norm2', width),
    ...matrix('fc1', width, 4 * width),
    ...matrix('fc2', 4 * width, width),
  ].map((parameter, i) => ({ ...parameter, name: prefix + parameter.name, seed: seed + i }));
}

export function decoderParameters(sizes: Sizes): Parameter[] {
  const { width, vocabulary, context, layers } = sizes;
  const ends = [
    { name: 'tokens', shape: [vocabulary, width], scale: 0.02 * UNIT, shift: 0 },
    { name: 'positions', shape: [context, width], scale: 0.02 * UNIT, shift: 0 },
    ...norm('norm', width),
  ].map((parameter, i) => ({ ...parameter, seed: FIRST_SEED + i }));
  const blocks = Array.from({ length: layers }, (_, layer) =>
    blockParameters(sizes, `${layer}.`, 100 * (layer + 1)),
  );
  return [...ends, ...blocks.flat()];
}

function norm(name: string, width: number) {
  return [
    { name: `${name}.gain`, shape: [width], scale: 0.1, shift: 1 },
    { name: `${name}.bias`, shape: [width], scale: 0.1, shift: 0 },
  ];
}

export function valuesOf({ shape, seed, scale, shift }: Parameter): Float32Array<ArrayBuffer> {
  return values(sizeOf(shape), seed, scale, shift);
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
