/**
 * Writing through a view: `x.slice(0, 1, 3).assign(v)` changes the rows of `x`. The movement operations between the
 * view and its storage are undone one after another: a permutation by its inverse, a slice by padding, a reshape by
 * reshaping back; a mask that goes the same way says which elements of the storage are meant.
 */

import { ArgumentError } from '@tenfold/ir';
import type { Graph, NodeId, Shape, Storage } from '@tenfold/ir';
import { apply, constant, source } from '../core/apply.ts';
import { expandTo, literal } from '../core/broadcast.ts';
import { fromNode } from '../core/tensor.ts';
import type { Tensor } from '../core/tensor.ts';
import { makeVariable } from '../core/view-writer.ts';

/** Writes `value` into the leaf that `view` looks at, as a pending effect. Returns false if it is no view of a leaf. */
export function writeThroughView(view: Tensor, value: Tensor): boolean {
  const { home } = view;
  const path = viewPath(home.graph, view.resolve());
  if (!path || path.nodes.length === 0) return false;
  makeVariable(home, path.storage);
  const base = fromNode(home, home.graph.read(path.storage));
  home.graph.effects.set(path.storage, writeThrough(base, home.graph, path, value).resolve());
  return true;
}

/** The movement nodes from a view (first) down to the leaf it looks at. */
interface ViewPath {
  readonly storage: Storage;
  readonly nodes: readonly NodeId[];
}

/** How a node of the open graph is a view of a storage, if it is one. */
function viewPath(graph: Graph, node: NodeId): ViewPath | undefined {
  const nodes: NodeId[] = [];
  for (let at = node; ; at = graph.inputs[at][0]) {
    const storage = graph.leaves.get(at)?.storage ?? storageOfEffect(graph, at);
    if (storage) return { storage, nodes };
    const op = graph.ops[at];
    if (op !== 'reshape' && op !== 'permute' && op !== 'slice' && op !== 'flip' && op !== 'expand')
      return undefined;
    nodes.push(at);
  }
}

function storageOfEffect(graph: Graph, node: NodeId): Storage | undefined {
  for (const [storage, effect] of graph.effects) if (effect === node) return storage;
  return undefined;
}

/** The whole contents of the storage after `value` has been written through the view. */
function writeThrough(base: Tensor, graph: Graph, path: ViewPath, value: Tensor): Tensor {
  let written = value;
  let mask = expandTo(constant(value.home, 1, 'bool'), value.shape);
  for (const node of path.nodes) {
    written = undo(graph, node, written);
    mask = undo(graph, node, mask);
  }
  return apply('where', [mask, written, base], undefined);
}

function undo(graph: Graph, node: NodeId, value: Tensor): Tensor {
  const shape = graph.types[graph.inputs[node][0]].shape;
  switch (graph.ops[node]) {
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
      if (at !== undefined) return placeRows(fromNode(value.home, at), step, shape, value);
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
