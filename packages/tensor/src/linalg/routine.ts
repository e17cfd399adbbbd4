/**
 * Routines of the host as operations: matrices are laid side by side for one, its results are taken apart, and gradients
 * are given by formulas.
 */

import { DTypeError, DeviceError, numel } from '@tenfold/ir';
import type { HostRoutine, Shape } from '@tenfold/ir';
import { apply, commonDevice, constant } from '../core/apply.ts';
import { expandTo } from '../core/broadcast.ts';
import { customGrad } from '../core/custom-grad.ts';
import type { Tensor } from '../core/tensor.ts';
import { cat } from '../ops/join.ts';
import { sliceAxis } from '../ops/slice-axis.ts';

type Gradients = readonly (Tensor | undefined)[];

/** A routine with the shapes of its results, without the axes of the batch. */
export interface Routine extends Pick<HostRoutine, 'flops' | 'run' | 'sizes'> {
  /** Names the algorithm, and the operation in errors. */
  readonly op: string;
  readonly shapes: readonly Shape[];
}

/**
 * Runs a routine on matrices of one batch, `[..., rows, columns]`; gives `[..., …]` of each of its results. `backward` is
 * given their gradients and the results, and gives the gradients of the inputs.
 * @throws DeviceError where the device cannot; DTypeError for anything but float32 and float64.
 */
export function routine(
  inputs: readonly Tensor[],
  { op, sizes, shapes, flops, run }: Routine,
  backward?: (gradients: readonly Tensor[], results: readonly Tensor[]) => Gradients,
): Tensor[] {
  checkDevice(op, inputs);
  const batch = inputs[0].shape.slice(0, -2);
  const width = shapes.reduce((sum, shape) => sum + numel(shape), 0);
  const { home, dtype } = inputs[0];
  const forward = () => {
    if (width === 0 || numel(batch) === 0) return zeros(inputs[0], [...batch, width]);
    const rows = inputs.filter(({ numel: count }) => count > 0).map(flatMatrix);
    // Matrices without elements still have a determinant.
    const input = rows.length > 0 ? cat(rows, -1) : expandTo(constant(home, 0, dtype), [...batch, 1]);
    return apply('host', [input], { algorithm: op, sizes, flops, run, width });
  };
  const apart = (packed: Tensor) => takenApart(packed, batch, shapes);
  if (!backward) return apart(forward());
  return apart(customGrad(inputs, forward, (gradient, output) => backward(apart(gradient), apart(output))));
}

export function zeros({ home, dtype }: Tensor, shape: Shape): Tensor {
  return expandTo(constant(home, 0, dtype), shape);
}

function flatMatrix(x: Tensor): Tensor {
  const [rows, columns] = x.shape.slice(-2);
  return apply('reshape', [x], { shape: [...x.shape.slice(0, -2), rows * columns] });
}

function takenApart(packed: Tensor, batch: Shape, shapes: readonly Shape[]): Tensor[] {
  let start = 0;
  return shapes.map((shape) => {
    const part = sliceAxis(packed, batch.length, start, numel(shape));
    start += numel(shape);
    return apply('reshape', [part], { shape: [...batch, ...shape] });
  });
}

function checkDevice(op: string, inputs: readonly Tensor[]): void {
  const { name, backend } = commonDevice(op, inputs);
  for (const { dtype } of inputs) {
    if (dtype !== 'float32' && dtype !== 'float64')
      throw new DTypeError(`${op}: expected float32 or float64, got ${dtype}; cast with float() or double()`);
  }
  if (!backend.caps.hostRoutines) {
    throw new DeviceError(
      `${op}: the device '${name}' does not decompose matrices; move them: await x.toDevice('cpu') ` +
        `('@tenfold/backend-cpu', not its /base)`,
    );
  }
}
