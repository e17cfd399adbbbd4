/** Writing into a tensor, whole or through a view: a pending effect of the graph, executed once by the next run. */

import { ArgumentError, DTypeError, ShapeError, formatShape, sameShape, specOf } from '@tenfold/ir';
import { commonDevice } from '../core/apply.ts';
import { makeVariable, viewWriter } from '../core/view-writer.ts';
import type { Tensor } from '../core/tensor.ts';

/**
 * Writes `value` into `self`, in program order, and returns `self`: torch.Tensor.copy_ for operands that agree. A view
 * of a leaf (slice, permute, reshape, flip of it) writes into the leaf. What was computed from the old contents and
 * not read yet keeps its value if it is small, or else raises StaleValueError when it is read.
 * @throws ShapeError or DTypeError when shape or dtype differ.
 */
export function assign(self: Tensor, value: Tensor): Tensor {
  const device = commonDevice('assign', [self, value]);
  if (!sameShape(value.shape, self.shape)) {
    throw new ShapeError(
      `assign: a value of shape ${formatShape(value.shape)} does not fit a tensor of shape ${formatShape(self.shape)}; ` +
        `expand() it first`,
    );
  }
  if (value.dtype !== self.dtype) {
    throw new DTypeError(
      `assign: the value is ${value.dtype}, the tensor ${self.dtype}; cast it with to() first`,
    );
  }
  if (isView(self)) {
    const writeView = viewWriter();
    if (!writeView) {
      throw new ArgumentError(
        `assign: writing through a view needs all of '@tenfold/tensor', and only '@tenfold/tensor/base' is imported`,
      );
    }
    if (writeView(self, value)) return self;
  }
  const storage = self.leafStorage('assign');
  makeVariable(device, storage);
  // Realizing the leaf may have closed the graph, so the open one is asked for again.
  device.graph.effects.set(storage, value.resolve());
  return self;
}

function isView(self: Tensor): boolean {
  if (self.source.kind === 'storage' || self.requiresGrad) return false;
  return specOf(self.home.graph.ops[self.resolve()]).class === 'movement';
}
