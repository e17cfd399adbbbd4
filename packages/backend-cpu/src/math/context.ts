/**
 * What every math emitter works in: the function being built, and whether multiply-add may be fused. An
 * emitter takes vectors as expressions, appends statements to the function and gives a local with the
 * result. Its constants go to the function's pool, so they are set before any loop.
 */

import { f32x4, f64x2, i32x4, v128 } from '../wasm/index.ts';
import type { Pairing } from '../pairing.ts';
import type { Expr, FunctionBuilder, Local, ModuleBuilder, Operand, ValueType } from '../wasm/index.ts';

export type Vector = Expr<'v128'>;
export type VectorLocal = Local<'v128'>;

/** 1.5 · 2^52: adding it to a float64 leaves the nearest integer in the low bits. */
export const ROUNDING_MAGIC_64 = 6755399441055744;

export interface MathContext {
  readonly module: ModuleBuilder;
  readonly code: FunctionBuilder;
  /** Use relaxed SIMD's multiply-add. Without it every product is rounded before it is added. */
  readonly relaxed: boolean;
  /** Set where the engine pairs neighbouring registers; a branch for one of them keeps it from that. */
  readonly pairing?: Pairing | undefined;
}

type FloatLanes = typeof f32x4 | typeof f64x2;
type Relaxed = Pick<MathContext, 'relaxed'>;

/** a * b + c over float32 lanes, or over those of another float type. */
export function madd(m: Relaxed, a: Vector, b: Vector, c: Vector, lanes: FloatLanes = f32x4): Vector {
  return m.relaxed ? lanes.relaxed_madd(a, b, c) : lanes.add(lanes.mul(a, b), c);
}

/** c - a * b. */
export function nmadd(m: Relaxed, a: Vector, b: Vector, c: Vector, lanes: FloatLanes = f32x4): Vector {
  return m.relaxed ? lanes.relaxed_nmadd(a, b, c) : lanes.sub(c, lanes.mul(a, b));
}

/** Horner's rule: coefficients[0] + coefficients[1] * x + … */
export function polynomial(
  m: MathContext,
  x: VectorLocal,
  coefficients: readonly number[],
  lanes: FloatLanes = f32x4,
): Vector {
  const { constants } = m.code;
  return coefficients
    .map((value): Vector => (lanes === f32x4 ? constants.f32x4(value) : constants.f64x2(value)))
    .reduceRight((high, low) => madd(m, high, x, low, lanes));
}

/**
 * A polynomial as even(x²) + x · odd(x²), each by Horner's rule: half the depth, and fewer roundings that reach
 * the result at their full weight. `square` is x².
 */
export function splitPolynomial(
  m: MathContext,
  x: VectorLocal,
  square: VectorLocal,
  coefficients: readonly number[],
  lanes: FloatLanes = f32x4,
): Vector {
  const [even, odd] = [0, 1].map((parity) =>
    polynomial(
      m,
      square,
      coefficients.filter((_, power) => power % 2 === parity),
      lanes,
    ),
  );
  return madd(m, odd, x, even, lanes);
}

/** Lanes of `whenTrue` where the mask is all ones, of `whenFalse` where it is zero. */
export function choose(mask: Vector, whenTrue: Vector, whenFalse: Vector): Vector {
  return v128.bitselect(whenTrue, whenFalse, mask);
}

/** Magnitude of the one, sign of the other. */
export function copySign(m: MathContext, magnitude: Vector, sign: Vector): Vector {
  return choose(m.code.constants.i32x4(0x7fffffff), magnitude, sign);
}

interface Replace<T extends ValueType> {
  replace_lane(vector: Vector, lane: number, value: Operand<T>): Vector;
}

/** A vector of `count` lanes made one by one, each by a scalar `rule` from the sources. */
export function eachLane<T extends ValueType>(
  { code }: MathContext,
  lanes: Replace<T>,
  count: number,
  sources: readonly Vector[],
  rule: (lane: number, ...sources: VectorLocal[]) => Expr<T>,
): VectorLocal {
  const locals = sources.map((source) => code.let(source));
  const result = code.local('v128');
  for (let lane = 0; lane < count; lane++) {
    code.set(result, lanes.replace_lane(result, lane, rule(lane, ...locals)));
  }
  return result;
}

/** The low and high pairs of float32 lanes as float64; of int32 lanes with their conversion. */
export function widen(
  { code }: MathContext,
  x: Vector,
  convert = f64x2.promote_low_f32x4,
): readonly VectorLocal[] {
  const all = code.let(x);
  return [all, i32x4.shuffle(all, all, [2, 3, 2, 3])].map((pair) => code.let(convert(pair)));
}

/** Two pairs of float64 lanes as four float32 lanes, rounded to nearest even. */
export function narrow(low: Vector, high: Vector): Vector {
  return i32x4.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), [0, 1, 4, 5]);
}
