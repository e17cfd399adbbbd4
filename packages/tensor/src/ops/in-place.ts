/**
 * Writing a result into the tensor it was computed from, as the operations whose names end with an underscore do. A leaf,
 * or a view of one, is written as `assign` does. Any other tensor is a handle to a computed value, and stands for the new
 * value from then on: so history and gradients stay right.
 */

import {
  DTypeError,
  GradError,
  ShapeError,
  compareCategory,
  formatShape,
  sameShape,
  specOf,
} from '@tenfold/ir';
import { castTo } from '../core/broadcast.ts';
import { isGradEnabled } from '../core/grad-mode.ts';
import type { Tensor } from '../core/tensor.ts';
import { assign } from './assign.ts';
import { currentView, writeThroughView } from './assign-view.ts';

/** Computes `body(self)` and makes it the value of `self`, which is returned. */
export function inPlace(op: string, self: Tensor, body: (self: Tensor) => Tensor): Tensor {
  refresh(self);
  const result = body(self);
  if (!sameShape(result.shape, self.shape)) {
    throw new ShapeError(
      `${op}: the result has shape ${formatShape(result.shape)}, which does not fit the tensor of shape ` +
        `${formatShape(self.shape)}; write it without the underscore`,
    );
  }
  if (compareCategory(result.dtype, self.dtype) > 0) {
    throw new DTypeError(
      `${op}: the result is ${result.dtype}, which does not fit into ${self.dtype}; write it without the underscore, ` +
        `or cast the tensor first`,
    );
  }
  const value = castTo(result, self.dtype);
  if (isGradEnabled() && (self.requiresGrad || value.requiresGrad)) replaceTraced(op, self, value);
  else replace(op, self, value);
  return self;
}

/** A view of a leaf that was written meanwhile looks at what is there now. */
function refresh(self: Tensor): void {
  const view = self.requiresGrad ? undefined : currentView(self);
  if (view) self.rebind(view);
}

function replace(op: string, self: Tensor, value: Tensor): void {
  if (self.source.kind === 'storage') {
    assign(self, value);
  } else if (writeThroughView(self, value)) {
    refresh(self);
  } else if (self.requiresGrad) {
    throw new GradError(
      `${op}: the tensor is the result of traced operations, and its history would be wrong; detach() it first, ` +
        `or write outside of noGrad`,
    );
  } else {
    refuseView(op, self);
    self.rebind(value);
  }
}

function replaceTraced(op: string, self: Tensor, value: Tensor): void {
  if (self.isLeaf && self.requiresGrad) {
    throw new GradError(
      `${op}: the tensor is a leaf that requires gradients; write it inside noGrad(), or without the underscore`,
    );
  }
  refuseView(op, self);
  self.rebind(value);
}

/** The part of a computed value cannot be replaced: the whole would not change with it. */
function refuseView(op: string, self: Tensor): void {
  if (!isMoved(self)) return;
  throw new GradError(
    `${op}: the tensor is a view of a computed value, which would not change with it; write the operation without the ` +
      `underscore, or use setIndex() on the whole`,
  );
}

/** Whether the tensor may be a view: moved elements of another tensor, but not of a constant, such as zeros. */
function isMoved({ source }: Tensor): boolean {
  if (source.kind === 'storage') return false;
  const { graph, node } = source;
  const op = graph.ops[node];
  if (op === 'expand') {
    const [from] = graph.inputs[node];
    return graph.ops[from] !== 'const' && graph.ops[from] !== 'scalar';
  }
  return op === 'detach' || (op !== 'pad' && specOf(op).class === 'movement');
}
