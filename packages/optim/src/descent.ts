/** What the update rules of several optimizers share. */

import { ArgumentError } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import type { NumberMaker, Update } from './optimizer.ts';
import { requireSetting } from './param-group.ts';

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
