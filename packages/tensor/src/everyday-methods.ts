/**
 * The methods that every program has, and that Tenfold's own layers are written with. A method is part of every
 * bundle, so these are few; `methods.ts` has all.
 */

import { install } from './install-methods.ts';
import type { MethodsOf } from './install-methods.ts';
import {
  abs,
  add,
  div,
  maximum,
  minimum,
  mul,
  neg,
  reciprocal,
  rsqrt,
  sqrt,
  square,
  sub,
} from './ops/arithmetic.ts';
import { assign } from './ops/assign.ts';
import { eq, ge, gt, le, lt, ne } from './ops/comparison.ts';
import { exp, log, sigmoid } from './ops/exponential.ts';
import { argmax } from './ops/extremum.ts';
import { clone, detach, to, toDevice } from './ops/identity.ts';
import { matmul } from './ops/matmul.ts';
import { data, dataSync, item, itemSync, tolist, tolistSync } from './ops/read.ts';
import { mean, sum } from './ops/reduce.ts';
import { expand, flatten, permute, reshape, squeeze, t, transpose, unsqueeze, view } from './ops/shape.ts';
import { logSoftmax, softmax } from './ops/softmax.ts';
import { tanh } from './ops/trigonometric.ts';

// prettier-ignore
const everyday = {
  abs, add, div, maximum, minimum, mul, neg, reciprocal, rsqrt, sqrt, square, sub,
  eq, ge, gt, le, lt, ne,
  exp, log, sigmoid, tanh,
  argmax, matmul, mean, softmax, logSoftmax, sum,
  expand, flatten, permute, reshape, squeeze, t, transpose, unsqueeze, view,
  clone, detach, to, toDevice,
  assign, data, dataSync, item, itemSync, tolist, tolistSync,
};

type EverydayMethods = MethodsOf<typeof everyday>;

// Declared from here rather than there, so that the class does not depend on the operations.
declare module './core/tensor.ts' {
  interface Tensor extends EverydayMethods {}
}

install(everyday);
