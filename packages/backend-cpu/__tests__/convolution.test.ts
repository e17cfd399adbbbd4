/** Convolutions by every algorithm that takes them, against their definition; the choice between algorithms. */

import type { ContractHint, ConvolutionAlgorithm } from '@tenfold/ir';
import { SeededRandom } from '@tenfold/testing';
import { afterAll, describe, expect, it } from 'vitest';
import type { AlgorithmEstimate } from '../src/convolution/algorithms.ts';
import { chooseAlgorithm } from '../src/convolution/choose.ts';
import { convolutionAlgorithms } from '../src/convolution/shape.ts';
import type { ConvolutionShape } from '../src/convolution/shape.ts';
import { compileKernels } from '../src/codegen/compile.ts';
import { cpuBackend } from '../src/index.ts';
import { allParts } from '../src/parts.ts';
import type { CpuBackend } from '../src/index.ts';
import { convolutionKernel, convolutionReference, elementsOf, sizesOf } from './support/convolutions.ts';
import type { KernelOptions, Product } from './support/convolutions.ts';
import { runKernel } from './support/run.ts';

const backends = {
  'one thread': cpuBackend({ threads: 1 }),
  'three threads': cpuBackend({ threads: 3 }),
  'no fused multiply-add': cpuBackend({ threads: 1, relaxedSimd: false }),
};
const alone = backends['one thread'];
afterAll(() => Object.values(backends).forEach((backend) => backend.dispose()));

const three = [3, 3] as const;
const SHAPES: readonly (readonly [string, ConvolutionShape])[] = [
  ['whole tiles', { batch: 2, channels: 6, filters: 12, height: 8, width: 16, kernel: three, padding: 1 }],
  ['odd everything', { batch: 3, channels: 7, filters: 13, height: 17, width: 23, kernel: three, padding: 1 }],
  ['no padding', { batch: 1, channels: 5, filters: 7, height: 9, width: 10, kernel: three }],
  ['padded by 2', { batch: 2, channels: 3, filters: 5, height: 6, width: 7, kernel: three, padding: 2 }],
  ['one tile', { batch: 1, channels: 1, filters: 1, height: 4, width: 4, kernel: three, padding: 1 }],
  ['narrower than a vector', { batch: 2, channels: 3, filters: 6, height: 5, width: 2, kernel: three, padding: 1 }],
  ['long rows', { batch: 1, channels: 70, filters: 3, height: 5, width: 150, kernel: three, padding: 1 }],
  ['many channels', { batch: 1, channels: 300, filters: 20, height: 9, width: 9, kernel: three, padding: 1 }],
  ['many filters', { batch: 2, channels: 9, filters: 100, height: 12, width: 12, kernel: three, padding: 1 }],
  ['grouped', { batch: 2, channels: 12, filters: 15, height: 10, width: 11, kernel: three, padding: 1, groups: 3 }],
  ['strided', { batch: 2, channels: 5, filters: 14, height: 15, width: 33, kernel: three, padding: 1, stride: 2 }],
  ['by 3', { batch: 1, channels: 4, filters: 3, height: 16, width: 19, kernel: [2, 4], padding: 1, stride: 3 }],
  ['dilated', { batch: 2, channels: 3, filters: 8, height: 12, width: 13, kernel: three, padding: 2, dilation: 2 }],
  ['strided and dilated', { batch: 1, channels: 2, filters: 5, height: 17, width: 18, kernel: three, stride: 2, dilation: 3, padding: 3 }],
  ['1x5', { batch: 2, channels: 4, filters: 7, height: 6, width: 21, kernel: [1, 5] }],
  ['4x1', { batch: 1, channels: 3, filters: 6, height: 13, width: 9, kernel: [4, 1], padding: 1 }],
  ['5x5', { batch: 1, channels: 6, filters: 7, height: 11, width: 21, kernel: [5, 5], padding: 2 }],
  ['depthwise', { batch: 2, channels: 6, filters: 6, height: 13, width: 29, kernel: three, padding: 1, groups: 6 }],
  ['depthwise, strided', { batch: 1, channels: 5, filters: 10, height: 14, width: 15, kernel: three, padding: 1, stride: 2, groups: 5 }],
]; // prettier-ignore

function random(seed: number, elements: number): Float32Array {
  const numbers = new SeededRandom(seed);
  return Float32Array.from({ length: elements }, () => numbers.uniform(-1, 1));
}

function operands(shape: ConvolutionShape, product: Product): [Float32Array, Float32Array] {
  const { x, w, y } = sizesOf(shape);
  const [left, right] = { forward: [x, w], inputGradient: [y, w], weightGradient: [y, x] }[product];
  return [random(1, elementsOf(left)), random(2, elementsOf(right))];
}

function run(
  backend: CpuBackend,
  shape: ConvolutionShape,
  product: Product,
  options: KernelOptions,
): Float32Array {
  const kernel = convolutionKernel(shape, product, options);
  const [left, right] = operands(shape, product);
  const rest = kernel.operands.slice(3).map(({ elements }) => random(3, elements));
  const bytes = runKernel(backend, kernel, [left, right, undefined, ...rest])[2];
  return new Float32Array(bytes.slice().buffer);
}

/** The greatest difference relative to the greatest magnitude. */
function errorOf(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [error, magnitude] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    magnitude = Math.max(magnitude, Math.abs(expected[i]));
    const difference = Math.abs(actual[i] - expected[i]);
    if (!(difference <= error)) error = difference;
  }
  return error / magnitude;
}

function algorithmsFor(shape: ConvolutionShape): ConvolutionAlgorithm[] {
  return convolutionAlgorithms(shape)
    .filter(({ refusal }) => refusal === undefined)
    .map(({ algorithm }) => algorithm);
}

/** The input gradient of a stride is no sliding window of its own; its kernel spreads the gradient beforehand. */
function productsOf({ stride = 1 }: ConvolutionShape): readonly Product[] {
  return stride === 1 ? PRODUCTS : ['forward', 'weightGradient'];
}

const PRODUCTS: readonly Product[] = ['forward', 'inputGradient', 'weightGradient'];

describe('convolutions', () => {
  describe.each(SHAPES)('%s', (_, shape) => {
    it.each(productsOf(shape))('%s: every algorithm agrees with the definition', (product) => {
      const expected = convolutionReference(shape, product, ...operands(shape, product));
      for (const algorithm of algorithmsFor(shape)) {
        for (const [name, backend] of Object.entries(backends)) {
          const actual = run(backend, shape, product, { hint: { algorithm, optional: true } });
          expect(errorOf(actual, expected), `${algorithm}, ${name}`).toBeLessThan(4e-6);
        }
      }
    });

    it.each(productsOf(shape))('%s: the same bits for any number of threads', (product) => {
      for (const algorithm of algorithmsFor(shape)) {
        const [one, more] = [alone, backends['three threads']].map((backend) =>
          run(backend, shape, product, { hint: { algorithm, optional: true } }),
        );
        expect(Buffer.compare(Buffer.from(one.buffer), Buffer.from(more.buffer)), algorithm).toBe(0);
      }
    });

    it('runs the epilogue: a bias and an activation, and one that needs a temporary', () => {
      const sums = convolutionReference(shape, 'forward', ...operands(shape, 'forward'));
      const { y, w } = sizesOf(shape);
      const bias = random(3, w[0] * w[1]);
      const plane = y[3] * y[4];
      const activated = sums.map((value, i) =>
        Math.max(0, value + bias[Math.floor(i / plane) % bias.length]),
      );
      const positioned = sums.map((value, i) => value + (i % y[4]));
      for (const algorithm of algorithmsFor(shape)) {
        const hint = { algorithm, optional: true };
        expect(errorOf(run(alone, shape, 'forward', { hint, activated: true }), activated)).toBeLessThan(
          4e-6,
        );
        expect(errorOf(run(alone, shape, 'forward', { hint, positioned: true }), positioned)).toBeLessThan(
          4e-6,
        );
      }
    });
  });
});

describe('rounding', () => {
  it.each([16, 128, 1024])('of Winograd over %i channels is what was promised', (channels) => {
    const shape = { batch: 1, channels, filters: 8, height: 12, width: 12, kernel: three, padding: 1 };
    const expected = convolutionReference(shape, 'forward', ...operands(shape, 'forward'));
    for (const { algorithm, relativeError } of convolutionAlgorithms(shape)) {
      const actual = run(alone, shape, 'forward', { hint: { algorithm } });
      expect(errorOf(actual, expected), algorithm).toBeLessThan(relativeError);
    }
  });
});

describe('the choice of an algorithm', () => {
  const resnet = { batch: 8, channels: 64, filters: 64, height: 56, width: 56, kernel: three, padding: 1 };

  it('counts arithmetic and memory beforehand', () => {
    const found = new Map(convolutionAlgorithms(resnet).map((estimate) => [estimate.algorithm, estimate]));
    const [gemm, small, large] = (['implicit-gemm', 'winograd2', 'winograd4'] as const).map((name) =>
      found.get(name),
    );
    expect(gemm?.flops).toBe(2 * 8 * 64 * 64 * 56 * 56 * 9);
    expect(small?.flops).toBe(((gemm?.flops ?? 0) / 9) * 4);
    expect(large?.flops).toBe((gemm?.flops ?? 0) / 4);
    expect(large?.extraBytes).toBeLessThan(4e6);
  });

  const estimateOf = (algorithm: ConvolutionAlgorithm, extra: Partial<AlgorithmEstimate>): AlgorithmEstimate => ({
    algorithm, flops: 1, bytes: 1, extraBytes: 0, relativeError: 1e-7, nanoseconds: 1, ...extra,
  }); // prettier-ignore
  const candidates = [
    estimateOf('winograd4', { nanoseconds: 1, extraBytes: 1000, relativeError: 2e-5 }),
    estimateOf('winograd2', { nanoseconds: 2, extraBytes: 900 }),
    estimateOf('implicit-gemm', { nanoseconds: 4, extraBytes: 500 }),
    estimateOf('direct', { nanoseconds: 5, extraBytes: 100 }),
  ];
  const choice = (hint: ContractHint | undefined, workspaceBytes: number) =>
    chooseAlgorithm(candidates, hint, { workspaceBytes, tolerance: 1e-5 }).algorithm;

  it('takes the fastest that rounds little enough', () => {
    expect(choice(undefined, Infinity)).toBe('winograd2');
    expect(choice({ precision: 'high' }, Infinity)).toBe('implicit-gemm');
    expect(choice({ algorithm: 'winograd4' }, Infinity)).toBe('winograd4');
  });

  it('keeps to a limit of extra memory, and takes the least where nothing does', () => {
    expect(choice(undefined, 899)).toBe('implicit-gemm');
    expect(choice(undefined, 100)).toBe('direct');
    expect(choice(undefined, 0)).toBe('direct');
  });

  it('is Winograd for the layers of a residual network, plain sums for depthwise ones', () => {
    const chosen = (shape: ConvolutionShape) =>
      chooseAlgorithm(convolutionAlgorithms(shape), undefined, { workspaceBytes: Infinity, tolerance: 1e-5 })
        .algorithm;
    expect(chosen(resnet)).toBe('winograd4');
    expect(chosen({ ...resnet, groups: 64 })).toBe('direct');
    expect(chosen({ ...resnet, stride: 2 })).toMatch(/direct|implicit-gemm/);
  });

  it('refuses a forced algorithm that does not fit, and says why', () => {
    const strided = { ...resnet, batch: 1, channels: 4, filters: 4, stride: 2 };
    const options = { hint: { algorithm: 'winograd4' } } as const;
    expect(() => run(alone, strided, 'forward', options)).toThrow(
      "convolution: the algorithm 'winograd4' cannot compute it: winograd4 needs stride 1, got 2x2",
    );
  });
});

// Windows in one dimension are cut up in another way.
const SQUARE = SHAPES.filter(([, { kernel }]) => !kernel.includes(1));

describe('extra memory', () => {
  it.each(SQUARE)('%s: what a kernel takes is what was computed beforehand', (_, shape) => {
    const limits = { initial: 1, maximum: 1, shared: false };
    for (const { algorithm, refusal, extraBytes } of convolutionAlgorithms(shape, { threads: 1 })) {
      if (refusal !== undefined) continue;
      const kernel = convolutionKernel(shape, 'forward', { hint: { algorithm } });
      const { lowerings } = allParts({ threads: 1 });
      const [compiled] = compileKernels([kernel], { memory: limits, relaxed: true, lowerings }).kernels;
      const taken = compiled.scratch([]) + compiled.workspaceBytes;
      // Of products, thin ones take less, and tables have some room.
      const product = algorithm === 'im2col' || algorithm === 'implicit-gemm';
      expect(taken, algorithm).toBeLessThanOrEqual(extraBytes);
      expect(product || taken === extraBytes, algorithm).toBe(true);
    }
  });
});
