/**
 * The dtypes of the safetensors format, and which of Tenfold's nine each one is. The format has more than
 * Tenfold can hold (8-bit and narrower floats, 16-bit and unsigned integers, complex numbers): their size is
 * known here, so that a header which uses them can still be checked, and the other tensors of the file be read.
 */

import type { DType } from '@tenfold/ir';
import { heldDType } from './held-dtypes.ts';

export interface FormatDType {
  /** Name in the header, for example `BF16`. */
  readonly name: string;
  /** Size of one element in bits: the 4-bit and 6-bit floats are packed. */
  readonly bits: number;
  /** The same type in Tenfold, if it has one. */
  readonly dtype: DType | undefined;
}

/** In the order of the reference implementation, by increasing alignment. Writers sort by it, descending. */
const FORMAT_DTYPES: readonly FormatDType[] = (
  [
    ['BOOL', 8],
    ['F4', 4],
    ['F6_E2M3', 6],
    ['F6_E3M2', 6],
    ['U8', 8],
    ['I8', 8],
    ['F8_E5M2', 8],
    ['F8_E4M3', 8],
    ['F8_E8M0', 8],
    ['F8_E4M3FNUZ', 8],
    ['F8_E5M2FNUZ', 8],
    ['I16', 16],
    ['U16', 16],
    ['F16', 16],
    ['BF16', 16],
    ['I32', 32],
    ['U32', 32],
    ['F32', 32],
    ['C64', 64],
    ['F64', 64],
    ['I64', 64],
    ['U64', 64],
  ] as const
).map(([name, bits]) => ({ name, bits, dtype: heldDType(name) }));

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
