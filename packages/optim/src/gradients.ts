/** The gradients that parameters hold between backward and step, for what changes them there. */

import { ArgumentError } from '@tenfold/ir';
import { Tensor } from '@tenfold/tensor/base';

/** A parameter that has a gradient. */
export interface Owner {
  readonly param: Tensor;
  readonly gradient: Tensor;
}

/** The parameters that have a gradient; raises ArgumentError where none has. */
export function withGradient(op: string, params: Tensor | Iterable<Tensor>): Owner[] {
  const owners: Owner[] = [];
  for (const param of params instanceof Tensor ? [params] : params) {
    const gradient = param.leafState.grad;
    if (gradient) owners.push({ param, gradient });
  }
  if (owners.length > 0) return owners;
  throw new ArgumentError(`${op}: no parameter has a gradient; call backward() first`);
}

/** Gradients are written where they are, so that training does not allocate; one with a history is replaced. */
export function setGradient(param: Tensor, gradient: Tensor, clipped: Tensor): void {
  if (gradient.source.kind === 'storage') gradient.assign(clipped);
  else param.leafState.grad = clipped;
}
