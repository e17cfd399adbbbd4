/**
 * The elementwise primitives as functions, which compositions are written in: `raw.mul(a, b)`. They take tensors that
 * agree in dtype and shape already, and neither cast nor broadcast; what users call is in `../ops`.
 */

import type { BinaryOp, UnaryOp } from '@tenfold/ir';
import { apply } from './apply.ts';
import type { Tensor } from './tensor.ts';

type Unary = (x: Tensor) => Tensor;
type Binary = (a: Tensor, b: Tensor) => Tensor;

function unary(op: UnaryOp): Unary {
  return (x) => apply(op, [x], undefined);
}

function binary(op: BinaryOp): Binary {
  return (a, b) => apply(op, [a, b], undefined);
}

export const abs = unary('abs');
export const cos = unary('cos');
export const erf = unary('erf');
export const exp = unary('exp');
export const log = unary('log');
export const neg = unary('neg');
export const not = unary('not');
export const recip = unary('recip');
export const sign = unary('sign');
export const sin = unary('sin');
export const sqrt = unary('sqrt');
export const tanh = unary('tanh');
export const trunc = unary('trunc');

export const add = binary('add');
export const sub = binary('sub');
export const mul = binary('mul');
export const div = binary('div');
export const idiv = binary('idiv');
export const pow = binary('pow');
export const mod = binary('mod');
export const atan2 = binary('atan2');
export const max = binary('max');
export const min = binary('min');
export const lt = binary('lt');
export const le = binary('le');
export const eq = binary('eq');
export const ne = binary('ne');
export const and = binary('and');
export const or = binary('or');
export const xor = binary('xor');
export const shl = binary('shl');
export const shr = binary('shr');

export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  return apply('where', [condition, a, b], undefined);
}
