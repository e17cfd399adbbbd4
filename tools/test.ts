/**
 * `npm test`: every check of the repository, one after the other, and at the end one line with the
 * number that passed, failed and were skipped. Each tool counts as one check, each test of vitest as
 * one test. Name steps to run only those: `npm test -- lint size`.
 *
 * With TENFOLD_NO_SKIP=1 (continuous integration) anything skipped makes the exit code 1.
 */
import { boundaries } from './boundaries.ts';
import { conventions } from './conventions.ts';
import { add, count, failed, passed, print, type Counts, type Outcome } from './lib/outcome.ts';
import { binary, run } from './lib/process.ts';
import { runVitest, type VitestRun } from './lib/vitest.ts';
import { missingWebgpu } from './lib/webgpu.ts';
import { packed } from './packed.ts';
import { parity } from './parity.ts';
import { size } from './size.ts';
import { testNode24 } from './test-node24.ts';

type Step = () => Promise<readonly Outcome[] | VitestRun> | readonly Outcome[];

const steps: Readonly<Record<string, Step>> = {
  typecheck: async () => [
    await tool('tsc', 'typescript', ['-p', 'tsconfig.json', '--pretty', 'false'], 'tsc'),
  ],
  lint: async () => [
    await tool('oxlint', 'oxlint', ['--deny-warnings']),
    await tool('prettier', 'prettier', ['--check', '--log-level=warn', '.']),
  ],
  boundaries,
  conventions,
  knip: async () => [await tool('knip', 'knip', ['--no-progress'])],
  parity,
  size,
  tests: async () => {
    const result = await runVitest([]);
    const skippedNames = [...result.skippedNames, ...missingWebgpu];
    return { ...result, skipped: skippedNames.length, skippedNames };
  },
  node24: testNode24,
  packed,
};

async function tool(
  name: string,
  packageName: string,
  args: readonly string[],
  bin?: string,
): Promise<Outcome> {
  const { code, output } = await run(process.execPath, [binary(packageName, bin), ...args]);
  return code === 0 ? passed(name) : failed(name, output || `exit code ${code}`);
}

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !(name in steps));
  if (unknown.length > 0) {
    console.error(`there is no step "${unknown[0]}"; the steps are ${Object.keys(steps).join(', ')}`);
    process.exitCode = 2;
    return;
  }
  const started = Date.now();
  let total: Counts = { passed: 0, failed: 0, skipped: 0 };
  const skippedNames: string[] = [];
  const failedSteps: string[] = [];
  for (const [name, step] of Object.entries(steps)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const stepStarted = Date.now();
    console.log(`\n== ${name}`);
    const result = await step();
    let counts: Counts;
    if (isOutcomes(result)) {
      print(result);
      counts = count(result);
      skippedNames.push(
        ...result.filter(({ status }) => status === 'skipped').map((outcome) => outcome.name),
      );
    } else {
      counts = result;
      skippedNames.push(...result.skippedNames);
    }
    if (counts.failed > 0) failedSteps.push(name);
    total = add(total, counts);
    console.log(`   ${((Date.now() - stepStarted) / 1000).toFixed(1)} s`);
  }

  console.log('');
  for (const name of skippedNames) console.log(`skipped: ${name}`);
  if (failedSteps.length > 0) console.log(`failed in: ${failedSteps.join(', ')}`);
  const skipIsFailure = process.env.TENFOLD_NO_SKIP === '1' && total.skipped > 0;
  if (skipIsFailure) console.log('TENFOLD_NO_SKIP=1 forbids to skip anything, so this run has failed.');
  console.log(`All of it took ${((Date.now() - started) / 1000).toFixed(0)} s.`);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exitCode = total.failed > 0 || skipIsFailure ? 1 : 0;
}

function isOutcomes(result: readonly Outcome[] | VitestRun): result is readonly Outcome[] {
  return Array.isArray(result);
}

await main();
