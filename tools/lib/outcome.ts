/**
 * The result of one check, how a list of them is printed, and how a check becomes a command.
 * A check is a function that returns outcomes; `tools/test.ts` runs them all, and each file of
 * `tools/` that exports one can also be run alone.
 */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Outcome {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** Why it failed or was skipped, or a number worth printing. May have several lines. */
  readonly detail?: string;
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const passed = (name: string, detail?: string): Outcome => ({ name, status: 'passed', detail });
export const failed = (name: string, detail: string): Outcome => ({ name, status: 'failed', detail });
export const skipped = (name: string, detail: string): Outcome => ({ name, status: 'skipped', detail });

/** One outcome for a list of problems: passed when it is empty. */
export function fromProblems(name: string, problems: readonly string[], detail?: string): Outcome {
  return problems.length === 0 ? passed(name, detail) : failed(name, problems.join('\n'));
}

export function count(outcomes: readonly Outcome[]): Counts {
  const of = (status: Outcome['status']) => outcomes.filter((outcome) => outcome.status === status).length;
  return { passed: of('passed'), failed: of('failed'), skipped: of('skipped') };
}

export function add(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

const marks = { passed: '✓', failed: '✗', skipped: '↓' } as const;

export function print(outcomes: readonly Outcome[]): void {
  for (const { name, status, detail } of outcomes) {
    const word = status === 'skipped' ? ' (skipped)' : '';
    const lines = detail ? detail.split('\n') : [];
    const inline = lines.length === 1 ? `: ${lines[0]}` : '';
    console.log(` ${marks[status]} ${name}${word}${inline}`);
    if (lines.length > 1) for (const line of lines) console.log(`     ${line}`);
  }
}

/** Runs the check and exits, when the file that calls this is the program that was started. */
export async function command(
  url: string,
  check: () => Promise<readonly Outcome[]> | readonly Outcome[],
): Promise<void> {
  if (!process.argv[1] || realpathSync(process.argv[1]) !== fileURLToPath(url)) return;
  const outcomes = await check();
  print(outcomes);
  process.exitCode = count(outcomes).failed > 0 ? 1 : 0;
}
