/**
 * The dtypes of the safetensors format, and which of Tenfold's nine each one is. The format has more than
 * Tenfold can hold (8-bit and narrower floats, 16-bit and unsigned integers, complex numbers): their size is
 * known here, so that a header which uses them can still be checked, and the other tensors of the file be read.
 */

import { DTYPES } from '@tenfold/ir';
import type { DType } from '@tenfold/ir';

export interface FormatDType {
  /** Name in the header, for example `BF16`. */
  readonly name: string;
  /** Size of one element in bits: the 4-bit and 6-bit floats are packed. */
  readonly bits: number;
  /** The same type in Tenfold, if it has one. */
  readonly dtype: DType | undefined;
}

/** In the order of the reference implementation, by increasing alignment. Writers sort by it, descending. */
const FORMAT_DTYPES: readonly FormatDType[] = [
  { name: 'BOOL', bits: 8, dtype: 'bool' },
  { name: 'F4', bits: 4, dtype: undefined },
  { name: 'F6_E2M3', bits: 6, dtype: undefined },
  { name: 'F6_E3M2', bits: 6, dtype: undefined },
  { name: 'U8', bits: 8, dtype: 'uint8' },
  { name: 'I8', bits: 8, dtype: 'int8' },
  { name: 'F8_E5M2', bits: 8, dtype: undefined },
  { name: 'F8_E4M3', bits: 8, dtype: undefined },
  { name: 'F8_E8M0', bits: 8, dtype: undefined },
  { name: 'F8_E4M3FNUZ', bits: 8, dtype: undefined },
  { name: 'F8_E5M2FNUZ', bits: 8, dtype: undefined },
  { name: 'I16', bits: 16, dtype: undefined },
  { name: 'U16', bits: 16, dtype: undefined },
  { name: 'F16', bits: 16, dtype: 'float16' },
  { name: 'BF16', bits: 16, dtype: 'bfloat16' },
  { name: 'I32', bits: 32, dtype: 'int32' },
  { name: 'U32', bits: 32, dtype: undefined },
  { name: 'F32', bits: 32, dtype: 'float32' },
  { name: 'C64', bits: 64, dtype: undefined },
  { name: 'F64', bits: 64, dtype: 'float64' },
  { name: 'I64', bits: 64, dtype: 'int64' },
  { name: 'U64', bits: 64, dtype: undefined },
];

const BY_NAME = new Map(FORMAT_DTYPES.map((format) => [format.name, format]));

/** The dtype with this name in a header, or undefined when the format has none. */
export function formatDType(name: string): FormatDType | undefined {
  return BY_NAME.get(name);
}

/** All names a header may use, for error messages. */
export function formatDTypeNames(): string {
  return FORMAT_DTYPES.map((format) => format.name).join(', ');
}

interface WrittenDType {
  readonly name: string;
  /** Tensors of a higher rank come first in a file. */
  readonly rank: number;
}

const WRITTEN = new Map<DType, WrittenDType>();
FORMAT_DTYPES.forEach(({ name, dtype }, rank) => {
  if (dtype !== undefined) WRITTEN.set(dtype, { name, rank });
});

/** How the format names one of Tenfold's dtypes, and where its tensors stand in a file. */
export function writtenDType(dtype: DType): WrittenDType | undefined {
  return WRITTEN.get(dtype);
}

/** The format's names of the dtypes that Tenfold holds, for error messages. */
export function heldDTypeNames(): string {
  return DTYPES.map((dtype) => WRITTEN.get(dtype)?.name ?? dtype).join(', ');
}
