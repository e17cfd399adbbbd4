/**
 * In which order the operands of a product of many are contracted, two at a time: the cheapest of all orders for up to
 * eight operands, else the pair that is cheapest next. The cost of a pair is the product of the extents of its labels.
 * Smith and Gray, opt_einsum, Journal of Open Source Software 3(26), 2018.
 */

import { numel } from '@tenfold/ir';

/** The labels of an operand, each once. */
export type Labels = ReadonlySet<number>;

/** A pair of positions in the list of operands; the result takes the place of the end of the list. */
export type Step = readonly [first: number, second: number];

const MOST_FOR_OPTIMAL = 8;

/** The steps that contract all operands into one, whose labels are `out`. */
export function contractionPath(
  operands: readonly Labels[],
  out: Labels,
  extents: readonly number[],
): Step[] {
  return operands.length <= MOST_FOR_OPTIMAL
    ? optimal(operands, out, extents)
    : greedy(operands, out, extents);
}

function union(...sets: readonly Labels[]): Set<number> {
  return new Set(sets.flatMap((labels) => [...labels]));
}

function costOf(labels: Labels, extents: readonly number[]): number {
  return numel([...labels].map((label) => extents[label]));
}

/** The labels of a product that something else still needs. */
function kept(labels: Labels, needed: Labels): Set<number> {
  return new Set([...labels].filter((label) => needed.has(label)));
}

interface Plan {
  readonly cost: number;
  /** The two subsets, as bits, that are contracted last; absent for a single operand. */
  readonly parts?: readonly [number, number];
}

/** The cheapest order: the best way to contract every subset of the operands, from small to large ones. */
function optimal(operands: readonly Labels[], out: Labels, extents: readonly number[]): Step[] {
  const all = 2 ** operands.length - 1;
  const members = (subset: number) => operands.filter((_, i) => subset & (1 << i));
  const labels = Array.from({ length: all + 1 }, (_, subset) =>
    kept(union(...members(subset)), union(out, ...members(all & ~subset))),
  );
  const plans: Plan[] = [];
  for (let subset = 1; subset <= all; subset++) {
    let best: Plan = { cost: (subset & (subset - 1)) === 0 ? 0 : Infinity };
    // Parts with the highest member: their complements are the others, so each split is seen once.
    for (let part = (subset - 1) & subset; part > subset >> 1; part = (part - 1) & subset) {
      const rest = subset & ~part;
      const cost = plans[part].cost + plans[rest].cost + costOf(union(labels[part], labels[rest]), extents);
      if (best.parts === undefined || cost < best.cost) best = { cost, parts: [rest, part] };
    }
    plans[subset] = best;
  }
  return asSteps(plans, all);
}

function asSteps(plans: readonly Plan[], all: number): Step[] {
  const list = plans.flatMap((_, subset) => ((subset & (subset - 1)) === 0 && subset > 0 ? [subset] : []));
  const steps: Step[] = [];
  const contract = (subset: number): void => {
    const { parts } = plans[subset];
    if (!parts) return;
    parts.forEach(contract);
    const [first, second] = parts.map((part) => list.indexOf(part)).sort((a, b) => a - b);
    steps.push([first, second]);
    list.splice(second, 1);
    list.splice(first, 1);
    list.push(subset);
  };
  contract(all);
  return steps;
}

/** Again and again the pair whose result is smallest beside what it replaces; of equal ones the cheapest. */
function greedy(operands: readonly Labels[], out: Labels, extents: readonly number[]): Step[] {
  const list = [...operands];
  const steps: Step[] = [];
  while (list.length > 1) {
    let best: { step: Step; growth: number; cost: number; labels: Labels } | undefined;
    for (let j = 1; j < list.length; j++) {
      for (let i = 0; i < j; i++) {
        const both = union(list[i], list[j]);
        const labels = kept(both, union(out, ...list.filter((_, k) => k !== i && k !== j)));
        const growth = costOf(labels, extents) - costOf(list[i], extents) - costOf(list[j], extents);
        const cost = costOf(both, extents);
        if (!best || growth < best.growth || (growth === best.growth && cost < best.cost))
          best = { step: [i, j], growth, cost, labels };
      }
    }
    if (!best) break;
    const [first, second] = best.step;
    list.splice(second, 1);
    list.splice(first, 1);
    list.push(best.labels);
    steps.push(best.step);
  }
  return steps;
}
