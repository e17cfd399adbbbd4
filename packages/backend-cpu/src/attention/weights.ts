/**
 * What happens to a block of scores, a row of lanes per key (or query): the mask is added, what a causal query may not
 * see is set to minus infinity, and scores become weights, or the gradients of scores.
 */

import { expOneTail, log } from '../math/index.ts';
import type { MathContext, Vector } from '../math/index.ts';
import { f32x4, i32, i32x4, v128 } from '../wasm/index.ts';
import type { FunctionBuilder, FunctionRef, Local, ModuleBuilder } from '../wasm/index.ts';
import { rowBytes, vectorOffsets } from './tiles.ts';
import type { Shape } from './tiles.ts';

/** Below every score that is not minus infinity: the maximum before there was any. */
export const LOWEST = -3.4028234663852886e38;

type ThreeNumbers = FunctionRef<readonly ['i32', 'i32', 'i32'], 'void'>;
type FiveNumbers = FunctionRef<readonly ['i32', 'i32', 'i32', 'i32', 'i32'], 'void'>;

/** Runs `body` for each of `count` rows from `start` on; an address may have its highest bit set. */
function overRows(
  code: FunctionBuilder,
  bytes: number,
  start: Local<'i32'>,
  count: Local<'i32'>,
  body: (row: Local<'i32'>) => void,
): void {
  const row = code.let(start);
  const end = code.let(i32.add(start, i32.mul(count, bytes)));
  code.block((exit) => {
    code.brIf(exit, i32.le_s(count, 0));
    code.loop((next) => {
      body(row);
      code.increment(row, bytes);
      code.brIf(next, i32.ne(row, end));
    });
  });
}

function loadRow(code: FunctionBuilder, shape: Shape, at: Local<'i32'>, offset = 0): Local<'v128'>[] {
  return vectorOffsets(shape).map((vector) => code.let(v128.load(at, offset + vector)));
}

/** Stores vectors of a row side by side, after all of them are computed. */
function storeRow(code: FunctionBuilder, at: Local<'i32'>, vectors: readonly Vector[], offset = 0): void {
  vectors.forEach((vector, i) => code.emit(v128.store(at, vector, offset + 16 * i)));
}

/** (scores, mask, rows): adds one block to the other. */
export function emitAddMask(module: ModuleBuilder, name: string, shape: Shape): ThreeNumbers {
  const code = module.func(name, { params: ['i32', 'i32', 'i32'] });
  const [scores, mask, rows] = code.params;
  const bytes = rowBytes(shape);
  overRows(code, bytes, scores, rows, (row) => {
    const added = loadRow(code, shape, mask);
    storeRow(code, row, loadRow(code, shape, row).map((score, i) => f32x4.add(score, added[i]))); // prettier-ignore
    code.increment(mask, bytes);
  });
  return code;
}

/**
 * (scores, rows, border): sets to minus infinity what a causal query does not see. Where rows are keys, that is in row r
 * the lanes, which are queries, below border + r; where rows are queries, the lanes, which are keys, above it.
 */
export function emitHideLater(
  module: ModuleBuilder,
  name: string,
  shape: Shape,
  rowsAreKeys: boolean,
): ThreeNumbers {
  const code = module.func(name, { params: ['i32', 'i32', 'i32'] });
  const [scores, rows, border] = code.params;
  const hidden = code.constants.f32x4(-Infinity);
  const lanes = vectorOffsets(shape).map((_, i) => code.constants.i32x4([4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3])); // prettier-ignore
  overRows(code, rowBytes(shape), scores, rows, (row) => {
    const at = code.let(i32x4.splat(border));
    const isLater = lanes.map((lane) => (rowsAreKeys ? i32x4.lt_s(lane, at) : i32x4.gt_s(lane, at)));
    storeRow(code, row, loadRow(code, shape, row).map((score, i) => v128.bitselect(hidden, score, isLater[i]))); // prettier-ignore
    code.increment(border, 1);
  });
  return code;
}

/**
 * (scores, rows, state, sums, rows of sums): scores become exp(score - maximum), where `state` holds the maximum of each
 * lane so far and then the sum of these exponentials, and `sums` what was accumulated with them; where a maximum
 * grows, both are scaled to the new one (Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018).
 */
export function emitSoftmax(module: ModuleBuilder, name: string, shape: Shape): FiveNumbers {
  const code = module.func(name, { params: ['i32', 'i32', 'i32', 'i32', 'i32'] });
  const [scores, rows, state, sums, sumRows] = code.params;
  const m: MathContext = { module, code, relaxed: shape.relaxed };
  const bytes = rowBytes(shape);
  const before = loadRow(code, shape, state);
  const greatest = before.map((old) => code.let(old));
  overRows(code, bytes, scores, rows, (row) => {
    loadRow(code, shape, row).forEach((score, i) => code.set(greatest[i], f32x4.pmax(greatest[i], score)));
  });
  const totals = loadRow(code, shape, state, bytes);
  const grown = greatest.map((most, i) => f32x4.ne(most, before[i])).reduce((a, b) => v128.or(a, b));
  code.if(v128.any_true(grown), () => {
    const factors = greatest.map((most, i) => expOneTail(m, f32x4.sub(before[i], most), 'large'));
    factors.forEach((factor, i) => code.set(totals[i], f32x4.mul(totals[i], factor)));
    storeRow(code, state, greatest);
    scaleRows(code, shape, sums, sumRows, factors);
  });
  overRows(code, bytes, scores, rows, (row) => {
    const differences = loadRow(code, shape, row).map((score, i) => f32x4.sub(score, greatest[i]));
    const weights = differences.map((difference) => expOneTail(m, difference, 'large'));
    storeRow(code, row, weights);
    weights.forEach((weight, i) => code.set(totals[i], f32x4.add(totals[i], weight)));
  });
  storeRow(code, state, totals, bytes);
  return code;
}

function scaleRows(
  code: FunctionBuilder,
  shape: Shape,
  start: Local<'i32'>,
  rows: Local<'i32'>,
  factors: readonly Vector[],
): void {
  overRows(code, rowBytes(shape), start, rows, (row) => {
    storeRow(code, row, loadRow(code, shape, row).map((value, i) => f32x4.mul(value, factors[i]))); // prettier-ignore
  });
}

/** (state, sums, rows of sums): divides by the sums of exponentials, and puts their log after the last row. */
export function emitFinishSoftmax(module: ModuleBuilder, name: string, shape: Shape): ThreeNumbers {
  const code = module.func(name, { params: ['i32', 'i32', 'i32'] });
  const [state, sums, sumRows] = code.params;
  const m: MathContext = { module, code, relaxed: shape.relaxed };
  const bytes = rowBytes(shape);
  const greatest = loadRow(code, shape, state);
  const totals = loadRow(code, shape, state, bytes);
  const one = code.constants.f32x4(1);
  const inverses = totals.map((total) => code.let(f32x4.div(one, total)));
  scaleRows(code, shape, sums, sumRows, inverses);
  const logs = totals.map((total, i) => code.let(f32x4.add(greatest[i], log(m, total))));
  storeRow(code, code.let(i32.add(sums, i32.mul(sumRows, bytes))), logs);
  return code;
}

/** (rows of lanes, count, factor): multiplies by the number of which memory at `factor` holds four. */
export function emitScale(module: ModuleBuilder, name: string, shape: Shape): ThreeNumbers {
  const code = module.func(name, { params: ['i32', 'i32', 'i32'] });
  const [start, rows, at] = code.params;
  const factor = code.let(v128.load(at));
  scaleRows(code, shape, start, rows, vectorOffsets(shape).map(() => factor)); // prettier-ignore
  return code;
}

/**
 * (scores, products, rows, log-sum-exp, delta): with P = exp(score - log-sum-exp), products become P · (product - delta)
 * and scores become P. The statistics are those of the lanes, or of the rows: then `rowSteps` are the bytes from one
 * to the next.
 */
export function emitDifferentiate(
  module: ModuleBuilder,
  name: string,
  shape: Shape,
  rowSteps: readonly [number, number] | undefined,
): FiveNumbers {
  const code = module.func(name, { params: ['i32', 'i32', 'i32', 'i32', 'i32'] });
  const [scores, products, rows, logSumExp, delta] = code.params;
  const m: MathContext = { module, code, relaxed: shape.relaxed };
  const bytes = rowBytes(shape);
  const ofLanes = [logSumExp, delta].map((at) => (rowSteps ? [] : loadRow(code, shape, at)));
  const splat = (at: Local<'i32'>): Local<'v128'>[] => {
    const number = code.let(v128.load32_splat(at));
    return vectorOffsets(shape).map(() => number);
  };
  overRows(code, bytes, scores, rows, (row) => {
    const [sums, deltas] = rowSteps ? [splat(logSumExp), splat(delta)] : ofLanes;
    const differences = loadRow(code, shape, row).map((score, i) => f32x4.sub(score, sums[i]));
    const weights = differences.map((difference) => expOneTail(m, difference, 'large'));
    const centred = loadRow(code, shape, products).map((product, i) => f32x4.sub(product, deltas[i]));
    storeRow(code, row, weights);
    storeRow(code, products, centred.map((value, i) => f32x4.mul(weights[i], value))); // prettier-ignore
    code.increment(products, bytes);
    if (!rowSteps) return;
    code.increment(logSumExp, rowSteps[0]);
    code.increment(delta, rowSteps[1]);
  });
  return code;
}
