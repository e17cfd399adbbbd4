/** Channels that become space, space that becomes channels, and channels in another order: movement. */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { composed } from '@tenfold/tensor/internal';

/**
 * `[..., C · r², H, W]` to `[..., C, H · r, W · r]`, as torch.nn.functional.pixel_shuffle.
 * https://arxiv.org/abs/1609.05158
 */
export function pixelShuffle(input: Tensor, upscaleFactor: number): Tensor {
  const r = upscaleFactor;
  requireImage('pixelShuffle', input, r);
  const [channels, height, width] = input.shape.slice(-3);
  if (channels % (r * r) !== 0) {
    throw new ShapeError(
      `pixelShuffle: the input ${formatShape(input.shape)} has ${channels} channels, expected a multiple of ${r * r}`,
    );
  }
  const leading = input.shape.slice(0, -3);
  const cut = [...leading, channels / (r * r), r, r, height, width];
  return moved(input, cut, [0, 3, 1, 4, 2], [...leading, channels / (r * r), height * r, width * r]);
}

/** `[..., C, H · r, W · r]` to `[..., C · r², H, W]`, as torch.nn.functional.pixel_unshuffle. */
export function pixelUnshuffle(input: Tensor, downscaleFactor: number): Tensor {
  const r = downscaleFactor;
  requireImage('pixelUnshuffle', input, r);
  const [channels, height, width] = input.shape.slice(-3);
  if (height % r !== 0 || width % r !== 0) {
    throw new ShapeError(
      `pixelUnshuffle: the input ${formatShape(input.shape)} is ${height} x ${width}, expected multiples of ${r}`,
    );
  }
  const leading = input.shape.slice(0, -3);
  const cut = [...leading, channels, height / r, r, width / r, r];
  return moved(input, cut, [0, 2, 4, 1, 3], [...leading, channels * r * r, height / r, width / r]);
}

/**
 * The channels of `[N, C, ...]` dealt out into `groups`: the first of each group, then the second of each, … As
 * torch.nn.functional.channel_shuffle. https://arxiv.org/abs/1707.01083
 */
export function channelShuffle(input: Tensor, groups: number): Tensor {
  const channels = input.shape[1] ?? 0;
  if (input.ndim < 3 || !Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    throw new ShapeError(
      `channelShuffle: the input has shape ${formatShape(input.shape)}, groups is ${groups}; expected [N, C, ...] with ` +
        'C a multiple of groups',
    );
  }
  const [batch, , ...space] = input.shape;
  const cut = input.reshape([batch, groups, channels / groups, ...space]);
  return composed(input, () => cut.transpose(1, 2).reshape(input.shape));
}

/** Cuts, reorders the last five axes, and joins. */
function moved(input: Tensor, cut: readonly number[], order: readonly number[], shape: readonly number[]): Tensor {
  const first = cut.length - order.length;
  const axes = cut.map((_, axis) => (axis < first ? axis : first + order[axis - first]));
  return composed(input, () => input.reshape(cut).permute(axes).reshape(shape));
} // prettier-ignore

function requireImage(op: string, input: Tensor, factor: number): void {
  if (!Number.isInteger(factor) || factor < 1) {
    throw new ArgumentError(`${op}: the factor is ${factor}, expected a whole number of at least 1`);
  }
  if (input.ndim >= 3) return;
  throw new ShapeError(`${op}: the input has shape ${formatShape(input.shape)}, expected [..., C, H, W]`);
}
