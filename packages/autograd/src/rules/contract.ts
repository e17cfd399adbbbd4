/**
 * The gradient of a contraction is a contraction: the incoming gradient takes the operand's place, and the index maps
 * are solved for it. Where an operand is read at `stride·o + dilation·k - padding` = h, the gradient is read, spread by
 * the stride, at o = (h - dilation·k + padding) / stride. Nothing is transposed or unfolded in memory.
 */

import { unreachable } from '@tenfold/ir';
import type { AffineIndex, ContractSpec, Shape } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { apply } from '@tenfold/tensor/internal';
import type { GradRule } from './rule.ts';

const reads = (index: AffineIndex, label: number): boolean =>
  index.terms.some((term) => term.label === label);

interface Solution {
  readonly spec: ContractSpec;
  /** Zeros to put between the neighbours of each axis of the incoming gradient. */
  readonly interior: readonly number[];
  /** Padding that brings the result to the operand's shape. */
  readonly lo: readonly number[];
  readonly step: readonly number[];
}

const solutions = new WeakMap<ContractSpec, Map<readonly AffineIndex[], Solution>>();

/** `solve`, once for a specification: a step that is traced again has the same one. Its operands' shapes follow from it. */
function solution(
  spec: ContractSpec,
  mine: readonly AffineIndex[],
  other: readonly AffineIndex[],
  shape: Shape,
): Solution {
  let known = solutions.get(spec);
  if (!known) solutions.set(spec, (known = new Map()));
  let found = known.get(mine);
  if (!found) known.set(mine, (found = solve(spec, mine, other, shape)));
  return found;
}

/** The contraction that gives the gradient of the operand read through `mine`, the other one being read through `other`. */
export function solve(
  spec: ContractSpec,
  mine: readonly AffineIndex[],
  other: readonly AffineIndex[],
  shape: Shape,
): Solution {
  const extents = [...spec.extents];
  const gradientMap: AffineIndex[] = spec.out.map((label) => ({
    terms: [{ label, coefficient: 1 }],
    offset: 0,
  }));
  const interior = spec.out.map(() => 0);
  const lo = shape.map(() => 0);
  const step = shape.map(() => 1);
  const out = mine.map((index, axis) => {
    const [first] = index.terms;
    const single = index.terms.length === 1;
    if (single && first.coefficient === 1 && index.offset === 0 && extents[first.label] === shape[axis])
      return first.label;
    const pivot = index.terms.find(
      ({ label, coefficient }) =>
        coefficient > 0 &&
        spec.out.includes(label) &&
        !other.some((o) => reads(o, label)) &&
        mine.every((m, a) => a === axis || !reads(m, label)),
    );
    if (pivot) {
      const label = extents.push(shape[axis]) - 1;
      const at = spec.out.indexOf(pivot.label);
      const others = index.terms.filter((term) => term !== pivot);
      gradientMap[at] = {
        terms: [
          { label, coefficient: 1 },
          ...others.map((t) => ({ label: t.label, coefficient: -t.coefficient })),
        ],
        offset: -index.offset,
      };
      interior[at] = pivot.coefficient - 1;
      return label;
    }
    if (!single || index.offset < 0 || first.coefficient < 1)
      unreachable('contract: an index map that cannot be solved');
    lo[axis] = index.offset;
    step[axis] = first.coefficient;
    return first.label;
  });
  return { spec: dropUnused({ ...spec, extents, a: gradientMap, b: other, out }), interior, lo, step };
}

/** Renumbers the labels that are still read, so that one that was solved for is not summed over. */
function dropUnused({ extents, a, b, out, hint }: ContractSpec): ContractSpec {
  const used = extents.map(
    (_, label) => out.includes(label) || a.some((i) => reads(i, label)) || b.some((i) => reads(i, label)),
  );
  const renumbered = new Map<number, number>();
  used.forEach((isUsed, label) => {
    if (isUsed) renumbered.set(label, renumbered.size);
  });
  const rename = (label: number) => renumbered.get(label) ?? unreachable('contract: a label was lost');
  const renameAll = (map: readonly AffineIndex[]) =>
    map.map(({ terms, offset }) => ({
      terms: terms.map(({ label, coefficient }) => ({ label: rename(label), coefficient })),
      offset,
    }));
  return {
    extents: extents.filter((_, label) => used[label]),
    a: renameAll(a),
    b: renameAll(b),
    out: out.map(rename),
    hint: hint && { ...hint, optional: true },
  };
}

function operandGradient(
  gradient: Tensor,
  other: Tensor,
  shape: Shape,
  { spec, interior, lo, step }: Solution,
): Tensor {
  const none = interior.map(() => 0);
  const spread = interior.some((n) => n > 0)
    ? apply('pad', [gradient], { lo: none, hi: none, interior, value: 0 })
    : gradient;
  const result = apply('contract', [spread, other], spec);
  if (result.shape.every((size, axis) => size === shape[axis] && lo[axis] === 0)) return result;
  const hi = shape.map((size, axis) => size - lo[axis] - (result.shape[axis] - 1) * step[axis] - 1);
  return apply('pad', [result], { lo, hi, interior: step.map((n) => n - 1), value: 0 });
}

export const contractRule: GradRule<'contract'> = {
  saves: 'inputs',
  backward({ gradient, inputs: [a, b], attrs, needs }) {
    return [
      needs[0]
        ? operandGradient(gradient, b, a.shape, solution(attrs, attrs.a, attrs.b, a.shape))
        : undefined,
      needs[1]
        ? operandGradient(gradient, a, b.shape, solution(attrs, attrs.b, attrs.a, b.shape))
        : undefined,
    ];
  },
};
