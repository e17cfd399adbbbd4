/** Schedules along a cosine, once or with restarts. https://arxiv.org/abs/1608.03983 */

import { ArgumentError } from '@tenfold/ir';
import { LRScheduler, requireSteps } from './scheduler.ts';
import type { Scheduled } from './scheduler.ts';
import type { ScheduleOptions } from './decay.ts';

export interface CosineOptions extends ScheduleOptions {
  /** The least learning rate. Default 0. */
  readonly etaMin?: number;
}

/** Half a cosine from the base to `etaMin` in `tMax` steps, and back, as torch.optim.lr_scheduler.CosineAnnealingLR. */
export class CosineAnnealingLR extends LRScheduler {
  tMax: number;
  etaMin: number;

  constructor(optimizer: Scheduled, tMax: number, { etaMin = 0, lastEpoch }: CosineOptions = {}) {
    super(optimizer, lastEpoch);
    requireSteps('CosineAnnealingLR', 'tMax', tMax);
    this.tMax = tMax;
    this.etaMin = etaMin;
    this.start();
  }

  protected getLr(): readonly number[] {
    const { lastEpoch, tMax, etaMin } = this;
    if (lastEpoch === 0) return this.present();
    if (this.stepCount === 1) return this.closedForm();
    if ((lastEpoch - 1 - tMax) % (2 * tMax) === 0) {
      // At its lowest the rate says nothing of how high it was.
      const rise = (1 - Math.cos(Math.PI / tMax)) / 2;
      return this.present().map((lr, i) => lr + (this.baseLrs[i] - etaMin) * rise);
    }
    const height = (epoch: number) => 1 + Math.cos((Math.PI * epoch) / tMax);
    const factor = height(lastEpoch) / height(lastEpoch - 1);
    return this.present().map((lr) => factor * (lr - etaMin) + etaMin);
  }

  protected override closedForm(): readonly number[] {
    return this.baseLrs.map((lr) => onCosine(lr, this.etaMin, this.lastEpoch / this.tMax));
  }
}

export interface WarmRestartOptions extends CosineOptions {
  /** By how much each period is longer than the last. Default 1. */
  readonly tMult?: number;
}

/** Half a cosine again and again, as torch.optim.lr_scheduler.CosineAnnealingWarmRestarts. Steps may be fractions. */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  readonly t0: number;
  readonly tMult: number;
  etaMin: number;
  /** How far into the period, and how long it is. */
  tCur: number;
  tI: number;

  constructor(optimizer: Scheduled, t0: number, options: WarmRestartOptions = {}) {
    const { tMult = 1, etaMin = 0, lastEpoch } = options;
    super(optimizer, lastEpoch);
    requireSteps('CosineAnnealingWarmRestarts', 't0', t0);
    requireSteps('CosineAnnealingWarmRestarts', 'tMult', tMult);
    this.t0 = t0;
    this.tMult = tMult;
    this.etaMin = etaMin;
    this.tI = t0;
    this.tCur = this.lastEpoch;
    this.start();
  }

  protected getLr(): readonly number[] {
    return this.baseLrs.map((lr) => onCosine(lr, this.etaMin, this.tCur / this.tI));
  }

  /** As for other schedulers; `epoch` may be a fraction, as `epoch + batch / batches`. */
  override advance(epoch?: number): void {
    if (epoch !== undefined && !(epoch >= 0)) {
      throw new ArgumentError(
        `CosineAnnealingWarmRestarts: epoch is ${epoch}, expected a number of at least 0`,
      );
    }
    if (epoch === undefined && this.lastEpoch >= 0) this.#next();
    else this.#place(epoch ?? 0);
    this.stepCount++;
    this.lastEpoch = Math.floor(epoch ?? this.lastEpoch + 1);
    this.write(this.getLr());
  }

  #next(): void {
    this.tCur++;
    if (this.tCur < this.tI) return;
    this.tCur -= this.tI;
    this.tI *= this.tMult;
  }

  #place(epoch: number): void {
    const { t0, tMult } = this;
    if (tMult === 1) {
      this.tCur = epoch % t0;
      this.tI = t0;
      return;
    }
    this.tCur = epoch;
    this.tI = t0;
    while (this.tCur >= this.tI) {
      this.tCur -= this.tI;
      this.tI *= tMult;
    }
  }
}

/** From `top` at 0 down to `bottom` at 1. */
function onCosine(top: number, bottom: number, share: number): number {
  return bottom + ((top - bottom) * (1 + Math.cos(Math.PI * share))) / 2;
}
