/**
 * Every primitive as a plain loop over whole arrays: the meaning of the op table, written down once more without
 * views, fusion or kernels. Each function takes the inputs' elements in row-major order and returns the output's.
 *
 * An index that the data give is never trusted: `gather` and the run-time start of `slice` read the nearest element
 * there is, `scatter` drops what falls outside.
 */

import type { AffineIndex, BinaryOp, DType, OpAttrs, OpName, Shape, UnaryOp } from '@tenfold/ir';
import { BINARY, UNARY, contiguousStrides, numel } from '@tenfold/ir';
import { attentionLoops } from './attention-loops.ts';
import type { Scalar } from './number-format.ts';
import { castScalar, castTo, conform, decode, encode } from './number-format.ts';
import { binaryFunction, isMoreExtreme, reducerOf, sortPositions, unaryFunction } from './scalar-ops.ts';
import { stridedOffsets } from './strided.ts';
import { randomBits } from './threefry.ts';

/** An array with its type. */
export interface Value {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: readonly Scalar[];
}

/** What a primitive sees: its inputs, its attributes, and the type its result has. */
interface Call<K extends OpName> {
  readonly inputs: readonly Value[];
  readonly attrs: OpAttrs[K];
  readonly dtype: DType;
  readonly shape: Shape;
}

type Evaluate<K extends OpName> = (call: Call<K>) => readonly Scalar[];
/** `leaf` and `scalar` have no inputs to compute from: the engine binds them. */
type ComputedOp = Exclude<OpName, 'leaf' | 'scalar'>;

const identity = ({ inputs }: { readonly inputs: readonly Value[] }) => inputs[0].data;

function view(x: Value, shape: Shape, strides: readonly number[], start = 0): Scalar[] {
  return stridedOffsets(shape, strides, start).map((offset) => x.data[offset]);
}

/** The positions along one axis: `count` elements apart by `stride`, from each of `starts`. */
function lanes(shape: Shape, axis: number): { starts: number[]; count: number; stride: number } {
  const strides = contiguousStrides(shape);
  const rest = shape.map((size, i) => (i === axis ? 1 : size));
  const starts = numel(shape) === 0 ? [] : stridedOffsets(rest, strides);
  return { starts, count: shape[axis], stride: strides[axis] };
}

function reduce({ inputs: [x], attrs: { kind, axes }, dtype, shape }: Call<'reduce'>): Scalar[] {
  const strides = contiguousStrides(x.shape);
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const starts = stridedOffsets(shape, kept.map((axis) => strides[axis])); // prettier-ignore
  const steps = stridedOffsets(
    axes.map((axis) => x.shape[axis]),
    axes.map((axis) => strides[axis]),
  );
  return starts.map((start) => {
    if (kind === 'argmax' || kind === 'argmin') {
      let best = 0;
      for (let i = 1; i < steps.length; i++) {
        if (isMoreExtreme(kind, x.data[start + steps[i]], i, x.data[start + steps[best]], best)) best = i;
      }
      return best;
    }
    const { identity: first, combine } = reducerOf(kind, x.dtype);
    return conform(dtype, steps.reduce((acc: Scalar, step) => combine(acc, x.data[start + step]), first)); // prettier-ignore
  });
}

/** One operand of a contraction: its offset, and the indices that may leave it, over output and summed labels. */
function contractOperand(
  shape: Shape,
  dims: readonly AffineIndex[],
  extents: readonly number[],
  labels: readonly number[],
  constants: boolean,
) {
  // prettier-ignore
  const sizes = labels.map((label) => extents[label]);
  const along = (dim: AffineIndex, label: number) =>
    dim.terms.reduce((sum, term) => sum + (term.label === label ? term.coefficient : 0), 0);
  const strides = contiguousStrides(shape);
  const indices = dims.map((dim) =>
    stridedOffsets(
      sizes,
      labels.map((label) => along(dim, label)),
      constants ? dim.offset : 0,
    ),
  );
  const count = numel(sizes);
  const offsets = Array.from({ length: count }, (_, i) =>
    indices.reduce((sum, index, dim) => sum + index[i] * strides[dim], 0),
  );
  return { indices, offsets };
}

/** Dimensions whose affine index can fall outside the operand. */
function leavingDims(shape: Shape, dims: readonly AffineIndex[], extents: readonly number[]): number[] {
  return dims.flatMap((dim, i) => {
    let low = dim.offset;
    let high = dim.offset;
    for (const { label, coefficient } of dim.terms) {
      const reach = coefficient * (extents[label] - 1);
      low += Math.min(reach, 0);
      high += Math.max(reach, 0);
    }
    return low < 0 || high >= shape[i] ? [i] : [];
  });
}

function contract({ inputs: [a, b], attrs: spec, dtype }: Call<'contract'>): Scalar[] {
  const { extents, out } = spec;
  const summed = extents.map((_, label) => label).filter((label) => !out.includes(label));
  const operands = ([[a, spec.a], [b, spec.b]] as const).map(([x, dims]) => {
    const outer = contractOperand(x.shape, dims, extents, out, true);
    const inner = contractOperand(x.shape, dims, extents, summed, false);
    const guarded = leavingDims(x.shape, dims, extents);
    const inside = (o: number, k: number) =>
      guarded.every((dim) => {
        const index = outer.indices[dim][o] + inner.indices[dim][k];
        return index >= 0 && index < x.shape[dim];
      });
    return { data: x.data, outer: outer.offsets, inner: inner.offsets, guarded: guarded.length > 0, inside };
  }); // prettier-ignore
  const [left, right] = operands;
  const count = numel(summed.map((label) => extents[label]));
  const points = numel(out.map((label) => extents[label]));
  const wide =
    dtype === 'int64' || dtype === 'int32' || dtype === 'int8' || dtype === 'uint8' ? dtype : 'float64';
  const multiply = binaryFunction('mul', wide);
  const { identity: zero, combine } = reducerOf('sum', dtype);
  const result = new Array<Scalar>(points);
  for (let o = 0; o < points; o++) {
    let sum = zero;
    for (let k = 0; k < count; k++) {
      if (left.guarded && !left.inside(o, k)) continue;
      if (right.guarded && !right.inside(o, k)) continue;
      const product = multiply(
        left.data[left.outer[o] + left.inner[k]],
        right.data[right.outer[o] + right.inner[k]],
      );
      sum = combine(sum, product);
    }
    result[o] = conform(dtype, sum);
  }
  return result;
}

function pad({ inputs: [x], attrs: { lo, interior, value }, dtype, shape }: Call<'pad'>): Scalar[] {
  const strides = contiguousStrides(shape);
  const start = lo.reduce((sum, n, axis) => sum + n * strides[axis], 0);
  const out = new Array<Scalar>(numel(shape)).fill(castScalar('float64', dtype, value));
  const offsets = stridedOffsets(
    x.shape,
    strides.map((stride, axis) => stride * (interior[axis] + 1)),
    start,
  );
  offsets.forEach((offset, i) => {
    out[offset] = x.data[i];
  });
  return out;
}

function slice({ inputs: [x, runtime], attrs: { start, step }, shape }: Call<'slice'>): Scalar[] {
  const strides = contiguousStrides(x.shape);
  const shift = runtime === undefined ? 0 : Number(runtime.data[0]);
  const begin = start.map((n, axis) => {
    const last = x.shape[axis] - 1 - (shape[axis] - 1) * step[axis];
    return axis === 0 ? Math.min(Math.max(n + shift, 0), last) : n;
  });
  const offset = begin.reduce((sum, n, axis) => sum + n * strides[axis], 0);
  return view(
    x,
    shape,
    strides.map((stride, axis) => stride * step[axis]),
    offset,
  );
}

function flip({ inputs: [x], attrs: { axes }, shape }: Call<'flip'>): Scalar[] {
  const strides = contiguousStrides(shape);
  const start = axes.reduce((sum, axis) => sum + (shape[axis] - 1) * strides[axis], 0);
  return view(
    x,
    shape,
    strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride)),
    start,
  );
}

function window({ inputs: [x], attrs: { axes, stride, dilation }, shape }: Call<'window'>): Scalar[] {
  const strides = contiguousStrides(x.shape);
  const positions = strides.map((step, axis) => {
    const i = axes.indexOf(axis);
    return i < 0 ? step : step * stride[i];
  });
  return view(x, shape, [...positions, ...axes.map((axis, i) => strides[axis] * dilation[i])]);
}

function gather({ inputs: [x, index], attrs: { axis } }: Call<'gather'>): Scalar[] {
  const strides = contiguousStrides(x.shape);
  const base = stridedOffsets(index.shape, strides.map((stride, i) => (i === axis ? 0 : stride))); // prettier-ignore
  return base.map((offset, i) => {
    const position = Math.min(Math.max(Number(index.data[i]), 0), x.shape[axis] - 1);
    return x.data[offset + position * strides[axis]];
  });
}

function scatter({ inputs: [base, index, source], attrs: { axis, mode }, dtype }: Call<'scatter'>): Scalar[] {
  const strides = contiguousStrides(base.shape);
  const offsets = stridedOffsets(index.shape, strides.map((stride, i) => (i === axis ? 0 : stride))); // prettier-ignore
  const combine = mode === 'set' ? (_: Scalar, x: Scalar) => x : reducerOf(mode, dtype).combine;
  const out = [...base.data];
  offsets.forEach((offset, i) => {
    const position = Number(index.data[i]);
    if (position < 0 || position >= base.shape[axis]) return;
    const target = offset + position * strides[axis];
    out[target] = combine(out[target], source.data[i]);
  });
  return out.map((x) => conform(dtype, x));
}

function scan({ inputs: [x], attrs: { axis, kind }, dtype, shape }: Call<'scan'>): Scalar[] {
  const { starts, count, stride } = lanes(shape, axis);
  const { identity: first, combine } = reducerOf(kind, dtype);
  const out = new Array<Scalar>(x.data.length);
  for (const start of starts) {
    let acc = first;
    for (let i = 0; i < count; i++) {
      acc = combine(acc, x.data[start + i * stride]);
      out[start + i * stride] = conform(dtype, acc);
    }
  }
  return out;
}

/** Where the ranks that are wanted do not reach, there are no positions: -1. */
function argsort({ inputs: [x], attrs: { axis, descending, ranks }, shape }: Call<'argsort'>): Scalar[] {
  const { starts, count, stride } = lanes(shape, axis);
  const [first, end] = ranks ?? [0, count];
  const out = new Array<Scalar>(x.data.length).fill(-1);
  for (const start of starts) {
    const lane = Array.from({ length: count }, (_, i) => x.data[start + i * stride]);
    const order = sortPositions(lane, descending);
    for (let i = first; i < end; i++) out[start + i * stride] = order[i];
  }
  return out;
}

function unaryOf(op: UnaryOp): Evaluate<UnaryOp> {
  return ({ inputs: [x] }) => x.data.map(unaryFunction(op, x.dtype));
}

function binaryOf(op: BinaryOp): Evaluate<BinaryOp> {
  return ({ inputs: [x, y] }) => {
    const apply = binaryFunction(op, x.dtype);
    return x.data.map((element, i) => apply(element, y.data[i]));
  };
}

function table<K extends UnaryOp | BinaryOp>(
  ops: readonly K[],
  of: (op: K) => Evaluate<K>,
): Record<K, Evaluate<K>> {
  return Object.fromEntries(ops.map((op) => [op, of(op)])) as Record<K, Evaluate<K>>;
}

const EVALUATE: { readonly [K in ComputedOp]: Evaluate<K> } = {
  ...table(UNARY, unaryOf),
  ...table(BINARY, binaryOf),
  const: ({ attrs: { value }, dtype }) => [castScalar('float64', dtype, value)],
  iota: ({ attrs: { axis }, shape }) => stridedOffsets(shape, shape.map((_, i) => (i === axis ? 1 : 0))), // prettier-ignore
  random: ({ inputs: [key0, key1], shape }) =>
    Array.from({ length: numel(shape) }, (_, i) => randomBits(i, Number(key0.data[0]), Number(key1.data[0]))),
  cast: ({ inputs: [x], dtype }) => x.data.map(castTo(x.dtype, dtype)),
  bitcast: ({ inputs: [x], dtype }) => decode(dtype, encode(x.dtype, x.data)),
  where: ({ inputs: [condition, x, y] }) => condition.data.map((c, i) => (c !== 0 ? x.data[i] : y.data[i])),
  reduce,
  reshape: identity,
  permute: ({ inputs: [x], attrs: { axes }, shape }) => {
    const strides = contiguousStrides(x.shape);
    return view(x, shape, axes.map((axis) => strides[axis])); // prettier-ignore
  },
  expand: ({ inputs: [x], shape }) => {
    const strides = contiguousStrides(x.shape).map((stride, axis) => (x.shape[axis] === 1 ? 0 : stride));
    const added = shape.slice(strides.length).map(() => 0);
    return view(x, shape, [...added, ...strides]);
  },
  pad,
  slice,
  flip,
  window,
  contract,
  attention: ({ inputs, attrs, dtype }) => attentionLoops(attrs, inputs, dtype),
  gather,
  scatter,
  scan,
  argsort,
  host: ({ inputs: [x], attrs: { run, sizes, width }, dtype, shape }) => {
    const rows = numel(shape) / width;
    const length = x.data.length / rows;
    return Array.from({ length: rows }, (_, row) => {
      const result = new Float64Array(width);
      run(Float64Array.from(x.data.slice(row * length, (row + 1) * length), Number), result, sizes);
      return Array.from(result, (element) => conform(dtype, element));
    }).flat();
  },
  contiguous: identity,
  detach: identity,
  custom: identity,
  recompute: identity,
};

/** Computes one node from its inputs' values. */
export function evaluateOp(
  op: ComputedOp,
  inputs: readonly Value[],
  attrs: OpAttrs[OpName],
  dtype: DType,
  shape: Shape,
): Value {
  // prettier-ignore
  const evaluate = EVALUATE[op] as Evaluate<OpName>;
  return { dtype, shape, data: evaluate({ inputs, attrs, dtype, shape }) };
}
