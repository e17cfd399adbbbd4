/**
 * The WebGPU benchmark: asks the device what it is, works out what results have to be, then measures one library after
 * another, each in a process of its own. What is known so far is written after every one of them. Runs as `start.ts` and
 * `pack.ts` bundle it, beside the programs of the other processes.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { knownCard } from './cards.ts';
import type { DeviceReport } from './device.ts';
import type { About, Answer, Expected, Job } from './job.ts';
import { messageOf } from './job.ts';
import type { Options } from './options.ts';
import { USAGE, parseOptions } from './options.ts';
import {
  LEARNING_RATE,
  PROMPT_TOKENS,
  blockParameters,
  decoderParameters,
  promptToken,
} from './parameters.ts';
import { converse } from './processes.ts';
import type { LibraryReport, PeaksUsed, Report } from './report.ts';
import { markdown, progress } from './report.ts';
import type { WorkName } from './works.ts';
import { WORKS } from './works.ts';

const here = dirname(fileURLToPath(import.meta.url));
/** `webgpu`: compared with Tenfold under the same Dawn. */
const LIBRARIES = [
  { key: 'tenfold', webgpu: true },
  { key: 'jax-js', webgpu: true },
  { key: 'tfjs', webgpu: true },
  { key: 'pytorch', webgpu: false },
] as const;
const PYTHONS = ['python3', '/usr/bin/python3'];
const CAN_RUN = 'import sys, torch; sys.exit(0 if torch.cuda.is_available() else 4)';

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) console.log(USAGE);
  else if (options.list) console.log(list(options));
  else await main(options);
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 2;
}

function list({ sizes }: Options): string {
  const named = Object.entries(sizes).map(([name, value]) => `${name}=${value}`);
  return [...WORKS, '', ...named].join('\n');
}

async function main(options: Options): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tenfold-webgpu-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const job = jobOf(options);
  const file = (name: string, content: Job) => {
    const path = join(folder, `${name}.json`);
    writeFileSync(path, JSON.stringify(content));
    return path;
  };
  const device = await deviceReport(file('device', job), options);
  console.log(`${device.name}\n`);
  const expected = await expectations(file('reference', job), options);
  const path = file('job', { ...job, expected });

  const libraries: LibraryReport[] = [];
  const absent: string[] = [];
  const report: Report = {
    date: new Date().toISOString(),
    quick: options.quick,
    sizes: options.sizes,
    works: options.works,
    device,
    peaks: peaksOf(device, options),
    libraries,
    absent,
  };
  mkdirSync(options.out, { recursive: true });
  for (const { key, webgpu } of LIBRARIES) {
    if (options.libraries && !options.libraries.includes(key)) continue;
    const command = commandOf(key);
    if (typeof command === 'string') absent.push(`${key} is absent: ${command}`);
    else await hearLibrary([...command, path], options.timeout, { key, webgpu }, libraries, absent);
    writeFileSync(join(options.out, 'results.json'), `${JSON.stringify(report, null, 2)}\n`);
    writeFileSync(join(options.out, 'results.md'), markdown(report));
  }
  console.log(`\n${markdown(report)}\nwritten to ${options.out}`);
  if (!libraries.some(({ key, answers }) => key === 'tenfold' && answers.length > 0)) process.exitCode = 1;
}

function jobOf({ sizes, timing, works, dawn }: Options): Job {
  return {
    sizes,
    timing,
    works,
    expected: {},
    dawn,
    block: blockParameters(sizes),
    decoder: decoderParameters(sizes),
    prompt: Array.from({ length: PROMPT_TOKENS }, (_, position) => promptToken(position, sizes)),
    learningRate: LEARNING_RATE,
  };
}

async function deviceReport(path: string, { timeout }: Options): Promise<DeviceReport> {
  const heard: DeviceReport[] = [];
  const problem = await converse([process.execPath, join(here, 'device.mjs'), path], timeout, (line) =>
    heard.push(line as DeviceReport),
  );
  if (heard.length === 0)
    throw new Error(`there is no WebGPU device: its process ${problem ?? 'said nothing'}`);
  return heard[0];
}

async function expectations(path: string, { timeout }: Options): Promise<Job['expected']> {
  const expected: { [work in WorkName]?: Expected } = {};
  const problem = await converse([process.execPath, join(here, 'reference.mjs'), path], timeout, (line) => {
    const found = line as { readonly work: WorkName; readonly expected: Expected };
    expected[found.work] = found.expected;
  });
  if (problem) console.error(`the reference's process ${problem}`);
  return expected;
}

function peaksOf({ names, measured }: DeviceReport, { peakFlops, peakBandwidth }: Options): PeaksUsed {
  const card = knownCard([...names, ...driversNames()]);
  const base = card ? { ...card, source: `data sheet of ${card.name}` } : { ...measured, source: 'measured' };
  const given = peakFlops !== undefined || peakBandwidth !== undefined;
  return {
    flops: peakFlops === undefined ? base.flops : peakFlops * 1e12,
    bandwidth: peakBandwidth === undefined ? base.bandwidth : peakBandwidth * 1e9,
    source: given ? `${base.source}, as far as not given` : base.source,
  };
}

/** What NVIDIA's tool calls the card, where there is one: WebGPU's names need not tell it. */
function driversNames(): string[] {
  const { stdout, status } = spawnSync('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return status === 0 ? stdout.trim().split('\n') : [];
}

/** The process of a library, or why there is none. */
function commandOf(key: string): readonly [string, ...string[]] | string {
  if (key === 'pytorch') {
    const found = PYTHONS.find(
      (python) => spawnSync(python, ['-c', CAN_RUN], { timeout: 120_000 }).status === 0,
    );
    return found ? [found, join(here, 'pytorch.py')] : `neither ${PYTHONS.join(' nor ')} has torch with CUDA`;
  }
  const program = join(here, `${key}.mjs`);
  if (existsSync(program)) return [process.execPath, program];
  const reasons = JSON.parse(readFileSync(join(here, 'absent.json'), 'utf8')) as Record<string, string>;
  return reasons[key];
}

/** Adds what a library's process says to what is known. */
async function hearLibrary(
  command: readonly [string, ...string[]],
  timeout: number,
  { key, webgpu }: Pick<LibraryReport, 'key' | 'webgpu'>,
  libraries: LibraryReport[],
  absent: string[],
): Promise<void> {
  const answers: Answer[] = [];
  let about: About | undefined;
  const problem = await converse(command, timeout, (line) => {
    if (about) {
      answers.push(line as Answer);
      console.log(progress(line as Answer));
    } else {
      about = line as About;
      libraries.push({ key, webgpu, ...about, answers });
      console.log(`${about.name} ${about.version} on ${about.device}`);
    }
  });
  if (problem) absent.push(`${key}: its process ${problem}`);
}
