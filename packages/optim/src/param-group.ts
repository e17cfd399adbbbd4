/** Parameter groups: which tensors an optimizer changes, and with which settings. */

import { ArgumentError, formatShape, isFloat } from '@tenfold/ir';
import type { Storage } from '@tenfold/ir';
import { Tensor } from '@tenfold/tensor/base';
import type { OptimizerSetting } from '@tenfold/tensor/base';

export type Settings = Readonly<Record<string, OptimizerSetting>>;

/** A group's settings under their names, as state dicts hold them. */
export function settingsOf({ params: _, ...settings }: { readonly params: readonly Tensor[] }): Settings {
  return Object.fromEntries(Object.entries(settings));
}

/** A group as the optimizer keeps it. Settings may be changed between steps: nothing is compiled anew for it. */
export type ParamGroup<S> = { -readonly [K in keyof S]: S[K] } & { readonly params: Tensor[] };

/** A group as it is given: its tensors, and the settings in which it differs from the optimizer's. */
export type ParamGroupOptions<S> = { readonly [K in keyof S]?: S[K] } & { readonly params: Iterable<Tensor> };

/** Leaf tensors, or groups of them. */
export type Params<S> = Iterable<Tensor> | Iterable<ParamGroupOptions<S>>;

/** The groups that the first argument of an optimizer stands for. Raises ArgumentError when there is nothing in it. */
export function groupsOf<S extends object>(
  name: string,
  params: Params<S>,
  defaults: S,
): ParamGroupOptions<S>[] {
  if (params instanceof Tensor) {
    throw new ArgumentError(
      `${name}: the parameters must be a list, as model.parameters() gives; put the tensor into brackets`,
    );
  }
  const tensors: Tensor[] = [];
  const groups: ParamGroupOptions<S>[] = [];
  for (const item of params) {
    if (item instanceof Tensor) tensors.push(item);
    else groups.push(item);
  }
  if (tensors.length > 0 && groups.length > 0) {
    throw new ArgumentError(
      `${name}: tensors and groups are mixed; give either a list of tensors or a list of { params, ... }`,
    );
  }
  if (tensors.length === 0 && groups.length === 0) {
    throw new ArgumentError(
      `${name}: the list of parameters is empty; does the model have any, as fields of its modules?`,
    );
  }
  return tensors.length > 0 ? [{ ...defaults, params: tensors }] : groups;
}

/**
 * The tensors of a new group, checked: float leaves, none twice and none in `known`.
 * @throws ArgumentError naming the tensor by its number in the group, its shape and its name if it has one.
 */
export function checkedParams(
  name: string,
  given: Iterable<Tensor>,
  known: ReadonlyMap<Storage, unknown>,
): Tensor[] {
  const params = [...given];
  if (params.length === 0) throw new ArgumentError(`${name}: a parameter group is empty; leave it out`);
  const seen = new Set<Storage>();
  params.forEach((param, i) => {
    const fail = (problem: string, what = '') => {
      throw new ArgumentError(`${name}: parameter ${i}${what} ${problem}`);
    };
    if (!(param instanceof Tensor))
      fail('is not a tensor; pass model.parameters(), or a list of leaf tensors');
    const what = ` (${param.dtype} ${formatShape(param.shape)})`;
    if (!param.isLeaf) {
      fail(
        'is the result of traced operations, not a leaf; optimize what it was computed from, or a detach() of it',
        what,
      );
    }
    if (!isFloat(param.dtype)) fail('is not a float tensor and cannot be optimized; leave it out', what);
    const storage = param.leafStorage(name);
    const named = storage.name === undefined ? what : ` '${storage.name}'`;
    if (seen.has(storage)) fail('is twice in the group; give each parameter once', named);
    if (known.has(storage)) fail('is in another group already; give each parameter once', named);
    seen.add(storage);
  });
  return params;
}

/** Raises ArgumentError unless the setting is a number from `least` (and, if given, below `limit`). */
export function requireSetting(
  name: string,
  setting: string,
  value: number,
  least: number,
  limit = Infinity,
): void {
  if (typeof value === 'number' && value >= least && value < limit) return;
  const range = limit === Infinity ? `of at least ${least}` : `from ${least} up to, but without, ${limit}`;
  throw new ArgumentError(`${name}: ${setting} is ${String(value)}, expected a number ${range}`);
}
