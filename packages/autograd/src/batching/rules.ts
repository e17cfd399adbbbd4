/**
 * How each primitive is applied to a whole batch at once: one row a primitive, and the type makes the table exhaustive.
 * Within these rules the batch is always axis 0. What differs between the members of the batch is decided elsewhere
 * (`batch.ts`): a rule is only asked when at least one of its inputs is a batch.
 */

import { ArgumentError, BINARY, UNARY } from '@tenfold/ir';
import type { AffineIndex, OpAttrs, OpName } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { apply, literal, source } from '@tenfold/tensor/internal';

/** An input as the original operation had it, and as a batch where it differs between the members. */
export interface BatchInput {
  readonly one: Tensor;
  readonly batch: Tensor | undefined;
}

export interface BatchContext<K extends OpName> {
  readonly inputs: readonly BatchInput[];
  readonly attrs: OpAttrs[K];
  /** Members of the batch. */
  readonly size: number;
}

type BatchRule<K extends OpName> = (context: BatchContext<K>) => Tensor;

/** An operation without inputs: the same for all members. */
const SHARED = 'shared';

/** The input as a batch; members that are all the same are repeated without a copy. */
export function asBatch({ one, batch }: BatchInput, size: number): Tensor {
  return batch ?? apply('expand', [one], { shape: [size, ...one.shape] });
}

const behind = (axes: readonly number[]): number[] => axes.map((axis) => axis + 1);

/** An operation that treats every axis alike; `shift` says where the other ones are now. */
function mapped<K extends OpName>(
  op: K,
  shift: (attrs: OpAttrs[K], size: number) => OpAttrs[K],
): BatchRule<K> {
  return ({ inputs, attrs, size }) =>
    apply(
      op,
      inputs.map((input) => asBatch(input, size)),
      shift(attrs, size),
    );
}

/** As `mapped`, for an operation whose attributes name no axis. */
const plain = <K extends OpName>(op: K): BatchRule<K> => mapped(op, (attrs) => attrs);

/** The rules of all `ops`, which name no axis. */
function plainRules<K extends OpName>(ops: readonly K[]): { readonly [P in K]: BatchRule<P> } {
  const rules: Partial<{ [P in K]: BatchRule<P> }> = {};
  for (const op of ops) rules[op] = plain(op);
  return rules as { readonly [P in K]: BatchRule<P> };
}

/** New leading axes come behind the batch. */
const expandRule: BatchRule<'expand'> = ({ inputs: [input], attrs: { shape }, size }) => {
  const added = shape.length - input.one.ndim;
  const fitted = [size, ...Array.from({ length: added }, () => 1), ...input.one.shape];
  return apply('expand', [apply('reshape', [asBatch(input, size)], { shape: fitted })], {
    shape: [size, ...shape],
  });
};

/** A start known at run time belongs to axis 0: that one goes to the front, or its rows are gathered. */
const sliceRule: BatchRule<'slice'> = ({ inputs: [input, offset], attrs, size }) => {
  const { start, step, shape } = attrs;
  const x = asBatch(input, size);
  if (!offset) {
    return apply('slice', [x], { start: [0, ...start], step: [1, ...step], shape: [size, ...shape] });
  }
  const swapped = x.shape.map((_, axis) => (axis < 2 ? 1 - axis : axis));
  if (!offset.batch) {
    const moved = apply('slice', [apply('permute', [x], { axes: swapped }), offset.one], {
      start: [start[0], 0, ...start.slice(1)],
      step: [step[0], 1, ...step.slice(1)],
      shape: [shape[0], size, ...shape.slice(1)],
    });
    return apply('permute', [moved], { axes: swapped });
  }
  const rest = apply('slice', [x], {
    start: [0, 0, ...start.slice(1)],
    step: [1, 1, ...step.slice(1)],
    shape: [size, input.one.shape[0], ...shape.slice(1)],
  });
  const row = source(x.home, 'iota', { shape: [size, ...shape], axis: 1 });
  const from = offset.batch.reshape([size, ...shape.map(() => 1)]).expand([size, ...shape]);
  const position = row.mul(literal(row, step[0])).add(literal(row, start[0])).add(from);
  return apply('gather', [rest, position], { axis: 1 });
};

/** The batch is one more label, which an operand that is the same for all members is not read at. */
const contractRule: BatchRule<'contract'> = ({ inputs: [a, b], attrs: { extents, out, ...spec }, size }) => {
  const label = extents.length;
  const atLabel: AffineIndex = { terms: [{ label, coefficient: 1 }], offset: 0 };
  const read = (input: BatchInput, at: readonly AffineIndex[]) => (input.batch ? [atLabel, ...at] : at);
  return apply('contract', [a.batch ?? a.one, b.batch ?? b.one], {
    ...spec,
    extents: [...extents, size],
    a: read(a, spec.a),
    b: read(b, spec.b),
    out: [label, ...out],
  });
};

const attentionRule: BatchRule<'attention'> = ({ inputs, attrs, size }) => {
  if (inputs[3].batch)
    throw new ArgumentError('vmap: attention has one scale for all members; scale the query instead');
  const operands = inputs.map((input, i) => (i === 3 ? input.one : asBatch(input, size)));
  return apply('attention', operands, attrs);
};

type BatchTable = { readonly [K in OpName]: BatchRule<K> | typeof SHARED };

const TABLE: BatchTable = {
  ...plainRules(UNARY),
  ...plainRules(BINARY),
  ...plainRules(['cast', 'bitcast', 'where', 'host', 'contiguous', 'detach', 'recompute']),
  const: SHARED,
  scalar: SHARED,
  leaf: SHARED,
  iota: SHARED,
  // Asked for when every member draws its own numbers: more numbers of the same stream.
  random: ({ inputs, attrs: { shape }, size }) =>
    apply('random', inputs.map(({ one }) => one), { shape: [size, ...shape] }),
  reduce: mapped('reduce', ({ kind, axes }) => ({ kind, axes: behind(axes) })),
  reshape: mapped('reshape', ({ shape }, size) => ({ shape: [size, ...shape] })),
  permute: mapped('permute', ({ axes }) => ({ axes: [0, ...behind(axes)] })),
  expand: expandRule,
  pad: mapped('pad', ({ lo, hi, interior, value }) => ({
    lo: [0, ...lo],
    hi: [0, ...hi],
    interior: [0, ...interior],
    value,
  })),
  slice: sliceRule,
  flip: mapped('flip', ({ axes }) => ({ axes: behind(axes) })),
  window: mapped('window', ({ axes, ...rest }) => ({ axes: behind(axes), ...rest })),
  contract: contractRule,
  attention: attentionRule,
  gather: mapped('gather', ({ axis }) => ({ axis: axis + 1 })),
  scatter: mapped('scatter', ({ axis, mode }) => ({ axis: axis + 1, mode })),
  scan: mapped('scan', ({ kind, axis }) => ({ kind, axis: axis + 1 })),
  argsort: mapped('argsort', ({ axis, ...order }) => ({ axis: axis + 1, ...order })),
  // What a node with a gradient of its own computes; the gradient is batched in `batch.ts`.
  custom: ({ inputs: [result], size }) => asBatch(result, size),
}; // prettier-ignore

/** The rule of an operation whose kind is not known statically; undefined where all members share the result. */
export function batchRuleOf(op: OpName): BatchRule<OpName> | undefined {
  const rule = TABLE[op];
  return rule === SHARED ? undefined : (rule as BatchRule<OpName>);
}
