/**
 * How many elements fall where.
 * https://pytorch.org/docs/stable/generated/torch.histc.html
 */

import { ArgumentError, DTypeError, ShapeError, formatShape, isFloat, isInt } from '@tenfold/ir';
import { apply, source } from '../core/apply.ts';
import { castTo, expandTo, literal, numberTensor } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import { Tensor } from '../core/tensor.ts';
import { div } from './arithmetic.ts';
import { diff } from './differences.ts';
import { item } from './read.ts';
import { amax, amin, sum } from './reduce.ts';

export interface HistcOptions {
  /** How many intervals. Default 100. */
  readonly bins?: number;
  /** Where the first one begins. Default 0; where `min` equals `max` both are taken from the elements. */
  readonly min?: number;
  /** Where the last one ends. Default 0. */
  readonly max?: number;
}

/** How many elements fall into each of `bins` equal intervals from `min` to `max`; the last one includes its end. As torch.histc. */
export function histc(self: Tensor, { bins = 100, min = 0, max = 0 }: HistcOptions = {}): Tensor {
  checkBins('histc', self, bins);
  if (!(min <= max)) throw new ArgumentError(`histc: min is ${min}, max ${max}; expected min <= max`);
  const x = flattened(self);
  const [low, high] = bounds(x, min < max ? [min, max] : undefined, 1);
  const position = raw.mul(raw.sub(x, expandTo(low, x.shape)), literal(x, bins));
  const scaled = raw.div(position, expandTo(raw.sub(high, low), x.shape));
  const inside = raw.and(raw.le(expandTo(low, x.shape), x), raw.le(x, expandTo(high, x.shape)));
  const bin = castTo(raw.where(inside, scaled, literal(x, 0)), 'int32');
  const ones = castTo(inside, x.dtype);
  return counted(raw.min(bin, literal(bin, bins - 1)), ones, bins);
}

/** The bounds given, or those of the elements; a range without width is widened by `margin` on both sides. */
function bounds(x: Tensor, given: readonly [number, number] | undefined, margin: number): [Tensor, Tensor] {
  const number = (value: number) => numberTensor(x.home, value, x.dtype);
  const own = () => (x.numel === 0 ? [number(0), number(0)] : [amin(x), amax(x)]);
  const [low, high] = given ? given.map(number) : own();
  const flat = raw.eq(low, high);
  const by = literal(low, margin);
  return [raw.where(flat, raw.sub(low, by), low), raw.where(flat, raw.add(high, by), high)];
}

export interface HistogramOptions {
  /** Where the first interval begins and the last one ends; taken from the elements unless given. */
  readonly range?: readonly [number, number];
  /** How much each element counts, 1 unless given; shaped like `self`. */
  readonly weight?: Tensor;
  /** Whether counts are divided by their sum and the widths, so that the integral is 1. Default false. */
  readonly density?: boolean;
}

/** The counts and where the intervals begin and end, one more than there are counts. */
export interface Histogram {
  readonly hist: Tensor;
  readonly binEdges: Tensor;
}

/**
 * How many elements fall into each interval: `bins` equal ones, or those between the ascending numbers of a vector. An
 * element is compared with each edge, in one kernel. As torch.histogram.
 */
export function histogram(
  self: Tensor,
  bins: number | Tensor = 100,
  { range, weight, density = false }: HistogramOptions = {},
): Histogram {
  checkBins('histogram', self, bins instanceof Tensor ? bins.numel - 1 : bins);
  const x = flattened(self);
  const binEdges = bins instanceof Tensor ? bins : edgesOf(x, bins, range);
  if (binEdges.ndim !== 1 || binEdges.dtype !== self.dtype) {
    throw new ShapeError(
      `histogram: the edges are ${binEdges.dtype} of shape ${formatShape(binEdges.shape)}; ` +
        `expected a vector of ${self.dtype}`,
    );
  }
  if (weight && formatShape(weight.shape) !== formatShape(self.shape)) {
    throw new ShapeError(
      `histogram: weights of shape ${formatShape(weight.shape)} do not fit elements of ${formatShape(self.shape)}`,
    );
  }
  const count = binEdges.numel - 1;
  const wide = [x.numel, count + 1];
  const column = expandTo(apply('reshape', [x], { shape: [x.numel, 1] }), wide);
  const reached = castTo(raw.le(expandTo(binEdges, wide), column), 'int32');
  const passed = apply('reduce', [reached], { kind: 'sum', axes: [1] });
  const last = expandTo(binEdges.slice(0, count, count + 1).reshape([]), x.shape);
  const outside = raw.or(raw.eq(passed, literal(passed, 0)), raw.not(raw.le(x, last)));
  const weights = weight ? flattened(castTo(weight, x.dtype)) : literal(x, 1);
  const bin = raw.max(raw.min(passed, literal(passed, count)), literal(passed, 1));
  const counts = counted(
    raw.sub(bin, literal(bin, 1)),
    raw.where(outside, literal(weights, 0), weights),
    count,
  );
  return { hist: density ? div(div(counts, sum(counts)), diff(binEdges)) : counts, binEdges };
}

function edgesOf(x: Tensor, bins: number, range?: readonly [number, number]): Tensor {
  if (range && !(range[0] <= range[1]))
    throw new ArgumentError(`histogram: the range [${range.join(', ')}] goes backwards`);
  const [low, high] = bounds(x, range, 0.5);
  const shape = [bins + 1];
  const place = castTo(source(x.home, 'iota', { shape, axis: 0 }), x.dtype);
  const [from, to] = [expandTo(low, shape), expandTo(high, shape)];
  const step = raw.div(raw.sub(to, from), literal(place, bins));
  const upwards = raw.add(from, raw.mul(place, step));
  const downwards = raw.sub(to, raw.mul(raw.sub(literal(place, bins), place), step));
  return raw.where(raw.lt(place, literal(place, (bins + 1) / 2)), upwards, downwards);
}

export interface BincountOptions {
  /** How much each element counts; 1 unless given. */
  readonly weights?: Tensor;
  /** The least length of the result. Default 0. */
  readonly minlength?: number;
}

/**
 * How often each number from 0 to the greatest occurs in a vector of integers; sums of weights where they are given. Awaited,
 * because the shape depends on the values. As torch.bincount.
 * @throws ArgumentError for a negative element.
 */
export async function bincount(
  self: Tensor,
  { weights, minlength = 0 }: BincountOptions = {},
): Promise<Tensor> {
  if (!isInt(self.dtype))
    throw new DTypeError(`bincount: needs integers, got ${self.dtype}; cast with long()`);
  if (self.ndim !== 1)
    throw new ShapeError(`bincount: expected a vector, got shape ${formatShape(self.shape)}`);
  if (!Number.isInteger(minlength) || minlength < 0)
    throw new ArgumentError(`bincount: minlength is ${minlength}, expected a whole number from 0`);
  if (weights && formatShape(weights.shape) !== formatShape(self.shape)) {
    throw new ShapeError(
      `bincount: weights of shape ${formatShape(weights.shape)} do not fit elements of ${formatShape(self.shape)}`,
    );
  }
  const index = castTo(self, 'int64');
  if (self.numel === 0) return counted(castTo(index, 'int32'), index, minlength);
  const [least, greatest] = [await item(amin(index)), await item(amax(index))];
  if (least < 0) throw new ArgumentError(`bincount: ${least} is negative; expected numbers from 0`);
  const length = Math.max(greatest + 1, minlength);
  const wide = weights && weights.dtype !== 'float32' ? castTo(weights, 'float64') : weights;
  return counted(castTo(index, 'int32'), wide ?? literal(index, 1), length);
}

// --- what they share --------------------------------------------------------------------------------------------------

/** The sums of `weights` at each number below `bins`. */
function counted(bin: Tensor, weights: Tensor, bins: number): Tensor {
  const none = expandTo(numberTensor(weights.home, 0, weights.dtype), [bins]);
  return apply('scatter', [none, bin, weights], { axis: 0, mode: 'sum' });
}

function flattened(x: Tensor): Tensor {
  return apply('reshape', [apply('detach', [x], undefined)], { shape: [x.numel] });
}

function checkBins(op: string, self: Tensor, bins: number): void {
  if (!isFloat(self.dtype)) throw new DTypeError(`${op}: needs floats, got ${self.dtype}; cast with float()`);
  if (!Number.isInteger(bins) || bins < 1)
    throw new ArgumentError(`${op}: ${bins} bins, expected a whole number from 1`);
}
