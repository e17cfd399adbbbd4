/** Pieces of an axis at given places: none of these copies. */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import { Tensor } from '../core/tensor.ts';
import { decode } from '../data/typed-array.ts';
import { checkLeastRank } from './dims.ts';
import { hostBytes } from './index-range.ts';
import { slice, split } from './slice.ts';
import { axisOf, sliceAxis } from './slice-axis.ts';

/** Where to split: into so many pieces, or before the positions listed. */
export type Sections = number | readonly number[];

/**
 * Pieces of axis `dim`: so many, the first ones an element longer if need be, or those between the positions listed, which
 * follow Python's rules for slices. A tensor of either is read from the host. As torch.tensor_split.
 * @throws ArgumentError for fewer than one piece.
 */
export function tensorSplit(self: Tensor, indicesOrSections: Sections | Tensor, dim = 0): Tensor[] {
  return splitAt('tensorSplit', self, sectionsOf(indicesOrSections), axisOf('tensorSplit', self, dim));
}

/** As `tensorSplit` into columns: along axis 1, of vectors along axis 0. Pieces must be equal. As torch.hsplit. */
export function hsplit(self: Tensor, indicesOrSections: Sections): Tensor[] {
  checkLeastRank('hsplit', self, 1);
  return equalSplit('hsplit', self, indicesOrSections, self.ndim === 1 ? 0 : 1);
}

/** As `tensorSplit` into rows: along axis 0. Pieces must be equal. As torch.vsplit. */
export function vsplit(self: Tensor, indicesOrSections: Sections): Tensor[] {
  checkLeastRank('vsplit', self, 2);
  return equalSplit('vsplit', self, indicesOrSections, 0);
}

/** As `tensorSplit` into layers: along axis 2. Pieces must be equal. As torch.dsplit. */
export function dsplit(self: Tensor, indicesOrSections: Sections): Tensor[] {
  checkLeastRank('dsplit', self, 3);
  return equalSplit('dsplit', self, indicesOrSections, 2);
}

/** Pieces of the sizes listed, which must add up to axis `dim`; as `split`. As torch.split_with_sizes. */
export function splitWithSizes(self: Tensor, splitSizes: readonly number[], dim = 0): Tensor[] {
  return split(self, splitSizes, dim);
}

function equalSplit(op: string, self: Tensor, sections: Sections, axis: number): Tensor[] {
  const size = self.shape[axis];
  if (typeof sections === 'number' && size % sections !== 0) {
    throw new ShapeError(
      `${op}: axis ${axis} of shape ${formatShape(self.shape)} does not divide into ${sections} equal pieces; ` +
        `tensorSplit() makes unequal ones`,
    );
  }
  return splitAt(op, self, sections, axis);
}

function splitAt(op: string, self: Tensor, sections: Sections, axis: number): Tensor[] {
  const size = self.shape[axis];
  if (typeof sections !== 'number') {
    const bounds = [undefined, ...sections, undefined];
    return bounds.slice(1).map((end, i) => slice(self, axis, bounds[i], end));
  }
  if (!Number.isInteger(sections) || sections < 1)
    throw new ArgumentError(`${op}: ${sections} pieces asked for, expected a whole number from 1`);
  const least = Math.floor(size / sections);
  const longer = size % sections;
  return Array.from({ length: sections }, (_, i) =>
    sliceAxis(self, axis, i * least + Math.min(i, longer), least + (i < longer ? 1 : 0)),
  );
}

function sectionsOf(sections: Sections | Tensor): Sections {
  if (!(sections instanceof Tensor)) return sections;
  const bytes = hostBytes(sections);
  if (!bytes || sections.ndim > 1 || (sections.dtype !== 'int64' && sections.dtype !== 'int32')) {
    throw new ArgumentError(
      `tensorSplit: the places to split at are a ${sections.dtype} tensor of shape ${formatShape(sections.shape)}; ` +
        'expected whole numbers without axes or as a vector, on the host, or a plain list',
    );
  }
  const numbers = Array.from(decode(bytes, sections.dtype), Number);
  return sections.ndim === 0 ? numbers[0] : numbers;
}
