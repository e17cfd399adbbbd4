/** One rise to a large learning rate and one long fall far below the start. https://arxiv.org/abs/1708.07120 */

import { ArgumentError } from '@tenfold/ir';
import { requireMomentum, setMomentum } from './momentum.ts';
import { requireOneOf } from './options.ts';
import { LRScheduler, perGroup, requireSteps, setInitialLr } from './scheduler.ts';
import type { PerGroup, Scheduled } from './scheduler.ts';
import type { ScheduleOptions } from './decay.ts';

export interface OneCycleLROptions extends ScheduleOptions {
  /** Steps of the cycle; or give `epochs` and `stepsPerEpoch`. */
  readonly totalSteps?: number | null;
  readonly epochs?: number | null;
  readonly stepsPerEpoch?: number | null;
  /** The share of the rise. Default 0.3. */
  readonly pctStart?: number;
  /** Along a cosine or a line. Default 'cos'. */
  readonly annealStrategy?: 'cos' | 'linear';
  /** Whether momentum goes the opposite way. Default true. */
  readonly cycleMomentum?: boolean;
  /** Default 0.85. */
  readonly baseMomentum?: PerGroup;
  /** Default 0.95. */
  readonly maxMomentum?: PerGroup;
  /** How much lower than the greatest the first rate is. Default 25. */
  readonly divFactor?: number;
  /** How much lower than the first rate the last is. Default 1e4. */
  readonly finalDivFactor?: number;
  /** Whether the fall is as steep as the rise, and a third phase goes to the last rate. Default false. */
  readonly threePhase?: boolean;
}

/** Part of the cycle: its last step, and where rate and momentum come from and go to. */
interface Phase {
  readonly end: number;
  readonly rates: readonly [Level, Level];
  readonly momenta: readonly ['base' | 'max', 'base' | 'max'];
}

type Level = 'initial' | 'max' | 'min';

/** The 1cycle policy, one step a batch, as torch.optim.lr_scheduler.OneCycleLR. */
export class OneCycleLR extends LRScheduler {
  totalSteps: number;
  maxLrs: readonly number[];
  pctStart: number;
  annealStrategy: 'cos' | 'linear';
  cycleMomentum: boolean;
  baseMomentums: readonly number[];
  maxMomentums: readonly number[];
  divFactor: number;
  finalDivFactor: number;
  threePhase: boolean;

  constructor(optimizer: Scheduled, maxLr: PerGroup, options: OneCycleLROptions = {}) {
    const {
      totalSteps = null,
      epochs = null,
      stepsPerEpoch = null,
      pctStart = 0.3,
      annealStrategy = 'cos',
      cycleMomentum = true,
      baseMomentum = 0.85,
      maxMomentum = 0.95,
      divFactor = 25,
      finalDivFactor = 1e4,
      threePhase = false,
      lastEpoch = -1,
    } = options;
    if (totalSteps === null && (epochs === null || stepsPerEpoch === null))
      throw new ArgumentError('OneCycleLR: give totalSteps, or epochs and stepsPerEpoch');
    const steps = totalSteps ?? (epochs ?? 0) * (stepsPerEpoch ?? 0);
    requireSteps('OneCycleLR', 'the number of steps', steps);
    if (!(pctStart >= 0 && pctStart <= 1))
      throw new ArgumentError(`OneCycleLR: pctStart is ${pctStart}, expected a number from 0 to 1`);
    requireOneOf('OneCycleLR', 'annealStrategy', annealStrategy, ['cos', 'linear']);
    if (cycleMomentum) requireMomentum('OneCycleLR', optimizer);
    const maxLrs = perGroup('OneCycleLR', 'maxLr', optimizer, maxLr);
    if (lastEpoch === -1) {
      optimizer.paramGroups.forEach((group, i) => {
        group.lr = maxLrs[i] / divFactor;
        setInitialLr(group, group.lr);
      });
    }
    super(optimizer, lastEpoch);
    this.totalSteps = steps;
    this.maxLrs = maxLrs;
    this.pctStart = pctStart;
    this.annealStrategy = annealStrategy;
    this.cycleMomentum = cycleMomentum;
    this.baseMomentums = perGroup('OneCycleLR', 'baseMomentum', optimizer, baseMomentum);
    this.maxMomentums = perGroup('OneCycleLR', 'maxMomentum', optimizer, maxMomentum);
    this.divFactor = divFactor;
    this.finalDivFactor = finalDivFactor;
    this.threePhase = threePhase;
    this.start();
  }

  #phases(): readonly Phase[] {
    const rise = this.pctStart * this.totalSteps;
    const up: Phase = { end: rise - 1, rates: ['initial', 'max'], momenta: ['max', 'base'] };
    const end = this.totalSteps - 1;
    if (!this.threePhase) return [up, { end, rates: ['max', 'min'], momenta: ['base', 'max'] }];
    const down: Phase = { end: 2 * rise - 2, rates: ['max', 'initial'], momenta: ['base', 'max'] };
    return [up, down, { end, rates: ['initial', 'min'], momenta: ['max', 'max'] }];
  }

  protected getLr(): readonly number[] {
    const step = this.lastEpoch;
    if (step > this.totalSteps) {
      throw new ArgumentError(
        `OneCycleLR: step ${step} of a schedule of ${this.totalSteps} steps; make it longer`,
      );
    }
    const phases = this.#phases();
    const found = phases.findIndex(({ end }) => step <= end);
    const index = found < 0 ? phases.length - 1 : found;
    const { end, rates, momenta } = phases[index];
    const begin = index === 0 ? 0 : phases[index - 1].end;
    const share = (step - begin) / (end - begin);
    const between = (from: number, to: number) =>
      this.annealStrategy === 'linear'
        ? (to - from) * share + from
        : to + ((from - to) / 2) * (Math.cos(Math.PI * share) + 1);
    if (this.cycleMomentum) {
      this.optimizer.paramGroups.forEach((group, i) => {
        const [from, to] = momenta.map(
          (name) => (name === 'max' ? this.maxMomentums : this.baseMomentums)[i],
        );
        setMomentum(group, between(from, to));
      });
    }
    return this.maxLrs.map((max, i) => {
      const initial = this.baseLrs[i];
      const levels: Readonly<Record<Level, number>> = { initial, max, min: initial / this.finalDivFactor };
      return between(levels[rates[0]], levels[rates[1]]);
    });
  }
}
