/** Densities, moments, entropies, distribution functions and divergences of every distribution against PyTorch. */

import type { Tensor } from '@tenfold/tensor';
import * as distributions from '@tenfold/tensor/distributions';
import { expect, it } from 'vitest';
import type { CallRecord } from '../fixtures.ts';
import { inShare } from '../share.ts';
import type { Share } from '../share.ts';
import { byCall, problemsOf } from './calls.ts';
import { canHold, onDevice } from './device.ts';

const { AffineTransform, Categorical, Independent, MixtureSameFamily, Normal } = distributions;
const { SigmoidTransform, TransformedDistribution, klDivergence } = distributions;

type Arguments = readonly unknown[];

function make(name: string, args: Arguments): object {
  const Class: unknown = Reflect.get(distributions, name);
  if (typeof Class !== 'function') throw new Error(`there is no distribution ${name}`);
  return Reflect.construct(Class, args) as object;
}

/** `Class.member` on what its constructor makes; a transform's last argument is x, and its Jacobian also wants y. */
function member(call: string): (args: Arguments, ...rest: Tensor[]) => unknown {
  const [name, of] = call.split('.');
  return (args, ...rest) => {
    const made = make(name, args);
    const value: unknown = Reflect.get(made, of);
    if (typeof value !== 'function') return value;
    const apply = (method: string, ...given: Tensor[]): unknown =>
      Reflect.apply(Reflect.get(made, method) as (...x: Tensor[]) => unknown, made, given);
    if (of === 'inverse' || of === 'logAbsDetJacobian') {
      const [x] = rest;
      const y = apply('forward', x) as Tensor;
      return of === 'inverse' ? apply('inverse', y) : apply(of, x, y);
    }
    return apply(of, ...rest);
  };
}

const mixture = (weights: Tensor, loc: Tensor, scale: Tensor) =>
  new MixtureSameFamily(new Categorical({ logits: weights }), new Normal(loc, scale));

type Construction = [string, Arguments];

const composites = {
  klDivergence: (p: Construction, q: Construction) =>
    klDivergence(make(...p) as distributions.Distribution, make(...q) as distributions.Distribution),
  independent: (loc: Tensor, scale: Tensor, value: Tensor) =>
    new Independent(new Normal(loc, scale), 1).logProb(value),
  sigmoidOfNormal: (loc: Tensor, scale: Tensor, value: Tensor) =>
    new TransformedDistribution(new Normal(loc, scale), [
      new AffineTransform(1, 2),
      new SigmoidTransform(),
    ]).logProb(value),
  mixtureLogProb: (weights: Tensor, loc: Tensor, scale: Tensor, value: Tensor) =>
    mixture(weights, loc, scale).logProb(value),
  mixtureMean: (weights: Tensor, loc: Tensor, scale: Tensor) => mixture(weights, loc, scale).mean,
  mixtureVariance: (weights: Tensor, loc: Tensor, scale: Tensor) => mixture(weights, loc, scale).variance,
  mixtureCdf: (weights: Tensor, loc: Tensor, scale: Tensor, value: Tensor) =>
    mixture(weights, loc, scale).cdf(value),
};

function namespaceFor(records: readonly CallRecord[]): object {
  const members = records.map(({ call }) => [call, member(call)] as const);
  return { ...Object.fromEntries(members), ...composites };
}

/** Distributions on a device that is registered: those that need no matrix decompositions, or those that do. */
export function distributionParity(
  device: string,
  share: Share = {},
  of: 'distributions' | 'matrix-distributions' = 'distributions',
): void {
  onDevice(device, of, (records) => {
    const mine = records.filter((record, i) => inShare(share, i) && canHold(device)(record));
    it.each(byCall(mine))('%s', async (_, calls) => {
      const problems: string[] = [];
      for (const record of calls) problems.push(...(await problemsOf(record, namespaceFor(calls), false)));
      expect(problems).toEqual([]);
    });
  });
}
