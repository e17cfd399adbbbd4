/**
 * Watching a backward pass: every gradient as it arrives at the node it belongs to, and statistics of them that tell
 * where gradients vanish, explode or turn into NaN.
 */

import type { DType, OpName, Shape } from '@tenfold/ir';
import { ArgumentError } from '@tenfold/ir';
import { amax, stack } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { inside } from '@tenfold/tensor/internal';

/** A gradient that arrived at a node, whole. */
export interface GradientEvent {
  /** The primitive that made the value whose gradient this is; 'leaf' for parameters. */
  readonly op: OpName;
  /** The parameter's name, where the value is one that has a name. */
  readonly name: string | undefined;
  readonly shape: Shape;
  readonly dtype: DType;
  /** The gradient, not computed yet: reading it during backward is an error. */
  readonly gradient: Tensor;
}

export type GradientObserver = (event: GradientEvent) => void;

/** What one gradient looks like. */
export interface GradientStatistics extends Omit<GradientEvent, 'gradient'> {
  /** Root of the mean of the squares. */
  readonly rms: number;
  /** Greatest magnitude. */
  readonly max: number;
  readonly mean: number;
  /** Share of elements that are zero, from 0 to 1. */
  readonly zeros: number;
  /** How many elements are NaN or infinite. */
  readonly notFinite: number;
}

const observers = new Set<GradientObserver>();

/** Tells all observers; for the engine. */
export function report(event: () => GradientEvent): void {
  if (observers.size === 0) return;
  const told = event();
  for (const observer of observers) observer(told);
}

/** Calls `observer` with every gradient that the backward passes within `body` give a node, in their order. */
export function observeGradients<T>(observer: GradientObserver, body: () => T): T {
  const own: GradientObserver = (event) => observer(event);
  observers.add(own);
  try {
    const result = body();
    if (result instanceof Promise)
      throw new ArgumentError('observeGradients: the function returned a promise; await outside of it');
    return result;
  } finally {
    observers.delete(own);
  }
}

/** Statistics of every gradient that the backward passes within `body` give a node, in their order. */
export async function gradientStatistics(body: () => void): Promise<GradientStatistics[]> {
  const events: GradientEvent[] = [];
  const rows: Tensor[] = [];
  observeGradients((event) => {
    events.push(event);
    rows.push(inside(() => figures(event.gradient.detach())));
  }, body);
  if (rows.length === 0) return [];
  const numbers = (await stack(rows).tolist()) as number[][];
  return events.map(({ op, name, shape, dtype }, i) => {
    const [square, max, mean, zeros, notFinite] = numbers[i];
    return { op, name, shape, dtype, rms: Math.sqrt(square), max, mean, zeros, notFinite };
  });
}

function figures(gradient: Tensor): Tensor {
  const x = gradient.to('float32');
  const magnitude = x.abs();
  const finite = magnitude.lt(Infinity);
  const { numel } = x;
  const greatest = numel === 0 ? x.sum() : amax(magnitude);
  const zeros = x
    .eq(0)
    .to('float32')
    .sum()
    .div(numel || 1);
  const notFinite = finite.to('float32').sum().neg().add(numel);
  return stack([x.square().mean(), greatest, x.mean(), zeros, notFinite]);
}
