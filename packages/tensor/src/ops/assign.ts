/** Writing into a tensor, whole or through a view: a pending effect of the graph, executed once by the next run. */

import { DTypeError, ShapeError, formatShape, sameShape } from '@tenfold/ir';
import type { Device, Storage } from '@tenfold/ir';
import { contents, viewPath, writeThrough } from '../core/assign-view.ts';
import { commonDevice } from '../core/apply.ts';
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
  const { graph } = device;
  const path =
    self.source.kind === 'node' && !self.requiresGrad ? viewPath(graph, self.resolve()) : undefined;
  if (path && path.nodes.length > 0) {
    makeVariable(device, path.storage);
    const whole = writeThrough(contents(self, path.storage), graph, path, value);
    graph.effects.set(path.storage, whole.resolve());
    return self;
  }
  const storage = self.leafStorage('assign');
  makeVariable(device, storage);
  // Realizing the leaf may have closed the graph, so the open one is asked for again.
  device.graph.effects.set(storage, value.resolve());
  return self;
}

/** What is written lasts as long as its handle, and clones of it are snapshots. */
function makeVariable(device: Device, storage: Storage): void {
  device.own(storage);
  storage.role = 'variable';
}
