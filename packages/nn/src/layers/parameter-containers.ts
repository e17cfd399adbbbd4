/** Parameters in a list or under names, registered with the module that holds them. */

import { ArgumentError, IndexError } from '@tenfold/ir';
import { Module } from '../module/module.ts';
import { Parameter } from '../module/parameter.ts';

/** What both have: parameters as fields, found by their names. */
abstract class ParameterContainer extends Module {
  protected entries(): [string, Parameter][] {
    return Object.entries(this).filter(
      (entry): entry is [string, Parameter] => entry[1] instanceof Parameter,
    );
  }

  protected find(name: string): Parameter {
    const value: unknown = Reflect.get(this, name);
    if (value instanceof Parameter) return value;
    const names = this.entries().map(([known]) => known);
    throw new IndexError(
      `${this.constructor.name}: there is no parameter '${name}'; it has ${names.join(', ') || 'none'}`,
    );
  }

  protected put(name: string, parameter: Parameter): void {
    if (!(parameter instanceof Parameter)) {
      throw new ArgumentError(
        `${this.constructor.name}: '${name}' is not a parameter; wrap it in new nn.Parameter(...)`,
      );
    }
    this.registerParameter(name, parameter);
  }

  forward(): never {
    throw new ArgumentError(
      `${this.constructor.name}: parameters have no forward; use them in the forward of the module that holds them`,
    );
  }

  override extraRepr(): string {
    return this.entries()
      .map(([name, { dtype, shape }]) => {
        const size = shape.length === 0 ? '' : ` of size ${shape.join('x')}`;
        return `(${name}): Parameter containing: [${dtype}${size}]`;
      })
      .join('\n');
  }
}

/** A list whose parameters are registered under their positions, as torch.nn.ParameterList. */
export class ParameterList extends ParameterContainer implements Iterable<Parameter> {
  constructor(values: Iterable<Parameter> = []) {
    super();
    this.extend(values);
  }

  /** Number of parameters. */
  get length(): number {
    return this.entries().length;
  }

  /** The parameter at a position; negative counts from the end. */
  get(index: number): Parameter {
    return this.find(String(index < 0 ? index + this.length : index));
  }

  set(index: number, parameter: Parameter): this {
    this.get(index);
    this.put(String(index < 0 ? index + this.length : index), parameter);
    return this;
  }

  append(value: Parameter): this {
    this.put(String(this.length), value);
    return this;
  }

  extend(values: Iterable<Parameter>): this {
    for (const value of values) this.append(value);
    return this;
  }

  *[Symbol.iterator](): Iterator<Parameter> {
    for (const [, parameter] of this.entries()) yield parameter;
  }
}

/** Parameters under names, as torch.nn.ParameterDict. */
export class ParameterDict extends ParameterContainer implements Iterable<[string, Parameter]> {
  constructor(parameters: Readonly<Record<string, Parameter>> | Iterable<readonly [string, Parameter]> = {}) {
    super();
    this.update(parameters);
  }

  /** Number of parameters. */
  get size(): number {
    return this.entries().length;
  }

  has(key: string): boolean {
    return this.entries().some(([name]) => name === key);
  }

  get(key: string): Parameter {
    return this.find(key);
  }

  set(key: string, parameter: Parameter): this {
    this.put(key, parameter);
    return this;
  }

  delete(key: string): boolean {
    return this.has(key) && Reflect.deleteProperty(this, key);
  }

  update(parameters: Readonly<Record<string, Parameter>> | Iterable<readonly [string, Parameter]>): this {
    const entries =
      Symbol.iterator in parameters
        ? (parameters as Iterable<readonly [string, Parameter]>)
        : Object.entries(parameters);
    for (const [key, parameter] of entries) this.set(key, parameter);
    return this;
  }

  keys(): string[] {
    return this.entries().map(([name]) => name);
  }

  values(): Parameter[] {
    return this.entries().map(([, parameter]) => parameter);
  }

  [Symbol.iterator](): Iterator<[string, Parameter]> {
    return this.entries()[Symbol.iterator]();
  }
}
