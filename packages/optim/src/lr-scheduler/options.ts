/** Checks of settings that several schedulers share. */

import { ArgumentError } from '@tenfold/ir';

/** Raises ArgumentError unless the value is one of those that a setting may have. */
export function requireOneOf(scheduler: string, name: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  throw new ArgumentError(`${scheduler}: ${name} is '${value}', expected one of '${known.join("', '")}'`);
}
