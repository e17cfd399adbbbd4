/**
 * The operations as methods. Each is written once, as a function whose first parameter is the tensor; the tables
 * below name those that are methods too, and the types follow from the functions.
 */

import { Tensor } from './core/tensor.ts';
import * as writing from './ops/assign.ts';
import * as elementwise from './ops/elementwise-methods.ts';

type Method<F> = F extends (self: Tensor, ...args: infer A) => infer R ? (...args: A) => R : never;
type MethodsOf<T> = { [K in keyof T]: Method<T[K]> };

export interface TensorMethods extends MethodsOf<typeof elementwise>, MethodsOf<typeof writing> {}

/** Puts functions onto the class; the receiver becomes the first argument. */
function install(functions: Readonly<Record<string, (self: Tensor, ...args: never[]) => unknown>>): void {
  for (const [name, fn] of Object.entries(functions)) {
    Object.defineProperty(Tensor.prototype, name, {
      value(this: Tensor, ...args: never[]) {
        return fn(this, ...args);
      },
      writable: true,
      configurable: true,
    });
  }
}

install(elementwise);
install(writing);
