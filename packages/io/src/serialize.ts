/**
 * Writes safetensors. The layout is planned from names, dtypes and shapes alone, so that a file can be streamed
 * without holding all tensors; the bytes are those of the reference implementation: tensors by dtype, widest
 * first, then by name, a compact header padded with spaces to a multiple of 8, so every tensor is aligned.
 */

import { DTypeError, FormatError, ShapeError, byteSize, formatShape } from '@tenfold/ir';
import type { DType, Shape } from '@tenfold/ir';
import { writtenDType } from './format-dtype.ts';
import { MAX_HEADER_BYTES, METADATA_KEY, PREFIX_BYTES } from './header-format.ts';
import { isWellFormed } from './header-json.ts';
import { count, quote } from './messages.ts';
import type { RawTensor } from './raw-tensor.ts';

/** Free text for `__metadata__`. */
export type Metadata = ReadonlyMap<string, string> | Readonly<Record<string, string>>;

export interface SerializeOptions {
  /** Strings by key, for example `{ format: 'pt' }`, which some readers in Python ask for. */
  readonly metadata?: Metadata;
}

/** What the layout needs to know of a tensor. */
export interface TensorSpec {
  readonly dtype: DType;
  readonly shape: Shape;
}

export interface PlannedTensor extends TensorSpec {
  readonly name: string;
  /** Where its bytes begin and end in the file. */
  readonly begin: number;
  readonly end: number;
}

export interface FileLayout {
  /** The first bytes of the file: length prefix, header, padding. */
  readonly head: Uint8Array;
  /** The tensors in the order in which their bytes follow. */
  readonly tensors: readonly PlannedTensor[];
  /** Size of the whole file. */
  readonly size: number;
}

/**
 * Serialises tensors into the bytes of a safetensors file. Raises a FormatError for names or metadata that the
 * format cannot hold, and a ShapeError when bytes and shape disagree.
 */
export function serializeSafetensors(
  tensors: Iterable<readonly [string, RawTensor]>,
  options: SerializeOptions = {},
): Uint8Array<ArrayBuffer> {
  const byName = collect(tensors);
  const layout = planLayout(byName, options);
  const file = new Uint8Array(layout.size);
  file.set(layout.head);
  for (const planned of layout.tensors) {
    const { bytes } = byName.get(planned.name)!;
    checkBytes(planned, bytes);
    file.set(bytes, planned.begin);
  }
  return file;
}

/** Raises a ShapeError unless `bytes` are exactly those of the planned tensor. */
export function checkBytes(planned: PlannedTensor, bytes: Uint8Array): void {
  const expected = planned.end - planned.begin;
  if (bytes.byteLength === expected) return;
  throw new ShapeError(
    `safetensors: tensor ${quote(planned.name)} has ${count(bytes.byteLength, 'byte')}, ` +
      `but shape ${formatShape(planned.shape)} of ${planned.dtype} takes ${expected}`,
  );
}

/** Plans a file: its header, and where the bytes of every tensor go. */
export function planLayout(
  tensors: ReadonlyMap<string, TensorSpec>,
  { metadata }: SerializeOptions = {},
): FileLayout {
  const fields: string[] = [];
  if (metadata !== undefined) fields.push(`${JSON.stringify(METADATA_KEY)}:${metadataJson(metadata)}`);

  const placed: PlannedTensor[] = [];
  let offset = 0;
  for (const { name, dtype, shape, format } of inFileOrder(tensors)) {
    const end = offset + byteLength(name, dtype, shape);
    const entry = { dtype: format, shape, data_offsets: [offset, end] };
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    placed.push({ name, dtype, shape, begin: offset, end });
    offset = end;
  }

  const head = encodeHead(`{${fields.join(',')}}`);
  const start = head.length;
  const inFile = placed.map((tensor) => ({
    ...tensor,
    begin: start + tensor.begin,
    end: start + tensor.end,
  }));
  return { head, tensors: inFile, size: start + offset };
}

function collect(tensors: Iterable<readonly [string, RawTensor]>): Map<string, RawTensor> {
  const byName = new Map<string, RawTensor>();
  for (const [name, tensor] of tensors) {
    if (byName.has(name)) throw new FormatError(`safetensors: two tensors are named ${quote(name)}`);
    byName.set(name, tensor);
  }
  return byName;
}

interface OrderedTensor extends TensorSpec {
  readonly name: string;
  readonly format: string;
  readonly rank: number;
}

function inFileOrder(tensors: ReadonlyMap<string, TensorSpec>): OrderedTensor[] {
  const ordered = [...tensors].map(([name, { dtype, shape }]) => {
    if (name === METADATA_KEY) throw new FormatError(`safetensors: no tensor can be named ${METADATA_KEY}`);
    checkText('the tensor name', name);
    const written = writtenDType(dtype);
    if (written === undefined) {
      throw new DTypeError(
        `safetensors: tensor ${quote(name)} has the unknown dtype ${quote(String(dtype))}`,
      );
    }
    return { name, dtype, shape: [...shape], format: written.name, rank: written.rank };
  });
  return ordered.sort((a, b) => b.rank - a.rank || compareCodePoints(a.name, b.name));
}

/** The order of UTF-8 bytes, which is that of code points, and not of UTF-16 units. */
function compareCodePoints(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return a.codePointAt(i)! - b.codePointAt(i)!;
  }
  return a.length - b.length;
}

function byteLength(name: string, dtype: DType, shape: Shape): number {
  let elements = 1;
  for (const size of shape) {
    elements *= size;
    if (!Number.isSafeInteger(size) || size < 0 || !Number.isSafeInteger(elements * byteSize(dtype))) {
      throw new ShapeError(
        `safetensors: tensor ${quote(name)} has the impossible shape ${formatShape(shape)} of ${dtype}`,
      );
    }
  }
  return elements * byteSize(dtype);
}

function metadataJson(metadata: Metadata): string {
  const fields = metadataEntries(metadata).map(([key, value]) => {
    checkText('the metadata key', key);
    if (typeof value !== 'string') {
      throw new FormatError(
        `safetensors: metadata ${quote(key)} is of type ${typeof value}; expected a string`,
      );
    }
    checkText(`metadata ${quote(key)}`, value);
    return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
  });
  return `{${fields.join(',')}}`;
}

function metadataEntries(metadata: Metadata): readonly (readonly [string, unknown])[] {
  return metadata instanceof Map ? [...metadata] : Object.entries(metadata);
}

function checkText(what: string, text: string): void {
  if (isWellFormed(text)) return;
  throw new FormatError(
    `safetensors: ${what} ${quote(text)} has half of a surrogate pair in it and no UTF-8 form`,
  );
}

function encodeHead(json: string): Uint8Array {
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  if (length > MAX_HEADER_BYTES) {
    throw new FormatError(
      `safetensors: the header takes ${length} bytes, over the format's limit of ${MAX_HEADER_BYTES}; ` +
        'write less metadata, or split the tensors over several files',
    );
  }
  const head = new Uint8Array(PREFIX_BYTES + length).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.set(text, PREFIX_BYTES);
  return head;
}
