/**
 * Nested JavaScript arrays: reading their shape, dtype and elements on the way in, building them on the way out.
 */

import { ArgumentError, DTypeError, ShapeError, numel } from '@tenfold/ir';
import type { DType, Shape } from '@tenfold/ir';
import { asBytes, dtypeOfArray, encode, isTypedArray } from './typed-array.ts';
import type { TensorData, TypedArray } from './typed-array.ts';

export type Scalar = number | bigint | boolean;
/** What `tensor` takes: a number, a typed array, or arrays of these nested to any depth. */
export type NestedData = Scalar | TypedArray | readonly NestedData[];
/** What `tolist` gives. */
export type NestedList = number | boolean | NestedList[];

/** Data in contiguous form. */
export interface FlatData {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly bytes: Uint8Array;
}

/**
 * Flattens data in row-major order. The dtype is `dtype` or inferred: of a typed array its own, of bigints and whole
 * numbers int64, of other numbers float32, of booleans bool. JavaScript does not tell `1.0` from `1`: `wholeType`
 * is what whole numbers become.
 * @throws ShapeError when the nesting is ragged, naming where. ArgumentError for what is not a number.
 */
export function flatten(op: string, data: NestedData, dtype: DType | undefined, wholeType: DType): FlatData {
  if (isTypedArray(data)) {
    const own = dtypeOfArray(data);
    const sameLayout = (dtype ?? own) === own && holdsItsDType(data);
    const bytes = sameLayout ? asBytes(data).slice() : encode(data, dtype ?? own);
    return { shape: [data.length], dtype: dtype ?? own, bytes };
  }
  const shape = shapeOfNested(data);
  const values: Scalar[] = [];
  collect(op, data, shape, [], values);
  const target = dtype ?? inferDType(op, data, values, wholeType);
  if (target === 'int64' || target === 'int32' || target === 'int8' || target === 'uint8')
    checkWhole(op, values, target);
  return { shape, dtype: target, bytes: encode(values, target) };
}

/** Arrays of 16-bit and unsigned 32-bit integers are widened, so their bytes cannot be copied. */
function holdsItsDType(array: TypedArray): boolean {
  return !(array instanceof Int16Array || array instanceof Uint16Array || array instanceof Uint32Array);
}

function shapeOfNested(data: NestedData): number[] {
  const shape: number[] = [];
  for (let level = data; isList(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  return shape;
}

function isList(data: NestedData): data is TypedArray | readonly NestedData[] {
  return Array.isArray(data) || isTypedArray(data);
}

/** `path` is the way from the outermost list to `data`. */
function collect(op: string, data: NestedData, shape: Shape, path: number[], out: Scalar[]): void {
  const depth = path.length;
  if (!isList(data)) {
    if (depth < shape.length) {
      throw new ShapeError(
        `${op}: ragged nesting: ${place(path)} is ${String(data)}, expected a list of length ${shape[depth]} like its siblings`,
      );
    }
    if (typeof data !== 'number' && typeof data !== 'bigint' && typeof data !== 'boolean') {
      throw new ArgumentError(
        `${op}: ${place(path)} is ${describe(data)}; expected numbers, bigints, booleans, typed arrays, or nested lists of them`,
      );
    }
    out.push(data);
    return;
  }
  if (depth >= shape.length) {
    throw new ShapeError(
      `${op}: ragged nesting: ${place(path)} is a list, expected a number like its siblings`,
    );
  }
  if (data.length !== shape[depth]) {
    throw new ShapeError(
      `${op}: ragged nesting: ${place(path)} has length ${data.length}, expected ${shape[depth]} like its siblings`,
    );
  }
  for (let i = 0; i < data.length; i++) {
    path.push(i);
    collect(op, data[i], shape, path, out);
    path.pop();
  }
}

function place(path: readonly number[]): string {
  return `data${path.map((i) => `[${i}]`).join('')}`;
}

function describe(value: unknown): string {
  return value === null || value === undefined ? String(value) : `a ${typeof value}`;
}

function inferDType(op: string, data: NestedData, values: readonly Scalar[], wholeType: DType): DType {
  let innermost = data;
  while (Array.isArray(innermost) && innermost.length > 0)
    innermost = (innermost as readonly NestedData[])[0];
  if (isTypedArray(innermost)) return dtypeOfArray(innermost);
  if (values.length === 0) return 'float32';
  if (values.every((x) => typeof x === 'boolean')) return 'bool';
  if (values.some((x) => typeof x === 'number' && !Number.isInteger(x))) {
    if (values.some((x) => typeof x === 'bigint')) {
      throw new DTypeError(`${op}: bigints and fractions are mixed; give a dtype`);
    }
    return 'float32';
  }
  return values.some((x) => typeof x === 'bigint') ? 'int64' : wholeType;
}

function checkWhole(op: string, values: readonly Scalar[], dtype: DType): void {
  for (const x of values) {
    if (typeof x === 'number' && !Number.isFinite(x))
      throw new DTypeError(`${op}: ${x} has no ${dtype} value; give a float dtype`);
  }
}

/** Nests the elements of a tensor as `tolist` does. */
export function nest(op: string, data: TensorData, shape: Shape, dtype: DType): NestedList {
  let level: NestedList[] = Array.from({ length: numel(shape) }, (_, i) => elementOf(op, data[i], dtype));
  for (let axis = shape.length - 1; axis > 0; axis--) {
    const size = shape[axis];
    const count = numel(shape.slice(0, axis));
    const elements = level;
    level = Array.from({ length: count }, (_, i) => elements.slice(i * size, (i + 1) * size));
  }
  return shape.length === 0 ? level[0] : level;
}

/** An element as users see it: bool as boolean, int64 as a number where that is exact. */
export function elementOf(op: string, value: number | bigint, dtype: DType): number | boolean {
  if (dtype === 'bool') return value !== 0;
  if (typeof value === 'number') return value;
  const number = Number(value);
  if (!Number.isSafeInteger(number)) {
    throw new DTypeError(
      `${op}: the int64 value ${value} is not exact as a JavaScript number; read it with data(), as bigint`,
    );
  }
  return number;
}
