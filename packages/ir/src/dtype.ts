/**
 * The nine data types, their sizes, and PyTorch's promotion rules between them.
 * https://pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc
 */

export const DTYPES = [
  'float32',
  'float16',
  'bfloat16',
  'float64',
  'int64',
  'int32',
  'int8',
  'uint8',
  'bool',
] as const;

export type DType = (typeof DTYPES)[number];

interface DTypeInfo {
  /** Size of one element in bytes. */
  readonly bytes: number;
  readonly category: 'bool' | 'int' | 'float';
  /** A dense number for structural hashes. */
  readonly code: number;
}

const INFO: { readonly [D in DType]: DTypeInfo } = {
  float32: { bytes: 4, category: 'float', code: 0 },
  float16: { bytes: 2, category: 'float', code: 1 },
  bfloat16: { bytes: 2, category: 'float', code: 2 },
  float64: { bytes: 8, category: 'float', code: 3 },
  int64: { bytes: 8, category: 'int', code: 4 },
  int32: { bytes: 4, category: 'int', code: 5 },
  int8: { bytes: 1, category: 'int', code: 6 },
  uint8: { bytes: 1, category: 'int', code: 7 },
  bool: { bytes: 1, category: 'bool', code: 8 },
};

/** Bytes of one element. */
export function byteSize(dtype: DType): number {
  return INFO[dtype].bytes;
}

/** A dense integer that stands for the dtype in structural hashes. */
export function dtypeCode(dtype: DType): number {
  return INFO[dtype].code;
}

export function isFloat(dtype: DType): boolean {
  return INFO[dtype].category === 'float';
}

/** True for the integer types; `bool` is not one of them. */
export function isInt(dtype: DType): boolean {
  return INFO[dtype].category === 'int';
}

export function isDType(name: unknown): name is DType {
  return typeof name === 'string' && Object.hasOwn(INFO, name);
}

const RANK = { bool: 0, int: 1, float: 2 } as const;

/** Order of two dtypes' categories: negative, zero or positive as `a` is below, with or above `b`. */
export function compareCategory(a: DType, b: DType): number {
  return RANK[INFO[a].category] - RANK[INFO[b].category];
}

/** The dtype that holds both operands, as `torch.promote_types`. */
export function promoteTypes(a: DType, b: DType): DType {
  if (a === b) return a;
  const order = compareCategory(a, b);
  if (order !== 0) return order > 0 ? a : b;
  const [low, high] = INFO[a].bytes <= INFO[b].bytes ? [a, b] : [b, a];
  if (isFloat(a)) return INFO[low].bytes === 2 && INFO[high].bytes === 2 ? 'float32' : high;
  const mixedSigns = (a === 'uint8' && b === 'int8') || (a === 'int8' && b === 'uint8');
  // int16 would be PyTorch's answer; the next wider integer that exists here is int32.
  return mixedSigns ? 'int32' : high;
}

/** The dtype in which a backend computes: half-width floats are storage types, computed in float32. */
export function computeType(dtype: DType): DType {
  return dtype === 'float16' || dtype === 'bfloat16' ? 'float32' : dtype;
}
