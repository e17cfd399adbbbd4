/** Random steps: each appends one primitive (and what it needs to stay well-behaved) to a draft. */

import type {
  AffineIndex,
  BinaryOp,
  DType,
  ReduceKind,
  ScanKind,
  ScatterMode,
  Shape,
  UnaryOp,
} from '@tenfold/ir';
import { byteSize, isFloat, isInt, numel } from '@tenfold/ir';
import { attention } from './attention-step.ts';
import type { Draft } from './draft.ts';
import { MOST_ELEMENTS } from './draft.ts';
import { WHOLE, binaryFacts, productFacts, settle, sumFacts } from './facts.ts';

type Step = (d: Draft) => number | undefined;

const isHalf = (dtype: DType) => dtype === 'float16' || dtype === 'bfloat16';
const JUMPS: ReadonlySet<string> = new Set(['sign', 'floor', 'ceil', 'round', 'trunc', 'lt', 'le', 'eq', 'ne', 'mod', 'idiv', 'atan2']); // prettier-ignore
const FLOAT_UNARY: readonly UnaryOp[] = ['neg', 'recip', 'exp', 'log', 'sin', 'cos', 'sqrt', 'tanh', 'erf', 'abs', 'sign', 'floor', 'ceil', 'round', 'trunc']; // prettier-ignore
const FLOAT_BINARY: readonly BinaryOp[] = ['add', 'sub', 'mul', 'div', 'idiv', 'pow', 'mod', 'atan2', 'max', 'min', 'lt', 'le', 'eq', 'ne']; // prettier-ignore
const INT_BINARY: readonly BinaryOp[] = ['add', 'sub', 'mul', 'idiv', 'pow', 'mod', 'max', 'min', 'lt', 'le', 'eq', 'ne', 'and', 'or', 'xor', 'shl', 'shr']; // prettier-ignore
const BOOL_BINARY: readonly BinaryOp[] = ['and', 'or', 'xor', 'eq', 'ne', 'max', 'min'];

const unary: Step = (d) => {
  const x = d.pick();
  const dtype = d.dtype(x);
  if (dtype === 'bool') return d.unary('not', x);
  if (!isFloat(dtype)) return d.unary(d.random.pick(['neg', 'abs', 'sign', 'not']), x);
  const ops = d.exact(x) ? FLOAT_UNARY : FLOAT_UNARY.filter((op) => !JUMPS.has(op));
  const op = d.random.pick(ops);
  if (op === 'exp') return d.unary(op, d.limit(x, 4));
  if (op === 'log' || op === 'recip' || op === 'sqrt') return d.unary(op, d.away(x));
  if (op === 'sin' || op === 'cos') return d.unary(op, d.limit(x, 50));
  return d.unary(op, x);
};

const binary: Step = (d) => {
  const x = d.pick();
  const [dtype, shape] = [d.dtype(x), d.shape(x)];
  if (dtype === 'bool') return d.binary(d.random.pick(BOOL_BINARY), x, d.partner(x));
  if (!isFloat(dtype)) {
    const op = d.random.pick(INT_BINARY);
    if (op === 'pow') return d.binary(op, x, d.leaf(dtype, shape, [0, 4]));
    if (op === 'shl' || op === 'shr')
      return d.binary(op, x, d.leaf(dtype, shape, [0, byteSize(dtype) * 8 - 2]));
    return d.binary(op, x, d.partner(x));
  }
  const op = d.random.pick(d.exact(x) ? FLOAT_BINARY : FLOAT_BINARY.filter((name) => !JUMPS.has(name)));
  const y = d.partner(x, JUMPS.has(op));
  if (op === 'pow') return d.binary(op, d.limit(d.away(x), 4), d.limit(y, 2));
  if (op === 'div') return d.binary(op, x, d.away(y));
  if (op === 'mod' || op === 'idiv') {
    // Quarters only: a quotient just below an integer must not round up to it.
    const coarse = d.leaf(dtype, shape, [-4, 4]);
    const divisor = d.away(d.leaf(dtype, shape, [-2, 2]));
    return d.binary(op, coarse, divisor);
  }
  return d.binary(op, x, y);
};

const where: Step = (d) => {
  const x = d.pick();
  const y = d.partner(x);
  const condition = d.leaf('bool', d.shape(x));
  const [a, b] = [d.facts(x), d.facts(y)];
  return d.add(
    'where',
    [condition, x, y],
    undefined,
    isFloat(d.dtype(x)) ? binaryFacts('max', d.dtype(x), a, b) : WHOLE,
  );
};

const cast: Step = (d) => {
  const to = d.random.pick(d.dtypes);
  const x = d.pick((id) => isFloat(to) || !isFloat(d.dtype(id)) || d.exact(id));
  const from = d.dtype(x);
  if (isFloat(from) && !isFloat(to)) {
    const bounded = d.limit(x, 100);
    return d.add('cast', [to === 'uint8' ? d.unary('abs', bounded) : bounded], { dtype: to }, WHOLE);
  }
  if (isFloat(to)) {
    // Integers may have wrapped: bring them where every float format is exact.
    const small = isInt(from) ? d.binary('mod', x, d.full(16, from, d.shape(x))) : x;
    const facts = isFloat(from) ? d.facts(x) : { max: 15, grain: 1, error: 0 };
    return d.add('cast', [small], { dtype: to }, settle(to, facts));
  }
  return d.add('cast', [x], { dtype: to }, WHOLE);
};

const bitcast: Step = (d) => {
  const x = d.pick(
    (id) => (d.dtype(id) === 'float32' && d.exact(id)) || ['int8', 'uint8'].includes(d.dtype(id)),
  );
  const to = ({ float32: 'int32', int8: 'uint8', uint8: 'int8' } as const)[
    d.dtype(x) as 'float32' | 'int8' | 'uint8'
  ];
  if (to === undefined || !d.dtypes.includes(to)) return undefined;
  // One zero only: an engine may give either sign to a zero.
  const shifted = to === 'int32' ? d.away(x) : x;
  return d.exact(shifted) ? d.add('bitcast', [shifted], { dtype: to }, WHOLE) : undefined;
};

const reduce: Step = (d) => {
  const x = d.pick((id) => d.shape(id).length > 0);
  const [dtype, shape] = [d.dtype(x), d.shape(x)];
  if (shape.length === 0) return undefined;
  const axes = shape.map((_, axis) => axis).filter(() => d.random.chance(0.5));
  if (axes.length === 0) axes.push(d.random.int(0, shape.length - 1));
  const count = axes.reduce((n, axis) => n * shape[axis], 1);
  const extremal: readonly ReduceKind[] =
    count === 0 ? [] : d.exact(x) ? ['max', 'min', 'argmax', 'argmin'] : ['max', 'min'];
  const kind = d.random.pick<ReduceKind>(
    dtype === 'bool' ? ['max', 'min'] : ['sum', 'sum', 'prod', ...extremal],
  );
  if (dtype === 'bool' && count === 0) return undefined;
  if (kind === 'prod' && isFloat(dtype)) {
    if (count > 8) return undefined;
    const bounded = d.limit(x, 1.5);
    return d.add('reduce', [bounded], { kind, axes }, productFacts(dtype, d.facts(bounded), count));
  }
  if (kind === 'argmax' || kind === 'argmin') return d.add('reduce', [x], { kind, axes }, WHOLE);
  return d.add(
    'reduce',
    [x],
    { kind, axes },
    kind === 'sum' ? sumFacts(dtype, d.facts(x), count) : d.facts(x),
  );
};

/** A random way to write a number of elements as a shape. */
function factorShape(d: Draft, count: number): number[] {
  const shape: number[] = [];
  let rest = count;
  while (rest > 1 && shape.length < 4) {
    const divisors = Array.from({ length: rest }, (_, i) => i + 1).filter((n) => rest % n === 0);
    const n = d.random.pick(divisors);
    shape.push(n);
    rest /= n;
  }
  if (rest !== 1 || d.random.chance(0.2)) shape.push(rest);
  return shape;
}

const reshape: Step = (d) => {
  const x = d.pick();
  const count = numel(d.shape(x));
  return d.move('reshape', [x], { shape: count === 0 ? [3, 0] : factorShape(d, count) });
};

const permute: Step = (d) => {
  const x = d.pick((id) => d.shape(id).length > 1);
  return d.move('permute', [x], { axes: d.random.shuffle(d.shape(x).map((_, axis) => axis)) });
};

const expand: Step = (d) => {
  const x = d.pick((id) => numel(d.shape(id)) <= 300);
  const wide = [...d.shape(x)];
  if (wide.length < 4) {
    wide.splice(d.random.int(0, wide.length), 0, 1);
  }
  const narrow = d.move('reshape', [x], { shape: wide });
  const repeated = wide.map((n) => (n === 1 ? d.random.int(1, 4) : n));
  const added = wide.length < 4 && d.random.chance(0.5) ? [d.random.int(1, 3)] : [];
  return d.move('expand', [narrow], { shape: [...added, ...repeated] });
};

const pad: Step = (d) => {
  const x = d.pick((id) => d.shape(id).length > 0 && numel(d.shape(id)) <= 200);
  const [dtype, shape] = [d.dtype(x), d.shape(x)];
  const some = () => (d.random.chance(0.5) ? d.random.int(0, 2) : 0);
  const [lo, hi] = [shape.map(some), shape.map(some)];
  const interior = shape.map(() => (d.random.chance(0.25) ? d.random.int(1, 2) : 0));
  const value = d.random.chance(0.6) ? 0 : 1;
  const { max, grain, error } = d.facts(x);
  const facts = isFloat(dtype) ? { max: Math.max(max, 1), grain: Math.min(grain, 1), error } : WHOLE;
  return d.add('pad', [x], { lo, hi, interior, value }, facts);
};

const slice: Step = (d) => {
  const x = d.pick((id) => d.shape(id).length > 0 && numel(d.shape(id)) > 1);
  const from = d.shape(x);
  const step = from.map(() => (d.random.chance(0.6) ? 1 : d.random.int(2, 3)));
  const start = from.map((n) => (n === 0 ? 0 : d.random.int(0, Math.max(n - 1, 0))));
  const shape = from.map((n, axis) => {
    const most = Math.floor((n - start[axis] - 1) / step[axis]) + 1;
    return n === 0 ? 0 : d.random.int(d.random.chance(0.05) ? 0 : 1, most);
  });
  if (from.length === 0 || numel(from) === 0 || d.random.chance(0.7))
    return d.move('slice', [x], { start, step, shape });
  // The run-time offset moves the first axis within what is there, and sometimes beyond.
  const offset = d.scalar(d.random.int(-2, 3), 'int32', []);
  return d.move('slice', [x, offset], { start, step, shape });
};

const flip: Step = (d) => {
  const x = d.pick((id) => d.shape(id).length > 0);
  const axes = d.shape(x).map((_, axis) => axis).filter(() => d.random.chance(0.5)); // prettier-ignore
  return axes.length > 0 ? d.move('flip', [x], { axes }) : undefined;
};

const window: Step = (d) => {
  const x = d.pick((id) => d.shape(id).some((n) => n >= 2) && d.shape(id).length < 4);
  const shape = d.shape(x);
  const axes = shape.flatMap((n, axis) => (n >= 2 && d.random.chance(0.6) ? [axis] : []));
  if (axes.length === 0) return undefined;
  const size = axes.map((axis) => d.random.int(1, Math.min(shape[axis], 3)));
  const dilation = axes.map((axis, i) => d.random.int(1, size[i] === 1 ? 1 : Math.max(Math.floor((shape[axis] - 1) / (size[i] - 1)), 1))); // prettier-ignore
  const stride = axes.map(() => d.random.int(1, 3));
  const made = d.move('window', [x], { axes, size, stride, dilation });
  return numel(d.shape(made)) <= 4 * MOST_ELEMENTS ? made : undefined;
};

const dim = (label: number): AffineIndex => ({ terms: [{ label, coefficient: 1 }], offset: 0 });

/** A product of matrices, with a batch or without, in any layout; floats, or 32-bit integers. */
const product: Step = (d) => {
  const dtype = d.random.pick(d.dtypes.filter((t) => isFloat(t) || t === 'int32'));
  const [m, n, k] = [
    d.random.pick([1, 2, 5, 9, 16]),
    d.random.pick([1, 3, 4, 17]),
    d.random.pick([0, 1, 4, 7, 24]),
  ];
  const batch = d.random.chance(0.4) ? d.random.int(1, 3) : undefined;
  const [M, N, K, B] = [0, 1, 2, 3];
  const extents = batch === undefined ? [m, n, k] : [m, n, k, batch];
  const lead = batch === undefined ? [] : [B];
  const left = d.random.shuffle([M, K]);
  const right = d.random.shuffle([K, N]);
  const shared = d.random.chance(0.3) ? [] : lead;
  const operand = (labels: readonly number[]) => {
    const shape = labels.map((label) => extents[label]);
    const found = d.pick((id) => d.dtype(id) === dtype && String(d.shape(id)) === String(shape));
    return d.dtype(found) === dtype && String(d.shape(found)) === String(shape)
      ? found
      : d.leaf(dtype, shape);
  };
  const [a, b] = [operand([...lead, ...left]), operand([...shared, ...right])];
  const spec = { extents, a: [...lead, ...left].map(dim), b: [...shared, ...right].map(dim), out: d.random.shuffle([...lead, M, N]) }; // prettier-ignore
  const each = binaryFacts('mul', dtype, d.facts(a), d.facts(b));
  return d.add('contract', [a, b], spec, sumFacts(dtype, each, k));
};

/** A convolution of one or two dimensions: affine indices that leave the input. */
const convolution: Step = (d) => {
  const dtype = d.random.pick(d.dtypes.filter(isFloat));
  const [batch, channels, filters] = [d.random.int(1, 2), d.random.int(1, 3), d.random.int(1, 5)];
  const places = d.random.chance(0.5) ? 1 : 2;
  const axes = Array.from({ length: places }, () => {
    const [size, taps] = [d.random.int(3, 7), d.random.int(1, 3)];
    const [stride, dilation, padding] = [d.random.int(1, 2), d.random.int(1, 2), d.random.int(0, 2)];
    const count = Math.floor((size + 2 * padding - dilation * (taps - 1) - 1) / stride) + 1;
    return { size, taps, stride, dilation, padding, count };
  });
  if (axes.some(({ count }) => count < 1)) return undefined;
  const x = d.leaf(dtype, [batch, channels, ...axes.map(({ size }) => size)]);
  const w = d.leaf(dtype, [filters, channels, ...axes.map(({ taps }) => taps)]);
  const [N, F, C] = [0, 1, 2];
  const [out, tap] = [axes.map((_, i) => 3 + i), axes.map((_, i) => 3 + places + i)];
  const extents = [
    batch,
    filters,
    channels,
    ...axes.map(({ count }) => count),
    ...axes.map(({ taps }) => taps),
  ];
  const along = axes.map(({ stride, dilation, padding }, i): AffineIndex => ({
    terms: [
      { label: out[i], coefficient: stride },
      { label: tap[i], coefficient: dilation },
    ],
    offset: -padding,
  }));
  const spec = {
    extents,
    a: [dim(N), dim(C), ...along],
    b: [dim(F), dim(C), ...tap.map(dim)],
    out: [N, F, ...out],
  };
  const each = binaryFacts('mul', dtype, d.facts(x), d.facts(w));
  const count = channels * axes.reduce((n, { taps }) => n * taps, 1);
  return d.add('contract', [x, w], spec, sumFacts(dtype, each, count));
};

/** The shape of an index that fits `x` in every axis but one. */
function indexShape(d: Draft, shape: Shape, axis: number): number[] {
  return shape.map((n, i) =>
    i === axis ? d.random.int(1, 6) : d.random.chance(0.7) ? n : d.random.int(Math.min(n, 1), n),
  );
}

const gather: Step = (d) => {
  const x = d.pick((id) => d.shape(id).length > 0 && numel(d.shape(id)) > 0);
  const shape = d.shape(x);
  if (shape.length === 0 || numel(shape) === 0) return undefined;
  const axis = d.random.int(0, shape.length - 1);
  const index = d.leaf('int32', indexShape(d, shape, axis), [-1, shape[axis]]);
  return d.move('gather', [x, index], { axis });
};

const scatter: Step = (d) => {
  const base = d.pick((id) => d.shape(id).length > 0 && numel(d.shape(id)) > 0 && d.dtype(id) !== 'bool');
  const [dtype, shape] = [d.dtype(base), d.shape(base)];
  if (shape.length === 0 || numel(shape) === 0) return undefined;
  const axis = d.random.int(0, shape.length - 1);
  const into = indexShape(d, shape, axis);
  const index = d.leaf('int32', into, [-1, shape[axis]]);
  const mode = d.random.pick<ScatterMode>(
    isFloat(dtype) ? ['set', 'sum', 'max', 'min'] : ['set', 'sum', 'prod', 'max', 'min'],
  );
  // A sum of half floats rounds at every step in one engine and once in another.
  if (mode === 'sum' && isHalf(dtype)) return undefined;
  const source = d.leaf(dtype, into);
  const [a, b] = [d.facts(base), d.facts(source)];
  const facts = mode === 'sum' ? sumFacts(dtype, { ...a, max: Math.max(a.max, b.max), grain: Math.min(a.grain, b.grain) }, into[axis] + 1) : binaryFacts('max', dtype, a, b); // prettier-ignore
  return d.add('scatter', [base, index, source], { axis, mode }, facts);
};

const scan: Step = (d) => {
  const x = d.pick((id) => d.shape(id).length > 0 && d.dtype(id) !== 'bool');
  const [dtype, shape] = [d.dtype(x), d.shape(x)];
  if (shape.length === 0) return undefined;
  const axis = d.random.int(0, shape.length - 1);
  const kind = d.random.pick<ScanKind>(
    isFloat(dtype) ? ['sum', 'max', 'min'] : ['sum', 'prod', 'max', 'min'],
  );
  return d.add(
    'scan',
    [x],
    { axis, kind },
    kind === 'sum' ? sumFacts(dtype, d.facts(x), shape[axis]) : d.facts(x),
  );
};

const argsort: Step = (d) => {
  const x = d.pick((id) => d.shape(id).length > 0 && d.exact(id) && d.dtype(id) !== 'bool');
  if (!d.exact(x) || d.shape(x).length === 0) return undefined;
  const axis = d.random.int(0, d.shape(x).length - 1);
  return d.add('argsort', [x], { axis, descending: d.random.chance(0.5) }, WHOLE);
};

const source: Step = (d) => {
  const shape = d.randomShape(1);
  if (d.random.chance(0.5))
    return d.add('iota', [], { shape, axis: d.random.int(0, shape.length - 1) }, WHOLE);
  const key = () => d.scalar(d.random.int(-(2 ** 31), 2 ** 31 - 1), 'int32', []);
  return d.add('random', [key(), key()], { shape }, WHOLE);
};

const identity: Step = (d) =>
  d.move(d.random.pick(['contiguous', 'detach', 'recompute']), [d.pick()], undefined);

/** The steps, each as often as its weight. */
export const STEPS: readonly (readonly [weight: number, step: Step])[] = [
  [5, unary],
  [7, binary],
  [1, where],
  [2, cast],
  [0.3, bitcast],
  [5, reduce],
  [2, reshape],
  [2, permute],
  [2, expand],
  [1.5, pad],
  [1.5, slice],
  [1, flip],
  [0.7, window],
  [1.5, product],
  [0.7, convolution],
  [0.7, attention],
  [1, gather],
  [0.7, scatter],
  [0.7, scan],
  [0.4, argsort],
  [0.5, source],
  [0.7, identity],
];
