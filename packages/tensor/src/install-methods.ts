/**
 * Operations as methods. Each is written once, as a function whose first parameter is the tensor; the method and its
 * type follow from the function.
 */

import { relieve } from './core/cut.ts';
import { enter, exposeAll, leave } from './core/exposure.ts';
import { Tensor } from './core/tensor.ts';

type Method<F> = F extends (self: Tensor, ...args: infer A extends readonly unknown[]) => infer R
  ? (...args: A) => R
  : never;
/** Functions as methods; whatever else is there is left out. */
export type MethodsOf<T> = { [K in keyof T]: Method<T[K]> };

type Functions = Readonly<Record<string | symbol, (self: Tensor, ...args: never[]) => unknown>>;

/** Puts functions onto the class; the receiver becomes the first argument, and the result is one the user sees. */
export function install(functions: Functions): void {
  for (const name of Reflect.ownKeys(functions)) {
    const fn = functions[name];
    if (typeof fn !== 'function') continue;
    Object.defineProperty(Tensor.prototype, name, {
      value(this: Tensor, ...args: never[]) {
        relieve(this.home);
        let result: unknown;
        enter();
        try {
          result = fn(this, ...args);
        } finally {
          leave();
        }
        exposeAll(result);
        return result;
      },
      writable: true,
      configurable: true,
    });
  }
}

/** Puts functions of the tensor alone onto the class as properties. */
export function installProperties(functions: Readonly<Record<string, (self: Tensor) => unknown>>): void {
  for (const [name, fn] of Object.entries(functions)) {
    Object.defineProperty(Tensor.prototype, name, {
      get(this: Tensor) {
        return fn(this);
      },
      configurable: true,
    });
  }
}
