/** The device that the tests of this package compute on: the plain loops of the reference engine. */

import { registerBackend } from '@tenfold/ir';
import { InterpreterBackend, ReferenceEngine } from '@tenfold/testing';
import { tensor } from '@tenfold/tensor';
import type { NestedList, Tensor } from '@tenfold/tensor';

registerBackend('reference', () => new InterpreterBackend(), (backend) => new ReferenceEngine(backend)); // prettier-ignore

/** A float64 leaf that gradients are wanted of. */
export function leaf(data: NestedList): Tensor {
  return tensor(data, { dtype: 'float64', requiresGrad: true });
}
