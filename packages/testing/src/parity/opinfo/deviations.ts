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
  ...[
    'conj',
    'nn.functional.batch_norm',
    'nn.functional.hardtanh',
    'nn.functional.elu',
    'nn.functional.celu',
    'nn.functional.one_hot',
    'round',
    'square',
    'istft',
    'nn.functional.avg_pool1d',
    'nn.functional.avg_pool2d',
    'nn.functional.avg_pool3d',
    'nn.functional.pad',
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
