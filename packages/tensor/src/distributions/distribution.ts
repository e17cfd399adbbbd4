/**
 * What all probability distributions have in common, as torch.distributions.Distribution. A distribution has a shape of
 * independent draws (`batchShape`, that of its parameters) and a shape of one draw (`eventShape`).
 * https://pytorch.org/docs/stable/distributions.html
 */

import { ArgumentError } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import '../methods.ts';
import { noGrad } from '../core/grad-mode.ts';
import type { Tensor } from '../core/tensor.ts';

export abstract class Distribution {
  /** Shape of the parameters: one independent distribution an element. */
  readonly batchShape: Shape;
  /** Shape of one draw, whose elements may depend on each other. */
  readonly eventShape: Shape;

  constructor(batchShape: Shape = [], eventShape: Shape = []) {
    this.batchShape = batchShape;
    this.eventShape = eventShape;
  }

  /** Logarithm of the density or probability of `value`, `[..., ...batchShape, ...eventShape]`, without the event's axes. */
  abstract logProb(value: Tensor): Tensor;

  /** The same distribution with every parameter replaced by `f` of it. */
  protected rebuilt(f: (parameter: Tensor) => Tensor): Distribution {
    void f;
    throw this.#lacks('expand', 'expand its parameters');
  }

  /** Whether gradients flow from draws to parameters (`rsample`). */
  get hasRsample(): boolean {
    return false;
  }

  /** Draws through which gradients flow to the parameters, `[...sampleShape, ...batchShape, ...eventShape]`. */
  rsample(sampleShape: Shape = []): Tensor {
    void sampleShape;
    throw this.#lacks('rsample', 'its draws have no gradient; use sample() and logProb()');
  }

  /** Draws without gradients, `[...sampleShape, ...batchShape, ...eventShape]`. */
  sample(sampleShape: Shape = []): Tensor {
    return noGrad(() => this.rsample(sampleShape));
  }

  get mean(): Tensor {
    throw this.#lacks('mean', 'it has none in closed form');
  }

  get variance(): Tensor {
    throw this.#lacks('variance', 'it has none in closed form');
  }

  get stddev(): Tensor {
    return this.variance.sqrt();
  }

  /** Where density or probability is greatest. */
  get mode(): Tensor {
    throw this.#lacks('mode', 'it has none in closed form');
  }

  /** In nats, `batchShape`. */
  entropy(): Tensor {
    throw this.#lacks('entropy', 'it has none in closed form');
  }

  perplexity(): Tensor {
    return this.entropy().exp();
  }

  /** Probability of a draw up to `value`. */
  cdf(value: Tensor): Tensor {
    void value;
    throw this.#lacks('cdf', 'it has none in closed form');
  }

  /** Inverse of `cdf`. */
  icdf(value: Tensor): Tensor {
    void value;
    throw this.#lacks('icdf', 'it has none in closed form');
  }

  /** All values of a discrete distribution along a new first axis. */
  enumerateSupport(): Tensor {
    throw this.#lacks('enumerateSupport', 'its values cannot be listed');
  }

  /** The distribution with a `batchShape` that the present one broadcasts to. */
  expand(batchShape: Shape): Distribution {
    const added = this.batchShape.length;
    return this.rebuilt((parameter) => parameter.expand([...batchShape, ...parameter.shape.slice(added)]));
  }

  /** Shape of draws. */
  protected extended(sampleShape: Shape): number[] {
    return [...sampleShape, ...this.batchShape, ...this.eventShape];
  }

  #lacks(what: string, why: string): ArgumentError {
    return new ArgumentError(`${this.constructor.name}: there is no ${what}: ${why}`);
  }
}
