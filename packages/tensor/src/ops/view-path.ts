/**
 * From a view back to what it looks at: a slice is undone by padding, a permutation by its inverse, a reshape by
 * reshaping back. A value and a mask that go this way say what the whole is after the view has been written to.
 */

import { ArgumentError, unreachable } from '@tenfold/ir';
import type { Device, Graph, NodeId, OpName, Shape } from '@tenfold/ir';
import { apply, constant, source } from '../core/apply.ts';
import { expandTo, literal } from '../core/broadcast.ts';
import { Tensor } from '../core/tensor.ts';

const MOVES = ['reshape', 'permute', 'slice', 'flip', 'expand', 'detach'] as const;

function isMove(op: OpName): op is (typeof MOVES)[number] {
  return (MOVES as readonly OpName[]).includes(op);
}

/** The movement nodes from a view (first) down to, but without, the first node that is a `root`; undefined if there is none. */
export function viewPath(
  graph: Graph,
  view: NodeId,
  isRoot: (node: NodeId) => boolean,
): NodeId[] | undefined {
  const nodes: NodeId[] = [];
  for (let at = view; !isRoot(at); at = graph.inputs[at][0]) {
    if (!isMove(graph.ops[at])) return undefined;
    nodes.push(at);
  }
  return nodes;
}

/** A copy of `base` in which what `view`, made from it by moving, looks at is `value`. */
export function embed(base: Tensor, view: Tensor, value: Tensor): Tensor {
  const { graph } = base.home;
  const root = base.resolve();
  const path = viewPath(graph, view.resolve(), (node) => node === root);
  if (!path) unreachable('a view is made from its tensor by moving alone');
  return writeAlong(base, graph, path, value);
}

/** The view at the beginning of a path, of another base. */
export function moveAlong(base: Tensor, graph: Graph, path: readonly NodeId[]): Tensor {
  return path.reduceRight((moved, node) => {
    const op = graph.ops[node];
    if (!isMove(op)) return moved;
    const others = graph.inputs[node].slice(1).map((input) => nodeOf(base.home, graph, input));
    return apply(op, [moved, ...others], graph.attrsOf(node, op));
  }, base);
}

/** The whole of `base` after `value` has been written through the view at the beginning of a path. */
export function writeAlong(base: Tensor, graph: Graph, path: readonly NodeId[], value: Tensor): Tensor {
  if (path.length === 0) return value;
  let written = value;
  let mask = expandTo(constant(value.home, 1, 'bool'), value.shape);
  for (const node of path) {
    written = undo(graph, node, written);
    mask = undo(graph, node, mask);
  }
  return apply('where', [mask, written, base], undefined);
}

/** A node of a graph that need not be the open one any more. */
function nodeOf(home: Device, graph: Graph, node: NodeId): Tensor {
  return new Tensor(home, { kind: 'node', graph, node });
}

function undo(graph: Graph, node: NodeId, value: Tensor): Tensor {
  const shape = graph.types[graph.inputs[node][0]].shape;
  switch (graph.ops[node]) {
    case 'detach':
      return value;
    case 'reshape':
      return apply('reshape', [value], { shape });
    case 'permute': {
      const { axes } = graph.attrsOf(node, 'permute');
      return apply('permute', [value], { axes: axes.map((_, axis) => axes.indexOf(axis)) });
    }
    case 'flip':
      return apply('flip', [value], graph.attrsOf(node, 'flip'));
    case 'slice': {
      const { start, step } = graph.attrsOf(node, 'slice');
      const at = graph.inputs[node][1];
      if (at !== undefined) return placeRows(nodeOf(value.home, graph, at), step, shape, value);
      const span = (axis: number) =>
        Math.max(value.shape[axis] - 1, 0) * step[axis] + Math.min(value.shape[axis], 1);
      const hi = shape.map((size, axis) => size - start[axis] - span(axis));
      return apply('pad', [value], { lo: start, hi, interior: step.map((n) => n - 1), value: 0 });
    }
    default:
      throw new ArgumentError(
        'assign: several elements of an expanded view share one place; assign to the tensor itself',
      );
  }
}

/** Puts the rows of `value` at a run-time position along axis 0, `step` apart, into zeros of `shape`. */
function placeRows(offset: Tensor, step: readonly number[], shape: Shape, value: Tensor): Tensor {
  const sized = [shape[0], ...value.shape.slice(1)];
  const index = source(value.home, 'iota', { shape: sized, axis: 0 });
  const distance = apply('sub', [index, expandTo(offset, sized)], undefined);
  const spacing = literal(distance, step[0]);
  const row = apply('idiv', [distance, spacing], undefined);
  const zero = literal(distance, 0);
  const onRow = apply('eq', [apply('mod', [distance, spacing], undefined), zero], undefined);
  const fromStart = apply('le', [zero, row], undefined);
  const beforeEnd = apply('lt', [row, literal(row, value.shape[0])], undefined);
  const hit = apply('and', [onRow, apply('and', [fromStart, beforeEnd], undefined)], undefined);
  const rows = apply('gather', [value, apply('where', [hit, row, zero], undefined)], { axis: 0 });
  return apply('where', [hit, rows, literal(rows, 0)], undefined);
}
