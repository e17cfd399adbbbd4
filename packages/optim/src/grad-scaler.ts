/**
 * Loss scaling for mixed precision: gradients that would be zero in float16 are kept in range by a factor on the loss,
 * which shrinks when a gradient overflows and grows again while none does.
 * https://arxiv.org/abs/1710.03740, https://pytorch.org/docs/stable/amp.html#gradient-scaling
 */

import { ArgumentError, DTypeError, computeType } from '@tenfold/ir';
import { noGrad, norm, stack } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { hostScalar, inside } from '@tenfold/tensor/internal';
import { setGradient, withGradient } from './gradients.ts';
import type { Optimizer } from './optimizer.ts';

export interface GradScalerOptions {
  /** The factor to begin with. Default 65536. */
  readonly initScale?: number;
  /** What the factor is multiplied by after `growthInterval` steps without overflow. Default 2. */
  readonly growthFactor?: number;
  /** What the factor is multiplied by after an overflow. Default 0.5. */
  readonly backoffFactor?: number;
  /** Default 2000. */
  readonly growthInterval?: number;
  /** Whether to do anything; default true. */
  readonly enabled?: boolean;
}

export interface GradScalerState {
  readonly scale: number;
  readonly growthFactor: number;
  readonly backoffFactor: number;
  readonly growthInterval: number;
  readonly growthTracker: number;
}

/** The greatest magnitude among an optimizer's gradients, and whether its step was taken. */
interface Round {
  readonly greatest: Tensor;
  stepped: boolean;
  overflowed: boolean;
}

/** As torch.amp.GradScaler; `step` must be awaited, because it reads whether a gradient overflowed. */
export class GradScaler {
  readonly enabled: boolean;
  #settings: Omit<GradScalerState, 'scale' | 'growthTracker'>;
  #scale: number;
  #growthTracker = 0;
  readonly #rounds = new Map<Optimizer, Round>();

  /** @throws ArgumentError for factors on the wrong side of 1. */
  constructor({
    initScale = 65536,
    growthFactor = 2,
    backoffFactor = 0.5,
    growthInterval = 2000,
    enabled = true,
  }: GradScalerOptions = {}) {
    if (!(growthFactor > 1))
      throw new ArgumentError(`GradScaler: growthFactor is ${growthFactor}, expected a number above 1`);
    if (!(backoffFactor < 1 && backoffFactor > 0))
      throw new ArgumentError(
        `GradScaler: backoffFactor is ${backoffFactor}, expected a number between 0 and 1`,
      );
    this.enabled = enabled;
    this.#scale = initScale;
    this.#settings = { growthFactor, backoffFactor, growthInterval };
  }

  /** The loss times the factor; its gradients are scaled alike. */
  scale(loss: Tensor): Tensor {
    if (!this.enabled) return loss;
    return loss.mul(hostScalar(loss.home, () => this.#scale, computeType(loss.dtype)));
  }

  /** Divides the gradients of an optimizer's parameters by the factor, for what looks at them before the step (clipping). */
  unscale_(optimizer: Optimizer): void {
    if (!this.enabled) return;
    const known = this.#rounds.get(optimizer);
    if (known) {
      const when = known.stepped ? 'after step()' : 'twice';
      throw new ArgumentError(`unscale_: called ${when} for this optimizer since the last update(); call it once, before step()`); // prettier-ignore
    }
    const owners = withGradient(
      'unscale_',
      optimizer.paramGroups.flatMap(({ params }) => params),
    );
    const greatest = noGrad(() =>
      inside(() => {
        const factor = hostScalar(owners[0].gradient.home, () => 1 / this.#scale, 'float32');
        const magnitudes = owners.map(({ param, gradient }) => {
          if (gradient.dtype !== computeType(gradient.dtype))
            throw new DTypeError(`unscale_: a gradient is ${gradient.dtype}; keep parameters in float32, autocast() casts them`); // prettier-ignore
          const unscaled = gradient.mul(factor);
          setGradient(param, gradient, unscaled);
          return norm(unscaled, Infinity);
        });
        return norm(stack(magnitudes), Infinity);
      }),
    );
    this.#rounds.set(optimizer, { greatest, stepped: false, overflowed: false });
  }

  /**
   * Divides the gradients by the factor, unless `unscale_` has done so, and takes the optimizer's step, unless one of
   * them is infinite or NaN. Resolves to whether it was taken.
   */
  async step(optimizer: Optimizer): Promise<boolean> {
    if (!this.enabled) {
      await optimizer.step();
      return true;
    }
    if (!this.#rounds.has(optimizer)) this.unscale_(optimizer);
    const round = this.#rounds.get(optimizer)!;
    if (round.stepped)
      throw new ArgumentError('step: called twice for this optimizer since the last update(); call update() after each step'); // prettier-ignore
    round.stepped = true;
    round.overflowed = !Number.isFinite(await round.greatest.item());
    if (!round.overflowed) await optimizer.step();
    return !round.overflowed;
  }

  /** Adapts the factor to what the steps since the last update found, or sets it. */
  update(newScale?: number): void {
    if (!this.enabled) return;
    const rounds = [...this.#rounds.values()];
    this.#rounds.clear();
    if (newScale !== undefined) {
      this.#scale = newScale;
      return;
    }
    if (rounds.length === 0) throw new ArgumentError('update: no step was taken since the last update()');
    const { growthFactor, backoffFactor, growthInterval } = this.#settings;
    if (rounds.some(({ overflowed }) => overflowed)) {
      this.#scale *= backoffFactor;
      this.#growthTracker = 0;
    } else if (++this.#growthTracker === growthInterval) {
      this.#scale *= growthFactor;
      this.#growthTracker = 0;
    }
  }

  getScale(): number {
    return this.enabled ? this.#scale : 1;
  }

  isEnabled(): boolean {
    return this.enabled;
  }

  stateDict(): GradScalerState {
    return { scale: this.#scale, ...this.#settings, growthTracker: this.#growthTracker };
  }

  loadStateDict({ scale, growthTracker, ...settings }: GradScalerState): void {
    this.#scale = scale;
    this.#growthTracker = growthTracker;
    this.#settings = settings;
  }
}
