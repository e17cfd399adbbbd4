/**
 * Parameters that are computed from others: the field of the module becomes a property that computes its value whenever it is
 * read, so it is never stale, and what it is computed from stands beside it under names of its own.
 */

import { ArgumentError } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import type { Module } from '../module/module.ts';
import { Parameter } from '../module/parameter.ts';

/** The parameter in a field of a module. Raises ArgumentError where there is none. */
export function parameterOf(op: string, module: Module, name: string): Parameter {
  const field = Object.getOwnPropertyDescriptor(module, name);
  const value: unknown = field?.value;
  if (value instanceof Parameter) return value;
  const problem = field?.get ? 'is computed already' : 'is no parameter';
  throw new ArgumentError(
    `${op}: '${name}' of ${module.constructor.name} ${problem}; name a field that holds one`,
  );
}

/** The same memory as a parameter with another key in state dicts. */
export function renamed(parameter: Parameter, key: string): Parameter {
  return new Parameter(parameter, { requiresGrad: parameter.requiresGrad, key });
}

/** The key of a field in state dicts. */
export function keyOf(name: string, parameter: Parameter): string {
  return parameter.key ?? name;
}

/** Makes a field a property that is computed when it is read, and may be written if `write` is given. */
export function defineComputed(
  module: Module,
  name: string,
  read: () => Tensor,
  write?: (value: Tensor) => void,
): void {
  Object.defineProperty(module, name, { get: read, set: write, configurable: true, enumerable: false });
}

/** Makes a computed property a parameter again. */
export function restoreParameter(module: Module, name: string, parameter: Parameter): void {
  Reflect.deleteProperty(module, name);
  module.registerParameter(name, parameter);
}

/** What several mechanisms keep for a field of a module: at most one thing for each. */
export class PerField<T> {
  readonly #modules = new WeakMap<Module, Map<string, T>>();

  get(module: Module, name: string): T | undefined {
    return this.#modules.get(module)?.get(name);
  }

  set(module: Module, name: string, value: T): void {
    const fields = this.#modules.get(module) ?? new Map<string, T>();
    this.#modules.set(module, fields.set(name, value));
  }

  /** Takes out what is kept; raises ArgumentError where nothing is. */
  take(op: string, module: Module, name: string): T {
    const fields = this.#modules.get(module);
    const value = fields?.get(name);
    if (value === undefined)
      throw new ArgumentError(`${op}: '${name}' of ${module.constructor.name} is not what ${op} removes`);
    fields?.delete(name);
    return value;
  }

  /** Whether anything is kept for any field. */
  has(module: Module): boolean {
    return (this.#modules.get(module)?.size ?? 0) > 0;
  }
}
