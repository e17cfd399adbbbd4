/**
 * Splits loops where index expressions divide their variable, so that the indices become affine: i div 4 and i mod 4
 * over 12 iterations are the variables of a loop of 3 around a loop of 4.
 */

import type { Atom, IndexExpr } from '../index-expr/index-expr.ts';
import { forEachAtom, onlyAtom, variable } from '../index-expr/index-expr.ts';
import type { AxisId, Kernel } from '../kernel/kernel.ts';
import { forEachKernelIndex } from '../kernel/inspect.ts';
import type { Place } from './digits.ts';
import { digitOver, refine } from './digits.ts';
import { rewriteAxes } from './rewrite-axes.ts';

/** A run of the digits of a loop variable: `(i mod above) div below`. */
interface Run {
  readonly axis: AxisId;
  readonly below: number;
  readonly above: number;
}

export function splitAxes<K extends Kernel>(kernel: K): K {
  const runs = new Map<AxisId, Run[]>();
  forEachKernelIndex(kernel, (index) =>
    forEachAtom(index, (atom) => {
      if (atom.kind !== 'div' && atom.kind !== 'mod') return;
      const run = runOf(atom);
      if (!run) return;
      const known = runs.get(run.axis);
      if (known) known.push(run);
      else runs.set(run.axis, [run]);
    }),
  );
  if (runs.size === 0) return kernel;

  const extents = [...kernel.axes];
  const parts = new Map<AxisId, { places: readonly Place[]; axes: readonly AxisId[] }>();
  for (const [axis, found] of runs) {
    const extent = kernel.axes[axis];
    if (typeof extent !== 'number') continue;
    const cuts = found.map(({ below, above }) => [{ radix: below, extent: above / below }]);
    const places = refine([[{ radix: 1, extent }], ...cuts]);
    if (!places || places.length < 2 || places[0].radix * places[0].extent !== extent) continue;
    const axes = places.map((place, i) => {
      if (i > 0) return extents.push(place.extent) - 1;
      extents[axis] = place.extent;
      return axis;
    });
    parts.set(axis, { places, axes });
  }
  if (parts.size === 0) return kernel;
  return rewriteAxes(kernel, {
    extents,
    index(axis) {
      const part = parts.get(axis);
      if (!part) return undefined;
      const whole = { radix: 1, extent: Infinity };
      return digitOver(whole, part.places, (i) => variable(part.axes[i], part.places[i].extent));
    },
    replacements: (axis) => parts.get(axis)?.axes ?? [axis],
  });
}

/** Whether splitting can make an index affine: nothing but loop variables, and runs of the digits of one of them. */
export function becomesAffine(index: IndexExpr): boolean {
  return index.terms.every(({ atom }) => runOf(atom) !== undefined);
}

/** The run of digits that divisions and remainders of one variable leave; undefined for anything else. */
function runOf(atom: Atom): Run | undefined {
  if (atom.kind === 'var') return { axis: atom.axis, below: 1, above: atom.max + 1 };
  if (atom.kind === 'value') return undefined;
  const inner = innerRun(atom.of);
  if (!inner) return undefined;
  const cut = inner.below * atom.by;
  if (cut >= inner.above || inner.above % cut !== 0) return undefined;
  return atom.kind === 'div' ? { ...inner, below: cut } : { ...inner, above: cut };
}

function innerRun(index: IndexExpr): Run | undefined {
  const atom = onlyAtom(index);
  return atom && runOf(atom);
}
