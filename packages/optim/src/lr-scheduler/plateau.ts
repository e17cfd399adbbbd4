/** A learning rate that falls when a measurement stops to improve. */

import { ArgumentError, StateDictError } from '@tenfold/ir';
import { requireOneOf } from './options.ts';
import { perGroup } from './scheduler.ts';
import type { PerGroup, Scheduled, SchedulerState } from './scheduler.ts';

export interface ReduceLROnPlateauOptions {
  /** Whether less or more is better. Default 'min'. */
  readonly mode?: 'min' | 'max';
  /** What the rate is multiplied by, below 1. Default 0.1. */
  readonly factor?: number;
  /** How many measurements may be no better before it falls. Default 10. */
  readonly patience?: number;
  /** By how much the best must be exceeded. Default 1e-4. */
  readonly threshold?: number;
  /** Whether the threshold is a share of the best or a difference. Default 'rel'. */
  readonly thresholdMode?: 'rel' | 'abs';
  /** For how many measurements after a fall none counts as bad. Default 0. */
  readonly cooldown?: number;
  /** The least rate. Default 0. */
  readonly minLr?: PerGroup;
  /** A smaller change is not made. Default 1e-8. */
  readonly eps?: number;
}

/** As torch.optim.lr_scheduler.ReduceLROnPlateau: `scheduler.step(await loss.item())` after each validation. */
export class ReduceLROnPlateau {
  readonly optimizer: Scheduled;
  readonly #options: Required<ReduceLROnPlateauOptions>;
  readonly #minLrs: readonly number[];
  /** The best measurement so far; null before the first. */
  best: number | null = null;
  numBadEpochs = 0;
  cooldownCounter = 0;
  lastEpoch = 0;

  constructor(optimizer: Scheduled, options: ReduceLROnPlateauOptions = {}) {
    const {
      mode = 'min',
      factor = 0.1,
      patience = 10,
      threshold = 1e-4,
      thresholdMode = 'rel',
      cooldown = 0,
      minLr = 0,
      eps = 1e-8,
    } = options;
    requireOneOf('ReduceLROnPlateau', 'mode', mode, ['min', 'max']);
    requireOneOf('ReduceLROnPlateau', 'thresholdMode', thresholdMode, ['rel', 'abs']);
    if (!(factor < 1))
      throw new ArgumentError(`ReduceLROnPlateau: factor is ${factor}, expected a number below 1`);
    this.optimizer = optimizer;
    this.#options = { mode, factor, patience, threshold, thresholdMode, cooldown, minLr, eps };
    this.#minLrs = perGroup('ReduceLROnPlateau', 'minLr', optimizer, minLr);
  }

  /** Takes a measurement into account. */
  step(metrics: number): void {
    const { patience, cooldown } = this.#options;
    this.lastEpoch++;
    if (this.#isBetter(metrics)) {
      this.best = metrics;
      this.numBadEpochs = 0;
    } else this.numBadEpochs++;
    if (this.cooldownCounter > 0) {
      this.cooldownCounter--;
      this.numBadEpochs = 0;
    }
    if (this.numBadEpochs <= patience) return;
    this.#reduce();
    this.cooldownCounter = cooldown;
    this.numBadEpochs = 0;
  }

  #isBetter(value: number): boolean {
    const { mode, threshold, thresholdMode } = this.#options;
    const { best } = this;
    if (best === null) return !Number.isNaN(value);
    if (mode === 'min') return value < (thresholdMode === 'rel' ? best * (1 - threshold) : best - threshold);
    return value > (thresholdMode === 'rel' ? best * (1 + threshold) : best + threshold);
  }

  #reduce(): void {
    const { factor, eps } = this.#options;
    this.optimizer.paramGroups.forEach((group, i) => {
      const rate = Math.max(group.lr * factor, this.#minLrs[i]);
      if (group.lr - rate > eps) group.lr = rate;
    });
  }

  /** The learning rates of the groups. */
  getLastLr(): readonly number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  stateDict(): SchedulerState {
    const { best, numBadEpochs, cooldownCounter, lastEpoch } = this;
    return { best, numBadEpochs, cooldownCounter, lastEpoch };
  }

  /** Takes a state over. Raises StateDictError for keys that it does not have. */
  loadStateDict(state: SchedulerState): void {
    const own = this.stateDict();
    const unknown = Object.keys(state).find((key) => !(key in own));
    if (unknown !== undefined)
      throw new StateDictError(`loadStateDict: '${unknown}' is no state of ReduceLROnPlateau`);
    Object.assign(this, state);
  }
}
