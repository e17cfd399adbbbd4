/** The learning rate of stochastic weight averaging: from where it is to a constant. */

import { ArgumentError } from '@tenfold/ir';
import { LRScheduler, perGroup } from '../lr-scheduler/scheduler.ts';
import type { PerGroup, Scheduled } from '../lr-scheduler/scheduler.ts';

export interface SWALROptions {
  /** How many steps it takes. Default 10. */
  readonly annealEpochs?: number;
  /** Along a cosine or a line. Default 'cos'. */
  readonly annealStrategy?: 'cos' | 'linear';
  /** The step to go on after. Default -1: start anew. */
  readonly lastEpoch?: number;
}

/** Anneals to `swaLr` and stays there, as torch.optim.swa_utils.SWALR. */
export class SWALR extends LRScheduler {
  swaLrs: readonly number[];
  annealEpochs: number;
  annealStrategy: 'cos' | 'linear';

  constructor(optimizer: Scheduled, swaLr: PerGroup, options: SWALROptions = {}) {
    const { annealEpochs = 10, annealStrategy = 'cos', lastEpoch } = options;
    super(optimizer, lastEpoch);
    if (annealStrategy !== 'cos' && annealStrategy !== 'linear')
      throw new ArgumentError(
        `SWALR: annealStrategy is '${String(annealStrategy)}', expected 'cos' or 'linear'`,
      );
    if (!Number.isInteger(annealEpochs) || annealEpochs < 0)
      throw new ArgumentError(
        `SWALR: annealEpochs is ${annealEpochs}, expected a whole number of at least 0`,
      );
    this.swaLrs = perGroup('SWALR', 'swaLr', optimizer, swaLr);
    this.annealEpochs = annealEpochs;
    this.annealStrategy = annealStrategy;
    this.start();
  }

  protected getLr(): readonly number[] {
    // Other schedulers may have written in between: what they gave is found from the share that was done.
    const before = this.#share(Math.max(0, this.lastEpoch - 1));
    const share = this.#share(this.lastEpoch);
    return this.present().map((lr, i) => {
      const swa = this.swaLrs[i];
      const from = before === 1 ? swa : (lr - before * swa) / (1 - before);
      return swa * share + from * (1 - share);
    });
  }

  #share(epoch: number): number {
    const t = Math.min(1, epoch / Math.max(1, this.annealEpochs));
    if (this.annealEpochs === 0) return 1;
    return this.annealStrategy === 'linear' ? t : (1 - Math.cos(Math.PI * t)) / 2;
  }
}
