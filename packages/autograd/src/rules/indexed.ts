/** Gradients of gather and scatter: each is the other. */

import { GradError } from '@tenfold/ir';
import { apply, literal } from '@tenfold/tensor/internal';
import { zerosOf } from './rule.ts';
import type { GradRule } from './rule.ts';

export const gatherRule: GradRule<'gather'> = {
  saves: 'inputs',
  backward: ({ gradient, inputs: [src, index], attrs: { axis } }) => [
    apply('scatter', [literal(src, 0), index, gradient], { axis, mode: 'sum' }),
    undefined,
  ],
};

export const scatterRule: GradRule<'scatter'> = {
  saves: 'inputs',
  backward({ gradient, inputs: [, index], attrs: { axis, mode }, needs }) {
    if (mode !== 'sum' && mode !== 'set') {
      throw new GradError(`scatter: mode '${mode}' has no gradient; modes 'sum' and 'set' have one`);
    }
    const fetched = needs[2] ? apply('gather', [gradient, index], { axis }) : undefined;
    if (!needs[0]) return [undefined, undefined, fetched];
    if (mode === 'sum') return [gradient, undefined, fetched];
    const blanks = apply('gather', [zerosOf(gradient), index], { axis });
    return [apply('scatter', [gradient, index, blanks], { axis, mode: 'set' }), undefined, fetched];
  },
};
