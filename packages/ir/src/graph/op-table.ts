/**
 * One row per primitive: class, shape and dtype rule, and whether it is cheap to recompute.
 * The rules take for granted that inputs fit: what fits is written down in `op-rules.ts`, for the verifier.
 */

import type { DType } from '../dtype.ts';
import { dtypeCode } from '../dtype.ts';
import type { Shape } from '../shape.ts';
import type { AffineIndex, BinaryOp, OpAttrs, OpName, UnaryOp } from './ops.ts';
import { BINARY, UNARY } from './ops.ts';

/** What is known of a node's value before it is computed. */
export interface ValueType {
  readonly shape: Shape;
  readonly dtype: DType;
}

export type OpClass =
  'source' | 'elementwise' | 'reduce' | 'movement' | 'contract' | 'attention' | 'indexed' | 'identity';

export interface OpSpec<K extends OpName = OpName> {
  readonly class: OpClass;
  /** Whether recomputing beats saving the value for the backward pass. */
  readonly cheap: boolean;
  /** A dense number for structural hashes. */
  readonly code: number;
  infer(inputs: readonly ValueType[], attrs: OpAttrs[K]): ValueType;
  /** Appends the attributes as numbers, for the plan's key. Absent where `infer`'s result says it all. */
  encode?(attrs: OpAttrs[K], out: number[]): void;
}

type Row<K extends OpName> = Omit<OpSpec<K>, 'code' | 'cheap'>;

const COMPARE = new Set<OpName>(['lt', 'le', 'eq', 'ne']);
/** Cheap to recompute are values of these classes ... */
const CHEAP = new Set<OpClass>(['source', 'elementwise', 'movement', 'identity']);
/** ... but for those of these operations. */
const COSTLY = new Set<OpName>(['exp', 'log', 'sin', 'cos', 'tanh', 'erf', 'pow', 'atan2', 'random']);

const unary: Row<UnaryOp> = { class: 'elementwise', infer: ([x]) => x };

function binaryRow(op: BinaryOp): Row<BinaryOp> {
  return {
    class: 'elementwise',
    infer: ([a]) => (COMPARE.has(op) ? { shape: a.shape, dtype: 'bool' } : a),
  };
}

const source = { class: 'source' } as const;
const movement = { class: 'movement' } as const;
const identity = { class: 'identity' } as const;

/** To another dtype, which is an attribute. */
const conversion: Row<'cast' | 'bitcast'> = {
  class: 'elementwise',
  infer: ([x], { dtype }) => ({ shape: x.shape, dtype }),
};
/** To another shape, which is an attribute. */
const reshaping: Row<'reshape' | 'expand' | 'slice'> = {
  ...movement,
  infer: ([x], { shape }) => ({ shape, dtype: x.dtype }),
};

function pushAll(out: number[], ...lists: readonly (readonly number[])[]): void {
  for (const list of lists) {
    out.push(list.length);
    for (const x of list) out.push(x);
  }
}

function lettersOf(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}

function encodeAffine(dims: readonly AffineIndex[], out: number[]): void {
  out.push(dims.length);
  for (const dim of dims) {
    out.push(dim.offset, dim.terms.length);
    for (const { label, coefficient } of dim.terms) out.push(label, coefficient);
  }
}

const rows: { readonly [K in Exclude<OpName, UnaryOp | BinaryOp>]: Row<K> } = {
  const: {
    ...source,
    infer: (_, { dtype }) => ({ shape: [], dtype }),
    encode: ({ value }, out) => out.push(value),
  },
  scalar: { ...source, infer: (_, { dtype }) => ({ shape: [], dtype }) },
  leaf: { ...source, infer: (_, { dtype, shape }) => ({ shape, dtype }) },
  iota: {
    ...source,
    infer: (_, { shape }) => ({ shape, dtype: 'int32' }),
    encode: ({ axis }, out) => out.push(axis),
  },
  random: {
    class: 'source',
    infer: (_, { shape }) => ({ shape, dtype: 'int32' }),
  },
  cast: conversion,
  bitcast: conversion,
  where: {
    class: 'elementwise',
    infer: ([, a]) => a,
  },
  reduce: {
    class: 'reduce',
    infer([x], { kind, axes }) {
      const shape = x.shape.filter((_, axis) => !axes.includes(axis));
      return { shape, dtype: kind === 'argmax' || kind === 'argmin' ? 'int32' : x.dtype };
    },
    encode({ kind, axes }, out) {
      out.push(['sum', 'prod', 'max', 'min', 'argmax', 'argmin'].indexOf(kind));
      pushAll(out, axes);
    },
  },
  reshape: reshaping,
  permute: {
    ...movement,
    infer: ([x], { axes }) => ({ shape: axes.map((axis) => x.shape[axis]), dtype: x.dtype }),
    encode: ({ axes }, out) => pushAll(out, axes),
  },
  expand: reshaping,
  pad: {
    ...movement,
    infer([x], { lo, hi, interior }) {
      const shape = x.shape.map((n, axis) => lo[axis] + n + Math.max(n - 1, 0) * interior[axis] + hi[axis]);
      return { shape, dtype: x.dtype };
    },
    encode({ lo, hi, interior, value }, out) {
      pushAll(out, lo, hi, interior);
      out.push(value);
    },
  },
  slice: { ...reshaping, encode: ({ start, step }, out) => pushAll(out, start, step) },
  flip: { ...movement, infer: ([x]) => x, encode: ({ axes }, out) => pushAll(out, axes) },
  window: {
    ...movement,
    infer([x], { axes, size, stride, dilation }) {
      const shape = [...x.shape];
      axes.forEach((axis, i) => {
        const span = dilation[i] * (size[i] - 1) + 1;
        shape[axis] = Math.floor((x.shape[axis] - span) / stride[i]) + 1;
      });
      return { shape: [...shape, ...size], dtype: x.dtype };
    },
    encode: ({ axes, size, stride, dilation }, out) => pushAll(out, axes, size, stride, dilation),
  },
  contract: {
    class: 'contract',
    infer: ([a], { extents, out }) => ({ shape: out.map((label) => extents[label]), dtype: a.dtype }),
    encode({ extents, a, b, out: labels, hint }, out) {
      const wishes = hint ? lettersOf(`${hint.algorithm} ${hint.precision} ${hint.optional}`) : [];
      pushAll(out, extents, labels, wishes);
      encodeAffine(a, out);
      encodeAffine(b, out);
    },
  },
  attention: {
    class: 'attention',
    infer([query, , value], { result }) {
      const shape = [...query.shape];
      const [depth = 0, queries = 0] = [shape.pop(), shape.pop()];
      const [keys, width] = value.shape.slice(-2);
      if (result === 'output') shape.push(queries, width + 1);
      else shape.push(queries * depth + keys * (depth + width));
      return { shape, dtype: query.dtype };
    },
    encode: ({ result, causal }, out) => out.push(result === 'output' ? 0 : 1, causal ? 1 : 0),
  },
  gather: {
    class: 'indexed',
    infer: ([src, index]) => ({ shape: index.shape, dtype: src.dtype }),
    encode: ({ axis }, out) => out.push(axis),
  },
  scatter: {
    class: 'indexed',
    infer: ([base]) => base,
    encode: ({ axis, mode }, out) => out.push(axis, ['set', 'sum', 'prod', 'max', 'min'].indexOf(mode)),
  },
  scan: {
    class: 'indexed',
    infer: ([x]) => x,
    encode: ({ axis, kind }, out) => out.push(axis, ['sum', 'prod', 'max', 'min'].indexOf(kind)),
  },
  argsort: {
    class: 'indexed',
    infer: ([x]) => ({ shape: x.shape, dtype: 'int32' }),
    encode: ({ axis, descending, ranks = [] }, out) => pushAll(out, [axis, descending ? 1 : 0], ranks),
  },
  host: {
    class: 'indexed',
    infer: ([{ dtype, shape }], { width }) => ({ shape: [...shape.slice(0, -1), width], dtype }),
    encode: ({ algorithm, sizes }, out) => pushAll(out, lettersOf(algorithm), sizes),
  },
  contiguous: { ...identity, infer: ([x]) => x },
  detach: { ...identity, infer: ([x]) => x },
  custom: { ...identity, infer: ([x]) => x },
  recompute: { ...identity, infer: ([x]) => x },
};

function buildTable(): { readonly [K in OpName]: OpSpec<K> } {
  const table: Partial<Record<OpName, OpSpec>> = {};
  let code = 0;
  const put = <K extends OpName>(op: K, row: Row<K>) => {
    table[op] = { ...row, cheap: CHEAP.has(row.class) && !COSTLY.has(op), code: code++ } as OpSpec;
  };
  for (const op of UNARY) put(op, unary);
  for (const op of BINARY) put(op, binaryRow(op));
  for (const op of Object.keys(rows) as (keyof typeof rows)[]) put(op, rows[op] as Row<typeof op>);
  return table as { readonly [K in OpName]: OpSpec<K> };
}

/** The table itself; exhaustive by its type. */
export const OPS = buildTable();

/** The row of an operation whose attributes' type is not known statically. */
export function specOf(op: OpName): OpSpec {
  return OPS[op] as OpSpec;
}

/** Appends what identifies a value's type: its dtype and shape. */
export function encodeType({ shape, dtype }: ValueType, out: number[]): void {
  out.push(dtypeCode(dtype));
  pushAll(out, shape);
}
