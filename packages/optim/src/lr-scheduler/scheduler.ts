/**
 * What all learning-rate schedulers have in common, as torch.optim.lr_scheduler.LRScheduler: they count steps and write the
 * learning rates of an optimizer's groups. Inside of a compiled function a step happens again at each replay.
 */

import { ArgumentError, StateDictError } from '@tenfold/ir';
import { hostAction } from '@tenfold/tensor/internal';

/** A group whose learning rate is scheduled. */
export interface ScheduledGroup {
  lr: number;
}

/** What is scheduled: every optimizer fits. */
export interface Scheduled {
  readonly defaults: object;
  readonly paramGroups: readonly ScheduledGroup[];
}

/** A value of a scheduler's state: plain JSON. */
export type SchedulerValue =
  number | boolean | string | null | readonly SchedulerValue[] | { readonly [key: string]: SchedulerValue };

/** The state of a scheduler as plain data. */
export type SchedulerState = Readonly<Record<string, SchedulerValue>>;

/** One number for all groups, or one for each. */
export type PerGroup = number | readonly number[];

/** The learning rates before any scheduler; several schedulers of one optimizer start from the same. */
const initial = new WeakMap<ScheduledGroup, number>();

export abstract class LRScheduler {
  readonly optimizer: Scheduled;
  /** The learning rates that the schedule starts from, one a group. */
  baseLrs: readonly number[];
  /** The number of the latest step; the first is 0, and is done when the scheduler is made. */
  lastEpoch: number;
  protected stepCount = 0;
  protected lastLr: readonly number[] = [];

  /** `lastEpoch`: the step to go on after; -1 starts anew. Subclasses call `start` when their settings are there. */
  constructor(optimizer: Scheduled, lastEpoch = -1) {
    this.optimizer = optimizer;
    const { paramGroups } = optimizer;
    if (lastEpoch === -1) {
      for (const group of paramGroups) if (!initial.has(group)) initial.set(group, group.lr);
    }
    this.baseLrs = paramGroups.map((group) => initialLr(group));
    this.lastEpoch = lastEpoch;
  }

  /** Does the first step. */
  protected start(): void {
    this.advance();
  }

  /** The learning rates of step `lastEpoch`; may go on from the present ones. */
  protected abstract getLr(): readonly number[];

  /** The learning rates of step `lastEpoch` from the base alone, where there is a formula. */
  protected closedForm(): readonly number[] {
    return this.getLr();
  }

  /** Goes to the next step, or to step `epoch`, and writes the learning rates. Call it after `optimizer.step()`. */
  step(epoch?: number): void {
    hostAction(() => this.advance(epoch));
  }

  /** What a step does, once: for schedulers that are made of others. */
  advance(epoch?: number): void {
    this.stepCount++;
    this.lastEpoch = epoch ?? this.lastEpoch + 1;
    this.write(epoch === undefined ? this.getLr() : this.closedForm());
  }

  protected write(rates: readonly number[]): void {
    this.optimizer.paramGroups.forEach((group, i) => (group.lr = rates[i]));
    this.lastLr = this.present();
  }

  /** The learning rates that the groups have now. */
  protected present(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  /** The learning rates last written, one a group. */
  getLastLr(): readonly number[] {
    return this.lastLr;
  }

  /** All numbers of the scheduler and its settings, but functions. */
  stateDict(): SchedulerState {
    const entries = Object.entries(this).filter(([, value]) => isPlain(value));
    return Object.fromEntries(structuredClone(entries));
  }

  /** Takes a state over. Raises StateDictError for keys that this scheduler does not have. */
  loadStateDict(state: SchedulerState): void {
    const unknown = Object.keys(state).filter((key) => !(key in this) || key === 'optimizer');
    if (unknown.length > 0) {
      throw new StateDictError(
        `loadStateDict: ${unknown.map((key) => `'${key}'`).join(', ')} is no state of ${this.constructor.name}; ` +
          'load it into the kind of scheduler that it was saved from',
      );
    }
    Object.assign(this, structuredClone(state));
  }
}

/** The learning rate of a group before it was scheduled. */
export function initialLr(group: ScheduledGroup): number {
  const lr = initial.get(group);
  if (lr !== undefined) return lr;
  throw new ArgumentError(
    'lastEpoch: the learning rate that the schedule started from is not known; make the scheduler without lastEpoch ' +
      'and load its state with loadStateDict()',
  );
}

/** Makes a learning rate the one that schedules of a group start from. */
export function setInitialLr(group: ScheduledGroup, lr: number): void {
  initial.set(group, lr);
}

/** A setting as one number a group. Raises ArgumentError for a list of another length. */
export function perGroup(
  scheduler: string,
  name: string,
  { paramGroups }: Scheduled,
  value: PerGroup,
): number[] {
  const list = typeof value === 'number' ? paramGroups.map(() => value) : [...value];
  if (list.length === paramGroups.length) return list;
  throw new ArgumentError(
    `${scheduler}: ${name} has ${list.length} numbers, expected one for each of ${paramGroups.length} groups`,
  );
}

/** Raises ArgumentError unless the number is whole and above 0. */
export function requireSteps(scheduler: string, name: string, value: number): void {
  if (Number.isInteger(value) && value > 0) return;
  throw new ArgumentError(`${scheduler}: ${name} is ${value}, expected a whole number above 0`);
}

function isPlain(value: unknown): boolean {
  if (value === null || ['number', 'string', 'boolean'].includes(typeof value)) return true;
  return Array.isArray(value) && value.every(isPlain);
}
