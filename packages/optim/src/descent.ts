/** What the update rules of several optimizers share. */

import { ArgumentError } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import type { NumberMaker, Update } from './optimizer.ts';
import { requireSetting } from './param-group.ts';

/** Options of optimizers that compute with Adam's running means, and let weights decay in either way. */
export interface MomentsOptions {
  /** Decay of the running means of the gradient and of its square. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the divisor. Default 1e-8. */
  readonly eps?: number;
  /** The L2 penalty, or the decoupled decay. Default 0. */
  readonly weightDecay?: number;
  /** Whether weights decay as in AdamW. Default false. */
  readonly decoupledWeightDecay?: boolean;
  /** Whether to climb instead of descend. Default false. */
  readonly maximize?: boolean;
}

interface PenaltySettings {
  readonly weightDecay: number;
  readonly maximize: boolean;
}

/** The gradient to descend along: turned round to climb, and with the L2 penalty of the parameter added. */
export function penalised(settings: PenaltySettings, number: NumberMaker): (update: Update) => Tensor {
  const penalty = settings.weightDecay === 0 ? undefined : number(() => settings.weightDecay);
  return ({ gradient, value }) => {
    const signed = settings.maximize ? gradient.neg() : gradient;
    return penalty ? signed.add(value.mul(penalty)) : signed;
  };
}

/** The factor by which decoupled decay shrinks a parameter, or undefined where there is none. */
export function shrinkage(
  settings: { readonly lr: number; readonly weightDecay: number },
  number: NumberMaker,
): Tensor | undefined {
  return settings.weightDecay === 0 ? undefined : number(() => 1 - settings.lr * settings.weightDecay);
}

/** A parameter's value and gradient after weight decay. */
interface Decayed {
  readonly value: Tensor;
  readonly gradient: Tensor;
}

/** Weight decay either way: decoupled, the parameter shrinks; else its gradient has the L2 penalty. */
export function decayed(
  settings: PenaltySettings & { readonly lr: number },
  decoupled: boolean,
  number: NumberMaker,
): (update: Update) => Decayed {
  const gradientOf = penalised(decoupled ? { ...settings, weightDecay: 0 } : settings, number);
  const shrink = decoupled ? shrinkage(settings, number) : undefined;
  return (update) => ({
    value: shrink ? update.value.mul(shrink) : update.value,
    gradient: gradientOf(update),
  });
}

/** Adam's running means of the gradient and of its square, the states `expAvg` and `expAvgSq`, after one more gradient. */
export function moments(
  settings: { readonly betas: readonly [number, number] },
  number: NumberMaker,
): (update: Update, gradient: Tensor) => { readonly mean: Tensor; readonly square: Tensor } {
  const takeMean = number(() => 1 - settings.betas[0]);
  const takeSquare = number(() => 1 - settings.betas[1]);
  return (update, gradient) => {
    const mean = approach(update.state('expAvg'), gradient, takeMean);
    const square = approach(update.state('expAvgSq'), gradient.mul(gradient), takeSquare);
    update.writeState('expAvg', mean);
    update.writeState('expAvgSq', square);
    return { mean, square };
  };
}

/** A running mean after one more value: `mean + take · (value - mean)`. */
export function approach(mean: Tensor, value: Tensor, take: Tensor): Tensor {
  return mean.add(value.sub(mean).mul(take));
}

/** Raises ArgumentError unless all the settings named are numbers of at least 0. */
export function requireNotNegative(name: string, settings: Readonly<Record<string, number>>): void {
  for (const [setting, value] of Object.entries(settings)) requireSetting(name, setting, value, 0);
}

/** Raises ArgumentError unless both decays are from 0 up to, but without, 1. */
export function requireBetas(name: string, betas: readonly [number, number]): void {
  betas.forEach((beta, i) => requireSetting(name, `betas[${i}]`, beta, 0, 1));
}

/** Raises ArgumentError unless the condition holds. */
export function requireThat(name: string, holds: boolean, problem: string): void {
  if (!holds) throw new ArgumentError(`${name}: ${problem}`);
}
