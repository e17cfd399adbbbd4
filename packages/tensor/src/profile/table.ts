/** A profile as text: its kernels, slowest first, kinds of kernels, and where the rest of the time and the memory went. */

import type { Peaks } from './peaks.ts';
import type { Recording } from './recording.ts';
import type { KernelFigures, Report, ThreadFigures } from './report.ts';

export interface TableOptions {
  /** Most kernels to list; the others are one line. Default 20. */
  readonly rows?: number;
}

const COLUMNS = ['size', 'calls', 'time', 'share', 'read', 'written', 'FLOPs', 'GFLOP/s', 'GB/s', 'roofline'];

export function table(
  { kernels, kinds, total, host, threads }: Report,
  { wall, runs, plans, peakBytes, liveBytes, uploadedBytes }: Recording,
  peaks: Peaks | undefined,
  { rows = 20 }: TableOptions = {},
): string {
  const shown = kernels.slice(0, rows);
  const hidden = kernels.slice(rows);
  const cells = [
    ['kernel', ...COLUMNS, ''],
    ...shown.map((kernel) => [...row(kernel, kernel.size.join('x')), peaks ? kernel.bound : '']),
    [],
    ...kinds.map((kind) => [...row(kind), '']),
    [...row(total), ''],
  ];
  const lines = aligned(cells);
  if (hidden.length > 0) {
    const time = hidden.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    lines.splice(1 + shown.length, 0, `and ${hidden.length} more, ${duration(time)}`);
  }
  const parts = [
    `tracing ${duration(host.tracing)}`,
    `planning ${duration(host.planning)}`,
    `compiling ${duration(host.compiling)}`,
    `replaying ${duration(host.replaying)}`,
    `kernels ${duration(host.kernels)}`,
  ];
  return [
    ...lines,
    ...(runs > 0 && kernels.length === 0 ? ['the device tells nothing of its kernels'] : []),
    '',
    `time    ${duration(wall)}: ${parts.join(', ')}`,
    ...(threads.length > 1 ? [`threads ${threads.map(describeThread).join(', ')}`] : []),
    `plans   ${runs} runs, ${plans.hits} plans found, ${plans.misses} made`,
    `memory  ${bytes(peakBytes)} at the peak, ${bytes(liveBytes)} at the end, ${bytes(uploadedBytes)} uploaded`,
    ...(peaks ? [`peaks   ${describePeaks(peaks)}`] : []),
  ].join('\n');
}

function row(figures: KernelFigures, size = ''): string[] {
  const { name, calls, milliseconds, share, roofline } = figures;
  return [
    name,
    size,
    String(calls),
    duration(milliseconds),
    percent(share),
    bytes(figures.readBytes),
    bytes(figures.writtenBytes),
    quantity(figures.flops),
    rate(figures.gflopsPerSecond),
    rate(figures.gigabytesPerSecond),
    Number.isNaN(roofline) ? '' : percent(roofline),
  ];
}

/** The first and the last column to the left, the others to the right; the first no wider than 44. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const short = rows.map(([name = '', ...rest]) => [
    name.length > 44 ? `${name.slice(0, 43)}…` : name,
    ...rest,
  ]);
  const widths = [...short[0].keys()].map((i) => Math.max(...short.map((cells) => cells[i]?.length ?? 0)));
  return short.map((cells) =>
    cells
      .map((cell, i) => (i === 0 || i === widths.length - 1 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd(),
  ); // prettier-ignore
}

function describeThread({ thread, milliseconds }: ThreadFigures): string {
  return `${thread}: ${duration(milliseconds)}`;
}

function describePeaks({ flopsPerSecond, bandwidths }: Peaks): string {
  const speeds = bandwidths.map(
    ({ workingSetBytes, bytesPerSecond }) => `${rate(bytesPerSecond / 1e9)} in ${bytes(workingSetBytes)}`,
  );
  return `${rate(flopsPerSecond / 1e9)} GFLOP/s; GB/s ${speeds.join(', ')}`;
}

function duration(milliseconds: number): string {
  if (milliseconds < 1) return `${(milliseconds * 1000).toFixed(milliseconds < 0.01 ? 1 : 0)} µs`;
  return milliseconds < 1000 ? `${milliseconds.toFixed(2)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}

function bytes(count: number): string {
  return scaled(count, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB']);
}

function quantity(count: number): string {
  return scaled(count, 1000, ['', 'K', 'M', 'G', 'T']).trimEnd();
}

function scaled(count: number, step: number, units: readonly string[]): string {
  let [value, unit] = [count, 0];
  while (value >= step && unit < units.length - 1) [value, unit] = [value / step, unit + 1];
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 2 : 1)} ${units[unit]}`;
}

function rate(value: number): string {
  return value === 0 ? '' : value.toFixed(value < 10 ? 2 : 1);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}
