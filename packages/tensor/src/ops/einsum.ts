/**
 * Einstein's summation: products of tensors whose axes are named by letters. Operands are contracted two at a time, in the
 * cheapest order, each pair by one `contract` node, or a plain product where nothing is summed.
 * https://pytorch.org/docs/stable/generated/torch.einsum.html
 */

import { ArgumentError, DTypeError, ShapeError, formatShape } from '@tenfold/ir';
import { apply, commonDevice } from '../core/apply.ts';
import { forProduct } from '../core/autocast.ts';
import { expandTo } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { contractionPath } from './contraction-path.ts';
import { diagonal } from './diagonal.ts';
import { permuteAxes } from './dims.ts';
import { readEquation } from './einsum-equation.ts';
import { along, productOperands, range } from './labels.ts';
import { reduceAxes } from './reduce-axes.ts';
import { listed } from './stacking.ts';

/** An operand with a label for each axis, no label twice. */
interface Labelled {
  readonly x: Tensor;
  readonly labels: readonly number[];
}

/**
 * The sum of products that `equation` describes, such as `'bij,bjk->bik'`: a letter is an axis, letters that are not in the
 * result are summed over, one that an operand has twice takes its diagonal, `...` stands for axes that broadcast. Without
 * `->` the result has the letters that occur once, in alphabetical order, after the axes of `...`. As torch.einsum.
 * @throws ArgumentError for an equation that cannot be read; ShapeError where sizes of one letter differ.
 */
export function einsum(
  equation: string,
  ...operands: readonly Tensor[] | readonly [readonly Tensor[]]
): Tensor {
  const tensors = listed(operands);
  if (tensors.length === 0) throw new ArgumentError('einsum: expected at least one operand');
  commonDevice('einsum', tensors);
  const { inputs, output } = readEquation(
    equation,
    tensors.map(({ ndim }) => ndim),
  );
  return composed(tensors[0], () => contractAll('einsum', tensors, inputs, output));
}

function contractAll(
  op: string,
  tensors: readonly Tensor[],
  inputs: readonly (readonly number[])[],
  output: readonly number[],
): Tensor {
  const extents = extentsOf(tensors, inputs);
  const operands = tensors.map(forProduct);
  const odd = operands.findIndex(({ dtype }) => dtype !== operands[0].dtype);
  if (odd >= 0) {
    throw new DTypeError(
      `${op}: operands 0 and ${odd} are ${operands[0].dtype} and ${operands[odd].dtype}, expected one dtype; cast one with to()`,
    );
  }
  let rest = operands.map((x, i) => withoutRepeats(squeezed({ x, labels: inputs[i] }, extents)));
  const path = contractionPath(
    rest.map(({ labels }) => new Set(labels)),
    new Set(output),
    extents,
  );
  for (const [i, j] of path) {
    const others = rest.filter((_, k) => k !== i && k !== j);
    const needed = new Set([...output, ...others.flatMap(({ labels }) => labels)]);
    rest = [...others, pair(rest[i], rest[j], needed, others.length === 0 ? output : undefined, extents)];
  }
  return arranged(summed(rest[0], new Set(output)), output, extents);
}

/** The size of each label; a size of 1 broadcasts. */
function extentsOf(tensors: readonly Tensor[], inputs: readonly (readonly number[])[]): number[] {
  const extents: number[] = [];
  inputs.forEach((labels, i) =>
    labels.forEach((label, axis) => {
      const size = tensors[i].shape[axis];
      const known = extents[label] ?? 1;
      if (known !== 1 && size !== 1 && size !== known) {
        throw new ShapeError(
          `einsum: operand ${i} of shape ${formatShape(tensors[i].shape)} has size ${size} at axis ${axis}, where another operand has ` +
            `${known} for the same letter`,
        );
      }
      extents[label] = known === 1 ? size : known;
    }),
  );
  return extents;
}

/** Without the axes that broadcast: they are simply not read. */
function squeezed({ x, labels }: Labelled, extents: readonly number[]): Labelled {
  const kept = range(0, x.ndim).filter((axis) => x.shape[axis] === extents[labels[axis]]);
  if (kept.length === x.ndim) return { x, labels };
  return {
    x: apply('reshape', [x], { shape: kept.map((axis) => x.shape[axis]) }),
    labels: kept.map((axis) => labels[axis]),
  };
}

function withoutRepeats({ x, labels }: Labelled): Labelled {
  const second = labels.findIndex((label, axis) => labels.indexOf(label) < axis);
  if (second < 0) return { x, labels };
  const first = labels.indexOf(labels[second]);
  const others = labels.filter((_, axis) => axis !== first && axis !== second);
  return withoutRepeats({ x: diagonal(x, 0, first, second), labels: [...others, labels[second]] });
}

/** Sums over the labels that nobody needs. */
function summed({ x, labels }: Labelled, needed: ReadonlySet<number>): Labelled {
  const axes = range(0, x.ndim).filter((axis) => !needed.has(labels[axis]));
  return { x: reduceAxes('sum', x, axes), labels: labels.filter((label) => needed.has(label)) };
}

/** The product of two operands, summed over the labels that nobody else needs; in the order `out` where it is given. */
function pair(
  left: Labelled,
  right: Labelled,
  needed: ReadonlySet<number>,
  out: readonly number[] | undefined,
  extents: readonly number[],
): Labelled {
  const a = summed(left, new Set([...needed, ...right.labels]));
  const b = summed(right, new Set([...needed, ...left.labels]));
  const all = [...new Set([...a.labels, ...b.labels])];
  const kept = all.filter((label) => needed.has(label));
  const shared = kept.filter((label) => a.labels.includes(label) && b.labels.includes(label));
  const labels = (out ?? [...shared, ...kept]).filter(
    (label, i, list) => kept.includes(label) && list.indexOf(label) === i,
  );
  if (kept.length === all.length) {
    const [x, y] = [a, b].map((operand) => arranged(operand, labels, extents));
    return { x: raw.mul(x, y), labels };
  }
  const numbers = new Map(all.map((label, i) => [label, i]));
  const index = (list: readonly number[]) => list.map((label) => along(numbers.get(label) ?? 0));
  const x = apply('contract', productOperands('einsum', a.x, b.x), {
    extents: all.map((label) => extents[label]),
    a: index(a.labels),
    b: index(b.labels),
    out: labels.map((label) => numbers.get(label) ?? 0),
  });
  return { x, labels };
}

/** With the axes in the order `labels`, those it lacks repeated. */
function arranged(
  { x, labels: own }: Labelled,
  labels: readonly number[],
  extents: readonly number[],
): Tensor {
  const present = labels.filter((label) => own.includes(label));
  const ordered = permuteAxes(x, present.map((label) => own.indexOf(label))); // prettier-ignore
  const shape = labels.map((label) => (own.includes(label) ? extents[label] : 1));
  const aligned = present.length === labels.length ? ordered : apply('reshape', [ordered], { shape });
  return expandTo(aligned, labels.map((label) => extents[label])); // prettier-ignore
}

/**
 * Sums of products over the last `dims` axes of `a` and the first of `b`, or over the axes listed for each.
 * As torch.tensordot.
 * @throws ShapeError when the sizes of these axes differ.
 */
export function tensordot(
  a: Tensor,
  b: Tensor,
  dims: number | readonly [readonly number[], readonly number[]] = 2,
): Tensor {
  if (
    typeof dims === 'number' &&
    !(Number.isInteger(dims) && dims >= 0 && dims <= Math.min(a.ndim, b.ndim))
  ) {
    throw new ShapeError(
      `tensordot: ${formatShape(a.shape)} and ${formatShape(b.shape)} have no ${dims} axes to sum over`,
    );
  }
  const [first, second] = typeof dims === 'number' ? [range(a.ndim - dims, a.ndim), range(0, dims)] : dims;
  const axes = [first.map((axis) => at(a, axis)), second.map((axis) => at(b, axis))];
  const fits =
    axes[0].length === axes[1].length &&
    axes[0].every(
      (axis, i) => a.shape[axis] === b.shape[axes[1][i]] || a.shape[axis] === 1 || b.shape[axes[1][i]] === 1,
    ) &&
    axes.every((list) => new Set(list).size === list.length);
  if (!fits) {
    throw new ShapeError(
      `tensordot: axes [${first.join(', ')}] of ${formatShape(a.shape)} and [${second.join(', ')}] of ${formatShape(b.shape)} do not ` +
        'fit; expected as many, of equal sizes',
    );
  }
  const left = range(0, a.ndim);
  const right = range(0, b.ndim).map((axis) => {
    const i = axes[1].indexOf(axis);
    return i < 0 ? a.ndim + axis : axes[0][i];
  });
  const out = [
    ...left.filter((axis) => !axes[0].includes(axis)),
    ...right.filter((_, axis) => !axes[1].includes(axis)),
  ];
  return composed(a, () => contractAll('tensordot', [a, b], [left, right], out));
}

function at(x: Tensor, axis: number): number {
  if (Number.isInteger(axis) && axis >= -x.ndim && axis < x.ndim) return axis < 0 ? axis + x.ndim : axis;
  throw new ShapeError(`tensordot: a tensor of shape ${formatShape(x.shape)} has no axis ${axis}`);
}
