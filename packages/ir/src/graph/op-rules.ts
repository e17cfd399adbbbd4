/**
 * What each primitive accepts: the written spec that the verifier holds nodes against. The tensor layer checks a user's
 * arguments and words errors for them, so these rules find defects of Tenfold alone. They are looked at in tests and
 * while debugging, and no bundle without the debug tools contains them.
 */

import { byteSize, isFloat } from '../dtype.ts';
import { formatShape, numel, sameShape } from '../shape.ts';
import type { ValueType } from './op-table.ts';
import type { BinaryOp, OpAttrs, OpName, UnaryOp } from './ops.ts';
import { BINARY, UNARY } from './ops.ts';

/** Says what is wrong with the inputs and attributes of a node, or nothing. */
type Rule<K extends OpName> = (inputs: readonly ValueType[], attrs: OpAttrs[K]) => string | undefined;
type Rules = { readonly [K in OpName]?: Rule<K> };

const FLOAT_ONLY: ReadonlySet<OpName> = new Set<OpName>([
  'recip', 'exp', 'log', 'sin', 'cos', 'sqrt', 'tanh', 'erf', 'div', 'atan2',
]); // prettier-ignore

type Arity = readonly [number, number];

/** Least and greatest number of inputs; all other operations have one. */
const ARITY: { readonly [K in OpName]?: Arity } = {
  ...Object.fromEntries(BINARY.map((op): [BinaryOp, Arity] => [op, [2, 2]])),
  const: [0, 0],
  scalar: [0, 0],
  leaf: [0, 0],
  iota: [0, 0],
  random: [2, 2],
  where: [3, 3],
  slice: [1, 2],
  contract: [2, 2],
  attention: [4, 8],
  gather: [2, 2],
  scatter: [3, 3],
  custom: [1, Infinity],
};

/** The message, unless all is well. */
function unless(ok: boolean, message: () => string): string | undefined {
  return ok ? undefined : message();
}

function sameTypes(a: ValueType, b: ValueType): string | undefined {
  return (
    unless(
      sameShape(a.shape, b.shape),
      () => `shapes ${formatShape(a.shape)} and ${formatShape(b.shape)} differ`,
    ) ?? unless(a.dtype === b.dtype, () => `dtypes ${a.dtype} and ${b.dtype} differ`)
  );
}

function elementwise(op: UnaryOp | BinaryOp): Rule<typeof op> {
  return ([a, b]) =>
    (b && sameTypes(a, b)) ??
    unless(!FLOAT_ONLY.has(op) || isFloat(a.dtype), () => `needs float operands, got ${a.dtype}`);
}

const RULES: Rules = {
  ...Object.fromEntries([...UNARY, ...BINARY].map((op) => [op, elementwise(op)])),
  random: (keys) =>
    unless(keys.every(({ dtype, shape }) => dtype === 'int32' && numel(shape) === 1), () => 'the key must be two int32 scalars'),
  bitcast: ([x], { dtype }) => unless(byteSize(x.dtype) === byteSize(dtype), () => `${x.dtype} and ${dtype} differ in width`),
  where: ([condition, a, b]) =>
    unless(condition.dtype === 'bool', () => `the condition is ${condition.dtype}, expected bool`) ??
    unless(sameShape(condition.shape, a.shape), () => `the condition has shape ${formatShape(condition.shape)}`) ??
    sameTypes(a, b),
  reduce: ([x], { axes }) =>
    unless(axes.every((axis, i) => axis < x.shape.length && (i === 0 || axis > axes[i - 1])), () => `bad axes ${axes}`),
  reshape: ([x], { shape }) =>
    unless(numel(shape) === numel(x.shape), () => `${formatShape(x.shape)} does not fill ${formatShape(shape)}`),
  permute: ([x], { axes }) =>
    unless(axes.length === x.shape.length && new Set(axes).size === axes.length, () => `bad axes ${axes}`),
  expand: ([x], { shape }) =>
    unless(
      shape.length >= x.shape.length &&
        x.shape.every((n, axis) => n === 1 || n === shape[shape.length - x.shape.length + axis]),
      () => `${formatShape(x.shape)} does not expand to ${formatShape(shape)}`,
    ),
  pad: (_, { lo, hi, interior }) =>
    unless([...lo, ...hi, ...interior].every((n) => n >= 0), () => 'negative padding is a slice'),
  slice: ([x], { start, step, shape }) =>
    unless(
      start.every((n) => n >= 0) &&
        step.every((n) => n >= 1) &&
        shape.every((n, axis) => n === 0 || start[axis] + (n - 1) * step[axis] < x.shape[axis]),
      () => `out of the range of ${formatShape(x.shape)}`,
    ),
  window: ([x], { axes, size, dilation }) =>
    unless(
      axes.every((axis, i) => dilation[i] * (size[i] - 1) < x.shape[axis]),
      () => `windows of ${formatShape(size)} do not fit into ${formatShape(x.shape)}`,
    ),
  contract: ([a, b], { a: aMap, b: bMap }) =>
    unless(a.dtype === b.dtype, () => `dtypes ${a.dtype} and ${b.dtype} differ`) ??
    unless(aMap.length === a.shape.length && bMap.length === b.shape.length, () => 'index maps and ranks differ'),
  attention: ([query, key, value, scale, ...rest], { result }) => {
    const [rows, keys] = [query.shape.slice(0, -1), key.shape.slice(0, -1)];
    const [depth, width] = [query.shape.slice(-1), value.shape.slice(-1)];
    const scores = [...rows, ...keys.slice(-1)];
    const own = result === 'output' ? [] : [[...rows, ...width], rows, rows];
    const expected = [[...rows, ...depth], [...rows.slice(0, -1), ...keys.slice(-1), ...depth], [...keys, ...width], [], ...own, scores];
    return [query, key, value, scale, ...rest].reduce<string | undefined>((found, { shape, dtype }, i) =>
      found ??
      unless(i < expected.length && sameShape(shape, expected[i]), () => `input ${i} has shape ${formatShape(shape)}`) ??
      unless(dtype === query.dtype && isFloat(dtype), () => `input ${i} is ${dtype}`), undefined);
  },
  host: ([x], { algorithm }) => unless(isFloat(x.dtype), () => `${algorithm} of ${x.dtype}`),
  gather: ([src, index]) =>
    unless(index.dtype === 'int32' && index.shape.length === src.shape.length, () => 'the index does not fit'),
  scatter: ([base, index, src]) =>
    unless(index.dtype === 'int32' && sameShape(index.shape, src.shape), () => 'the index does not fit') ??
    unless(base.dtype === src.dtype && base.shape.length === src.shape.length, () => 'the source does not fit'),
}; // prettier-ignore

/** Least and greatest number of inputs. */
export function arityOf(op: OpName): Arity {
  return ARITY[op] ?? [1, 1];
}

/** What is wrong with a node, or undefined. */
export function problemOf(
  op: OpName,
  inputs: readonly ValueType[],
  attrs: OpAttrs[OpName],
): string | undefined {
  const rule = RULES[op] as Rule<OpName> | undefined;
  return rule?.(inputs, attrs);
}
