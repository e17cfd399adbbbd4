/**
 * Loading a state dict: everything is matched and checked before anything is changed, and all that does not fit is
 * told in one error. Works on names and tensors; `module.ts` says which tensors a module has.
 */

import { StateDictError, closest, formatShape, sameShape } from '@tenfold/ir';
import { noGrad } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';

/** A module as far as state dicts are concerned. */
export interface StateTree {
  /** The tensors of its own, under their keys. */
  readonly tensors: Iterable<readonly [string, Tensor]>;
  readonly children: Iterable<StateBranch>;
}

export interface StateBranch {
  readonly name: string;
  /** Another name that keys in a state dict may have instead, as the position in a Sequential. */
  readonly alias?: string;
  readonly tree: StateTree;
}

export interface LoadStateDictOptions {
  /** Whether missing and unexpected keys are errors. Default true. */
  readonly strict?: boolean;
}

/** What a load that was not strict left out. */
export interface LoadStateDictResult {
  /** Keys of the model that the state dict lacks. */
  readonly missingKeys: readonly string[];
  /** Keys of the state dict that the model lacks. */
  readonly unexpectedKeys: readonly string[];
}

/** A tensor of the model, and where its value is in the state dict. */
interface Target {
  readonly key: string;
  readonly source: string;
  readonly tensor: Tensor;
}

/** Problems of one kind that a message lists before it only counts. */
const LISTED = 20;

/**
 * Copies the values of `given` into the tensors of `tree`, cast to their dtypes and moved to their devices.
 * @throws StateDictError naming all missing, unexpected and wrongly shaped keys; nothing is changed then.
 */
export function loadStateDict(
  modelName: string,
  tree: StateTree,
  given: ReadonlyMap<string, Tensor>,
  { strict = true }: LoadStateDictOptions = {},
): LoadStateDictResult {
  const targets = [...matchTree(tree, '', '', prefixesOf(given.keys()))];
  const missingKeys = targets.filter(({ source }) => !given.has(source)).map(({ key }) => key);
  const known = new Set(targets.map(({ source }) => source));
  const unexpectedKeys = [...given.keys()].filter((key) => !known.has(key));
  const problems = shapeProblems(targets, given);
  if (strict) problems.unshift(...keyProblems(missingKeys, unexpectedKeys));
  if (problems.length > 0) {
    throw new StateDictError(
      `loadStateDict: the state dict does not fit ${modelName}:\n  ${problems.join('\n  ')}\n` +
        `Nothing was changed. ${remedy(strict, missingKeys.length + unexpectedKeys.length > 0)}`,
    );
  }
  noGrad(() => {
    for (const { source, tensor } of targets) {
      const value = given.get(source);
      if (value !== undefined && value !== tensor) tensor.assign(value.to(tensor.device).to(tensor.dtype));
    }
  });
  return { missingKeys, unexpectedKeys };
}

/** Pairs each tensor with the key it is looked up under; a child goes by its alias where only that is there. */
function* matchTree(
  tree: StateTree,
  path: string,
  source: string,
  prefixes: ReadonlySet<string>,
): Generator<Target> {
  for (const [key, tensor] of tree.tensors) yield { key: path + key, source: source + key, tensor };
  for (const { name, alias, tree: child } of tree.children) {
    const byAlias =
      alias !== undefined && !prefixes.has(`${source}${name}.`) && prefixes.has(`${source}${alias}.`);
    yield* matchTree(child, `${path}${name}.`, `${source}${byAlias ? alias : name}.`, prefixes);
  }
}

/** Every beginning of a key that ends in a dot. */
function prefixesOf(keys: Iterable<string>): Set<string> {
  const prefixes = new Set<string>();
  for (const key of keys) {
    for (let dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1))
      prefixes.add(key.slice(0, dot + 1));
  }
  return prefixes;
}

function keyProblems(missing: readonly string[], unexpected: readonly string[]): string[] {
  const nearby = (key: string) => {
    const near = closest(key, unexpected);
    return near === undefined ? `'${key}'` : `'${key}' (did you mean '${near}', which is there?)`;
  };
  const problems: string[] = [];
  if (missing.length > 0) problems.push(`missing: ${list(missing.map(nearby))}`);
  if (unexpected.length > 0) problems.push(`unexpected: ${list(unexpected.map((key) => `'${key}'`))}`);
  return problems;
}

function shapeProblems(targets: readonly Target[], given: ReadonlyMap<string, Tensor>): string[] {
  const problems: string[] = [];
  for (const { key, source, tensor } of targets) {
    const value = given.get(source);
    if (value === undefined || sameShape(value.shape, tensor.shape)) continue;
    problems.push(
      `'${key}' is ${formatShape(value.shape)} in the state dict, ${formatShape(tensor.shape)} in the model`,
    );
  }
  return problems.length === 0 ? [] : [`wrong shape: ${list(problems)}`];
}

function list(items: readonly string[]): string {
  const rest = items.length > LISTED ? `, and ${items.length - LISTED} more` : '';
  return items.slice(0, LISTED).join(', ') + rest;
}

function remedy(strict: boolean, keysDiffer: boolean): string {
  return strict && keysDiffer
    ? 'Rename keys with a StateDictMapper of @tenfold/io, or pass { strict: false } to load what fits by name.'
    : 'Build the model with the sizes of the state dict.';
}
