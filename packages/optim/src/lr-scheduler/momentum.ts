/** The momentum of a group, which some schedules move against the learning rate: `momentum`, or the first of `betas`. */

import { ArgumentError } from '@tenfold/ir';
import type { Scheduled, ScheduledGroup } from './scheduler.ts';

/** Raises ArgumentError unless the optimizer has a momentum. */
export function requireMomentum(scheduler: string, { defaults }: Scheduled): void {
  if ('momentum' in defaults || 'betas' in defaults) return;
  throw new ArgumentError(
    `${scheduler}: the optimizer has neither momentum nor betas; pass { cycleMomentum: false }`,
  );
}

/** Writes the momentum of a group. */
export function setMomentum(group: ScheduledGroup, value: number): void {
  if ('momentum' in group) {
    Reflect.set(group, 'momentum', value);
    return;
  }
  const betas: unknown = Reflect.get(group, 'betas');
  if (Array.isArray(betas)) Reflect.set(group, 'betas', [value, ...betas.slice(1)]);
}
