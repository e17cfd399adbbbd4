/** Grids for `gridSample` that turn, stretch and shift an image or a volume. */

import { ShapeError, formatShape } from '@tenfold/ir';
import { select } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { castTo, composed, constant, expandTo, source } from '@tenfold/tensor/internal';
import { requireFloat } from './checks.ts';

export interface AffineGridOptions {
  /** As for `gridSample`. Default false. */
  readonly alignCorners?: boolean | null;
}

/**
 * The places `theta · (x, y, 1)` for every element of a result of shape `size`, `[N, C, H, W]`, from matrices `[N, 2, 3]`:
 * `[N, H, W, 2]`. For volumes, `[N, C, D, H, W]`, matrices are `[N, 3, 4]`. As torch.nn.functional.affine_grid.
 * @throws ShapeError when theta does not fit the size.
 */
export function affineGrid(
  theta: Tensor,
  size: readonly number[],
  { alignCorners = false }: AffineGridOptions = {},
): Tensor {
  requireFloat('affineGrid', 'theta', theta);
  const rank = size.length - 2;
  const fits = theta.ndim === 3 && theta.shape[0] === size[0] && theta.shape[1] === rank && theta.shape[2] === rank + 1; // prettier-ignore
  if ((rank !== 2 && rank !== 3) || !fits || size.some((n) => n < 1)) {
    throw new ShapeError(
      `affineGrid: theta has shape ${formatShape(theta.shape)}, the size is ${formatShape(size)}; expected [N, 2, 3] and ` +
        '[N, C, H, W], or [N, 3, 4] and [N, C, D, H, W]',
    );
  }
  return composed(theta, () => {
    const lengths = size.slice(2);
    const shape = [size[0], ...lengths, rank];
    const column = (i: number) => select(theta, 2, i).reshape([size[0], ...lengths.map(() => 1), rank]);
    const parts = lengths.map((length, i) => {
      const number = (value: number) => constant(theta.home, value, theta.dtype);
      const at = castTo(source(theta.home, 'iota', { shape, axis: 1 + i }), theta.dtype);
      const step = alignCorners ? 2 / Math.max(length - 1, 1) : 2 / length;
      const middle = at.sub(number((length - 1) / 2)).mul(number(step));
      return middle.mul(expandTo(column(rank - 1 - i), shape));
    });
    return parts.reduce((sum, part) => sum.add(part), expandTo(column(rank), shape));
  });
}
