/**
 * Parametrisations: modules that a parameter goes through whenever it is read, as torch.nn.utils.parametrize. What is trained
 * is `parametrizations.<name>.original`, or several such tensors.
 */

import { ArgumentError, ShapeError, formatShape, sameShape } from '@tenfold/ir';
import { Tensor, noGrad } from '@tenfold/tensor/base';
import { ModuleDict } from '../layers/containers.ts';
import { Module } from '../module/module.ts';
import { Parameter } from '../module/parameter.ts';
import { defineComputed, keyOf, parameterOf, renamed, restoreParameter } from './computed-parameter.ts';

/** A module from the trained tensors to the parameter; `rightInverse` goes back, where that is possible. */
export interface Parametrization {
  forward(...originals: Tensor[]): Tensor;
  rightInverse?(value: Tensor): Tensor | readonly Tensor[];
}

/** The parametrisations of one parameter, in turn, with the tensors that they start from. */
export class ParametrizationList extends Module {
  readonly #steps: Parametrization[] = [];
  readonly #names: readonly string[];
  /** The key of the parameter before. */
  readonly key: string | undefined;

  /** @throws ShapeError when they change shape or dtype, unless `unsafe`. */
  constructor(
    modules: readonly Parametrization[],
    original: Parameter,
    { unsafe = false }: RegisterParametrizationOptions = {},
  ) {
    super();
    this.key = original.key;
    for (const step of modules) this.append(step);
    const start = noGrad(() => inverse(modules, original.detach()));
    const single = start instanceof Tensor;
    const tensors = single ? [start] : start;
    this.#names = single ? ['original'] : tensors.map((_, i) => `original${i}`);
    this.#names.forEach((name, i) => {
      const unchanged = single && modules.every(({ rightInverse }) => !rightInverse);
      const { requiresGrad } = original;
      const parameter = unchanged ? renamed(original, name) : new Parameter(tensors[i], { requiresGrad });
      this.registerParameter(name, parameter);
    });
    if (!unsafe) requireAlike(original, noGrad(() => this.forward())); // prettier-ignore
  }

  /** Adds a step after all others. */
  append(step: Parametrization): void {
    if (!(step instanceof Module))
      throw new ArgumentError(
        'registerParametrization: the parametrization is no module; give it a class that is one',
      );
    this.registerModule(String(this.#steps.length), step);
    this.#steps.push(step);
  }

  /** The tensors that the parameter is computed from. */
  get originals(): readonly Parameter[] {
    return this.#names.flatMap((name) => {
      const value: unknown = Reflect.get(this, name);
      return value instanceof Parameter ? [value] : [];
    });
  }

  forward(): Tensor {
    const [first, ...rest] = this.#steps;
    return rest.reduce((x, step) => step.forward(x), first.forward(...this.originals));
  }

  /** Sets the tensors so that the parameter becomes `value`, as far as the steps can be inverted. */
  rightInverse(value: Tensor): void {
    noGrad(() => {
      const found = inverse(this.#steps, value, true);
      const tensors = found instanceof Tensor ? [found] : found;
      this.originals.forEach((original, i) => original.assign(tensors[i]));
    });
  }
}

function inverse(
  steps: readonly Parametrization[],
  value: Tensor,
  required = false,
): Tensor | readonly Tensor[] {
  let present: Tensor | readonly Tensor[] = value;
  for (const step of [...steps].reverse()) {
    if (!(present instanceof Tensor))
      throw new ArgumentError(
        'parametrize: only the first of several parametrizations may take several tensors',
      );
    if (step.rightInverse) present = step.rightInverse(present);
    else if (required)
      throw new ArgumentError(
        `parametrize: ${step.constructor.name} has no rightInverse; it cannot be assigned to`,
      );
  }
  return present;
}

/** Values that are kept while `cached` runs. */
let cache: Map<ParametrizationList, Tensor> | undefined;

/** Runs `fn`, in which each parametrised parameter is computed once, as torch.nn.utils.parametrize.cached. */
export function cached<T>(fn: () => T): T {
  const outer = cache;
  cache ??= new Map();
  try {
    return fn();
  } finally {
    cache = outer;
  }
}

function valueOf(list: ParametrizationList): Tensor {
  const known = cache?.get(list);
  if (known) return known;
  const value = list.forward();
  cache?.set(list, value);
  return value;
}

export interface RegisterParametrizationOptions {
  /** Whether shape and dtype may change. Default false. */
  readonly unsafe?: boolean;
}

/**
 * Lets a parameter go through a module whenever it is read, as torch.nn.utils.parametrize.register_parametrization. A
 * parameter may have several, which follow one another. Returns the module.
 * @throws ShapeError when the parametrisation changes shape or dtype, unless `unsafe`.
 */
export function registerParametrization<M extends Module>(
  module: M,
  tensorName: string,
  parametrization: Parametrization,
  { unsafe = false }: RegisterParametrizationOptions = {},
): M {
  const known = listOf(module, tensorName);
  if (known) {
    const value = noGrad(() => known.forward());
    if (!unsafe) requireAlike(value, noGrad(() => parametrization.forward(value))); // prettier-ignore
    known.append(parametrization);
    return module;
  }
  const original = parameterOf('registerParametrization', module, tensorName);
  const list = new ParametrizationList([parametrization], original, { unsafe });
  const lists = listsOf(module) ?? new ModuleDict<ParametrizationList>();
  if (!listsOf(module)) module.registerModule('parametrizations', lists);
  Reflect.deleteProperty(module, tensorName);
  lists.set(keyOf(tensorName, original), list);
  fields.set(list, tensorName);
  defineComputed(
    module,
    tensorName,
    () => valueOf(list),
    (value) => list.rightInverse(value),
  );
  return module;
}

export interface RemoveParametrizationsOptions {
  /** Whether the parameter keeps its present value, rather than what was trained. Default true. */
  readonly leaveParametrized?: boolean;
}

/** Makes a parameter a plain one again, as torch.nn.utils.parametrize.remove_parametrizations. Returns the module. */
export function removeParametrizations<M extends Module>(
  module: M,
  tensorName: string,
  { leaveParametrized = true }: RemoveParametrizationsOptions = {},
): M {
  const list = listOf(module, tensorName);
  const lists = listsOf(module);
  if (!list || !lists)
    throw new ArgumentError(`removeParametrizations: '${tensorName}' of ${module.constructor.name} has none`);
  const { originals, key } = list;
  if (!leaveParametrized && originals.length !== 1) {
    throw new ArgumentError(
      `removeParametrizations: '${tensorName}' is computed from ${originals.length} tensors, of which none can take its ` +
        'place; leave leaveParametrized true',
    );
  }
  const value = leaveParametrized ? noGrad(() => list.forward()) : originals[0];
  const requiresGrad = originals.some((original) => original.requiresGrad);
  lists.delete(key ?? tensorName);
  if (lists.size === 0) Reflect.deleteProperty(module, 'parametrizations');
  restoreParameter(module, tensorName, new Parameter(value, { requiresGrad, key }));
  return module;
}

/** Whether a parameter of the module, or any, is parametrised, as torch.nn.utils.parametrize.is_parametrized. */
export function isParametrized(module: Module, tensorName?: string): boolean {
  if (tensorName === undefined) return (listsOf(module)?.size ?? 0) > 0;
  return listOf(module, tensorName) !== undefined;
}

/** The fields that lists compute. */
const fields = new WeakMap<ParametrizationList, string>();

function listsOf(module: Module): ModuleDict<ParametrizationList> | undefined {
  const lists: unknown = Reflect.get(module, 'parametrizations');
  return lists instanceof ModuleDict ? (lists as ModuleDict<ParametrizationList>) : undefined;
}

function listOf(module: Module, tensorName: string): ParametrizationList | undefined {
  const entries = [...(listsOf(module) ?? [])];
  return entries.find(([, list]) => fields.get(list) === tensorName)?.[1];
}

function requireAlike(before: Tensor, after: Tensor): void {
  if (sameShape(before.shape, after.shape) && before.dtype === after.dtype) return;
  const [from, to] = [before, after].map(({ dtype, shape }) => `${dtype} ${formatShape(shape)}`);
  throw new ShapeError(
    `registerParametrization: the parameter is ${from}, and would become ${to}; pass { unsafe: true } if that is meant`,
  );
}
