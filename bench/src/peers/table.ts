/** Libraries side by side: from what their processes printed to a table. Pure. */

import { quantity } from '../table.ts';
import type { WorkName } from './works.ts';
import { WORKS } from './works.ts';

/** What one library's process told. */
export interface PeerReport {
  readonly name: string;
  readonly version: string;
  readonly threads: number;
  readonly works: readonly {
    readonly work: WorkName;
    readonly milliseconds?: number;
    readonly magnitude?: number;
    readonly error?: string;
  }[];
}

export interface PeerTable {
  readonly peers: readonly string[];
  /** In the order of `peers`; undefined where a library cannot do it, or did something else. */
  readonly rows: readonly {
    readonly workload: string;
    readonly milliseconds: readonly (number | undefined)[];
  }[];
  /** What is missing, and why. */
  readonly notes: readonly string[];
}

/** Results count as equal within this part of their mean magnitude. */
const TOLERANCE = 1e-3;

/** The first report, Tenfold's, says what is right. */
export function peerTable(reports: readonly PeerReport[], absent: readonly string[]): PeerTable {
  const notes = [...absent];
  const rows = WORKS.map((workload) => {
    const found = reports.map(({ works }) => works.find(({ work }) => work === workload));
    const expected = found[0]?.magnitude ?? NaN;
    const milliseconds = found.map((result, i) => {
      const { name } = reports[i];
      if (result?.error !== undefined) notes.push(`${name}: ${workload}: ${result.error}`);
      if (result?.magnitude === undefined) return undefined;
      if (Math.abs(result.magnitude - expected) <= TOLERANCE * expected) return result.milliseconds;
      notes.push(`${name}: ${workload}: mean magnitude ${result.magnitude}, Tenfold has ${expected}`);
      return undefined;
    });
    return { workload, milliseconds };
  });
  const peers = reports.map(({ name, version, threads }) => `${name} ${version}, ${threads}t`);
  return { peers, rows, notes };
}

/** Milliseconds, and how many times as fast as each library Tenfold is. */
export function printPeers({ peers, rows, notes }: PeerTable): string {
  const [first, ...others] = [0, ...peers.keys()].slice(1);
  const lines = rows.map(({ workload, milliseconds }) => {
    const own = milliseconds[first];
    return [
      workload,
      own === undefined ? '' : quantity(own, 'ms'),
      ...others.map((i) => {
        const theirs = milliseconds[i];
        if (theirs === undefined) return '';
        return `${quantity(theirs, 'ms')}${own === undefined ? '' : ` (${(theirs / own).toFixed(2)})`}`;
      }),
    ];
  });
  const cells = [['', ...peers], ...lines];
  const widths = cells[0].map((_, i) => Math.max(...cells.map((line) => line[i].length)));
  const text = cells.map((line) =>
    line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i] + 2))).join('').trimEnd(),
  );
  return [...text, 'in brackets: the time over that of Tenfold', ...notes].join('\n');
} // prettier-ignore
