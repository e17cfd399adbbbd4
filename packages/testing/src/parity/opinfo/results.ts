/** The tensors of a result as they are compared, and by how much they may differ. */

import { isFloat } from '@tenfold/ir';
import { Tensor, sort } from '@tenfold/tensor';
import type { Tolerance } from '../../closeness.ts';
import { TOLERANCES, differences } from '../../closeness.ts';
import type { ArrayRecord, OpFamily, OpSample } from '../../fixtures.ts';
import { recordScalars } from '../../fixtures.ts';
import type { Scalar } from '../../number-format.ts';
import { tensorsIn } from '../calls.ts';
import { camelCase } from './translate.ts';

/** Results that are unique only up to signs or their order, and what is compared in their place; `opinfo_tables.py` has the same. */
const INVARIANTS: Readonly<Record<string, (outputs: readonly Tensor[]) => readonly Tensor[]>> = {
  'linalg.svd': ([u, s, vh]) => [s, leading(u, s).abs(), leading(vh.transpose(-2, -1), s).abs()],
  svd: ([u, s, v]) => [s, leading(u, s).abs(), leading(v, s).abs()],
  'linalg.eigh': ([values, vectors]) => [values, vectors.abs()],
  'linalg.eig': ([values]) => parts(values),
  'linalg.eigvals': ([values]) => parts(values),
  'linalg.qr': ([q, r]) => [withDiagonal(q, r).abs(), r.abs()],
  qr: ([q, r]) => [withDiagonal(q, r).abs(), r.abs()],
};

/** Complex numbers in any order: their real parts and the magnitudes of their imaginary parts, each in order. */
function parts(values: Tensor): readonly Tensor[] {
  return [sort(values.select(-1, 0)).values, sort(values.select(-1, 1).abs()).values];
}

/** As many columns as there are values. */
function leading(matrix: Tensor, values: Tensor): Tensor {
  return columns(matrix, values.shape.at(-1) ?? 0);
}

/** As many columns as `r` has elements on its diagonal. */
function withDiagonal(q: Tensor, r: Tensor): Tensor {
  return columns(q, Math.min(...r.shape.slice(-2)));
}

function columns(matrix: Tensor, count: number): Tensor {
  return matrix.narrow(-1, 0, Math.min(matrix.shape.at(-1) ?? 0, count));
}

/** The tensors to compare, in PyTorch's order, or what is wrong with the result. */
export function outputsOf({ op, fields }: OpSample, result: unknown): readonly Tensor[] | string {
  const outputs = fields ? namedOutputs(fields, result) : tensorsIn(result);
  return typeof outputs === 'string' ? outputs : (INVARIANTS[op]?.(outputs) ?? outputs);
}

function namedOutputs(fields: readonly string[], result: unknown): readonly Tensor[] | string {
  if (typeof result !== 'object' || result === null) return 'no object';
  const found = fields.map((field): unknown => Reflect.get(result, camelCase(field)));
  const missing = fields.filter((_, i) => !(found[i] instanceof Tensor));
  if (missing.length > 0) return `no field ${missing.join(', ')} in {${Object.keys(result).join(', ')}}`;
  return found.filter((value) => value instanceof Tensor);
}

/** Families whose elements are computed each by itself, and compared each by itself. */
const POINTWISE: ReadonlySet<OpFamily> = new Set(['unary', 'binary', 'special']);

const FORWARD = 1e-5;
const BACKWARD = 1e-4;
const DOUBLE = 1e-10;
/** Magnitudes below this count as this. */
const FLOOR = 0.1;

interface Comparison {
  readonly family: OpFamily;
  readonly kind: 'forward' | 'backward';
  /** PyTorch's own error, where it is more than what is usually allowed. */
  readonly error: number | null | undefined;
}

/** How a tensor differs from a record in shape, dtype or values. */
export async function differencesOf(
  record: ArrayRecord,
  actual: Tensor,
  comparison: Comparison,
): Promise<string[]> {
  const aspects = aspectDifferences(record, actual);
  if (aspects.length > 0) return aspects;
  const expected = recordScalars(record);
  const values = Array.from<Scalar>(await actual.data());
  return differences(values, expected, toleranceFor(record, expected, comparison));
}

/** How a tensor differs from a record in shape and dtype. */
export function aspectDifferences(record: ArrayRecord, actual: Tensor): string[] {
  const dtype = record.dtype ?? 'float32';
  if (actual.dtype !== dtype) return [`dtype ${actual.dtype}, expected ${dtype}`];
  if (String(actual.shape) !== String(record.shape))
    return [`shape [${actual.shape}], expected [${record.shape}]`];
  return [];
}

function toleranceFor(
  { dtype = 'float32' }: ArrayRecord,
  expected: readonly Scalar[],
  { family, kind, error }: Comparison,
): Tolerance {
  if (!isFloat(dtype)) return TOLERANCES[dtype];
  const single = kind === 'forward' ? FORWARD : BACKWARD;
  const usual = dtype === 'float32' ? single : dtype === 'float64' ? DOUBLE : TOLERANCES[dtype].rtol;
  const allowed = Math.max(usual, error ?? 0);
  if (POINTWISE.has(family)) return { rtol: allowed, atol: allowed * FLOOR };
  const scale = expected.reduce<number>(
    (max, x) => (Number.isFinite(Number(x)) ? Math.max(max, Math.abs(Number(x))) : max),
    FLOOR,
  );
  return { rtol: 0, atol: allowed * scale };
}
