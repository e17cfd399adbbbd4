/**
 * Runs vitest projects in a child process and counts what happened. The list of test files comes to
 * the terminal as vitest prints it; the counts come from vitest's JSON report, checked against its
 * exit code, so that a file that failed to load or an unhandled rejection counts as a failure too.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Counts } from './outcome.ts';
import { binary, run } from './process.ts';
import { root } from './workspace.ts';

export interface VitestRun extends Counts {
  /** Names of the tests that were skipped or are marked as todo. */
  readonly skippedNames: readonly string[];
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/**
 * @param args what follows `vitest run`: project filters, paths.
 * @param node the Node binary to run it with; this one when left out.
 */
export async function runVitest(args: readonly string[], node = process.execPath): Promise<VitestRun> {
  const folder = mkdtempSync(join(tmpdir(), 'tenfold-vitest-'));
  const report = join(folder, 'report.json');
  try {
    const { code } = await run(
      node,
      [
        binary('vitest'),
        'run',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
        ...args,
      ],
      { show: true },
    );
    return summarise(JSON.parse(readFileSync(report, 'utf8')) as Report, code);
  } catch (error) {
    console.error(`vitest left no readable report: ${String(error)}`);
    return { passed: 0, failed: 1, skipped: 0, skippedNames: [] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function summarise({ testResults }: Report, code: number): VitestRun {
  let passed = 0;
  let failed = 0;
  const skippedNames: string[] = [];
  for (const { name, status, assertionResults } of testResults) {
    let failedHere = 0;
    for (const test of assertionResults) {
      if (test.status === 'passed') passed++;
      else if (test.status === 'failed') failedHere++;
      else skippedNames.push(`${relative(root, name)}: ${test.fullName}`);
    }
    if (status === 'failed' && failedHere === 0) failedHere = 1;
    failed += failedHere;
  }
  if (code !== 0 && failed === 0) failed = 1;
  if (passed + failed + skippedNames.length === 0) failed = 1;
  return { passed, failed, skipped: skippedNames.length, skippedNames };
}
