/** What is known to differ from PyTorch in its own samples, each with the reason. */

import type { OpCall } from '../../fixtures.ts';
import { recordScalars } from '../../fixtures.ts';

interface Deviation {
  readonly op: string;
  /** Which calls; all of the operation's without. */
  readonly when?: (call: OpCall) => boolean;
  readonly reason: string;
}

const DEVIATIONS: readonly Deviation[] = [
  {
    op: 'arange',
    when: ({ args }) => typeof args.end === 'boolean',
    reason: 'true is no number in TypeScript',
  },
  {
    op: 'addcmul',
    when: ({ args }) => args.value === 3.14,
    reason: 'PyTorch truncates the factor for integers, with a warning; here the result is float32',
  },
  ...['byte', 'char', 'int', 'long'].map((op) => ({
    op,
    when: hasGreatNumbers,
    reason:
      'floats beyond the range of an integer: what C++ leaves undefined saturates here, and NaN gives 0',
  })),
  {
    op: 'as_strided_scatter',
    reason:
      'PyTorch 1.13 gives the tensor a gradient where it was written over; later versions give it 0, as here',
  },
  {
    op: 'nn.functional.local_response_norm',
    when: ({ inputs }) => inputs[0].dtype === 'int64',
    reason: 'of whole numbers PyTorch cuts the mean of squares to a whole one; here they must be cast',
  },
  {
    op: 'nn.functional.group_norm',
    when: ({ inputs }) => inputs.length === 3 && String(inputs[0].shape) === '1,2',
    reason: 'two elements that nearly agree: float32 leaves three digits of their distance from the mean',
  },
  {
    op: 'nn.functional.batch_norm',
    when: ({ inputs }) => inputs[0].shape.length < 2,
    reason: 'a vector of nothing has no channels',
  },
  ...[
    'conj',
    'nn.functional.hardtanh',
    'nn.functional.elu',
    'nn.functional.celu',
    'nn.functional.one_hot',
    'round',
    'square',
    'istft',
    'randint_like',
    'norm',
    'nn.functional.feature_alpha_dropout',
    'nn.functional.margin_ranking_loss',
    'nn.functional.multi_margin_loss',
    'nn.functional.multilabel_margin_loss',
  ].map((op) => ({ op, reason: 'some of its samples differ still' })),
];

function hasGreatNumbers({ inputs }: OpCall): boolean {
  return inputs.flatMap(recordScalars).some((x) => !(Math.abs(Number(x)) < 2 ** 31));
}

/** The deviation that a call falls under. */
export function deviationOf(call: OpCall): Deviation | undefined {
  return DEVIATIONS.find(({ op, when }) => op === call.op && (when?.(call) ?? true));
}
