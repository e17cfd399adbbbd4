/** `npm run bench`: times the suite, and compares, saves and plots what it finds. `--help` tells the options. */

import { cpu } from '@tenfold/backend-cpu';
import { getDevice } from '@tenfold/ir';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { compare, compareWith, loadBaseline, saveBaseline } from './baseline.ts';
import { allSets } from './groups/index.ts';
import { htmlReport } from './html.ts';
import { QUICK, THOROUGH } from './measure.ts';
import { USAGE, parseOptions } from './options.ts';
import type { Options } from './options.ts';
import { runPeers } from './peers/run.ts';
import { printPeers } from './peers/table.ts';
import type { Result, Results } from './results.ts';
import { describeMachine, thisMachine } from './results.ts';
import { runSet, select } from './run.ts';
import { choice, heading, line, setHeading } from './table.ts';
import { idOf } from './workload.ts';

async function main(options: Options): Promise<void> {
  if (options.peers) return comparePeers(options);
  const before = options.compare === undefined ? undefined : loadBaseline(options.compare);
  cpu({ threads: options.threads, wideVectors: options.wide });
  const sets = select(allSets(), options.words);
  if (sets.length === 0)
    throw new Error(`no benchmark is called anything like ${options.words.join(' or ')}`);
  if (options.list) {
    for (const set of sets) for (const variant of set.variants) console.log(idOf(set, variant));
    return;
  }
  const machine = thisMachine(getDevice('cpu').backend.caps.threads, options.wide);
  console.log(`${describeMachine(machine)}\n\n${heading()}`);
  const timing = options.quick ? QUICK : THOROUGH;
  const results: Result[] = [];
  for (const set of sets) {
    const found = await runSet(set, { ...timing, seconds: options.seconds ?? timing.seconds });
    results.push(...found);
    console.log([setHeading(found[0]), ...found.map(line), choice(found) ?? []].flat().join('\n'));
  }
  const all: Results = { machine, date: new Date().toISOString(), quick: options.quick, results };
  if (before) console.log(`\n${compareWith(before, all)}`);
  if (options.html) {
    writeFileSync(options.html, htmlReport(all, { comparisons: before && compare(before, all) }));
  }
  if (options.json) writeFileSync(options.json, `${JSON.stringify(all, null, 2)}\n`);
  if (options.save) console.log(`\nsaved as ${saveBaseline(options.save, all)}`);
}

function comparePeers(options: Options): void {
  const { threads = availableParallelism(), quick, words, peersFrom: folder, json, html } = options;
  const { seconds = (quick ? QUICK : THOROUGH).seconds } = options;
  const machine = thisMachine(threads, false);
  console.log(describeMachine(machine));
  const peers = runPeers({ folder, threads, seconds, words });
  console.log(`\n${printPeers(peers)}`);
  const all: Results = { machine, date: new Date().toISOString(), quick, results: [] };
  if (json) writeFileSync(json, `${JSON.stringify({ ...all, peers }, null, 2)}\n`);
  if (html) writeFileSync(html, htmlReport(all, { peers }));
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) console.log(USAGE);
  else await main(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
