/** What a mapper does to every key, as data and as a table to read. */

import type { MappingPlan, PlannedKey } from './mapping-plan.ts';
import { count, quote } from './messages.ts';

export interface ExplainedKey {
  readonly from: string;
  /** The name in the result; undefined when the key is dropped. */
  readonly to: string | undefined;
  /** The rules that did something to the key, in order. */
  readonly rules: readonly string[];
}

/** Made by `StateDictMapper.explain`; `console.log` of it prints the table. */
export class MappingExplanation {
  /** Every key in order, with its new name and the rules behind it. */
  readonly keys: readonly ExplainedKey[];
  /** Names that more than one key would get, with those keys; `map` refuses them. */
  readonly collisions: ReadonlyMap<string, readonly string[]>;
  /** Rules that matched no key. */
  readonly idleRules: readonly string[];
  readonly #plan: MappingPlan;

  constructor(plan: MappingPlan) {
    this.keys = plan.keys.map(({ from, to, rules }) => ({ from, to, rules }));
    this.collisions = plan.collisions;
    this.idleRules = plan.idleRules;
    this.#plan = plan;
  }

  /** One line per key: old name, new name, and the rules in between; then what looks wrong. */
  toString(): string {
    const absent = new Set(this.#plan.absentKeys.map(({ rule }) => rule));
    return [
      summary(this.#plan.keys),
      ...table(this.#plan.keys),
      ...[...this.collisions].map(
        ([to, from]) => `collision: ${from.map(quote).join(', ')} all become ${quote(to)}`,
      ),
      ...this.#plan.absentKeys.map(({ rule, key }) => `not found: ${quote(key)}, named by ${rule}`),
      ...this.idleRules.filter((rule) => !absent.has(rule)).map((rule) => `matched no key: ${rule}`),
    ].join('\n');
  }

  /** Node's `console.log` asks for this. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

function summary(keys: readonly PlannedKey[]): string {
  const dropped = keys.filter((key) => key.to === undefined).length;
  const renamed = keys.filter((key) => key.to !== undefined && key.to !== key.from).length;
  const changed = keys.filter((key) => key.changes.length > 0).length;
  const untouched = keys.filter((key) => key.to === key.from && key.changes.length === 0).length;
  return `${count(keys.length, 'key')}: ${renamed} renamed, ${changed} changed, ${dropped} dropped, ${untouched} untouched`;
}

function table(keys: readonly PlannedKey[]): string[] {
  const rows = keys.map((key): [string, string, string] => [
    key.from,
    target(key),
    key.rules.join(', then '),
  ]);
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column]!.length)));
  return rows.map(([from, to, rules]) =>
    `  ${from.padEnd(widths[0]!)}  ${to.padEnd(widths[1]!)}  ${rules}`.trimEnd(),
  );
}

function target({ from, to, changes }: PlannedKey): string {
  if (to === undefined) return 'dropped';
  if (to !== from) return `-> ${to}`;
  return changes.length > 0 ? 'same name' : 'untouched';
}
