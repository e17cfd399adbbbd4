/**
 * Reads the header of a safetensors file: 8 bytes with its length, then JSON, then the data section. Trusts
 * nothing: the length is checked against the file and a cap before anything is allocated, the text before it is
 * parsed, and every field before it is used. Whether the byte ranges fit together is layout.ts's question.
 * Format: https://huggingface.co/docs/safetensors
 */

import { ArgumentError, FormatError } from '@tenfold/ir';
import type { ByteSource } from './byte-source.ts';
import { HeaderSyntaxError, parseHeaderJson } from './header-json.ts';
import { isObject } from './header-value.ts';
import type { HeaderObject, HeaderValue } from './header-value.ts';
import { checkLayout } from './layout.ts';
import { count, describe, quote } from './messages.ts';
import { readTensorEntry } from './tensor-entry.ts';
import type { TensorEntry } from './tensor-entry.ts';

/** Bytes before the header: its length, an unsigned 64-bit little-endian integer. */
export const PREFIX_BYTES = 8;
/** Enough to recognise another format by. */
const FIRST_BYTES = 24;
/** No reader takes more: the cap of the reference implementation. */
export const MAX_HEADER_BYTES = 100_000_000;
/** What is accepted unless asked otherwise; a model of 100,000 tensors has a header of about 12 MB. */
const DEFAULT_MAX_HEADER_BYTES = 25_000_000;

/** The key of the header that is no tensor. */
export const METADATA_KEY = '__metadata__';

export interface HeaderOptions {
  /** Largest header to accept, in bytes: 25,000,000 by default, at most 100,000,000. */
  readonly maxHeaderBytes?: number;
}

export interface SafetensorsHeader {
  /** Free text by key; empty when the file has none. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The tensors in the order of their bytes. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** Where in the file the data section begins. */
  readonly dataStart: number;
}

/** Reads and checks the header of a source; a FormatError names the file, the tensor and the numbers. */
export async function readHeader(
  source: ByteSource,
  options: HeaderOptions = {},
): Promise<SafetensorsHeader> {
  const length = await readHeaderLength(source, headerCap(options));
  const dataStart = PREFIX_BYTES + length;
  const text = decode(await source.read(PREFIX_BYTES, dataStart), source.name);
  const root = parseRoot(text, source.name);

  const metadata = readMetadata(root, source.name);
  const entries: TensorEntry[] = [];
  for (const [name, value] of root) {
    if (name !== METADATA_KEY) entries.push(readTensorEntry(name, value, source.name));
  }
  const ordered = checkLayout(entries, source.size - dataStart, source.name);
  return { metadata, tensors: new Map(ordered.map((entry) => [entry.name, entry])), dataStart };
}

function headerCap({ maxHeaderBytes = DEFAULT_MAX_HEADER_BYTES }: HeaderOptions): number {
  if (Number.isInteger(maxHeaderBytes) && maxHeaderBytes > 0 && maxHeaderBytes <= MAX_HEADER_BYTES) {
    return maxHeaderBytes;
  }
  throw new ArgumentError(
    `maxHeaderBytes is ${maxHeaderBytes}; expected an integer from 1 to ${MAX_HEADER_BYTES}`,
  );
}

async function readHeaderLength(source: ByteSource, cap: number): Promise<number> {
  const { name, size } = source;
  if (size === 0)
    throw new FormatError(`${name}: the file is empty; a safetensors file has at least 10 bytes`);
  const start = await source.read(0, Math.min(size, FIRST_BYTES));
  const hint = async () => {
    const { foreignFormatHint } = await import('./foreign-format.ts');
    return foreignFormatHint(start);
  };
  if (size < PREFIX_BYTES) {
    throw new FormatError(
      `${name}: ${count(size, 'byte')} are too few for a safetensors file, which starts with 8 bytes for the ` +
        `length of its header; the file is truncated${await hint()}`,
    );
  }
  const declared = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  if (declared < 2n) {
    throw new FormatError(
      `${name}: the header is ${declared} bytes long; the shortest one, {}, has 2${await hint()}`,
    );
  }
  const available = size - PREFIX_BYTES;
  if (declared > BigInt(available)) {
    throw new FormatError(
      `${name}: the header should be ${declared} bytes long, but only ${available} follow its length; ` +
        `the file is truncated or no safetensors file${await hint()}`,
    );
  }
  if (declared > BigInt(cap)) {
    const remedy =
      declared > BigInt(MAX_HEADER_BYTES)
        ? `no reader accepts more than ${MAX_HEADER_BYTES}`
        : `pass maxHeaderBytes (up to ${MAX_HEADER_BYTES}) if you trust the file`;
    throw new FormatError(`${name}: a header of ${declared} bytes is over the limit of ${cap}; ${remedy}`);
  }
  return Number(declared);
}

function decode(bytes: Uint8Array, file: string): string {
  if (bytes[0] !== 0x7b) {
    const found = `0x${(bytes[0] ?? 0).toString(16).padStart(2, '0')}`;
    throw new FormatError(`${file}: the header starts with the byte ${found}; expected "{" (0x7b)`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError(`${file}: the header of ${count(bytes.length, 'byte')} is not valid UTF-8`, {
      cause,
    });
  }
}

function parseRoot(text: string, file: string): HeaderObject {
  let root: HeaderValue;
  try {
    root = parseHeaderJson(text);
  } catch (error) {
    if (!(error instanceof HeaderSyntaxError)) throw error;
    const at = `at character ${error.position} of ${text.length}`;
    throw new FormatError(`${file}: the header is not valid JSON: ${error.message} ${at}`, { cause: error });
  }
  if (!isObject(root)) throw new FormatError(`${file}: the header is ${describe(root)}; expected an object`);
  return root;
}

function readMetadata(root: HeaderObject, file: string): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  if (!root.has(METADATA_KEY)) return metadata;
  const value = root.get(METADATA_KEY);
  if (!isObject(value)) {
    throw new FormatError(`${file}: ${METADATA_KEY} is ${describe(value)}; expected an object of strings`);
  }
  for (const [key, text] of value) {
    if (typeof text !== 'string') {
      throw new FormatError(`${file}: ${METADATA_KEY} ${quote(key)} is ${describe(text)}; expected a string`);
    }
    metadata.set(key, text);
  }
  return metadata;
}
