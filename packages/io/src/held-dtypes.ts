/** The dtypes that Tenfold and the safetensors format share, by the names that the format has for them. */

import type { DType } from '@tenfold/ir';

const HELD = new Map<unknown, DType>([
  ['F32', 'float32'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['F64', 'float64'],
  ['I64', 'int64'],
  ['I32', 'int32'],
  ['I8', 'int8'],
  ['U8', 'uint8'],
  ['BOOL', 'bool'],
]);

/** Tenfold's dtype of that name in a header; undefined for other values, and for dtypes that Tenfold cannot hold. */
export function heldDType(name: unknown): DType | undefined {
  return HELD.get(name);
}

/** The format's names of the dtypes that Tenfold holds, for error messages. */
export function heldDTypeNames(): string {
  return [...HELD.keys()].join(', ');
}
