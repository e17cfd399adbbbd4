/**
 * Checks that the byte ranges of the tensors tile the data section: from its first byte to its last, in some
 * order, without overlap, hole or remainder. So no byte is read twice, and none is hidden from view.
 */

import { FormatError } from '@tenfold/ir';
import { count, quote } from './messages.ts';
import type { TensorEntry } from './header-format.ts';

/** The entries in the order of their bytes; a FormatError names the file, the tensors and the numbers. */
export function checkLayout(entries: readonly TensorEntry[], dataBytes: number, file: string): TensorEntry[] {
  const ordered = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let previous: TensorEntry | undefined;
  for (const entry of ordered) {
    checkInside(entry, dataBytes, file);
    checkNeighbour(entry, previous, file);
    previous = entry;
  }
  const covered = previous?.end ?? 0;
  if (covered !== dataBytes) {
    throw new FormatError(
      `${file}: the tensors end at byte ${covered} of the data section, which has ${dataBytes}; ` +
        `${count(dataBytes - covered, 'trailing byte')} belong to no tensor`,
    );
  }
  return ordered;
}

function checkInside(entry: TensorEntry, dataBytes: number, file: string): void {
  if (entry.end <= dataBytes) return;
  throw new FormatError(
    `${file}: tensor ${quote(entry.name)}: data_offsets [${entry.begin}, ${entry.end}] reach past the end of the ` +
      `data section, which has ${count(dataBytes, 'byte')}; the file is truncated by at least ` +
      `${count(entry.end - dataBytes, 'byte')}, or its header is wrong`,
  );
}

function checkNeighbour(entry: TensorEntry, previous: TensorEntry | undefined, file: string): void {
  const expected = previous?.end ?? 0;
  if (entry.begin === expected) return;
  const where = `${file}: tensor ${quote(entry.name)}: data_offsets [${entry.begin}, ${entry.end}]`;
  if (previous === undefined) {
    throw new FormatError(
      `${where} are the first of the data section; expected them to begin at 0, not ${entry.begin}`,
    );
  }
  const other = `${quote(previous.name)} [${previous.begin}, ${previous.end}]`;
  if (entry.begin < expected) {
    throw new FormatError(
      `${where} overlap those of tensor ${other}: they begin ${count(expected - entry.begin, 'byte')} before its end`,
    );
  }
  throw new FormatError(
    `${where} leave a hole of ${count(entry.begin - expected, 'byte')} after those of tensor ${other}`,
  );
}
