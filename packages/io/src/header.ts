/**
 * Reads the header of a safetensors file. Nearly every writer writes it in one way, as `JSON.stringify` would, padded
 * with spaces, and such a header is checked here in full. Whatever is written otherwise, or is wrong in any way, is
 * left to strict-header.ts, which takes what the format allows and says what it does not.
 */

import { ArgumentError, byteSize } from '@tenfold/ir';
import type { ByteSource } from './byte-source.ts';
import { heldDType } from './held-dtypes.ts';
import { MAX_HEADER_BYTES, MAX_RANK, METADATA_KEY, PREFIX_BYTES } from './header-format.ts';
import type { SafetensorsHeader, TensorEntry } from './header-format.ts';

/** What is accepted unless asked otherwise; a model of 100,000 tensors has a header of about 12 MB. */
const DEFAULT_MAX_HEADER_BYTES = 25_000_000;

export interface HeaderOptions {
  /** Largest header to accept, in bytes: 25,000,000 by default, at most 100,000,000. */
  readonly maxHeaderBytes?: number;
}

/** Reads and checks the header of a source; a FormatError names the file, the tensor and the numbers. */
export async function readHeader(
  source: ByteSource,
  { maxHeaderBytes: cap = DEFAULT_MAX_HEADER_BYTES }: HeaderOptions = {},
): Promise<SafetensorsHeader> {
  if (!Number.isInteger(cap) || cap <= 0 || cap > MAX_HEADER_BYTES) {
    throw new ArgumentError(`maxHeaderBytes is ${cap}; expected an integer from 1 to ${MAX_HEADER_BYTES}`);
  }
  const header = await readPlainHeader(source, cap);
  if (header) return header;
  const { readStrictHeader } = await import('./strict-header.ts');
  return readStrictHeader(source, cap);
}

/** The header if it is written plainly and all of it is right. */
async function readPlainHeader(source: ByteSource, cap: number): Promise<SafetensorsHeader | undefined> {
  if (source.size < PREFIX_BYTES) return undefined;
  const prefix = await source.read(0, PREFIX_BYTES);
  const length = Number(new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true));
  const dataStart = PREFIX_BYTES + length;
  if (length > cap || dataStart > source.size) return undefined;
  const root = parsePlain(await source.read(PREFIX_BYTES, dataStart));
  if (!root) return undefined;
  const { [METADATA_KEY]: metadata = {}, ...tensors } = root;
  if (!isRecord(metadata)) return undefined;
  const texts = Object.entries(metadata).filter(
    (item): item is [string, string] => typeof item[1] === 'string',
  );
  const entries = readEntries(tensors, source.size - dataStart);
  if (!entries || texts.length < Object.keys(metadata).length) return undefined;
  return {
    metadata: new Map(texts),
    tensors: new Map(entries.map((entry) => [entry.name, entry])),
    dataStart,
  };
}

/**
 * The object in the bytes, if `JSON.stringify` gives the same text for it: so no key was given twice, and no number
 * rounded. Text with escapes is not plain, since they can spell half of a surrogate pair.
 */
function parsePlain(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const root: unknown = JSON.parse(text);
    const plain = !text.includes('\\') && JSON.stringify(root).padEnd(text.length) === text;
    return plain && isRecord(root) ? root : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The tensors in the order of their bytes, if these cover the data section without overlap, hole or remainder. */
function readEntries(tensors: Record<string, unknown>, dataBytes: number): TensorEntry[] | undefined {
  const entries: TensorEntry[] = [];
  for (const [name, value] of Object.entries(tensors)) {
    const entry = isRecord(value) && readEntry(name, value);
    if (!entry) return undefined;
    entries.push(entry);
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const entry of entries) {
    if (entry.begin !== end) return undefined;
    end = entry.end;
  }
  return end === dataBytes ? entries : undefined;
}

/** One tensor of a dtype that Tenfold holds, if its byte range has the size that its shape takes. */
function readEntry(name: string, value: Record<string, unknown>): TensorEntry | undefined {
  const { dtype: format, shape, data_offsets: range, ...others } = value;
  const dtype = heldDType(format);
  if (!dtype || !isSizes(shape) || !isSizes(range) || Object.keys(others).length > 0) return undefined;
  const [begin, end] = range;
  const bits = shape.reduce((product, size) => product * (size || 1), 8 * byteSize(dtype));
  const bytes = shape.includes(0) ? 0 : bits / 8;
  const fits = shape.length <= MAX_RANK && Number.isSafeInteger(bits);
  if (!fits || range.length !== 2 || end - begin !== bytes) return undefined;
  return { name, format: String(format), dtype, shape, begin, end };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
