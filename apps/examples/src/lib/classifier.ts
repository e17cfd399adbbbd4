/** Training and testing an image classifier: the loop that the digit examples share. */

import { F, noGrad, fromBuffer, tensor } from 'tenfold';
import type { Tensor, nn, optim } from 'tenfold';
import type { DigitSet } from './idx.ts';
import { seededRandom } from './random.ts';

/** Images as bytes [count, 1, rows, columns] and labels [count], as tensors on one device. */
export interface Samples {
  readonly images: Tensor;
  readonly labels: Tensor;
  readonly count: number;
}

/** @param device where the samples are to be; the default device when left out. */
export function toSamples({ images, labels, count, rows, columns }: DigitSet, device?: string): Samples {
  return {
    images: fromBuffer(images, [count, 1, rows, columns], { device }),
    labels: tensor([...labels], { device }),
    count,
  };
}

/** Grey values to numbers of mean 0 and deviation 1 (of MNIST), inside the graph: the bytes stay bytes in memory. */
function normalize(images: Tensor): Tensor {
  return images.to('float32').div(255).sub(0.1307).div(0.3081);
}

/** One step on the samples at the given places. Returns their mean loss, which need not be computed yet. */
export async function trainBatch(
  model: nn.UnaryModule,
  optimizer: optim.Optimizer,
  { images, labels }: Samples,
  places: readonly number[],
): Promise<Tensor> {
  const batch = tensor(places, { device: images.device });
  const logits = classLogits(model, images.indexSelect(0, batch));
  const loss = F.crossEntropy(logits, labels.indexSelect(0, batch));
  optimizer.zeroGrad();
  loss.backward();
  await optimizer.step();
  return loss;
}

export interface EpochOptions {
  readonly batchSize: number;
  /** Of the order of the samples. */
  readonly seed: number;
  /** The learning rate once this share of the epoch is done, from 0 to 1. */
  readonly learningRate: (share: number) => number;
  /** Told how many samples are done. */
  readonly onBatch?: (done: number) => void;
}

export interface EpochReport {
  /** Mean training loss of the epoch. */
  readonly loss: number;
  readonly seconds: number;
}

/** One pass over the samples in random order. */
export async function trainEpoch(
  model: nn.UnaryModule,
  optimizer: optim.Optimizer,
  samples: Samples,
  options: EpochOptions,
): Promise<EpochReport> {
  const start = performance.now();
  const { batchSize, learningRate, onBatch } = options;
  const order = shuffled(samples.count, seededRandom(options.seed));
  let total: Tensor = tensor(0, { dtype: 'float32', device: samples.images.device });
  model.train();
  let batches = 0;
  for (let at = 0; at + batchSize <= samples.count; at += batchSize) {
    for (const group of optimizer.paramGroups) group.lr = learningRate(at / samples.count);
    total = total.add(await trainBatch(model, optimizer, samples, order.slice(at, at + batchSize)));
    batches++;
    onBatch?.(at + batchSize);
  }
  return { loss: Number(await total.item()) / batches, seconds: (performance.now() - start) / 1000 };
}

/** What a model says of images given as bytes: logits [count, classes]. */
export function classLogits(model: nn.UnaryModule, images: Tensor): Tensor {
  return model.forward(normalize(images));
}

/** Predicted classes of all samples. */
export async function predict(model: nn.UnaryModule, samples: Samples, batchSize = 1000): Promise<number[]> {
  model.eval();
  const predictions: number[] = [];
  for (let at = 0; at < samples.count; at += batchSize) {
    const end = Math.min(at + batchSize, samples.count);
    const classes = noGrad(() => classLogits(model, samples.images.slice(0, at, end)).argmax(1));
    predictions.push(...((await classes.tolist()) as number[]));
  }
  return predictions;
}

/** Share of samples classified rightly, in [0, 1]. */
export async function accuracy(model: nn.UnaryModule, samples: Samples): Promise<number> {
  const predictions = await predict(model, samples);
  const labels = (await samples.labels.tolist()) as number[];
  return predictions.filter((prediction, i) => prediction === labels[i]).length / labels.length;
}

/** The numbers from 0 to `count - 1` in random order (Fisher and Yates). */
export function shuffled(count: number, random: () => number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
