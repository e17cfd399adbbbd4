/**
 * The work on which libraries are put side by side. Inputs come from one formula, the same in JavaScript and in Python, so
 * that all compute the same thing; the mean magnitude of each result is compared, so a wrong one is seen.
 */

export const WORKS = [
  'matmul 256',
  'matmul 1024',
  'softmax 512x4096',
  'layer norm 512x4096',
  'convolution 8x64x56x56, 64 of 3x3',
  'training step of an MLP 784-512-256-10, batch 128',
] as const;

export type WorkName = (typeof WORKS)[number];

export interface Work {
  /** Once; resolves when the result is there. */
  run(): unknown;
  /** From the start: the result's elements; of a training step the losses of the first three. */
  result(): ArrayLike<number> | Promise<ArrayLike<number>>;
}

export interface Loaded {
  readonly version: string;
  readonly threads: number;
  /** What the library can do. */
  readonly works: { readonly [name in WorkName]?: () => Work | Promise<Work> };
}

/** Between -1 and 1, and far from regular. */
export function values(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(0.7 * i * (1 + seed) + seed));
}

export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  /** `[inputs, outputs]`, row-major. */
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

export const MLP = {
  batch: 128,
  learningRate: 0.01,
  input: () => values(128 * 784, 1),
  labels: () => Int32Array.from({ length: 128 }, (_, i) => i % 10),
  layers: (): Layer[] =>
    [
      [784, 512],
      [512, 256],
      [256, 10],
    ].map(([inputs, outputs], i) => ({
      inputs,
      outputs,
      weight: values(inputs * outputs, i + 2).map((x) => x / Math.sqrt(inputs)),
      bias: new Float32Array(outputs),
    })),
};

export const CONVOLUTION = {
  image: { shape: [8, 64, 56, 56], data: () => values(8 * 64 * 56 * 56, 1) },
  weight: { shape: [64, 64, 3, 3], data: () => values(64 * 64 * 9, 2).map((x) => x / 24) },
} as const;

export function meanMagnitude(elements: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < elements.length; i++) sum += Math.abs(elements[i]);
  return sum / elements.length;
}
