/** Modules made of modules: one after another, in a list, under names. */

import { ArgumentError, IndexError, closest } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { Module } from '../module/module.ts';
import type { UnaryModule } from '../module/module.ts';
import { collapseRuns, formatModule } from '../module/print.ts';

/** Layers by name; the order of the properties is the order of the layers. */
export type NamedLayers = Readonly<Record<string, UnaryModule>>;

/**
 * Calls its layers one after another, as torch.nn.Sequential. The layers are arguments, or the properties of one
 * object, whose names are then in the keys of the state dict; a state dict with numbers in their place also loads.
 */
export class Sequential extends Module implements Iterable<UnaryModule> {
  readonly #layers: [string, UnaryModule][];

  constructor(...layers: readonly UnaryModule[]);
  constructor(layers: NamedLayers);
  constructor(...layers: readonly (UnaryModule | NamedLayers)[]) {
    super();
    const [first] = layers;
    const named =
      layers.length === 1 && !(first instanceof Module) ? Object.entries(first) : numbered(layers);
    this.#layers = named.map(([name, layer]) => [name, requireLayer('Sequential', name, layer)]);
  }

  protected override members(): Iterable<readonly [string, unknown]> {
    return this.#layers;
  }

  protected override aliasOf(child: string): string | undefined {
    const position = this.#layers.findIndex(([name]) => name === child);
    return position < 0 ? undefined : String(position);
  }

  /** Number of layers. */
  get length(): number {
    return this.#layers.length;
  }

  /** The layer at a position (negative counts from the end) or of a name. */
  get(key: number | string): UnaryModule {
    const entry =
      typeof key === 'number' ? this.#layers.at(key) : this.#layers.find(([name]) => name === key);
    return entry ? entry[1] : noLayer('Sequential', key, this.#layers.map(([name]) => name)); // prettier-ignore
  }

  /** Adds a layer at the end. */
  append(layer: UnaryModule): this {
    this.#layers.push([String(this.#layers.length), requireLayer('Sequential', 'append', layer)]);
    return this;
  }

  /** The layers from `start` up to `end`, which keep their names, as a network of its own. As `seq[start:end]`. */
  slice(start?: number, end?: number): Sequential {
    return new Sequential(Object.fromEntries(this.#layers.slice(start, end)));
  }

  *[Symbol.iterator](): Iterator<UnaryModule> {
    for (const [, layer] of this.#layers) yield layer;
  }

  forward(input: Tensor): Tensor {
    return this.#layers.reduce((x, [, layer]) => layer.forward(x), input);
  }
}

/** A list whose modules are registered, as torch.nn.ModuleList. It has no forward of its own. */
export class ModuleList<M extends Module = Module> extends Module implements Iterable<M> {
  readonly #modules: M[] = [];

  constructor(modules: Iterable<M> = []) {
    super();
    this.extend(modules);
  }

  protected override members(): Iterable<readonly [string, unknown]> {
    return this.#modules.map((module, i) => [String(i), module]);
  }

  /** Number of modules. */
  get length(): number {
    return this.#modules.length;
  }

  /** The module at a position; negative counts from the end. */
  get(index: number): M {
    return this.#modules.at(index) ?? noLayer('ModuleList', index, Object.keys(this.#modules));
  }

  append(module: M): this {
    this.#modules.push(requireModule('ModuleList', String(this.#modules.length), module));
    return this;
  }

  extend(modules: Iterable<M>): this {
    for (const module of modules) this.append(module);
    return this;
  }

  [Symbol.iterator](): Iterator<M> {
    return this.#modules[Symbol.iterator]();
  }

  forward(): never {
    throw new ArgumentError(
      'ModuleList: a list has no forward; call its modules in the forward of the module that holds it',
    );
  }

  /** Runs of equal modules are printed once, with their number, as PyTorch does. */
  override toString(): string {
    return formatModule('ModuleList', '', collapseRuns(this.#modules.map(String)));
  }
}

/** Modules under names, as torch.nn.ModuleDict. It has no forward of its own. */
export class ModuleDict<M extends Module = Module> extends Module implements Iterable<[string, M]> {
  readonly #modules = new Map<string, M>();

  constructor(modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]> = {}) {
    super();
    const entries =
      Symbol.iterator in modules ? (modules as Iterable<readonly [string, M]>) : Object.entries(modules);
    for (const [name, module] of entries) this.set(name, module);
  }

  protected override members(): Iterable<readonly [string, unknown]> {
    return this.#modules;
  }

  /** Number of modules. */
  get size(): number {
    return this.#modules.size;
  }

  has(name: string): boolean {
    return this.#modules.has(name);
  }

  get(name: string): M {
    return this.#modules.get(name) ?? noLayer('ModuleDict', name, [...this.#modules.keys()]);
  }

  set(name: string, module: M): this {
    this.#modules.set(name, requireModule('ModuleDict', name, module));
    return this;
  }

  delete(name: string): boolean {
    return this.#modules.delete(name);
  }

  keys(): IterableIterator<string> {
    return this.#modules.keys();
  }

  values(): IterableIterator<M> {
    return this.#modules.values();
  }

  [Symbol.iterator](): Iterator<[string, M]> {
    return this.#modules[Symbol.iterator]();
  }

  forward(): never {
    throw new ArgumentError(
      'ModuleDict: a dict has no forward; call its modules in the forward of the module that holds it',
    );
  }
}

function numbered<T>(items: readonly T[]): [string, T][] {
  return items.map((item, i) => [String(i), item]);
}

function requireLayer(container: string, name: string, value: UnaryModule | NamedLayers): UnaryModule {
  return requireModule(container, name, value) as UnaryModule;
}

function requireModule<M>(container: string, name: string, value: M): M {
  if (name === '' || name.includes('.'))
    throw new ArgumentError(`${container}: '${name}' must be a name without dots`);
  if (value instanceof Module) return value;
  throw new ArgumentError(
    `${container}: '${name}' is not a module; functions become modules by a class with a forward`,
  );
}

function noLayer(container: string, key: number | string, names: readonly string[]): never {
  const near = typeof key === 'string' ? closest(key, names) : undefined;
  const hint = near === undefined ? `it has ${names.join(', ') || 'none'}` : `did you mean '${near}'?`;
  throw new IndexError(
    `${container}: there is no module ${typeof key === 'string' ? `'${key}'` : key}; ${hint}`,
  );
}
