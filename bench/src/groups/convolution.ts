/**
 * Convolutions by every algorithm that can compute them and by the one that the backend chooses: over shapes from tiny to
 * ResNet's, sizes of windows, batches and images; and the extra memory that each algorithm needs.
 */

import { convolutionAlgorithms } from '@tenfold/backend-cpu';
import type { AlgorithmEstimate, ConvolutionShape } from '@tenfold/backend-cpu';
import { getDevice } from '@tenfold/ir';
import { functional as F } from '@tenfold/nn';
import { noGrad } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import type { BenchmarkSet, PlotPoint, TimedVariant, Variant } from '../workload.ts';
import { computing, differentiating, inputs } from './compute.ts';

const group = 'convolution';

interface Shape extends ConvolutionShape {
  readonly padding: number;
  readonly stride: number;
}

/** A square image and a square window; an odd one keeps the image's size, but for the stride. */
function shapeOf(batch: number, channels: number, filters: number, side: number, kernel: number, stride = 1): Shape {
  return { batch, channels, filters, height: side, width: side, kernel: [kernel, kernel], padding: kernel >> 1, stride };
} // prettier-ignore

function describe({ batch, channels, height, filters, kernel: [side], stride }: Shape): string {
  return `${batch}x${channels}x${height}x${height}, ${filters} of ${side}x${side}${stride > 1 ? `, stride ${stride}` : ''}`;
}

function flopsOf({ batch, channels, filters, height, width, kernel, padding, stride }: Shape): number {
  const places = [height, width].map((size, i) => Math.floor((size + 2 * padding - kernel[i]) / stride) + 1);
  return [batch, channels, filters, ...kernel, ...places].reduce((product, n) => product * n, 2);
}

/** What the device's algorithms would cost, without those that cannot compute it. */
function possible(shape: Shape): readonly AlgorithmEstimate[] {
  const { threads } = getDevice('cpu').backend.caps;
  return convolutionAlgorithms(shape, { threads }).filter(({ refusal }) => refusal === undefined);
}

function operands({ batch, channels, filters, height, width, kernel }: Shape): [Tensor, Tensor] {
  const [x, w] = inputs([batch, channels, height, width], [filters, channels, ...kernel]);
  return [x, w];
}

function forward(shape: Shape, algorithm: 'auto' | AlgorithmEstimate['algorithm']): TimedVariant {
  const { padding, stride } = shape;
  return {
    name: algorithm,
    flops: flopsOf(shape),
    setup: () => {
      const [x, w] = operands(shape);
      return computing(() => noGrad(() => F.conv2d(x, w, null, { padding, stride, algorithm })));
    },
  };
}

function gradients(shape: Shape): TimedVariant {
  const { padding, stride } = shape;
  return {
    name: 'auto, with both gradients',
    flops: 3 * flopsOf(shape),
    setup: () => {
      const [x, w] = operands(shape);
      const convolve = () => F.conv2d(x, w, null, { padding, stride });
      const [g] = inputs(convolve().shape);
      return differentiating([x, w], g, convolve);
    },
  };
}

function set(shape: Shape, point?: PlotPoint, more: readonly Variant[] = []): BenchmarkSet {
  const forced = possible(shape).map(({ algorithm }) => forward(shape, algorithm));
  return { group, name: describe(shape), point, variants: [forward(shape, 'auto'), ...forced, ...more] };
}

/** From a few hundred multiplications to the layers of a ResNet. */
const SHAPES: readonly Shape[] = [
  shapeOf(1, 1, 4, 8, 3),
  shapeOf(1, 3, 16, 32, 3),
  shapeOf(1, 16, 32, 28, 3),
  shapeOf(1, 3, 64, 224, 7, 2),
  shapeOf(1, 64, 64, 56, 3),
  shapeOf(1, 128, 128, 28, 3),
  shapeOf(1, 256, 256, 14, 3),
  shapeOf(1, 512, 512, 7, 3),
  shapeOf(1, 64, 256, 56, 1),
  shapeOf(1, 256, 512, 56, 1, 2),
];

function memoryOf(shape: Shape, point: PlotPoint): BenchmarkSet {
  const variants = possible(shape).map(({ algorithm, extraBytes }) => ({
    name: algorithm,
    unit: 'MiB',
    figure: () => extraBytes / 2 ** 20,
  }));
  return { group, name: `extra memory of ${describe(shape)}`, point, variants };
}

/** Made when asked for: which algorithms there are depends on the device, which is configured before its first use. */
export function convolution(): readonly BenchmarkSet[] {
  const over = (plot: string, axis: string, x: number): PlotPoint => ({ plot, axis, x });
  const sides = [28, 56, 112, 224];
  return [
    ...SHAPES.map((shape) => set(shape)),
    ...[1, 2, 3, 4, 5, 6, 7].map((kernel) => {
      const shape = shapeOf(8, 64, 64, 56, kernel);
      const point = over('convolution of 8x64x56x56 over the window', 'window', kernel);
      return set(shape, point, kernel === 3 ? [gradients(shape)] : []);
    }),
    ...[2, 4, 16, 32].map((batch) =>
      set(shapeOf(batch, 64, 64, 56, 3), over('3x3 convolution of 64x56x56 over the batch', 'batch', batch)),
    ),
    ...sides.map((side) =>
      set(shapeOf(1, 32, 32, side, 3), over('3x3 convolution of 1x32 over the image', 'side', side)),
    ),
    ...sides.map((side) =>
      memoryOf(shapeOf(1, 32, 32, side, 3), over('extra memory of a 3x3 convolution of 1x32', 'side', side)),
    ),
  ];
}
