/** What is known to differ from PyTorch in its own samples, each with the reason. */

import type { OpCall, OpError } from '../../fixtures.ts';
import { recordScalars } from '../../fixtures.ts';

interface Deviation {
  readonly op: string;
  /** Which calls; all of the operation's without. */
  readonly when?: (call: OpCall) => boolean;
  /** What of them: all without. */
  readonly only?: 'gradients';
  readonly reason: string;
}

const DEVIATIONS: readonly Deviation[] = [
  {
    op: 'norm',
    when: ({ args }) => args.p === 'nuc',
    reason: 'the nuclear norm is one of matrices: linalg.matrixNorm',
  },
  {
    op: 'polygamma',
    when: ({ args, inputs }) => args.n === 1 && ['int64', 'float64'].includes(inputs[0].dtype ?? ''),
    reason: "PyTorch's trigamma is right to nine digits, and finite at its poles",
  },
  {
    op: 'arange',
    when: ({ args }) => typeof args.end === 'boolean',
    reason: 'true is no number in TypeScript',
  },
  {
    op: 'nn.functional.margin_ranking_loss',
    when: ({ inputs }) => inputs[0].dtype === 'int64',
    reason: "PyTorch's margin of 0.0 makes whole numbers float; JavaScript cannot tell it from 0",
  },
  ...['nn.functional.multi_margin_loss', 'nn.functional.multilabel_margin_loss'].map((op) => ({
    op,
    when: ({ inputs }: OpCall) => inputs[0].shape.length === 0,
    reason: 'a score has no classes; PyTorch takes it for a vector of one',
  })),
  {
    op: 'nn.functional.feature_alpha_dropout',
    when: ({ inputs }) => inputs[0].shape.length < 2,
    reason: 'an input needs an axis of channels; PyTorch takes one without while it evaluates',
  },
  {
    op: 'addcmul',
    when: ({ args, inputs }) => args.value === 3.14 && inputs[0].dtype === 'int64',
    reason: 'PyTorch truncates the factor for integers, with a warning; here the result is float32',
  },
  {
    op: 'nn.functional.batch_norm',
    when: ({ inputs }) => inputs[0]?.shape.length === 1,
    reason: 'an input needs an axis of channels; PyTorch takes one without when it is empty',
  },
  {
    op: 'square',
    when: ({ inputs }) => inputs[0]?.dtype === 'bool',
    reason: 'the product of bools is a bool, as x.mul(x) says; PyTorch gives int64',
  },
  {
    op: 'aminmax',
    when: ({ args, inputs }) => args.keepdim === true && inputs[0]?.shape.length === 0,
    reason:
      'a tensor without axes has none to keep; PyTorch gives the shape [1] here, and [] from amin and amax',
  },
  {
    op: 'matrix_exp',
    when: ({ inputs }) => inputs[0].dtype === 'bfloat16',
    reason: "PyTorch's powers overflow to NaN in bfloat16; here they are computed in float32",
  },
  ...['cholesky_inverse', 'cholesky_solve'].map((op) => ({
    op,
    only: 'gradients' as const,
    reason: 'PyTorch gives a gradient to the triangle that is not read, too; here it is 0',
  })),
  {
    op: 'linalg.lstsq',
    when: (call) => !('fields' in call),
    reason: 'PyTorch tries its gradient through a wrapper that gives the solution alone',
  },
  ...['byte', 'char', 'int', 'long'].map((op) => ({
    op,
    when: hasGreatNumbers,
    reason:
      'floats beyond the range of an integer: what C++ leaves undefined saturates here, and NaN gives 0',
  })),
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
];

function hasGreatNumbers({ inputs }: OpCall): boolean {
  return inputs.flatMap(recordScalars).some((x) => !(Math.abs(Number(x)) < 2 ** 31));
}

/** The deviation that a call falls under. */
export function deviationOf(call: OpCall): Deviation | undefined {
  return DEVIATIONS.find(({ op, when }) => op === call.op && (when?.(call) ?? true));
}

interface Acceptance {
  readonly op: string;
  readonly when?: (call: OpError) => boolean;
  readonly reason: string;
}

/** Calls that PyTorch refuses and Tenfold takes by design. */
const ACCEPTED: readonly Acceptance[] = [
  {
    op: 'multinomial',
    when: ({ inputs }) => inputs[0].shape[0] === 3,
    reason: 'values are not read for it: probabilities below 0 or not finite',
  },
  {
    op: 'cov',
    when: ({ message }) => message.includes('cannot be negative'),
    reason: 'values are not read for it: weights below 0',
  },
  ...['amax', 'amin', 'aminmax'].map((op) => ({
    op,
    when: ({ inputs }: OpCall) => inputs.some(({ shape }) => shape.length > 64),
    reason: 'the number of axes has no limit',
  })),
  ...['gather', 'scatter', 'scatter_add'].map((op) => ({
    op,
    when: ({ inputs }: OpCall) => inputs.some(({ dtype }) => dtype === 'int32'),
    reason: 'indices may be int32, which a GPU computes with',
  })),
];

/** Why a call that PyTorch refuses is taken here. */
export function acceptanceOf(call: OpError): Acceptance | undefined {
  return ACCEPTED.find(({ op, when }) => op === call.op && (when?.(call) ?? true));
}
