/**
 * The base class of all networks, as torch.nn.Module. Parameters, buffers and submodules are simply fields: they are
 * found by walking the object, in the order of definition. A subclass defines `forward`; callers call it as well, and
 * what a call means beyond it (hooks, and the bookkeeping of lazy execution) is added by the constructor.
 */

import { ArgumentError, isDType, isFloat } from '@tenfold/ir';
import type { DType } from '@tenfold/ir';
import { noGrad } from '@tenfold/tensor/base';
import type { StateDict, Tensor } from '@tenfold/tensor/base';
import { moduleCall } from '@tenfold/tensor/internal';
import { loadStateDict } from './load-state-dict.ts';
import type { LoadStateDictOptions, LoadStateDictResult, StateBranch, StateTree } from './load-state-dict.ts';
import { Buffer, Parameter } from './parameter.ts';
import type { BufferOptions } from './parameter.ts';
import { formatModule } from './print.ts';

/** A module that takes one tensor and gives one: what a Sequential is made of. */
export interface UnaryModule extends Module {
  forward(input: Tensor): Tensor;
}

/** Where to move a module: a device, a dtype for its float tensors, or both. */
export type MoveTarget = DType | (string & {}) | { readonly device?: string; readonly dtype?: DType };

// Of what comes after the first argument hooks know nothing: so a layer with more of them, which need not be given, still is a
// UnaryModule.
type Arguments<M extends Module> =
  Parameters<M['forward']> extends [infer First, ...unknown[]]
    ? [First, ...unknown[]]
    : Parameters<M['forward']>;
type Result<M extends Module> = ReturnType<M['forward']>;

// The types of methods, so that a layer with hooks of its own type still is a Module.
interface Hooks<M extends Module> {
  before(module: M, args: Arguments<M>): Arguments<M> | void;
  after(module: M, args: Arguments<M>, output: Result<M>): Result<M> | void;
}

/** Sees, and may replace, the arguments of a call. */
export type ForwardPreHook<M extends Module> = Hooks<M>['before'];
/** Sees, and may replace, the result of a call. */
export type ForwardHook<M extends Module> = Hooks<M>['after'];

export abstract class Module {
  /** Whether dropout drops and normalisation uses the batch; changed by `train()` and `eval()`. */
  training = true;
  readonly #preHooks = new Map<symbol, ForwardPreHook<Module>>();
  readonly #hooks = new Map<symbol, ForwardHook<Module>>();

  constructor() {
    const compute = this.forward;
    const forward = (...args: unknown[]) => this.#call(compute, args);
    Object.defineProperty(this, 'forward', { value: forward, writable: true, configurable: true });
  }

  /** What the module computes. Defined by subclasses, and called on them: hooks run with it. */
  abstract forward(...args: unknown[]): unknown;

  #call(compute: (...args: unknown[]) => unknown, args: unknown[]): unknown {
    return moduleCall(args, () => {
      let inputs = args;
      for (const hook of this.#preHooks.values()) inputs = hook(this, inputs) ?? inputs;
      let output = compute.apply(this, inputs);
      for (const hook of this.#hooks.values()) output = hook(this, inputs, output) ?? output;
      return output;
    });
  }

  /** Calls `hook` before each forward with the arguments; an array it returns takes their place. Returns the remover. */
  registerForwardPreHook(hook: ForwardPreHook<this>): () => void {
    return add<ForwardPreHook<Module>>(this.#preHooks, hook);
  }

  /** Calls `hook` after each forward with the result; what it returns takes its place. Returns the remover. */
  registerForwardHook(hook: ForwardHook<this>): () => void {
    return add<ForwardHook<Module>>(this.#hooks, hook);
  }

  // --- members ---------------------------------------------------------------------------------------------------

  /** What the module holds, by name; containers say it for themselves. */
  protected members(): Iterable<readonly [string, unknown]> {
    return Object.entries(this);
  }

  /** Another name under which a child may stand in a state dict that is loaded. */
  protected aliasOf(_child: string): string | undefined {
    return undefined;
  }

  /** Submodules of this module itself, with their names. A module that is held twice is given once. */
  namedChildren(): [string, Module][] {
    return unique(this.#own(isModule));
  }

  children(): Module[] {
    return this.namedChildren().map(([, child]) => child);
  }

  /** This module (under the name '') and all below it, parents first. A module that is held twice is given once. */
  namedModules(): [string, Module][] {
    return unique([...this.#tree('')]);
  }

  modules(): Module[] {
    return this.namedModules().map(([, module]) => module);
  }

  /** All parameters with their names, `fc1.weight`. A parameter that is shared is given once. */
  namedParameters(): [string, Parameter][] {
    return unique(this.#collect((module) => module.#own(isParameter)));
  }

  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  namedBuffers(): [string, Buffer][] {
    return unique(this.#collect((module) => module.#own(isBuffer)));
  }

  buffers(): Buffer[] {
    return this.namedBuffers().map(([, buffer]) => buffer);
  }

  /** Adds a tensor that is not trained, under a name known only at run time; otherwise write a field. */
  registerBuffer(name: string, tensor: Tensor | null, options: BufferOptions = {}): void {
    this.#register('registerBuffer', name, tensor && new Buffer(tensor, options));
  }

  /** Adds a parameter under a name known only at run time; otherwise write a field. */
  registerParameter(name: string, parameter: Parameter | null): void {
    this.#register('registerParameter', name, parameter);
  }

  /** Adds a submodule under a name known only at run time; otherwise write a field. */
  registerModule(name: string, module: Module | null): void {
    this.#register('registerModule', name, module);
  }

  #register(op: string, name: string, value: Parameter | Buffer | Module | null): void {
    if (name === '' || name.includes('.'))
      throw new ArgumentError(`${op}: '${name}' must be a name without dots`);
    if (name === 'training' || (name in this && !Object.keys(this).includes(name))) {
      throw new ArgumentError(`${op}: '${name}' is part of every module; choose another name`);
    }
    Reflect.set(this, name, value);
  }

  /** Own members of one kind, under their names in state dicts. */
  #own<T>(is: (value: unknown) => value is T): [string, T][] {
    const found: [string, T][] = [];
    for (const [name, value] of this.members()) {
      if (is(value)) found.push([keyOf(name, value), value]);
      else if (Array.isArray(value)) rejectArray(this.constructor.name, name, value);
    }
    return found;
  }

  *#tree(prefix: string): Generator<[string, Module]> {
    yield [prefix, this];
    for (const [name, child] of this.#own(isModule)) yield* child.#tree(join(prefix, name));
  }

  #collect<T extends Tensor>(own: (module: Module) => [string, T][]): [string, T][] {
    const all: [string, T][] = [];
    for (const [path, module] of this.#tree(''))
      for (const [key, tensor] of own(module)) all.push([join(path, key), tensor]);
    for (const [name, tensor] of all) nameStorage(tensor, name);
    return all;
  }

  // --- changing all of it ----------------------------------------------------------------------------------------

  /** Applies `fn` to every submodule, children first, and to this module, as torch.nn.Module.apply. */
  apply(fn: (module: Module) => void): this {
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }

  /** Puts the module and everything below it into training mode, or out of it. */
  train(mode = true): this {
    this.training = mode;
    for (const child of this.children()) child.train(mode);
    return this;
  }

  /** Puts the module into evaluation mode, as `train(false)`. */
  eval(): this {
    return this.train(false);
  }

  /** Turns gradients of all parameters on or off, as to freeze a network. */
  requiresGrad_(value = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(value);
    return this;
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null;
  }

  /**
   * Moves parameters and buffers to a device, or casts the float ones to a dtype. They become new tensors: make the
   * optimizer afterwards. From a device that cannot be waited for, `await toDevice(name)` moves.
   */
  to(target: MoveTarget): this {
    const { device, dtype } = moveTarget(target);
    return this.#move((tensor) => tensor.to({ device, dtype: isFloat(tensor.dtype) ? dtype : undefined }));
  }

  /** Moves parameters and buffers to a device, from any device. As `to` otherwise. */
  async toDevice(device: string): Promise<this> {
    const tensors = [...this.parameters(), ...this.buffers()].flatMap((value) =>
      value.grad ? [value, value.grad] : [value],
    );
    const moves = tensors
      .filter((tensor) => tensor.device !== device)
      .map(async (tensor) => [tensor, await tensor.detach().toDevice(device)] as const);
    const moved = new Map<Tensor, Tensor>(await Promise.all(moves));
    return this.#move((tensor) => moved.get(tensor) ?? tensor);
  }

  #move(convert: (tensor: Tensor) => Tensor): this {
    const moved = new Map<Tensor, Parameter | Buffer>();
    for (const module of this.modules()) {
      for (const [field, value] of module.members()) {
        if (!isParameter(value) && !isBuffer(value)) continue;
        const next = moved.get(value) ?? move(value, convert);
        moved.set(value, next);
        if (next !== value) Reflect.set(module, field, next);
      }
    }
    return this;
  }

  // --- state dicts -----------------------------------------------------------------------------------------------

  /**
   * Parameters and persistent buffers under PyTorch's keys. They are the module's own tensors: later training shows
   * in them; `clone()` what must stay.
   */
  stateDict(): StateDict {
    return new Map(this.#collect((module) => module.#stateTensors()));
  }

  /**
   * Copies values into parameters and persistent buffers, cast and moved as need be.
   * @throws StateDictError naming at once all keys that are missing, unexpected or of another shape; nothing is
   *   changed then. With `strict: false` only shapes are errors.
   */
  loadStateDict(
    stateDict: ReadonlyMap<string, Tensor>,
    options: LoadStateDictOptions = {},
  ): LoadStateDictResult {
    return loadStateDict(this.constructor.name, this.#stateTree(), stateDict, options);
  }

  #stateTensors(): [string, Tensor][] {
    return [...this.#own(isParameter), ...this.#own(isBuffer).filter(([, buffer]) => buffer.persistent)];
  }

  #stateTree(): StateTree {
    const children = this.#own(isModule).map(([name, child]): StateBranch => ({
      name,
      alias: this.aliasOf(name),
      tree: child.#stateTree(),
    }));
    return { tensors: this.#stateTensors(), children };
  }

  // --- printing --------------------------------------------------------------------------------------------------

  /** What is printed of the module itself, `in_features=4, out_features=2, bias=True`. */
  extraRepr(): string {
    return '';
  }

  /** The module and all below it, printed as PyTorch prints them. */
  toString(): string {
    const children = this.#own(isModule).map(([name, child]) => [name, child.toString()] as const);
    return formatModule(this.constructor.name, this.extraRepr(), children);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** Adds a hook under a key of its own, so that one that is added twice runs twice. Returns the remover. */
function add<H>(hooks: Map<symbol, H>, hook: H): () => void {
  const key = Symbol('hook');
  hooks.set(key, hook);
  return () => void hooks.delete(key);
}

function isModule(value: unknown): value is Module {
  return value instanceof Module;
}

function isParameter(value: unknown): value is Parameter {
  return value instanceof Parameter;
}

function isBuffer(value: unknown): value is Buffer {
  return value instanceof Buffer;
}

function keyOf(name: string, value: unknown): string {
  return isParameter(value) || isBuffer(value) ? (value.key ?? name) : name;
}

function join(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`;
}

function unique<T>(entries: readonly [string, T][]): [string, T][] {
  const seen = new Set<T>();
  return entries.filter(([, value]) => !seen.has(value) && seen.add(value));
}

/** A module does not look into arrays, and what it does not see it neither trains nor saves. */
function rejectArray(owner: string, field: string, values: readonly unknown[]): void {
  const kind = values.some(isModule) ? 'modules' : values.some(isParameter) ? 'parameters' : undefined;
  if (kind === undefined) return;
  const remedy = kind === 'modules' ? 'wrap it in new nn.ModuleList(...)' : 'give each one a field';
  throw new ArgumentError(
    `${owner}: the field '${field}' is an array of ${kind}, which would not be trained or saved; ${remedy}`,
  );
}

/** Gives a storage the name that messages use: the longest path it was ever reached by. */
function nameStorage({ source }: Tensor, name: string): void {
  if (source.kind !== 'storage') return;
  const known = source.storage.name;
  if (known === undefined || name.endsWith(`.${known}`)) source.storage.name = name;
}

function moveTarget(target: MoveTarget): { device?: string; dtype?: DType } {
  if (typeof target === 'object') return target;
  return isDType(target) ? { dtype: target } : { device: target };
}

function move(value: Parameter | Buffer, convert: (tensor: Tensor) => Tensor): Parameter | Buffer {
  return noGrad(() => {
    const data = convert(value);
    if (data === value) return value;
    if (isBuffer(value)) return new Buffer(data, value);
    const moved = new Parameter(data, value);
    if (value.grad) moved.grad = convert(value.grad);
    return moved;
  });
}
