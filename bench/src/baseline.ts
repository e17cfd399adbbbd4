/**
 * Baselines: results kept under a name, to compare later ones with. A ratio counts as a difference only when it is outside
 * of what the two measurements can tell apart, and outside of what a process differs from the next.
 */

import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Result, Results } from './results.ts';
import { describeMachine } from './results.ts';
import { quantity } from './table.ts';

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), '.baselines');

/** Two processes differ by this much although nothing has changed: addresses, code placement, clock rates. */
const BETWEEN_PROCESSES = 0.03;

export function saveBaseline(name: string, results: Results): string {
  mkdirSync(folder, { recursive: true });
  const path = fileOf(name);
  writeFileSync(path, `${JSON.stringify(results, null, 2)}\n`);
  return path;
}

/** Raises an Error that names the baselines there are. */
export function loadBaseline(name: string): Results {
  if (existsSync(fileOf(name))) return JSON.parse(readFileSync(fileOf(name), 'utf8')) as Results;
  const known = existsSync(folder) ? readdirSync(folder).map((file) => file.replace('.json', '')) : [];
  throw new Error(
    `there is no baseline "${name}"; there are: ${known.join(', ') || 'none'} (--save makes one)`,
  );
}

function fileOf(name: string): string {
  return join(folder, `${name}.json`);
}

export interface Comparison {
  readonly id: string;
  readonly before: Result;
  readonly after: Result;
  /** Time now over time then: below 1 is better. */
  readonly ratio: number;
  /** A ratio within 1 ± noise says nothing. */
  readonly noise: number;
  readonly verdict: 'better' | 'worse' | 'same';
}

export function compare(before: Results, after: Results): readonly Comparison[] {
  const old = new Map(before.results.map((result) => [result.id, result]));
  return after.results.flatMap((result) => {
    const partner = old.get(result.id);
    return partner ? [comparisonOf(partner, result)] : [];
  });
}

function comparisonOf(before: Result, after: Result): Comparison {
  const ratio = before.value === after.value ? 1 : after.value / before.value;
  const timed = before.timing && after.timing;
  const noise = timed ? Math.hypot(before.timing.noise, after.timing.noise, BETWEEN_PROCESSES) : 0;
  let verdict: Comparison['verdict'] = 'same';
  if (ratio > 1 + noise) verdict = 'worse';
  else if (ratio < 1 - noise) verdict = 'better';
  return { id: after.id, before, after, ratio, noise, verdict };
}

/** A table, and a warning where the two runs are not alike. */
export function compareWith(before: Results, after: Results): string {
  const rows = compare(before, after);
  const [then, now] = [before, after].map(({ machine }) => describeMachine(machine));
  const width = Math.max(0, ...rows.map(({ id }) => id.length)) + 2;
  const count = (verdict: Comparison['verdict']) => rows.filter((row) => row.verdict === verdict).length;
  return [
    `compared with the baseline of ${before.date}`,
    ...(then === now ? [] : [`measured elsewhere: ${then}`]),
    ...(before.quick || after.quick ? ['measured quickly: a difference may be chance'] : []),
    ...rows.map(({ id, before: a, after: b, ratio, noise, verdict }) =>
      [
        id.padEnd(width),
        quantity(a.value, a.unit).padStart(12),
        quantity(b.value, b.unit).padStart(12),
        `${ratio.toFixed(3)} ±${noise.toFixed(3)}`.padStart(17),
        verdict === 'same' ? '' : `  ${verdict}`,
      ]
        .join('')
        .trimEnd(),
    ),
    `${count('better')} better, ${count('worse')} worse, ${count('same')} the same`,
  ].join('\n');
}
