/** The layout of a printed tensor: brackets, line breaks, dots where it is long. Follows torch/_tensor_str.py. */

import { contiguousStrides, numel } from '@tenfold/ir';
import type { DType, Shape } from '@tenfold/ir';
import type { TensorData } from '../data/typed-array.ts';
import { numberFormat } from './number-formatter.ts';
import type { NumberFormat } from './number-formatter.ts';

/** More elements than this are summarised. */
const THRESHOLD = 1000;
/** Elements shown at each end of a summarised axis. */
const EDGE_ITEMS = 3;
const LINE_WIDTH = 80;
const PREFIX = 'tensor(';

/** `tensor([[1., 2.], ...], dtype=...)` as PyTorch writes it; `suffixes` come last, separated by commas. */
export function tensorText(
  data: TensorData,
  shape: Shape,
  dtype: DType,
  suffixes: readonly string[],
): string {
  return withSuffixes(PREFIX + elementsText(data, shape, dtype), suffixes);
}

function elementsText(data: TensorData, shape: Shape, dtype: DType): string {
  if (data.length === 0) return '[]';
  const summarize = numel(shape) > THRESHOLD;
  const shown = (size: number) => shownPositions(size, summarize);
  const strides = contiguousStrides(shape);
  const format = numberFormat(shownElements(data, shape, strides, shown), dtype);

  const write = (axis: number, offset: number): string => {
    if (axis === shape.length) return format.format(data[offset]);
    const indent = PREFIX.length + axis;
    const positions = shown(shape[axis]);
    const isVector = axis === shape.length - 1;
    const parts = positions.map((i) => write(axis + 1, offset + i * strides[axis]));
    if (positions.length < shape[axis]) parts.splice(EDGE_ITEMS, 0, isVector ? ' ...' : '...');
    if (isVector) return vectorText(parts, indent, format);
    return `[${parts.join(`,${'\n'.repeat(shape.length - 1 - axis)}${' '.repeat(indent + 1)}`)}]`;
  };
  return write(0, 0);
}

function shownPositions(size: number, summarize: boolean): number[] {
  const all = Array.from({ length: summarize && size > 2 * EDGE_ITEMS ? 2 * EDGE_ITEMS : size }, (_, i) => i);
  return all.length === size ? all : all.map((i) => (i < EDGE_ITEMS ? i : size - 2 * EDGE_ITEMS + i));
}

function shownElements(
  data: TensorData,
  shape: Shape,
  strides: readonly number[],
  shown: (size: number) => readonly number[],
): (number | bigint)[] {
  let offsets = [0];
  shape.forEach((size, axis) => {
    const positions = shown(size);
    offsets = offsets.flatMap((offset) => positions.map((i) => offset + i * strides[axis]));
  });
  return offsets.map((offset) => data[offset]);
}

function vectorText(parts: readonly string[], indent: number, { width }: NumberFormat): string {
  const perLine = Math.max(1, Math.floor((LINE_WIDTH - indent) / (width + 2)));
  const lines: string[] = [];
  for (let i = 0; i < parts.length; i += perLine) lines.push(parts.slice(i, i + perLine).join(', '));
  return `[${lines.join(`,\n${' '.repeat(indent + 1)}`)}]`;
}

function withSuffixes(text: string, suffixes: readonly string[]): string {
  let result = text;
  let lineLength = text.length - text.lastIndexOf('\n') + 1;
  for (const suffix of suffixes) {
    const breaks = lineLength + suffix.length + 2 > LINE_WIDTH;
    result += breaks ? `,\n${' '.repeat(PREFIX.length)}${suffix}` : `, ${suffix}`;
    lineLength = breaks ? PREFIX.length + suffix.length : lineLength + suffix.length + 2;
  }
  return `${result})`;
}
