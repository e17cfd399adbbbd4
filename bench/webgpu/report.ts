/** What was found, as a page of Markdown. Pure. */

import { quantity, short } from '../src/table.ts';
import type { Peaks } from './cards.ts';
import type { DeviceReport } from './device.ts';
import type { About, Answer } from './job.ts';
import type { Sizes } from './sizes.ts';
import type { WorkName } from './works.ts';
import { PEER_GOAL, costOf, describe } from './works.ts';

export interface LibraryReport extends About {
  readonly key: string;
  /** Whether it runs on WebGPU, under the same Dawn. */
  readonly webgpu: boolean;
  readonly answers: readonly Answer[];
}

export interface PeaksUsed extends Peaks {
  readonly source: string;
}

export interface Report {
  /** ISO date. */
  readonly date: string;
  readonly quick: boolean;
  readonly sizes: Sizes;
  readonly works: readonly WorkName[];
  readonly device: DeviceReport;
  readonly peaks: PeaksUsed;
  readonly libraries: readonly LibraryReport[];
  /** Libraries that did not start, or stopped, and why. */
  readonly absent: readonly string[];
}

/** What the times of one piece of work mean. */
export interface Row {
  readonly work: WorkName;
  /** Milliseconds by library. */
  readonly milliseconds: ReadonlyMap<string, number>;
  /** Of Tenfold. GFLOP/s or GB/s. */
  readonly rate?: string;
  readonly tokensPerSecond?: number;
  readonly share?: number;
  readonly goal?: number;
  /** The best WebGPU peer's time over Tenfold's. */
  readonly ratio?: number;
}

export function rowsOf({ works, sizes, peaks, libraries }: Report): readonly Row[] {
  return works.map((work) => {
    const { bound, amount, tokens, goal } = costOf(work, sizes);
    const milliseconds = new Map<string, number>();
    for (const { key, answers } of libraries) {
      const time = answers.find((answer) => answer.work === work)?.timing?.median;
      if (time !== undefined) milliseconds.set(key, time);
    }
    const own = milliseconds.get('tenfold');
    if (own === undefined) return { work, milliseconds, goal };
    const peers = libraries
      .filter(({ key, webgpu }) => webgpu && key !== 'tenfold')
      .flatMap(({ key }) => milliseconds.get(key) ?? []);
    const [peak, unit] = bound === 'compute' ? [peaks.flops, 'GFLOP/s'] : [peaks.bandwidth, 'GB/s'];
    const perSecond = (amount / own) * 1000;
    return {
      work,
      milliseconds,
      rate: `${short(perSecond / 1e9)} ${unit}`,
      ...(tokens !== undefined && { tokensPerSecond: (tokens / own) * 1000 }),
      share: perSecond / peak,
      goal,
      ...(peers.length > 0 && { ratio: Math.min(...peers) / own }),
    };
  });
}

export function markdown(report: Report): string {
  const { device, peaks, libraries, absent, quick, date, sizes } = report;
  const rows = rowsOf(report);
  const names = libraries.map(({ name, version }) => `${name} ${version}`);
  const others = libraries.filter(({ key }) => key !== 'tenfold');
  const header = [
    'Work',
    'Tenfold',
    'rate',
    'of the peak',
    ...others.map(({ name }) => name),
    'to the best WebGPU peer',
  ];
  const lines = rows.map((row) => [
    describe(row.work, sizes),
    timeOf(row.milliseconds.get('tenfold')),
    [row.rate, row.tokensPerSecond && `${short(row.tokensPerSecond)} tokens/s`].filter(Boolean).join(', '),
    judged(row.share && 100 * row.share, quick ? undefined : row.goal && 100 * row.goal, ' %'),
    ...others.map(({ key }) => timeOf(row.milliseconds.get(key))),
    judged(row.ratio, quick ? undefined : PEER_GOAL, 'x'),
  ]);
  return [
    `# WebGPU on ${device.name}`,
    '',
    `${date}. ${names.join(', ')}. Medians of batches that keep the queue filled, in milliseconds of wall time a call.`,
    ...(quick ? ['', 'Measured quickly, with tiny sizes: these times say nothing about the device.'] : []),
    '',
    `Peaks (${peaks.source}): ${figures(peaks)}. Measured by plain shaders: ${figures(device.measured)}.`,
    '',
    ...table(header, lines),
    '',
    ...notes(report).map((note) => `- ${note}`),
    ...absent.map((note) => `- ${note}`),
    '',
  ].join('\n');
}

/** What a library could not do, and Tenfold's time on the device's own clock. */
function notes({ libraries, sizes }: Report): string[] {
  return libraries.flatMap(({ key, name, answers }) =>
    answers.flatMap(({ work, problem, deviceMilliseconds }) => {
      if (problem !== undefined) return [`${name}: ${describe(work, sizes)}: ${problem}`];
      if (key !== 'tenfold' || deviceMilliseconds === undefined) return [];
      return [`${name}: ${describe(work, sizes)}: ${timeOf(deviceMilliseconds)} on the device's clock`];
    }),
  );
}

/** A line on the terminal while others are still measured. */
export function progress({ work, timing, error, problem }: Answer): string {
  if (!timing) return `  ${work.padEnd(20)} ${problem ?? ''}`;
  const noise = `±${(timing.noise * 100).toFixed(1)} %`;
  return `  ${work.padEnd(20)} ${timeOf(timing.median).padStart(10)} ${noise.padStart(9)}, error ${error?.toExponential(1)}`;
}

/** A value, and whether it reaches what is aimed at. */
function judged(value: number | undefined, goal: number | undefined, unit: string): string {
  if (value === undefined) return '';
  const text = `${short(value)}${unit}`;
  return goal === undefined ? text : `${text} (${value >= goal ? 'reaches' : 'misses'} ${goal}${unit})`;
}

function timeOf(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '–' : quantity(milliseconds, 'ms');
}

function figures({ flops, bandwidth }: Peaks): string {
  return `${short(flops / 1e12)} TFLOP/s in float32, ${short(bandwidth / 1e9)} GB/s`;
}

function table(header: readonly string[], lines: readonly (readonly string[])[]): string[] {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [row(header), row(header.map(() => '---')), ...lines.map(row)];
}
