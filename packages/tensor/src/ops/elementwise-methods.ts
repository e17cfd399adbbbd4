/** Arithmetic as methods. */

import { apply } from '../core/apply.ts';
import { together } from '../core/broadcast.ts';
import type { Operand } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';

/** `self + other`, broadcasting and promoting, as torch.add. */
export function add(self: Tensor, other: Operand): Tensor {
  return apply('add', together('add', [self, other]), undefined);
}

/** `self * other`. */
export function mul(self: Tensor, other: Operand): Tensor {
  return apply('mul', together('mul', [self, other]), undefined);
}
