/**
 * One library in a process of its own: loads its adapter, measures the work that it can do, and prints a line of JSON for
 * each. Arguments: adapter, folder to resolve packages from, threads, seconds.
 */

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { QUICK, THOROUGH, measure } from '../measure.ts';
import type { Loaded } from './works.ts';
import { WORKS, meanMagnitude } from './works.ts';

interface Adapter {
  load(require: NodeJS.Require, threads: number): Loaded | Promise<Loaded>;
}

const [adapter, folder, threads, seconds] = process.argv.slice(2);
const { load } = (await import(`./adapters/${adapter}`)) as Adapter;
const { works, ...about } = await load(createRequire(join(folder, 'package.json')), Number(threads));
tell(about);
for (const work of WORKS) {
  const make = works[work];
  if (!make) continue;
  try {
    const { run, result } = await make();
    const magnitude = meanMagnitude(await result());
    const timing = Number(seconds) < 0.5 ? QUICK : THOROUGH;
    const [{ median }] = await measure([run], { ...timing, seconds: Number(seconds) });
    tell({ work, milliseconds: median, magnitude });
  } catch (error) {
    tell({ work, error: error instanceof Error ? error.message : String(error) });
  }
}
process.exit(0);

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
