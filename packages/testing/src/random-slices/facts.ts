/**
 * What is known of a node's numbers before they are computed: how large they get, on which grid they lie, and how far
 * from the oracle a correct engine may be. It is a running error analysis: every rounding adds, every operation
 * amplifies. Nodes without error may feed operations that jump (floor, comparisons, argmax); others may not.
 */

import type { BinaryOp, DType, UnaryOp } from '@tenfold/ir';
import { isFloat } from '@tenfold/ir';

export interface Facts {
  /** No absolute value exceeds it. Not kept for integers, which wrap. */
  readonly max: number;
  /** All values are multiples of it; 0 when that is not known. */
  readonly grain: number;
  /** Greatest absolute difference between two correct results; 0 for exact ones. */
  readonly error: number;
}

/** Bits of the significand. */
const PRECISION: { readonly [D in DType]?: number } = { float64: 53, float32: 24, float16: 11, bfloat16: 8 };

/** The relative size of a few roundings. */
export function unit(dtype: DType): number {
  return 4 * 2 ** -(PRECISION[dtype] ?? 53);
}

/** Facts of integers and of bool. */
export const WHOLE: Facts = { max: 2 ** 31, grain: 1, error: 0 };

export function isExact(facts: Facts): boolean {
  return facts.error === 0;
}

/** Facts of a result as its dtype holds it: exact while the grid is fine enough, else with a rounding added. */
export function settle(dtype: DType, { max, grain, error }: Facts): Facts {
  if (!isFloat(dtype)) return WHOLE;
  const fits = grain > 0 && max / grain <= 2 ** (PRECISION[dtype] ?? 53);
  if (error === 0 && fits) return { max, grain, error: 0 };
  return { max, grain: 0, error: error + max * unit(dtype) };
}

export function unaryFacts(op: UnaryOp, dtype: DType, x: Facts): Facts {
  if (!isFloat(dtype)) return WHOLE;
  const smooth = (max: number, slope: number): Facts =>
    settle(dtype, { max, grain: 0, error: x.error * slope });
  switch (op) {
    case 'neg':
    case 'abs':
      return x;
    case 'sign':
      return { max: 1, grain: 1, error: 0 };
    case 'floor':
    case 'ceil':
    case 'round':
    case 'trunc':
      return { max: Math.ceil(x.max), grain: 1, error: 0 };
    case 'exp':
      return smooth(Math.exp(x.max), Math.exp(x.max));
    case 'log':
      return smooth(Math.abs(Math.log(x.max)) + 1, 2);
    case 'recip':
      return smooth(2, 4);
    case 'sqrt':
      return smooth(Math.sqrt(x.max), 1);
    case 'sin':
    case 'cos':
      return smooth(1, 1 + x.max * 0.01);
    default:
      return smooth(1, 1.2);
  }
}

export function binaryFacts(op: BinaryOp, dtype: DType, x: Facts, y: Facts): Facts {
  if (!isFloat(dtype)) return WHOLE;
  const grain = Math.min(x.grain, y.grain);
  switch (op) {
    case 'add':
    case 'sub':
      return settle(dtype, { max: x.max + y.max, grain, error: x.error + y.error });
    case 'mul':
      return settle(dtype, {
        max: x.max * y.max,
        grain: x.grain * y.grain,
        error: x.error * y.max + y.error * x.max,
      });
    case 'div':
      return settle(dtype, { max: 2 * x.max, grain: 0, error: 2 * x.error + 4 * y.error * x.max });
    case 'pow':
      return settle(dtype, { max: 16, grain: 0, error: 32 * x.error + 32 * y.error });
    case 'atan2':
      return settle(dtype, { max: Math.PI, grain: 0, error: 0 });
    case 'idiv':
      return { max: 2 * x.max + 1, grain: 1, error: 0 };
    case 'mod':
      return { max: y.max, grain, error: 0 };
    default:
      return { max: Math.max(x.max, y.max), grain, error: Math.max(x.error, y.error) };
  }
}

/** Facts of a sum of `count` values, in any order. */
export function sumFacts(dtype: DType, x: Facts, count: number): Facts {
  if (!isFloat(dtype)) return WHOLE;
  const n = Math.max(count, 1);
  const total = settle(dtype, { max: n * x.max, grain: x.grain, error: n * x.error });
  return isExact(total) ? total : { ...total, error: total.error + n * total.max * unit('float32') };
}

/** Facts of a product of at most eight values no greater than 1.5. */
export function productFacts(dtype: DType, x: Facts, count: number): Facts {
  if (!isFloat(dtype)) return WHOLE;
  const max = 1.5 ** Math.max(count, 1);
  const rounding = count > 1 ? count * max * unit(dtype) : 0;
  return { max, grain: 0, error: count * x.error * max + rounding };
}
