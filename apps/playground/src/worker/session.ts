/**
 * One network in training: what the two tasks have in common. A session owns the network and its optimizer, does one
 * step at a time, and can be carried to another device in between.
 */

import { noGrad, optim, tensor, toDevice } from 'tenfold';
import type { Tensor, nn } from 'tenfold';
import type { DeviceName, Progress } from '../protocol.ts';
import { memoryOf } from './devices.ts';

export abstract class Session<M extends nn.Module> {
  device: DeviceName;
  model: M;
  step = 0;
  #optimizer: optim.Optimizer;
  #learningRate: number;
  /** Sum of the losses since the last report, and of how many steps, examples and milliseconds. */
  #total: Tensor;
  #steps = 0;
  #examples = 0;
  #milliseconds = 0;

  constructor(device: DeviceName, model: M, learningRate: number) {
    this.device = device;
    this.model = model.to(device);
    this.#learningRate = learningRate;
    this.#optimizer = this.#makeOptimizer();
    this.#total = this.#zero();
  }

  /** An untrained network, on the default device. */
  protected abstract build(): M;

  /** One step with the optimizer: the loss, and how many examples it was of. */
  protected abstract trainOnce(optimizer: optim.Optimizer): Promise<{ loss: Tensor; examples: number }>;

  get parameterCount(): number {
    return this.model.parameters().reduce((sum, { numel }) => sum + numel, 0);
  }

  get learningRate(): number {
    return this.#learningRate;
  }

  set learningRate(value: number) {
    this.#learningRate = value;
    for (const group of this.#optimizer.paramGroups) group.lr = value;
  }

  async train(): Promise<void> {
    const start = performance.now();
    this.model.train();
    const { loss, examples } = await this.trainOnce(this.#optimizer);
    this.#total = this.#total.add(loss.detach());
    this.step++;
    this.#steps++;
    this.#examples += examples;
    this.#milliseconds += performance.now() - start;
  }

  /** What happened since the last call; undefined when nothing did. Waits for the device. */
  async progress(): Promise<Progress | undefined> {
    if (this.#steps === 0) return undefined;
    const start = performance.now();
    const total = Number(await this.#total.item());
    const seconds = (this.#milliseconds + performance.now() - start) / 1000;
    const [steps, examples] = [this.#steps, this.#examples];
    this.#forgetMeasures();
    return {
      step: this.step,
      loss: total / steps,
      perSecond: examples / seconds,
      memory: memoryOf(this.device),
    };
  }

  /** Begins anew with an untrained network; nothing is asked of the device that it leaves. */
  reset(device = this.device): void {
    this.device = device;
    this.model = this.build().to(this.device);
    this.#optimizer = this.#makeOptimizer();
    this.step = 0;
    this.#forgetMeasures();
  }

  /** Goes on from the same weights and the same state of the optimizer on another device. */
  async carryTo(device: DeviceName): Promise<void> {
    if (device === this.device) return;
    const weights = await carried(this.model.stateDict(), device);
    const { state, ...rest } = this.#optimizer.stateDict();
    const moments = await carried(state, device);
    this.device = device;
    this.model = this.build().to(device);
    this.model.loadStateDict(weights);
    this.#optimizer = this.#makeOptimizer();
    this.#optimizer.loadStateDict({ ...rest, state: moments });
    this.#forgetMeasures();
  }

  #makeOptimizer(): optim.Optimizer {
    return new optim.AdamW(this.model.parameters(), { lr: this.#learningRate, weightDecay: 0.01 });
  }

  #forgetMeasures(): void {
    this.#total = this.#zero();
    this.#steps = 0;
    this.#examples = 0;
    this.#milliseconds = 0;
  }

  #zero(): Tensor {
    return tensor(0, { dtype: 'float32', device: this.device });
  }
}

async function carried(
  tensors: ReadonlyMap<string, Tensor>,
  device: DeviceName,
): Promise<ReadonlyMap<string, Tensor>> {
  const entries = [...tensors].map(async ([key, value]) => {
    const plain = noGrad(() => value.detach());
    return [key, await toDevice(plain, device)] as const;
  });
  return new Map(await Promise.all(entries));
}
