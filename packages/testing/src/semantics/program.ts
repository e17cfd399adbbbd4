/**
 * What a program of the semantics suite is: a loop that can be run as long as one likes, and what it gives when it is
 * run as PyTorch ran it. Helpers that many programs share are here too.
 */

import { tensor } from '@tenfold/tensor';
import type { NestedData, Tensor } from '@tenfold/tensor';

export type Given = Readonly<Record<string, NestedData>>;
/** Tensors and numbers, compared with PyTorch's by name. */
export type Results = Readonly<Record<string, unknown>>;

export interface Program {
  /** Iterations that PyTorch's results belong to. */
  readonly steps: number;
  /** Relative to the largest magnitude, where float32's rounding grows along the way; 2e-5 otherwise. */
  readonly tolerance?: number;
  /** Iterations after which memory does not grow any more, where nothing is computed for long; 100 otherwise. */
  readonly settled?: number;
  step(i: number): void | Promise<void>;
  results(): Results | Promise<Results>;
}

export type MakeProgram = (given: Given) => Program;

export function data(given: Given, name: string): Tensor {
  return tensor(given[name]);
}

export function parameter(given: Given, name: string): Tensor {
  return tensor(given[name], { requiresGrad: true });
}

export interface Mlp {
  readonly w1: Tensor;
  readonly b1: Tensor;
  readonly w2: Tensor;
  readonly b2: Tensor;
}

export function mlpParameters(given: Given): Mlp {
  return {
    w1: parameter(given, 'w1'),
    b1: parameter(given, 'b1'),
    w2: parameter(given, 'w2'),
    b2: parameter(given, 'b2'),
  };
}

export function linear(x: Tensor, w: Tensor, b: Tensor): Tensor {
  return x.matmul(w.t()).add(b);
}

/** tanh(x w1ᵀ + b1) w2ᵀ + b2 */
export function mlp(x: Tensor, { w1, b1, w2, b2 }: Mlp): Tensor {
  return linear(linear(x, w1, b1).tanh(), w2, b2);
}

export function mse(a: Tensor, b: Tensor): Tensor {
  return a.sub(b).square().mean();
}

/** The list of a step's readings, which starts anew when the program is run longer than PyTorch ran it. */
export function recorder<T>(): { push(value: T): void; readonly list: T[] } {
  const list: T[] = [];
  return {
    list,
    push(value) {
      if (list.length >= 64) list.length = 0;
      list.push(value);
    },
  };
}
