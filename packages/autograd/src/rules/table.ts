/** The rule of every primitive. The type makes the table exhaustive: a new primitive does not compile without one. */

import type { OpName } from '@tenfold/ir';
import { attentionRule } from './attention.ts';
import { binaryRules, castRule, unaryRules, whereRule } from './elementwise.ts';
import { contractRule } from './contract.ts';
import { gatherRule, scatterRule } from './indexed.ts';
import {
  expandRule,
  flipRule,
  padRule,
  permuteRule,
  reshapeRule,
  sliceRule,
  windowRule,
} from './movement.ts';
import { reduceRule, scanRule } from './reduce.ts';
import { NON_DIFFERENTIABLE } from './rule.ts';
import type { GradRule, NonDifferentiable } from './rule.ts';

const passThrough = { saves: 'none', backward: ({ gradient }) => [gradient] } satisfies GradRule<OpName>;

type RuleTable = { readonly [K in OpName]: GradRule<K> | NonDifferentiable };

export const RULES: RuleTable = {
  ...unaryRules,
  ...binaryRules,
  const: NON_DIFFERENTIABLE,
  scalar: NON_DIFFERENTIABLE,
  leaf: NON_DIFFERENTIABLE,
  iota: NON_DIFFERENTIABLE,
  random: NON_DIFFERENTIABLE,
  cast: castRule,
  bitcast: NON_DIFFERENTIABLE,
  where: whereRule,
  reduce: reduceRule,
  reshape: reshapeRule,
  permute: permuteRule,
  expand: expandRule,
  pad: padRule,
  slice: sliceRule,
  flip: flipRule,
  window: windowRule,
  contract: contractRule,
  attention: attentionRule,
  gather: gatherRule,
  scatter: scatterRule,
  scan: scanRule,
  argsort: NON_DIFFERENTIABLE,
  host: NON_DIFFERENTIABLE,
  contiguous: passThrough,
  detach: NON_DIFFERENTIABLE,
  // The traversal calls the function that the node carries; the row says what must be kept for it.
  custom: { saves: 'inputs', backward: () => [] },
  recompute: passThrough,
};

/** The rule of an operation whose kind is not known statically. */
export function ruleOf(op: OpName): GradRule<OpName> | undefined {
  const rule = RULES[op];
  return rule === NON_DIFFERENTIABLE ? undefined : (rule as GradRule<OpName>);
}
