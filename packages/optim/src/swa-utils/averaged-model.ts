/**
 * Running averages of a model's parameters, as torch.optim.swa_utils.AveragedModel: the plain mean of stochastic weight
 * averaging (https://arxiv.org/abs/1803.05407), or an exponential one.
 */

import { ArgumentError, StateDictError, isFloat } from '@tenfold/ir';
import { noGrad, tensor, where } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { hostAction, hostScalar, inside } from '@tenfold/tensor/internal';

/** What is averaged: every module fits. */
export interface AveragedLike {
  parameters(): readonly Tensor[];
  buffers(): readonly Tensor[];
  forward(...args: never[]): unknown;
  train(mode?: boolean): unknown;
  stateDict(): Map<string, Tensor>;
  loadStateDict(state: ReadonlyMap<string, Tensor>): unknown;
}

/** The new average, of the present one, a model's parameter and how many there were before. */
export type AvgFn = (averaged: Tensor, param: Tensor, numAveraged: Tensor) => Tensor;

export interface AveragedModelOptions {
  /** How to average. Default: the plain mean. */
  readonly avgFn?: AvgFn | null;
  /** Whether buffers are averaged too; else they are copied. Default false. */
  readonly useBuffers?: boolean;
}

/** The plain mean of all models so far. */
export function getSwaAvgFn(): AvgFn {
  return (averaged, param, numAveraged) => averaged.add(param.sub(averaged).div(numAveraged.add(1)));
}

/** An exponential mean: `decay · average + (1 - decay) · parameter`. */
export function getEmaAvgFn(decay = 0.999): AvgFn {
  if (!(decay >= 0 && decay <= 1))
    throw new ArgumentError(`getEmaAvgFn: decay is ${decay}, expected a number from 0 to 1`);
  return (averaged, param) => averaged.add(param.sub(averaged).mul(1 - decay));
}

/**
 * Keeps averages in a module of its own: give it a second instance, `new AveragedModel(new Net())`, since modules cannot be
 * copied. The first update takes the model's parameters over.
 */
export class AveragedModel<M extends AveragedLike> {
  /** The module that holds the averages. */
  readonly module: M;
  readonly #avgFn: AvgFn;
  readonly #useBuffers: boolean;
  #count = 0;

  constructor(model: M, { avgFn = null, useBuffers = false }: AveragedModelOptions = {}) {
    this.module = model;
    this.#avgFn = avgFn ?? getSwaAvgFn();
    this.#useBuffers = useBuffers;
  }

  /** How many models were averaged. */
  get nAveraged(): number {
    return this.#count;
  }

  /** The result of the module that holds the averages. */
  forward(...args: Parameters<M['forward']>): ReturnType<M['forward']> {
    return this.module.forward(...args) as ReturnType<M['forward']>;
  }

  train(mode = true): this {
    this.module.train(mode);
    return this;
  }

  eval(): this {
    return this.train(false);
  }

  parameters(): readonly Tensor[] {
    return this.module.parameters();
  }

  /**
   * Takes the present parameters of a model into the averages. Computed with the next run, such as the next step.
   * @throws ArgumentError for a model of other parameters, and for the module that holds the averages itself.
   */
  updateParameters(model: AveragedLike): void {
    const pairs = zip('parameters', this.module.parameters(), model.parameters());
    const buffers = zip('buffers', this.module.buffers(), model.buffers());
    noGrad(() =>
      inside(() => {
        const known = new Map<unknown, Tensor>();
        const blend = (own: Tensor, value: Tensor) => {
          const { home, dtype } = own;
          const count = known.get(home) ?? hostScalar(home, () => this.#count, 'float32');
          known.set(home, count);
          const mean = this.#avgFn(own, value, count.to(dtype));
          // At first there is nothing to average with. A run-time number decides, so that plans stay the same.
          own.assign(where(count.eq(0), value, mean));
        };
        for (const [own, value] of pairs) blend(own, value);
        for (const [own, value] of buffers) {
          if (this.#useBuffers && isFloat(own.dtype)) blend(own, value);
          else own.assign(value);
        }
      }),
    );
    hostAction(() => void this.#count++);
  }

  /** The averages under `module.`, and `n_averaged`. */
  stateDict(): Map<string, Tensor> {
    const state = new Map([['n_averaged', tensor(this.#count, { dtype: 'int64' })]]);
    for (const [key, value] of this.module.stateDict()) state.set(`module.${key}`, value);
    return state;
  }

  /** Takes averages over. Reads the count, so it is awaited. Raises StateDictError for what does not fit. */
  async loadStateDict(state: ReadonlyMap<string, Tensor>): Promise<void> {
    const count = state.get('n_averaged');
    if (!count)
      throw new StateDictError("loadStateDict: 'n_averaged' is missing; was it saved by an AveragedModel?");
    const inner = new Map<string, Tensor>();
    for (const [key, value] of state)
      if (key !== 'n_averaged') inner.set(key.replace(/^module\./, ''), value);
    this.module.loadStateDict(inner);
    this.#count = Number(await count.item());
  }
}

function zip(what: string, own: readonly Tensor[], given: readonly Tensor[]): [Tensor, Tensor][] {
  if (own.length !== given.length)
    throw new ArgumentError(
      `updateParameters: the model has ${given.length} ${what}, expected ${own.length}`,
    );
  return own.map((average, i) => {
    const other = given[i];
    if (average.leafStorage('average') === other.leafStorage('average')) {
      throw new ArgumentError(
        'updateParameters: the model is the one that holds the averages; make AveragedModel with a second instance',
      );
    }
    return [average, other];
  });
}
