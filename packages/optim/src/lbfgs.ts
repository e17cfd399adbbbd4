/**
 * L-BFGS: steps along an approximate Newton direction that is built from the latest changes of parameters and gradient.
 * How far to go depends on values, so a step is awaited and reads a few numbers from the device for each evaluation.
 */

import { StateDictError, formatShape } from '@tenfold/ir';
import { cat, enableGrad, max, noGrad, realizeAll, slice, stack, zeros } from '@tenfold/tensor/base';
import type { OptimizerStateDict, Tensor } from '@tenfold/tensor/base';
import { inside } from '@tenfold/tensor/internal';
import { requireNotNegative, requireThat } from './descent.ts';
import { checkedParams, groupsOf, settingsOf } from './param-group.ts';
import type { ParamGroup, Params } from './param-group.ts';
import { strongWolfe } from './strong-wolfe.ts';
import type { LinePoint } from './strong-wolfe.ts';

export interface LBFGSOptions {
  /** The length of a step, or where the line search begins. Default 1. */
  readonly lr?: number;
  /** The most iterations a step. Default 20. */
  readonly maxIter?: number;
  /** The most evaluations of the closure a step. Default 5/4 of maxIter. */
  readonly maxEval?: number | null;
  /** A gradient with no greater element ends the step. Default 1e-7. */
  readonly toleranceGrad?: number;
  /** A smaller change of parameters or of the loss ends the step. Default 1e-9. */
  readonly toleranceChange?: number;
  /** How many changes are remembered. Default 100. */
  readonly historySize?: number;
  /** `'strongWolfe'` for a line search, null for steps of length lr. Default null. */
  readonly lineSearchFn?: 'strongWolfe' | null;
}

/** As options, with `'none'` in the place of null, so that state dicts are plain. */
interface LBFGSSettings {
  readonly lr: number;
  readonly maxIter: number;
  readonly maxEval: number;
  readonly toleranceGrad: number;
  readonly toleranceChange: number;
  readonly historySize: number;
  readonly lineSearchFn: 'strongWolfe' | 'none';
}

/** What one evaluation of the closure gave. */
interface Evaluation {
  readonly loss: Tensor;
  readonly value: number;
  /** All gradients in one row. */
  readonly gradient: Tensor;
  readonly greatest: number;
}

/** What is remembered from step to step. */
interface Memory {
  iterations: number;
  evaluations: number;
  /** The length of the latest step. */
  length: number;
  /** The scale of the first approximation of the inverse Hessian. */
  scale: number;
  direction?: Tensor;
  gradient?: Tensor;
  readonly dirs: Tensor[];
  readonly stps: Tensor[];
  readonly ro: number[];
}

/** Below this a change of the gradient along a step says nothing of curvature. */
const LEAST_CURVATURE = 1e-10;

/**
 * L-BFGS, as torch.optim.LBFGS: one group of parameters on one device. `await optimizer.step(closure)`.
 * https://doi.org/10.1007/BF01589116
 */
export class LBFGS {
  readonly defaults: LBFGSSettings;
  readonly paramGroups: readonly [ParamGroup<LBFGSSettings>];
  #memory: Memory = emptyMemory();

  /** @throws ArgumentError for several groups or devices, and for what other optimizers refuse. */
  constructor(params: Params<LBFGSSettings>, options: LBFGSOptions = {}) {
    const {
      lr = 1,
      maxIter = 20,
      maxEval = null,
      toleranceGrad = 1e-7,
      toleranceChange = 1e-9,
      historySize = 100,
      lineSearchFn = null,
    } = options;
    this.defaults = {
      lr,
      maxIter,
      maxEval: maxEval ?? Math.floor((maxIter * 5) / 4),
      toleranceGrad,
      toleranceChange,
      historySize,
      lineSearchFn: lineSearchFn ?? 'none',
    };
    const groups = groupsOf('LBFGS', params, this.defaults);
    requireThat('LBFGS', groups.length === 1, `${groups.length} groups; it can have only one`);
    const [{ params: given, ...settings }] = groups;
    const group = { ...this.defaults, ...settings, params: checkedParams('LBFGS', given, new Map()) };
    const { home, dtype } = group.params[0];
    const alike = group.params.every((param) => param.home === home && param.dtype === dtype);
    requireThat('LBFGS', alike, 'parameters are of several devices or dtypes; they must agree');
    this.paramGroups = [group];
    this.#check();
  }

  #check(): void {
    const { lr, toleranceGrad, toleranceChange, maxIter, maxEval, historySize, lineSearchFn } = this.#group;
    requireNotNegative('LBFGS', { lr, toleranceGrad, toleranceChange });
    for (const [name, count] of Object.entries({ maxIter, maxEval, historySize }))
      requireThat('LBFGS', Number.isInteger(count) && count > 0, `${name} is ${count}, expected a whole number above 0`); // prettier-ignore
    const known = lineSearchFn === 'strongWolfe' || lineSearchFn === 'none';
    requireThat('LBFGS', known, `lineSearchFn is '${lineSearchFn}', expected 'strongWolfe' or null`);
  }

  get #group(): ParamGroup<LBFGSSettings> {
    return this.paramGroups[0];
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const param of this.#group.params) param.grad = null;
  }

  /**
   * Moves the parameters by up to `maxIter` iterations. `closure` clears the gradients, computes the loss, calls its
   * `backward()` and returns it; it is called several times. Resolves to the loss before the step.
   */
  async step(closure: () => Tensor): Promise<Tensor> {
    this.#check();
    const group = this.#group;
    const { maxIter, maxEval, toleranceGrad, toleranceChange } = group;
    const memory = this.#memory;
    const first = await this.#evaluate(closure);
    let current = first;
    let evaluations = 1;
    memory.evaluations++;
    if (current.greatest <= toleranceGrad) return first.loss;
    for (let iteration = 1; iteration <= maxIter; iteration++) {
      memory.iterations++;
      const direction = await this.#direction(current.gradient);
      const [slope, reach, total] = await numbers(() => [
        dot(current.gradient, direction),
        max(direction.abs()),
        current.gradient.abs().sum(),
      ]);
      const before = current.value;
      memory.direction = direction;
      memory.gradient = current.gradient;
      memory.length = memory.iterations === 1 ? Math.min(1, 1 / total) * group.lr : group.lr;
      if (slope > -toleranceChange) break;
      const moved = await this.#move(closure, current, direction, slope, reach, iteration === maxIter);
      current = moved.at;
      evaluations += moved.evaluations;
      memory.evaluations += moved.evaluations;
      const done =
        evaluations >= maxEval ||
        current.greatest <= toleranceGrad ||
        reach * Math.abs(memory.length) <= toleranceChange ||
        Math.abs(current.value - before) < toleranceChange;
      if (done) break;
    }
    return first.loss;
  }

  /** Goes along the direction, by the line search if there is one, and evaluates where it gets to. */
  async #move(
    closure: () => Tensor,
    from: Evaluation,
    direction: Tensor,
    slope: number,
    reach: number,
    isLast: boolean,
  ): Promise<{ at: Evaluation; evaluations: number }> {
    const memory = this.#memory;
    const { lineSearchFn, toleranceChange } = this.#group;
    const starts = noGrad(() => this.#group.params.map((param) => param.clone().realize()));
    if (lineSearchFn === 'none') {
      this.#place(starts, direction, memory.length);
      // A closure may be costly: nothing needs the gradient after the last iteration.
      return isLast ? { at: from, evaluations: 0 } : { at: await this.#evaluate(closure), evaluations: 1 };
    }
    const at = async (step: number): Promise<LinePoint<Evaluation>> => {
      this.#place(starts, direction, step);
      const found = await this.#evaluate(closure);
      const [here] = await numbers(() => [dot(found.gradient, direction)]);
      return { step, value: found.value, slope: here, gradient: found };
    };
    const start = { step: 0, value: from.value, slope, gradient: from };
    const { point, evaluations } = await strongWolfe(at, start, memory.length, reach, { toleranceChange });
    memory.length = point.step;
    this.#place(starts, direction, point.step);
    return { at: point.gradient, evaluations };
  }

  /** Sets the parameters to `starts + step · direction`. */
  #place(starts: readonly Tensor[], direction: Tensor, step: number): void {
    const { params } = this.#group;
    noGrad(() =>
      inside(() => {
        let offset = 0;
        for (const [i, param] of params.entries()) {
          const part = pieceOf(direction, offset, param.numel).reshape(param.shape);
          param.assign(starts[i].add(part.mul(step)));
          offset += param.numel;
        }
      }),
    );
  }

  async #evaluate(closure: () => Tensor): Promise<Evaluation> {
    const loss = enableGrad(closure);
    const gradient = noGrad(() => inside(() => cat(this.#group.params.map(flatGradient), 0)).realize());
    const [value, greatest] = await numbers(() => [loss.detach().to(gradient.dtype), max(gradient.abs())]);
    return { loss, value, gradient, greatest };
  }

  /** Remembers the latest change, and multiplies the gradient by the approximate inverse Hessian, with the sign turned. */
  async #direction(gradient: Tensor): Promise<Tensor> {
    const { dirs, stps, ro, direction, gradient: last, length } = this.#memory;
    if (direction && last) {
      const [change, step] = noGrad(() => [gradient.sub(last).realize(), direction.mul(length).realize()]);
      const [curvature, size] = await numbers(() => [dot(change, step), dot(change, change)]);
      if (curvature > LEAST_CURVATURE) {
        if (dirs.length === this.#group.historySize) for (const list of [dirs, stps, ro]) list.shift();
        dirs.push(change);
        stps.push(step);
        ro.push(1 / curvature);
        this.#memory.scale = curvature / size;
      }
    }
    return noGrad(() => this.#newton(gradient));
  }

  /**
   * The two loops over the changes. Each of their steps is computed before the next is traced: so programs do not depend
   * on how many changes there are, and two small ones serve them all.
   */
  #newton(gradient: Tensor): Tensor {
    const { dirs, stps, ro, scale } = this.#memory;
    let q = gradient.neg().realize();
    const shares: Tensor[] = [];
    for (let i = dirs.length - 1; i >= 0; i--) {
      const next = inside(() => {
        shares[i] = dot(stps[i], q).mul(ro[i]);
        return q.sub(dirs[i].mul(shares[i]));
      });
      realizeAll(shares[i], next);
      q = next;
    }
    let r = q.mul(scale).realize();
    for (const [i, share] of shares.entries())
      r = inside(() => r.add(stps[i].mul(share.sub(dot(dirs[i], r).mul(ro[i]))))).realize();
    return r;
  }

  // --- state dicts -----------------------------------------------------------------------------------------------

  /** Settings and what is remembered, as the state of the first parameter. */
  stateDict(): OptimizerStateDict {
    const { direction, gradient, dirs, stps, ro, iterations, evaluations, length, scale } = this.#memory;
    const params = this.#group.params.map((_, i) => i);
    const groups = [{ ...settingsOf(this.#group), params }];
    const state = new Map<string, Tensor>();
    if (!direction || !gradient) return { state, groups, scalars: {} };
    state.set('0.d', direction).set('0.prevFlatGrad', gradient);
    if (dirs.length > 0) state.set('0.oldDirs', stack(dirs)).set('0.oldStps', stack(stps));
    const scalars: Record<string, number> = {
      '0.nIter': iterations,
      '0.funcEvals': evaluations,
      '0.t': length,
      '0.hDiag': scale,
    };
    ro.forEach((value, i) => (scalars[`0.ro.${i}`] = value));
    return { state, groups, scalars };
  }

  /** Raises a StateDictError that names what does not fit; changes nothing. */
  checkStateDict({ state, groups, scalars }: OptimizerStateDict): void {
    const fail = (problem: string) => {
      throw new StateDictError(
        `loadStateDict: the state does not fit this LBFGS: ${problem}; build the optimizer over the same parameters`,
      );
    };
    const { params } = this.#group;
    const numbered = groups[0]?.params;
    if (groups.length !== 1 || !Array.isArray(numbered) || numbered.length !== params.length)
      fail(`it has other groups or numbers of parameters`);
    const unknown = Object.keys(groups[0]).find((key) => key !== 'params' && !(key in this.defaults));
    if (unknown !== undefined) fail(`group 0 has the unknown setting '${unknown}'`);
    const size = params.reduce((sum, { numel }) => sum + numel, 0);
    for (const [key, { shape }] of state) {
      if (shape.at(-1) !== size) fail(`'${key}' has shape ${formatShape(shape)}, expected ${size} columns`);
    }
    const missing = state.size > 0 ? ['0.nIter', '0.funcEvals', '0.t', '0.hDiag'].find((key) => !(key in scalars)) : undefined; // prettier-ignore
    if (missing !== undefined) fail(`'${missing}' is missing`);
  }

  /** Takes settings and memory over. Raises what `checkStateDict` raises, and then has changed nothing. */
  loadStateDict(stateDict: OptimizerStateDict): void {
    this.checkStateDict(stateDict);
    const { state, groups, scalars } = stateDict;
    const { params: _, ...settings } = groups[0];
    Object.assign(this.#group, settings);
    const own = (key: string) => {
      const tensor = state.get(key);
      return tensor && noGrad(() => tensor.to(this.#group.params[0].device).clone().realize());
    };
    const rows = (key: string) => {
      const matrix = own(key);
      return Array.from({ length: matrix?.shape[0] ?? 0 }, (_row, i) =>
        noGrad(() =>
          slice(matrix ?? zeros(0), 0, i, i + 1)
            .squeeze(0)
            .realize(),
        ),
      );
    };
    const dirs = rows('0.oldDirs');
    this.#memory = {
      iterations: scalars['0.nIter'] ?? 0,
      evaluations: scalars['0.funcEvals'] ?? 0,
      length: scalars['0.t'] ?? 0,
      scale: scalars['0.hDiag'] ?? 1,
      direction: own('0.d'),
      gradient: own('0.prevFlatGrad'),
      dirs,
      stps: rows('0.oldStps'),
      ro: dirs.map((__, i) => scalars[`0.ro.${i}`]),
    };
  }
}

function emptyMemory(): Memory {
  return { iterations: 0, evaluations: 0, length: 0, scale: 1, dirs: [], stps: [], ro: [] };
}

function flatGradient(param: Tensor): Tensor {
  const gradient = param.leafState.grad;
  return gradient ? gradient.reshape([param.numel]) : zeros([param.numel], { dtype: param.dtype, device: param.device }); // prettier-ignore
}

function pieceOf(row: Tensor, start: number, count: number): Tensor {
  return slice(row, 0, start, start + count);
}

function dot(a: Tensor, b: Tensor): Tensor {
  return a.mul(b).sum();
}

/** Several 0-d tensors as numbers, in one read. */
async function numbers(make: () => readonly Tensor[]): Promise<number[]> {
  const row = noGrad(() => inside(() => stack(make().map((x) => x.detach()))));
  return Array.from(await row.data(), Number);
}
