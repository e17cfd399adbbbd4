/**
 * How a kernel is cut up, as data: a list of steps, each a kind, an axis and an amount. A heuristic makes such lists, a
 * search tries others, a file keeps those that won; here they become the shapes by which kernels are written, and back.
 * A list never changes what a kernel computes, but for the order in which sums are taken.
 */

import type { ContractShape } from '../kernels/contract/shapes.ts';
import type { LoopShape } from '../kernels/loop-shape.ts';

/**
 * - `tile`: how much of an axis a workgroup takes (along `lane`: invocations that share a row; `row`: rows).
 * - `register`: how much of a tile an invocation holds; `matrix`: a subgroup, in the registers of its matrix units.
 * - `vector`: neighbours that an invocation reads at once; along `lane` or `row`, which of them are neighbours.
 * - `split`: workgroups that share an axis. `unroll`: steps written out one after another.
 */
export type TuningKind = 'tile' | 'register' | 'matrix' | 'vector' | 'split' | 'unroll';
export type TuningAxis = 'm' | 'n' | 'k' | 'lane' | 'row';

export interface TuningStep {
  readonly kind: TuningKind;
  readonly axis: TuningAxis;
  readonly amount: number;
}

const KINDS: ReadonlySet<unknown> = new Set<TuningKind>([
  'tile',
  'register',
  'matrix',
  'vector',
  'split',
  'unroll',
]);
const AXES: ReadonlySet<unknown> = new Set<TuningAxis>(['m', 'n', 'k', 'lane', 'row']);

export function isTuningStep(step: unknown): step is TuningStep {
  if (typeof step !== 'object' || step === null) return false;
  if (!('kind' in step && 'axis' in step && 'amount' in step)) return false;
  const { kind, axis, amount } = step;
  return KINDS.has(kind) && AXES.has(axis) && Number.isSafeInteger(amount) && Number(amount) >= 1;
}

/** A step, shortly. */
export function step(kind: TuningKind, axis: TuningAxis, amount: number): TuningStep {
  return { kind, axis, amount };
}

/** Steps as a shape of a contraction: tiles where there are registers, lanes that share sums, or plain loops. */
export function contractShapeOf(steps: readonly TuningStep[]): ContractShape {
  const amount = amounts(steps);
  const split = amount('split', 'k');
  const unroll = amount('unroll', 'k');
  if (steps.some(({ kind }) => kind === 'register')) {
    const [m, n, k] = [amount('tile', 'm'), amount('tile', 'n'), amount('tile', 'k')];
    const [registerM, registerN] = [amount('register', 'm'), amount('register', 'n')];
    return { method: 'tile', m, n, k, registerM, registerN, split, unroll };
  }
  if (steps.some(({ kind }) => kind === 'matrix')) {
    return {
      method: 'matrix',
      m: amount('tile', 'm'),
      n: amount('tile', 'n'),
      k: amount('tile', 'k'),
      split,
    };
  }
  if (!steps.some(({ kind, axis }) => kind === 'tile' && axis === 'lane')) return { method: 'loops' };
  const [vectorK, vectorN] = [amount('vector', 'k'), amount('vector', 'n')];
  const lanesN = amount('tile', 'n') / vectorN;
  return { method: 'rows', lanesK: amount('tile', 'lane'), lanesN, vectorK, vectorN, split, unroll };
}

export function stepsOfContract(shape: ContractShape): TuningStep[] {
  switch (shape.method) {
    case 'loops':
      return [];
    case 'tile':
      return used([
        step('tile', 'm', shape.m),
        step('tile', 'n', shape.n),
        step('tile', 'k', shape.k),
        step('register', 'm', shape.registerM),
        step('register', 'n', shape.registerN),
        step('unroll', 'k', shape.unroll),
        step('split', 'k', shape.split),
      ]);
    case 'matrix':
      return used([
        step('tile', 'm', shape.m),
        step('tile', 'n', shape.n),
        step('tile', 'k', shape.k),
        step('matrix', 'm', shape.m / 2),
        step('matrix', 'n', shape.n / 2),
        step('split', 'k', shape.split),
      ]);
    case 'rows':
      return used([
        step('tile', 'lane', shape.lanesK),
        step('tile', 'n', shape.lanesN * shape.vectorN),
        step('vector', 'k', shape.vectorK),
        step('vector', 'n', shape.vectorN),
        step('unroll', 'k', shape.unroll),
        step('split', 'k', shape.split),
      ]);
  }
}

/** Steps as the shape of a loop kernel. */
export function loopShapeOf(steps: readonly TuningStep[]): LoopShape {
  const amount = amounts(steps);
  const laneMinor = !steps.some(({ kind, axis }) => kind === 'vector' && axis === 'row');
  return { rows: amount('tile', 'row'), lanes: amount('tile', 'lane'), laneMinor };
}

export function stepsOfLoops({ rows, lanes, laneMinor }: LoopShape): TuningStep[] {
  const neighbours = laneMinor ? [] : [step('vector', 'row', rows)];
  return [step('tile', 'row', rows), step('tile', 'lane', lanes), ...neighbours];
}

function amounts(steps: readonly TuningStep[]) {
  return (kind: TuningKind, axis: TuningAxis): number =>
    steps.find((step) => step.kind === kind && step.axis === axis)?.amount ?? 1;
}

/** Splitting or unrolling by one, or reading one element, is no step; what a tile is is always named. */
function used(steps: readonly TuningStep[]): TuningStep[] {
  return steps.filter(
    ({ kind, amount }) => kind === 'tile' || kind === 'register' || kind === 'matrix' || amount > 1,
  );
}
