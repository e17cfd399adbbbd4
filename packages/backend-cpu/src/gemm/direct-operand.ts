/** An operand of a product that is computed without packing: a plain matrix, read where it lies. */

import type { FunctionBuilder, Local } from '../wasm/index.ts';
import { mergeAxes } from './axes.ts';
import { readers } from './element-reader.ts';
import type { ElementReader } from './element-reader.ts';
import { operandBase } from './packer.ts';
import type { Extent, GemmSpec, Source } from './spec.ts';

/** Elements from one row (or column) to the next, and from one k to the next. */
export interface MatrixStrides {
  readonly outer: number;
  readonly k: number;
}

/** The strides of an operand that is a plain matrix without padding. */
export function matrixStrides(
  source: Source,
  outer: readonly Extent[],
  k: readonly Extent[],
): MatrixStrides | undefined {
  const outerAxes = mergeAxes(outer, [source.outer]);
  const kAxes = mergeAxes(k, [source.k]);
  if (source.guards.length > 0 || outerAxes.length > 1 || kAxes.length > 1) return undefined;
  // A single index has any stride.
  return { outer: outerAxes[0]?.steps[0] ?? 1, k: kAxes[0]?.steps[0] ?? 1 };
}

export interface DirectOperand {
  readonly reader: ElementReader;
  /** The address at index zero. */
  readonly base: Local<'i32'>;
  readonly outerBytes: number;
  readonly kBytes: number;
}

export function directOperand(
  code: FunctionBuilder,
  spec: GemmSpec,
  source: Source,
  strides: MatrixStrides,
  args: Local<'i32'>,
  batch: Local<'i32'>,
): DirectOperand {
  const reader = readers[source.type];
  return {
    reader,
    base: operandBase(code, { source, batch: spec.batch }, args, batch),
    outerBytes: strides.outer * reader.bytes,
    kBytes: strides.k * reader.bytes,
  };
}
