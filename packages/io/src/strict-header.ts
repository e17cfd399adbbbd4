/**
 * Reads any header of a safetensors file, however it is written, and says of a damaged or lying one what is wrong.
 * Loaded only for headers that header.ts does not take at once. Trusts nothing: the length is checked against the file
 * and a cap before anything is allocated, the text before it is parsed, and every field before it is used. Whether the
 * byte ranges fit together is layout.ts's question.
 */

import { FormatError } from '@tenfold/ir';
import type { ByteSource } from './byte-source.ts';
import { foreignFormatHint } from './foreign-format.ts';
import { MAX_HEADER_BYTES, METADATA_KEY, PREFIX_BYTES } from './header-format.ts';
import type { SafetensorsHeader, TensorEntry } from './header-format.ts';
import { HeaderSyntaxError, parseHeaderJson } from './header-json.ts';
import { isObject } from './header-value.ts';
import type { HeaderObject, HeaderValue } from './header-value.ts';
import { checkLayout } from './layout.ts';
import { count, describe, quote } from './messages.ts';
import { readTensorEntry } from './tensor-entry.ts';

/** Enough to recognise another format by. */
const FIRST_BYTES = 24;

/** Reads and checks a header of at most `cap` bytes; a FormatError names the file, the tensor and the numbers. */
export async function readStrictHeader(source: ByteSource, cap: number): Promise<SafetensorsHeader> {
  const length = await readHeaderLength(source, cap);
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

async function readHeaderLength(source: ByteSource, cap: number): Promise<number> {
  const { name, size } = source;
  if (size === 0)
    throw new FormatError(`${name}: the file is empty; a safetensors file has at least 10 bytes`);
  const start = await source.read(0, Math.min(size, FIRST_BYTES));
  if (size < PREFIX_BYTES) {
    throw new FormatError(
      `${name}: ${count(size, 'byte')} are too few for a safetensors file, which starts with 8 bytes for the ` +
        `length of its header; the file is truncated${foreignFormatHint(start)}`,
    );
  }
  const declared = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  if (declared < 2n) {
    throw new FormatError(
      `${name}: the header is ${declared} bytes long; the shortest one, {}, has 2${foreignFormatHint(start)}`,
    );
  }
  const available = size - PREFIX_BYTES;
  if (declared > BigInt(available)) {
    throw new FormatError(
      `${name}: the header should be ${declared} bytes long, but only ${available} follow its length; ` +
        `the file is truncated or no safetensors file${foreignFormatHint(start)}`,
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
