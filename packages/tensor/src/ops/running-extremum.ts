/** The greatest and the least element so far along one axis, with where it stood: the latest position of a tie. */

import { normalizeAxis } from '@tenfold/ir';
import { apply, source } from '../core/apply.ts';
import { castTo, literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import type { ValuesAndIndices } from './extremum.ts';

/** The greatest element up to each along `dim`, and its position; a NaN stays. As torch.cummax. */
export function cummax(self: Tensor, dim: number): ValuesAndIndices {
  return running('cummax', 'max', self, dim);
}

/** The least element up to each along `dim`, and its position; a NaN stays. As torch.cummin. */
export function cummin(self: Tensor, dim: number): ValuesAndIndices {
  return running('cummin', 'min', self, dim);
}

function running(op: string, kind: 'max' | 'min', self: Tensor, dim: number): ValuesAndIndices {
  const axis = normalizeAxis(op, dim, self.ndim);
  if (self.ndim === 0) return { values: self, indices: castTo(literal(castTo(self, 'int32'), 0), 'int64') };
  const extremum = apply('scan', [self], { kind, axis });
  const attained = raw.or(raw.eq(self, extremum), raw.ne(self, self));
  const position = source(self.home, 'iota', { shape: self.shape, axis });
  const latest = raw.where(attained, position, literal(position, 0));
  const indices = apply('scan', [castTo(latest, 'int64')], { kind: 'max', axis });
  return { values: extremum, indices };
}
