/** All parameters as one vector, and back, as torch.nn.utils.convert_parameters. */

import { ShapeError } from '@tenfold/ir';
import { cat, noGrad, slice } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';

/** The elements of all parameters in one row, in order; gradients go through it. */
export function parametersToVector(parameters: Iterable<Tensor>): Tensor {
  return cat([...parameters].map((parameter) => parameter.flatten()), 0); // prettier-ignore
}

/** Writes consecutive parts of a vector into the parameters. Raises ShapeError when it is too short or too long. */
export function vectorToParameters(vec: Tensor, parameters: Iterable<Tensor>): void {
  const all = [...parameters];
  const total = all.reduce((sum, { numel }) => sum + numel, 0);
  if (vec.ndim !== 1 || vec.numel !== total)
    throw new ShapeError(
      `vectorToParameters: the vector has shape [${vec.shape.join(', ')}], the parameters ${total} elements`,
    );
  noGrad(() => {
    let offset = 0;
    for (const parameter of all) {
      const part = slice(vec, 0, offset, offset + parameter.numel);
      parameter.assign(part.reshape(parameter.shape).to(parameter.dtype));
      offset += parameter.numel;
    }
  });
}
