/**
 * The gradient of a tensor that was read slice by slice (the steps of a recurrent network) arrives as a long sum of
 * slices, each padded with zeros to the whole: every element would look at every slice. Slices along one axis that do
 * not overlap are put side by side instead, which gives the same numbers.
 */

import type { Graph, NodeId, OpAttrs, Shape } from '@tenfold/ir';
import { cat } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { apply, fromNode } from '@tenfold/tensor/internal';

/** Fewer slices than this are as well added. */
const MANY = 9;

/** The same gradient, joined where it is a sum of many slices. */
export function joinSlices(gradient: Tensor): Tensor {
  const { source, home } = gradient;
  const { graph } = home;
  if (source.kind !== 'node' || source.graph !== graph || graph.ops[source.node] !== 'add') return gradient;
  const slices = paddedSlices(graph, source.node);
  if (slices.length < MANY) return gradient;
  const { shape } = gradient;
  const axis = shape.findIndex((size, i) => slices.some(({ inner }) => inner[i] !== size));
  slices.sort((a, b) => a.lo[axis] - b.lo[axis]);
  const sizeOf = ({ inner }: PaddedSlice) => inner[axis];
  const ends = slices.map((_, i) => slices[i + 1]?.lo[axis] ?? shape[axis]);
  const fits = slices.every(
    (slice, i) =>
      slice.lo[axis] + sizeOf(slice) <= ends[i] &&
      shape.every((size, other) => other === axis || size === slice.inner[other]),
  );
  if (axis < 0 || !fits) return gradient;
  // Gaps are filled with zeros: each piece reaches to where the next one begins.
  const zeros = shape.map(() => 0);
  const along = (n: number) => shape.map((_, i) => (i === axis ? n : 0));
  const pieces = slices.map((slice, i) => {
    const piece = fromNode(home, slice.node);
    const before = i === 0 ? slice.lo[axis] : 0;
    const after = ends[i] - slice.lo[axis] - sizeOf(slice);
    if (before === 0 && after === 0) return piece;
    return apply('pad', [piece], { lo: along(before), hi: along(after), interior: zeros, value: 0 });
  });
  return cat(pieces, axis);
}

interface PaddedSlice {
  readonly node: NodeId;
  readonly inner: Shape;
  readonly lo: readonly number[];
}

/** The terms of a sum if all are padded with zeros around, else none. */
function paddedSlices(graph: Graph, sum: NodeId): PaddedSlice[] {
  const slices: PaddedSlice[] = [];
  const take = (node: NodeId): boolean => {
    if (graph.ops[node] !== 'pad') return false;
    const { lo, interior, value } = graph.attrs[node] as OpAttrs['pad'];
    if (value !== 0 || interior.some((n) => n > 0)) return false;
    const [input] = graph.inputs[node];
    slices.push({ node: input, inner: graph.types[input].shape, lo });
    return true;
  };
  let node = sum;
  for (; graph.ops[node] === 'add'; [node] = graph.inputs[node]) if (!take(graph.inputs[node][1])) return [];
  return take(node) ? slices : [];
}
