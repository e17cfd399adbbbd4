/**
 * What a safetensors file begins with: 8 bytes with the length of the header, the header in JSON, then the data.
 * Format: https://huggingface.co/docs/safetensors
 */

import type { DType, Shape } from '@tenfold/ir';

/** Bytes before the header: its length, an unsigned 64-bit little-endian integer. */
export const PREFIX_BYTES = 8;
/** No reader takes more: the cap of the reference implementation. */
export const MAX_HEADER_BYTES = 100_000_000;
/** PyTorch's limit. A longer shape is an attack on the loops over axes. */
export const MAX_RANK = 64;

/** The key of the header that is no tensor. */
export const METADATA_KEY = '__metadata__';

export interface TensorEntry {
  readonly name: string;
  /** The dtype as the format names it, for example `F8_E4M3`. */
  readonly format: string;
  /** The same dtype in Tenfold; undefined when Tenfold cannot hold it. */
  readonly dtype: DType | undefined;
  readonly shape: Shape;
  /** Where its bytes begin and end, counted from the start of the data section. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  /** Free text by key; empty when the file has none. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The tensors in the order of their bytes. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** Where in the file the data section begins. */
  readonly dataStart: number;
}
