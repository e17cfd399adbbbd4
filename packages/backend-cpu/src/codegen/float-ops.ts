/**
 * Elementwise operators on float registers. What is one instruction stands here; the functions come from `math/`, for
 * float64 from the host.
 */

import type { BinaryOp, UnaryOp } from '@tenfold/ir';
import { atan2, cos, erf, floorDivide, floorMod, hostFunction, log, pow, sin, tanh } from '../math/index.ts';
import type { HostFunction, MathContext, Vector } from '../math/index.ts';
import { f32x4, f64x2, v128 } from '../wasm/index.ts';
import type { Local } from '../wasm/index.ts';

export type CompareOp = 'lt' | 'le' | 'eq' | 'ne';
export type UnaryRule = (m: MathContext, x: Local<'v128'>) => Vector;
export type BinaryRule = (m: MathContext, a: Local<'v128'>, b: Local<'v128'>) => Vector;
export type UnaryRules = { readonly [K in UnaryOp]?: UnaryRule };
export type BinaryRules = { readonly [K in Exclude<BinaryOp, CompareOp>]?: BinaryRule };
export type CompareRules = { readonly [K in CompareOp]: BinaryRule };

/** What each operator does to the registers of one kind of value. */
export interface Rules {
  readonly unary: UnaryRules;
  readonly binary: BinaryRules;
  readonly compare: CompareRules;
}

type FloatLanes = typeof f32x4 | typeof f64x2;
type Splat = (m: MathContext, value: number) => Local<'v128'>;

/** A rule for registers of any number. */
type Rule = (m: MathContext, ...operands: Local<'v128'>[]) => Vector;

function byName<N extends string>(names: readonly N[], rule: (name: N) => Rule): { readonly [K in N]: Rule } {
  const rules: Partial<Record<N, Rule>> = {};
  for (const name of names) rules[name] = rule(name);
  return rules as Record<N, Rule>;
}

/** Operators that are one instruction of their own name. */
export function direct<N extends string>(
  lanes: { readonly [K in N]: (...operands: Vector[]) => Vector },
  ...names: readonly N[]
): { readonly [K in N]: Rule } {
  return byName(
    names,
    (name) =>
      (_, ...operands) =>
        lanes[name](...operands),
  );
}

/** What is one instruction, or a few, in both widths. */
function instructions(lanes: FloatLanes, splat: Splat) {
  return {
    unary: {
      ...direct(lanes, 'neg', 'sqrt', 'abs', 'floor', 'ceil', 'trunc'),
      recip: (m, x) => lanes.div(splat(m, 1), x),
      sign: (m, x) => {
        const [zero, one] = [splat(m, 0), splat(m, 1)];
        return lanes.sub(v128.and(lanes.gt(x, zero), one), v128.and(lanes.lt(x, zero), one));
      },
      round: (_, x) => lanes.nearest(x),
    } satisfies UnaryRules,
    binary: direct(lanes, 'add', 'sub', 'mul', 'div', 'max', 'min'),
    compare: direct(lanes, 'lt', 'le', 'eq', 'ne'),
  };
}

const single = instructions(f32x4, (m, value) => m.code.constants.f32x4(value));
const double = instructions(f64x2, (m, value) => m.code.constants.f64x2(value));
export const FLOAT32: Rules = {
  unary: { ...single.unary, log, sin, cos, tanh, erf },
  binary: { ...single.binary, idiv: floorDivide, mod: floorMod, pow, atan2 },
  compare: single.compare,
};

function host<N extends HostFunction>(...names: readonly N[]): { readonly [K in N]: Rule } {
  return byName(
    names,
    (name) =>
      (m, ...operands) =>
        hostFunction(m, name, operands),
  );
}

export const FLOAT64: Rules = {
  unary: { ...double.unary, ...host('exp', 'log', 'sin', 'cos', 'tanh', 'erf') },
  binary: { ...double.binary, ...host('idiv', 'mod', 'pow', 'atan2') },
  compare: double.compare,
};
