/** A network that reads digits, trained on generated ones, and asked about those that somebody draws. */

import { classLogits, predict, shuffled, toSamples, trainBatch } from '@tenfold/examples/classifier';
import type { Samples } from '@tenfold/examples/classifier';
import { generateDigits } from '@tenfold/examples/digits';
import { MODELS } from '@tenfold/examples/models';
import type { ModelName } from '@tenfold/examples/models';
import { seededRandom } from '@tenfold/examples/random';
import { fromBuffer, noGrad, toDevice } from 'tenfold';
import type { nn, optim } from 'tenfold';
import type { DeviceName, Exam } from '../protocol.ts';
import { Session } from './session.ts';

const BATCH = 64;
const TRAINING = { count: 12_000, seed: 1 };
const EXAM = { count: 500, seed: 2 };
/** Digits of the exam that the page shows. */
const SHOWN = 20;

export class DigitsSession extends Session<nn.Sequential> {
  readonly #exam = generateDigits(EXAM.count, EXAM.seed);
  #network: ModelName;
  #training: Samples | undefined;
  #examSamples: Samples | undefined;
  readonly #random = seededRandom(3);
  /** Places of the samples in this pass that are still to come. */
  #order: number[] = [];

  constructor(device: DeviceName, network: ModelName, learningRate: number) {
    super(device, MODELS[network](), learningRate);
    this.#network = network;
  }

  /** The digits that the page shows, and what they are. */
  get shown(): { images: Uint8Array<ArrayBuffer>; labels: readonly number[] } {
    const { images, labels } = this.#exam;
    return { images: images.slice(0, SHOWN * 784), labels: [...labels.subarray(0, SHOWN)] };
  }

  get hasData(): boolean {
    return this.#training !== undefined;
  }

  /** Draws the digits to train on, unless that was done. */
  drawData(): void {
    this.#training ??= toSamples(generateDigits(TRAINING.count, TRAINING.seed), this.device);
  }

  changeNetwork(network: ModelName): void {
    this.#network = network;
    this.reset();
  }

  override reset(device = this.device): void {
    if (device !== this.device) {
      this.#training = undefined;
      this.#examSamples = undefined;
    }
    super.reset(device);
  }

  override async carryTo(device: DeviceName): Promise<void> {
    await super.carryTo(device);
    this.#examSamples = this.#examSamples && (await carriedSamples(this.#examSamples, device));
    this.#training = this.#training && (await carriedSamples(this.#training, device));
  }

  async exam(): Promise<Exam> {
    this.#examSamples ??= toSamples(this.#exam, this.device);
    const guesses = await predict(this.model, this.#examSamples);
    const right = guesses.filter((guess, i) => guess === this.#exam.labels[i]).length;
    return { accuracy: right / guesses.length, guesses: guesses.slice(0, SHOWN) };
  }

  /** How likely the image is each digit. */
  async recognise(pixels: Uint8Array<ArrayBuffer>): Promise<readonly number[]> {
    this.model.eval();
    const image = fromBuffer(pixels, [1, 1, 28, 28], { device: this.device });
    const probabilities = noGrad(() => classLogits(this.model, image).softmax(1).flatten());
    return (await probabilities.tolist()) as number[];
  }

  protected override build(): nn.Sequential {
    return MODELS[this.#network]();
  }

  protected override async trainOnce(optimizer: optim.Optimizer) {
    this.drawData();
    if (this.#order.length < BATCH) this.#order = shuffled(TRAINING.count, this.#random);
    const places = this.#order.splice(-BATCH);
    return { loss: await trainBatch(this.model, optimizer, this.#training!, places), examples: BATCH };
  }
}

async function carriedSamples({ images, labels, count }: Samples, device: DeviceName): Promise<Samples> {
  return { images: await toDevice(images, device), labels: await toDevice(labels, device), count };
}
