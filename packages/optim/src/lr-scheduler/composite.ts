/** Schedulers made of schedulers: all at once, or one after another. */

import { ArgumentError, StateDictError } from '@tenfold/ir';
import { hostAction } from '@tenfold/tensor/internal';
import { initialLr } from './scheduler.ts';
import type { LRScheduler, Scheduled, SchedulerState } from './scheduler.ts';

/** What both have in common. */
abstract class Composite {
  readonly optimizer: Scheduled;
  readonly schedulers: readonly LRScheduler[];

  constructor(schedulers: readonly LRScheduler[], optimizer?: Scheduled) {
    const [first] = schedulers;
    if (first === undefined)
      throw new ArgumentError(`${this.constructor.name}: the list of schedulers is empty`);
    this.optimizer = optimizer ?? first.optimizer;
    this.schedulers = schedulers;
    const other = schedulers.findIndex((scheduler) => scheduler.optimizer !== this.optimizer);
    if (other >= 0)
      throw new ArgumentError(`${this.constructor.name}: scheduler ${other} belongs to another optimizer`);
  }

  abstract step(): void;

  /** The learning rates of the groups. */
  getLastLr(): readonly number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  /** The states of the schedulers, and what the composite itself counts. */
  stateDict(): SchedulerState {
    return { schedulers: this.schedulers.map((scheduler) => scheduler.stateDict()) };
  }

  /** Takes a state over. Raises StateDictError when there are not as many schedulers. */
  loadStateDict(state: SchedulerState): void {
    const saved = state['schedulers'];
    if (!Array.isArray(saved) || saved.length !== this.schedulers.length)
      throw new StateDictError(
        `loadStateDict: expected the states of ${this.schedulers.length} schedulers for this ${this.constructor.name}`,
      );
    this.schedulers.forEach((scheduler, i) => scheduler.loadStateDict(saved[i] as SchedulerState));
  }
}

/** Steps several schedulers together; what changes by a factor multiplies. As torch.optim.lr_scheduler.ChainedScheduler. */
export class ChainedScheduler extends Composite {
  step(): void {
    hostAction(() => {
      for (const scheduler of this.schedulers) scheduler.advance();
    });
  }
}

/** One scheduler after another, changing at the milestones, as torch.optim.lr_scheduler.SequentialLR. */
export class SequentialLR extends Composite {
  readonly milestones: readonly number[];
  lastEpoch = 0;

  constructor(optimizer: Scheduled, schedulers: readonly LRScheduler[], milestones: readonly number[]) {
    super(schedulers, optimizer);
    if (milestones.length !== schedulers.length - 1) {
      throw new ArgumentError(
        `SequentialLR: ${milestones.length} milestones for ${schedulers.length} schedulers, expected one less`,
      );
    }
    this.milestones = milestones;
    // All of them have done their first step when they were made; only that of the first one is to count.
    for (const group of optimizer.paramGroups) group.lr = initialLr(group);
    for (const scheduler of schedulers) scheduler.lastEpoch--;
    schedulers[0].advance();
  }

  step(): void {
    hostAction(() => {
      this.lastEpoch++;
      const index = this.milestones.filter((milestone) => milestone <= this.lastEpoch).length;
      const begins = index > 0 && this.milestones[index - 1] === this.lastEpoch;
      this.schedulers[index].advance(begins ? 0 : undefined);
    });
  }

  override stateDict(): SchedulerState {
    return { ...super.stateDict(), lastEpoch: this.lastEpoch };
  }

  override loadStateDict(state: SchedulerState): void {
    super.loadStateDict(state);
    this.lastEpoch = Number(state['lastEpoch']);
  }
}
