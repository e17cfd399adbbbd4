/** Pooling over windows of the last two axes: a reduction of a view. */

import type { Tensor } from '@tenfold/tensor/base';
import { customGrad, where } from '@tenfold/tensor/base';
import { apply, composed, constant, expandTo, literal, source } from '@tenfold/tensor/internal';
import { pair, requireFloat } from './checks.ts';
import type { Size2d } from './checks.ts';
import {
  areDisjoint,
  cropPlane,
  fromDisjointWindows,
  padPlane,
  paddedShape,
  windowAxes,
  windowsOf,
} from './windows.ts';
import type { PoolOptions, WindowAxis } from './windows.ts';

/**
 * The greatest element of each window of `[N, C, H, W]` or `[C, H, W]`, as torch.nn.functional.max_pool2d. The
 * gradient goes to the first of several equal ones, in row-major order.
 */
export function maxPool2d(input: Tensor, kernelSize: Size2d, options: PoolOptions = {}): Tensor {
  return composed(input, () => {
    requireFloat('maxPool2d', 'input', input);
    const axes = windowAxes('maxPool2d', input, kernelSize, options);
    const windows = () => windowsOf(padPlane(input, axes, -Infinity), axes);
    return customGrad(
      [input],
      () => apply('reduce', [windows()], { kind: 'max', axes: [input.ndim, input.ndim + 1] }),
      (gradient) => {
        const toPadded = areDisjoint(axes) ? spreadInWindows : scatterToPlane;
        const padded = paddedShape(input, axes);
        const whole = toPadded(gradient, firstMaximum(windows(), input.ndim), axes, padded);
        return [cropPlane(whole, axes.map(({ before }) => before), input.shape.slice(-2))]; // prettier-ignore
      },
    );
  });
}

/** The position of the maximum in each window, counted row by row. */
function firstMaximum(windows: Tensor, rank: number): Tensor {
  const [h, w] = windows.shape.slice(rank);
  const flat = windows.reshape([...windows.shape.slice(0, rank), h * w]);
  return apply('reduce', [flat], { kind: 'argmax', axes: [rank] });
}

/** For disjoint windows: each position of a window compares itself with the chosen one. */
function spreadInWindows(
  gradient: Tensor,
  chosen: Tensor,
  axes: readonly WindowAxis[],
  padded: readonly number[],
): Tensor {
  const [h, w] = axes;
  const shape = [...gradient.shape, h.size * w.size];
  const position = source(gradient.home, 'iota', { shape, axis: shape.length - 1 });
  const spread = (x: Tensor) => expandTo(x.unsqueeze(-1), shape);
  const isChosen = apply('eq', [position, spread(chosen)], undefined);
  const windows = where(isChosen, spread(gradient), constant(gradient.home, 0, gradient.dtype));
  return fromDisjointWindows(windows.reshape([...gradient.shape, h.size, w.size]), axes, padded);
}

/** For windows that overlap: gradients are added where the chosen elements are in the plane. */
function scatterToPlane(
  gradient: Tensor,
  chosen: Tensor,
  axes: readonly WindowAxis[],
  padded: readonly number[],
): Tensor {
  const [h, w] = axes;
  const rank = gradient.ndim;
  const leading = gradient.shape.slice(0, -2);
  const int = (value: number) => literal(chosen, value);
  const along = (axis: number, { stride, dilation }: WindowAxis, step: Tensor) => {
    const origin = source(gradient.home, 'iota', { shape: gradient.shape, axis }).mul(int(stride));
    return origin.add(step.mul(int(dilation)));
  };
  const row = along(rank - 2, h, apply('idiv', [chosen, int(w.size)], undefined));
  const column = along(rank - 1, w, apply('mod', [chosen, int(w.size)], undefined));
  const [height, width] = padded.slice(-2);
  const flat = (x: Tensor) => x.reshape([...leading, h.count * w.count]);
  const index = flat(row.mul(int(width)).add(column));
  const base = expandTo(constant(gradient.home, 0, gradient.dtype), [...leading, height * width]);
  const plane = apply('scatter', [base, index, flat(gradient)], { axis: leading.length, mode: 'sum' });
  return plane.reshape(padded);
}

export interface AvgPoolOptions {
  /** Default: the size of the window. */
  readonly stride?: Size2d;
  /** Zeros on each side; at most half the window. Default 0. */
  readonly padding?: Size2d;
  /** Whether a last window that does not quite fit counts. Default false. */
  readonly ceilMode?: boolean;
  /** Whether the padding's zeros are part of the mean. Default true. */
  readonly countIncludePad?: boolean;
  /** What sums are divided by, in place of the number of elements. */
  readonly divisorOverride?: number | null;
}

/** The mean of each window of `[N, C, H, W]` or `[C, H, W]`, as torch.nn.functional.avg_pool2d. */
export function avgPool2d(input: Tensor, kernelSize: Size2d, options: AvgPoolOptions = {}): Tensor {
  return composed(input, () => {
    requireFloat('avgPool2d', 'input', input);
    const axes = windowAxes('avgPool2d', input, kernelSize, options);
    const sum = (x: Tensor) => {
      const windows = windowsOf(x, axes);
      return apply('reduce', [windows], { kind: 'sum', axes: [windows.ndim - 2, windows.ndim - 1] });
    };
    const sums = sum(padPlane(input, axes, 0));
    if (options.divisorOverride) return sums.div(options.divisorOverride);
    const padding = pair('avgPool2d', 'padding', options.padding ?? 0, 0);
    const countPadding = options.countIncludePad ?? true;
    const allFull = axes.every(({ after }, i) =>
      countPadding ? after === padding[i] : after === 0 && padding[i] === 0,
    );
    if (allFull || areCut(input, axes)) return sums.mul(literal(sums, 1 / (axes[0].size * axes[1].size)));
    return sums.div(expandTo(sum(countedPlane(input, axes, countPadding)), sums.shape));
  });
}

/** Whether no window reaches into any padding, although there is some after the last window. */
function areCut(input: Tensor, axes: readonly WindowAxis[]): boolean {
  return axes.every(({ before, stride, size, count }, i) => {
    return before === 0 && (count - 1) * stride + size <= input.shape[input.ndim - 2 + i];
  });
}

/** Ones where an element counts, padded as the input is; what ceil mode adds beyond the padding never counts. */
function countedPlane(input: Tensor, axes: readonly WindowAxis[], countPadding: boolean): Tensor {
  const plane = input.shape.slice(-2);
  const one = constant(input.home, 1, input.dtype);
  if (!countPadding) return padPlane(expandTo(one, plane), axes, 0);
  const inside = plane.map((size, i) => size + 2 * axes[i].before);
  const beyond = axes.map((axis) => ({ ...axis, before: 0, after: axis.after - axis.before }));
  return padPlane(expandTo(one, inside), beyond, 0);
}
