/** What an optimizer remembers of a parameter, and how that is saved and restored. */

import { StateDictError, closest, formatShape, sameShape } from '@tenfold/ir';
import type { Shape, Storage } from '@tenfold/ir';
import { noGrad } from '@tenfold/tensor/base';
import type { OptimizerStateDict, Tensor } from '@tenfold/tensor/base';
import { zeroVariable } from '@tenfold/tensor/internal';
import { settingsOf } from './param-group.ts';
import type { ParamGroup, Settings } from './param-group.ts';

/** Numbers of a parameter that the host computes from step to step. */
export type Scalars = Record<string, number>;

/** The state of one parameter. */
export class ParamState {
  /** Steps done, the present one included while it is traced. */
  step = 0;
  readonly scalars: Scalars;
  readonly tensors = new Map<string, Tensor>();

  constructor(scalars: Scalars) {
    this.scalars = scalars;
  }

  /** Whether both have done as many steps and have the same numbers: then they are updated together. */
  agrees({ step, scalars }: ParamState): boolean {
    return step === this.step && Object.keys(scalars).every((name) => scalars[name] === this.scalars[name]);
  }

  /** The state tensor of a name: zeros of the parameter's dtype when it is first asked for. */
  tensor(name: string, param: Tensor, shape: Shape): Tensor {
    let tensor = this.tensors.get(name);
    if (!tensor) {
      const owner = param.leafStorage('state').name;
      tensor = zeroVariable(param.home, shape, param.dtype, owner && `${name} of ${owner}`);
      this.tensors.set(name, tensor);
    }
    return tensor;
  }
}

export type States = Map<Storage, ParamState>;
type Groups<S> = readonly ParamGroup<S>[];

export function saveState<S extends object>(groups: Groups<S>, states: States): OptimizerStateDict {
  const state = new Map<string, Tensor>();
  const scalars: Record<string, number> = {};
  let next = 0;
  const records = groups.map((group): Settings => {
    const numbers = group.params.map((param) => {
      const index = next++;
      const paramState = states.get(param.leafStorage('stateDict'));
      if (paramState === undefined || paramState.step === 0) return index;
      for (const [name, value] of Object.entries({ step: paramState.step, ...paramState.scalars }))
        scalars[`${index}.${name}`] = value;
      for (const [name, tensor] of paramState.tensors) state.set(`${index}.${name}`, tensor);
      return index;
    });
    return { ...settingsOf(group), params: numbers };
  });
  return { state, groups: records, scalars };
}

/** What loading needs to know of the optimizer. */
export interface StateOwner<S> {
  readonly name: string;
  readonly groups: Groups<S>;
  /** State tensors that a parameter of a group with such settings may have. */
  stateNames(settings: Settings, shape: Shape): readonly string[];
  stateShape(name: string, shape: Shape): Shape;
  /** Numbers that a parameter of such a group has beside its count of steps. */
  firstScalars(settings: Settings): Scalars;
}

/** Raises one StateDictError with all that does not fit. */
export function checkState<S extends object>(owner: StateOwner<S>, saved: OptimizerStateDict): void {
  const problems = [...groupProblems(owner, saved)];
  if (problems.length === 0) problems.push(...stateProblems(owner, saved));
  if (problems.length === 0) return;
  throw new StateDictError(
    `loadStateDict: the state does not fit this ${owner.name}: ${problems.join('; ')}; ` +
      'build the optimizer over the same parameters in the same groups',
  );
}

function* groupProblems<S extends object>(
  { groups }: StateOwner<S>,
  saved: OptimizerStateDict,
): Generator<string> {
  if (saved.groups.length !== groups.length) {
    yield `it has ${saved.groups.length} groups, expected ${groups.length}`;
    return;
  }
  for (const [i, group] of groups.entries()) {
    const { params } = group;
    const { params: savedParams, ...savedSettings } = saved.groups[i];
    const count = Array.isArray(savedParams) ? savedParams.length : 0;
    if (count !== params.length) yield `group ${i} has ${count} parameters, expected ${params.length}`;
    const known = Object.keys(settingsOf(group));
    for (const key of Object.keys(savedSettings)) {
      if (known.includes(key)) continue;
      const near = closest(key, known);
      yield `group ${i} has the unknown setting '${key}'` + (near ? ` (did you mean '${near}'?)` : '');
    }
    for (const key of known) if (!(key in savedSettings)) yield `group ${i} lacks the setting '${key}'`;
  }
}

function* stateProblems<S extends object>(
  owner: StateOwner<S>,
  saved: OptimizerStateDict,
): Generator<string> {
  const { state, scalars } = saved;
  const expected = new Set<string>();
  for (const { param, index, group } of pairs(owner.groups, saved)) {
    const stepKey = `${index}.step`;
    expected.add(stepKey);
    for (const name of Object.keys(owner.firstScalars(saved.groups[group]))) {
      expected.add(`${index}.${name}`);
      if (stepKey in scalars && !(`${index}.${name}` in scalars)) yield `'${index}.${name}' is missing`;
    }
    const names = owner.stateNames(saved.groups[group], param.shape);
    const keys = names.map((name) => `${index}.${name}`);
    for (const key of keys) expected.add(key);
    const present = keys.filter((key) => state.has(key));
    if (stepKey in scalars !== present.length > 0 && keys.length > 0) {
      yield stepKey in scalars ? `'${keys[0]}' is missing` : `'${stepKey}' is missing`;
    }
    for (const [i, key] of present.length > 0 ? keys.entries() : []) {
      const tensor = state.get(key);
      const expectedType = { dtype: param.dtype, shape: owner.stateShape(names[i], param.shape) };
      if (tensor === undefined) yield `'${key}' is missing`;
      else if (!sameShape(tensor.shape, expectedType.shape) || tensor.dtype !== param.dtype) {
        yield `'${key}' is ${typeText(tensor)}, expected ${typeText(expectedType)}`;
      }
    }
  }
  for (const key of [...state.keys(), ...Object.keys(scalars)])
    if (!expected.has(key)) yield `'${key}' is unknown`;
}

function typeText({ dtype, shape }: Pick<Tensor, 'dtype' | 'shape'>): string {
  return `${dtype} ${formatShape(shape)}`;
}

/** Takes a checked state over. */
export function loadState<S extends object>(
  owner: StateOwner<S>,
  saved: OptimizerStateDict,
  states: States,
): void {
  owner.groups.forEach((group, i) => {
    const { params: _, ...settings } = saved.groups[i];
    Object.assign(group, settings);
  });
  noGrad(() => {
    for (const { param, index, group } of pairs(owner.groups, saved)) {
      const storage = param.leafStorage('loadStateDict');
      const step = saved.scalars[`${index}.step`];
      if (step === undefined) {
        states.delete(storage);
        continue;
      }
      const state = states.get(storage) ?? new ParamState(owner.firstScalars(saved.groups[group]));
      states.set(storage, state);
      state.step = step;
      for (const name of Object.keys(state.scalars)) state.scalars[name] = saved.scalars[`${index}.${name}`];
      for (const name of owner.stateNames(saved.groups[group], param.shape)) {
        const value = saved.state.get(`${index}.${name}`);
        const own = state.tensor(name, param, owner.stateShape(name, param.shape));
        if (value && value !== own) own.assign(value.to(param.device));
      }
    }
  });
}

/** Each parameter with its number in the saved state. */
function* pairs<S extends object>(
  groups: Groups<S>,
  saved: OptimizerStateDict,
): Generator<{ param: Tensor; index: number; group: number }> {
  for (const [group, { params }] of groups.entries()) {
    const numbers = saved.groups[group].params;
    if (!Array.isArray(numbers)) continue;
    for (const [i, param] of params.entries()) yield { param, index: numbers[i], group };
  }
}
