/** The cases as a page: what each takes, what it would take at the limits of the machine, and how far apart that is. */

import type { Rates, Row } from './rates.ts';

/** From here on a case has to say why. */
const TOO_SLOW = 3;

export function markdown(
  rows: readonly Row[],
  { peaks, arithmetic, scalar, fetches }: Rates,
  machine: string,
): string {
  const bandwidths = peaks.bandwidths.map(
    ({ workingSetBytes, bytesPerSecond }) =>
      `${Math.round(bytesPerSecond / 1e9)} GB/s for ${workingSetBytes / 2 ** 20} MiB`,
  );
  const groups = [...new Set(rows.map(({ of }) => of.group))];
  const sections = groups.map((group) => {
    const lines = rows.filter(({ of }) => of.group === group).map(line);
    return [`## ${capital(group)}`, '', '| Operation | ms | at the limits | times | bound by |', '| --- | ---: | ---: | ---: | --- |', ...lines].join('\n'); // prettier-ignore
  });
  const slow = rows.filter((row) => timesOf(row) > TOO_SLOW);
  return [
    '# How far operations are from the limits of the machine',
    '',
    `Written by \`npm run bench:limits -- --write\` on ${machine}: medians, inputs in memory. An operation cannot be faster than its inputs and ` +
      'results take to be read and written once, nor than its arithmetic takes at the rates that were measured in the same run: ' +
      `${bandwidths.join(', ')}; ${Math.round(peaks.flopsPerSecond / 1e9)} GFLOP/s in matrix products, and ${Math.round(arithmetic / 1e9)} ` +
      'weighted GFLOP/s (an addition counts 1, a division 4, a transcendental function 8) in everything else. What a search compares with ' +
      `is fetched from places that are computed, one by one, as WebAssembly has no instruction for more: ${(fetches / 1e9).toFixed(1)} thousand million a second ` +
      'from the nearest cache.',
    '',
    `Decompositions of matrices are the exception: they run in JavaScript, in double precision, on one thread, so "scalar arithmetic" holds them ` +
      `against the ${(scalar / 1e9).toFixed(1)} GFLOP/s that a loop over rows in the first cache reaches there. That hides a factor of ` +
      `${(peaks.flopsPerSecond / scalar).toFixed(1)}: what matrix products reach, with vectors of float32 on all threads. Their operations are ` +
      'those of the textbook algorithm (Golub & Van Loan, "Matrix Computations").',
    '',
    `${rows.length} operations, ${slow.length} of them more than ${TOO_SLOW} times slower than that:`,
    '',
    ...slow.map((row) => `- ${row.of.group}: ${row.of.name}, ${timesOf(row).toFixed(1)} times: ${row.of.reason ?? 'no reason is known'}.`),
    '',
    sections.join('\n\n'),
    '',
  ].join('\n'); // prettier-ignore
}

export function timesOf({ milliseconds, limit }: Row): number {
  return milliseconds / limit.milliseconds;
}

function line(row: Row): string {
  const { of, milliseconds, limit } = row;
  return `| ${of.name} | ${milliseconds.toFixed(3)} | ${limit.milliseconds.toFixed(3)} | ${timesOf(row).toFixed(1)} | ${limit.by} |`;
}

function capital(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}
