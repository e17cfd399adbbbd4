/**
 * Follows every key of a state dict through the rules of a mapper, without touching a tensor. `map()` carries the
 * plan out, `explain()` prints it: what is explained is what happens.
 */

import { StateDictError, closest } from '@tenfold/ir';
import type { MapperRule, TensorChange } from './mapper-rule.ts';
import { quote } from './messages.ts';

export interface PlannedChange {
  readonly change: TensorChange;
  /** The name of the tensor when the rule met it. */
  readonly key: string;
}

export interface PlannedKey {
  readonly from: string;
  /** The name in the result; undefined when the key is dropped. */
  readonly to: string | undefined;
  /** The rules that did something to the key, in order, as the user wrote them. */
  readonly rules: readonly string[];
  /** What is done to its tensor, in order. */
  readonly changes: readonly PlannedChange[];
}

export interface MappingPlan {
  readonly keys: readonly PlannedKey[];
  /** Names that more than one key would get, with those keys. */
  readonly collisions: ReadonlyMap<string, readonly string[]>;
  /** Rules that matched no key at all. */
  readonly idleRules: readonly string[];
  /** Keys that a rule names and that it never met, with the nearest key it did meet. */
  readonly absentKeys: readonly AbsentKey[];
}

export interface AbsentKey {
  readonly key: string;
  readonly rule: string;
  readonly near: string | undefined;
}

/** Plans what the rules do to the keys. */
export function planMapping(rules: readonly MapperRule[], keys: readonly string[]): MappingPlan {
  const met: Set<string>[] = rules.map(() => new Set());
  const matched = new Set<MapperRule>();
  const planned = keys.map((from): PlannedKey => {
    const used: string[] = [];
    const changes: PlannedChange[] = [];
    let key = from;
    for (const [i, rule] of rules.entries()) {
      met[i]!.add(key);
      if (rule.matches(key)) matched.add(rule);
      const action = rule.apply(key);
      if (action === undefined) continue;
      used.push(rule.text);
      if (action.kind === 'drop') return { from, to: undefined, rules: used, changes: [] };
      if (action.kind === 'change') changes.push({ change: action.change, key });
      else key = action.to;
    }
    return { from, to: key, rules: used, changes };
  });
  return {
    keys: planned,
    collisions: findCollisions(planned),
    idleRules: rules.filter((rule) => !matched.has(rule)).map((rule) => rule.text),
    absentKeys: rules.flatMap((rule, i) => findAbsent(rule, met[i]!)),
  };
}

/** Raises a StateDictError that names every collision and, when strict, every named key that is not there. */
export function checkPlan(plan: MappingPlan, strict: boolean): void {
  const problems = [...plan.collisions].map(
    ([to, from]) => `${from.map(quote).join(' and ')} would all be named ${quote(to)}`,
  );
  if (strict) {
    for (const { rule, key, near } of plan.absentKeys) {
      const hint = near === undefined ? '' : ` (did you mean ${quote(near)}?)`;
      problems.push(`${rule} finds no key ${quote(key)}${hint}`);
    }
  }
  if (problems.length === 0) return;
  const remedy =
    plan.absentKeys.length > 0 && strict ? '; pass { strict: false } to let rules name absent keys' : '';
  throw new StateDictError(`StateDictMapper: ${problems.join('; ')}${remedy}`);
}

function findCollisions(keys: readonly PlannedKey[]): Map<string, string[]> {
  const sources = new Map<string, string[]>();
  for (const { from, to } of keys) {
    if (to === undefined) continue;
    const same = sources.get(to);
    if (same === undefined) sources.set(to, [from]);
    else same.push(from);
  }
  return new Map([...sources].filter(([, from]) => from.length > 1));
}

function findAbsent(rule: MapperRule, met: ReadonlySet<string>): AbsentKey[] {
  return rule.namedKeys
    .filter((key) => !met.has(key))
    .map((key) => ({ key, rule: rule.text, near: closest(key, met) }));
}
