/** `where` in its two forms: a choice between values, and the coordinates at which something is true. */

import type { Operand } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';
import { nonzero } from './masked-select.ts';
import { chooseWhere } from './selection.ts';

/**
 * `self` where `condition` is true, `other` elsewhere; all three broadcast, the two values promote. With the condition
 * alone, `nonzero(condition, { asTuple: true })`, which is awaited. As torch.where. The method is `x.where(condition, other)`.
 * @throws DTypeError unless the condition is bool.
 * @see https://pytorch.org/docs/stable/generated/torch.where.html
 */
export function where(condition: Tensor): Promise<Tensor[]>;
export function where(condition: Tensor, self: Operand, other: Operand): Tensor;
export function where(condition: Tensor, self?: Operand, other?: Operand): Tensor | Promise<Tensor[]> {
  if (self === undefined || other === undefined) return nonzero(condition, { asTuple: true });
  return chooseWhere(condition, self, other);
}
