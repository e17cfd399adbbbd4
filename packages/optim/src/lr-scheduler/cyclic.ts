/** A learning rate that goes up and down between two bounds. https://arxiv.org/abs/1506.01186 */

import { requireOneOf } from './options.ts';
import { requireMomentum, setMomentum } from './momentum.ts';
import { LRScheduler, perGroup, setInitialLr } from './scheduler.ts';
import type { PerGroup, Scheduled } from './scheduler.ts';
import type { ScheduleOptions } from './decay.ts';

type CyclicMode = 'triangular' | 'triangular2' | 'expRange';

export interface CyclicLROptions extends ScheduleOptions {
  /** Steps of the rise. Default 2000. */
  readonly stepSizeUp?: number;
  /** Steps of the fall. Default: as many as of the rise. */
  readonly stepSizeDown?: number | null;
  /** Whether cycles keep their height, halve it, or shrink by `gamma` with each step. Default 'triangular'. */
  readonly mode?: CyclicMode;
  /** The factor of 'expRange'. Default 1. */
  readonly gamma?: number;
  /** The height as a function of the cycle, from 1, or of the step; takes the place of the mode. */
  readonly scaleFn?: ((x: number) => number) | null;
  /** What `scaleFn` is given. Default 'cycle'. */
  readonly scaleMode?: 'cycle' | 'iterations';
  /** Whether momentum goes the opposite way. Default true. */
  readonly cycleMomentum?: boolean;
  /** Default 0.8. */
  readonly baseMomentum?: PerGroup;
  /** Default 0.9. */
  readonly maxMomentum?: PerGroup;
}

/** Up from `baseLr` to `maxLr` and down again, over and over, as torch.optim.lr_scheduler.CyclicLR. */
export class CyclicLR extends LRScheduler {
  maxLrs: readonly number[];
  baseMomentums: readonly number[];
  maxMomentums: readonly number[];
  totalSize: number;
  /** The share of the rise in a cycle. */
  stepRatio: number;
  mode: CyclicMode;
  gamma: number;
  scaleMode: 'cycle' | 'iterations';
  cycleMomentum: boolean;
  readonly scaleFn: ((x: number) => number) | null;

  constructor(optimizer: Scheduled, baseLr: PerGroup, maxLr: PerGroup, options: CyclicLROptions = {}) {
    const {
      stepSizeUp = 2000,
      stepSizeDown = null,
      mode = 'triangular',
      gamma = 1,
      scaleFn = null,
      scaleMode = 'cycle',
      cycleMomentum = true,
      baseMomentum = 0.8,
      maxMomentum = 0.9,
      lastEpoch = -1,
    } = options;
    const baseLrs = perGroup('CyclicLR', 'baseLr', optimizer, baseLr);
    requireOneOf('CyclicLR', 'mode', mode, ['triangular', 'triangular2', 'expRange']);
    if (cycleMomentum) requireMomentum('CyclicLR', optimizer);
    if (lastEpoch === -1) {
      optimizer.paramGroups.forEach((group, i) => {
        group.lr = baseLrs[i];
        setInitialLr(group, group.lr);
      });
    }
    super(optimizer, lastEpoch);
    this.baseLrs = baseLrs;
    this.maxLrs = perGroup('CyclicLR', 'maxLr', optimizer, maxLr);
    this.totalSize = stepSizeUp + (stepSizeDown ?? stepSizeUp);
    this.stepRatio = stepSizeUp / this.totalSize;
    this.mode = mode;
    this.gamma = gamma;
    this.scaleFn = scaleFn;
    this.scaleMode = scaleFn ? scaleMode : mode === 'expRange' ? 'iterations' : 'cycle';
    this.cycleMomentum = cycleMomentum;
    this.baseMomentums = perGroup('CyclicLR', 'baseMomentum', optimizer, baseMomentum);
    this.maxMomentums = perGroup('CyclicLR', 'maxMomentum', optimizer, maxMomentum);
    this.start();
  }

  protected getLr(): readonly number[] {
    const { lastEpoch, stepRatio } = this;
    const cycle = Math.floor(1 + lastEpoch / this.totalSize);
    const x = 1 + lastEpoch / this.totalSize - cycle;
    const share = x <= stepRatio ? x / stepRatio : (x - 1) / (stepRatio - 1);
    const height = share * this.#scale(this.scaleMode === 'cycle' ? cycle : lastEpoch);
    if (this.cycleMomentum) {
      this.optimizer.paramGroups.forEach((group, i) => {
        const [low, high] = [this.baseMomentums[i], this.maxMomentums[i]];
        setMomentum(group, high - (high - low) * height);
      });
    }
    return this.baseLrs.map((lr, i) => lr + (this.maxLrs[i] - lr) * height);
  }

  #scale(x: number): number {
    if (this.scaleFn) return this.scaleFn(x);
    if (this.mode === 'triangular') return 1;
    return this.mode === 'triangular2' ? 1 / 2 ** (x - 1) : this.gamma ** x;
  }
}
