/**
 * What all optimizers have in common, as torch.optim.Optimizer. A step traces the new values of parameters and state
 * as writes on the open graph and then runs it: forward, backward and update are one plan. Numbers that change from
 * step to step are run-time numbers, one node for all parameters, so that the update of all of them is one launch.
 */

import { computeType } from '@tenfold/ir';
import type { Device, Shape } from '@tenfold/ir';
import { enableGrad, noGrad } from '@tenfold/tensor/base';
import type { OptimizerStateDict, Tensor } from '@tenfold/tensor/base';
import { castTo, hostAction, hostScalar, inside } from '@tenfold/tensor/internal';
import { checkedParams, groupsOf } from './param-group.ts';
import type { ParamGroup, ParamGroupOptions, Params } from './param-group.ts';
import { ParamState, checkState, loadState, saveState } from './param-state.ts';
import type { Scalars, StateOwner, States } from './param-state.ts';

/** A parameter in a step. Values are in the dtype that is computed in; writing casts back. */
export interface Update {
  readonly value: Tensor;
  readonly gradient: Tensor;
  /** The present value of a state tensor, zeros at first. */
  state(name: string): Tensor;
  /** Writes the parameter's new value. */
  write(value: Tensor): void;
  writeState(name: string, value: Tensor): void;
}

/** Makes a run-time number that all the updates share; `compute` is asked again at every step. */
export type NumberMaker = (compute: (step: number, scalars: Readonly<Scalars>) => number) => Tensor;

interface Entry {
  readonly param: Tensor;
  readonly gradient: Tensor;
  readonly state: ParamState;
}

/** What every optimizer lets one set. */
export interface BaseSettings {
  /** Learning rate. */
  readonly lr: number;
}

/** `S` are the settings of a group; left out, any optimizer fits. */
export abstract class Optimizer<S extends object = BaseSettings> {
  /** The settings of a group that does not give its own. */
  readonly defaults: S;
  /** The groups; their settings may be changed between steps. */
  readonly paramGroups: ParamGroup<S>[] = [];
  readonly #states: States = new Map();

  /**
   * @throws ArgumentError for an empty list, a tensor that is no float leaf or comes twice, and for settings out of
   *   range.
   */
  constructor(params: Params<S>, defaults: S) {
    this.defaults = defaults;
    for (const group of groupsOf(this.constructor.name, params, defaults)) this.addParamGroup(group);
  }

  /** Raises ArgumentError when a setting is out of range. */
  protected abstract checkSettings(settings: S): void;

  /** The state tensors that a parameter of some shape has under these settings. */
  protected abstract stateNames(settings: S, shape: Shape): readonly string[];

  /** The shape of a state tensor of a parameter of some shape. */
  protected stateShape(_name: string, shape: Shape): Shape {
    return shape;
  }

  /** The numbers that a parameter has beside its count of steps, as they are before the first. */
  protected firstScalars(_settings: S): Scalars {
    return {};
  }

  /** Brings these numbers to a step, before anything is computed for it. */
  protected advance(_settings: S, _step: number, _scalars: Scalars): void {}

  /** Writes new values for parameters that share device, dtype and number of steps. */
  protected abstract update(group: ParamGroup<S>, updates: readonly Update[], number: NumberMaker): void;

  /** Adds parameters with settings of their own, as for layers that are unfrozen later. */
  addParamGroup(options: ParamGroupOptions<S>): void {
    const { params, ...settings } = options;
    const name = this.constructor.name;
    const taken = new Map(
      this.paramGroups.flatMap((group) => group.params.map((p) => [p.leafStorage(name), p])),
    );
    const group = { ...this.defaults, ...settings, params: checkedParams(name, params, taken) };
    this.checkSettings(group);
    this.paramGroups.push(group);
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const { params } of this.paramGroups) for (const param of params) param.grad = null;
  }

  /**
   * Updates all parameters that have a gradient. Everything pending is computed with it, in one run. Returns at once
   * where the device works by itself; awaited, it resolves when the device is done.
   */
  step(): Promise<void>;
  /** As `step()`, after `closure` has computed the loss and its gradients anew. Returns that loss. */
  step(closure: () => Tensor): Tensor;
  step(closure?: () => Tensor): Tensor | Promise<void> {
    for (const group of this.paramGroups) this.checkSettings(group);
    const loss = closure && enableGrad(closure);
    noGrad(() =>
      inside(() => {
        for (const group of this.paramGroups) this.#updateGroup(group);
      }),
    );
    const devices = new Set(this.paramGroups.flatMap(({ params }) => params.map((param) => param.home)));
    for (const device of devices) device.run();
    return loss ?? finished(devices);
  }

  #updateGroup(group: ParamGroup<S>): void {
    const cohorts: Entry[][] = [];
    for (const param of group.params) {
      const gradient = param.leafState.grad;
      if (gradient === null) continue;
      const state = this.#stateOf(param, group);
      const cohort = cohorts.find(
        ([{ param: other, state: known }]) =>
          known.agrees(state) && other.dtype === param.dtype && other.home === param.home,
      );
      if (cohort) cohort.push({ param, gradient, state });
      else cohorts.push([{ param, gradient, state }]);
    }
    for (const cohort of cohorts) this.#updateCohort(group, cohort);
  }

  #updateCohort(group: ParamGroup<S>, cohort: readonly Entry[]): void {
    const [{ param, state: first }] = cohort;
    const dtype = computeType(param.dtype);
    hostAction(() => {
      for (const { state } of cohort) this.advance(group, ++state.step, state.scalars);
    });
    const number: NumberMaker = (compute) =>
      hostScalar(param.home, () => compute(first.step, first.scalars), dtype);
    const updates = cohort.map(({ param: target, gradient, state }): Update => {
      const stored = (name: string) => state.tensor(name, target, this.stateShape(name, target.shape));
      return {
        value: castTo(target, dtype),
        gradient: castTo(gradient, dtype),
        state: (name) => castTo(stored(name), dtype),
        write: (value) => void target.assign(castTo(value, target.dtype)),
        writeState: (name, value) => void stored(name).assign(castTo(value, target.dtype)),
      };
    });
    this.update(group, updates, number);
  }

  #stateOf(param: Tensor, group: S): ParamState {
    const storage = param.leafStorage(this.constructor.name);
    let state = this.#states.get(storage);
    if (!state) this.#states.set(storage, (state = new ParamState(this.firstScalars(group))));
    return state;
  }

  // --- state dicts -----------------------------------------------------------------------------------------------

  /** Settings, step counts and state tensors. The tensors are the optimizer's own: later steps show in them. */
  stateDict(): OptimizerStateDict {
    return saveState(this.paramGroups, this.#states);
  }

  /** Raises a StateDictError that names all that does not fit this optimizer; changes nothing. */
  checkStateDict(stateDict: OptimizerStateDict): void {
    checkState(this.#owner(), stateDict);
  }

  /** Takes settings, step counts and state over. Raises what `checkStateDict` raises, and then has changed nothing. */
  loadStateDict(stateDict: OptimizerStateDict): void {
    this.checkStateDict(stateDict);
    loadState(this.#owner(), stateDict, this.#states);
  }

  #owner(): StateOwner<S> {
    return {
      name: this.constructor.name,
      groups: this.paramGroups,
      stateNames: (settings, shape) => this.stateNames({ ...this.defaults, ...settings }, shape),
      stateShape: (name, shape) => this.stateShape(name, shape),
      firstScalars: (settings) => this.firstScalars({ ...this.defaults, ...settings }),
    };
  }
}

/** Resolves when the devices have done their work. A failure is raised where it is awaited, and only there. */
function finished(devices: ReadonlySet<Device>): Promise<void> {
  const all = Promise.all([...devices].map((device) => device.ready())).then(() => undefined);
  all.catch(() => undefined);
  return all;
}
