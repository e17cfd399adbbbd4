/**
 * Connectionist temporal classification: the probability of a sequence of labels, summed over all ways to spread it over
 * time, with blanks between. Forward recursion in log space, a fixed number of operations a time step.
 */

import { ArgumentError, ShapeError, computeType, formatShape } from '@tenfold/ir';
import { Tensor, cumsum, customGrad, indexSelect, pad, stack, tensor, where } from '@tenfold/tensor/base';
import { apply, castTo, composed, computedOnce, expandTo, literal, source } from '@tenfold/tensor/internal';
import { requireFloat, requireIndices } from './checks.ts';
import { checkIndexRange, knownValues } from './index-range.ts';
import { checkReduction } from './reduction.ts';
import type { LossOptions } from './reduction.ts';

export interface CtcLossOptions extends LossOptions {
  /** The class that stands for no label. Default 0. */
  readonly blank?: number;
  /** Whether targets that are too long for their input count 0 instead of infinity. Default false. */
  readonly zeroInfinity?: boolean;
}

/** One length an example; numbers, or a tensor of int64 or int32. */
export type SequenceLengths = Tensor | number | readonly number[];

/** The logarithm of what cannot be: finite, so that differences of two exist. */
const NEVER = -1e30;

/**
 * The negative log-probability of label sequences, as torch.nn.functional.ctc_loss. `logProbs` are `[T, N, C]`, or
 * `[T, C]` for one example; `targets` are padded, `[N, S]`, or all in a row, `[sum of targetLengths]`. The mean divides
 * each loss by the length of its target. The gradient is that with respect to logits before a logSoftmax, as PyTorch's.
 * @throws ShapeError, DTypeError or ArgumentError for operands and lengths that do not fit.
 * @see https://www.cs.toronto.edu/~graves/icml_2006.pdf
 */
export function ctcLoss(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: SequenceLengths,
  targetLengths: SequenceLengths,
  { blank = 0, reduction = 'mean', zeroInfinity = false }: CtcLossOptions = {},
): Tensor {
  return composed(logProbs, () => {
    checkReduction('ctcLoss', reduction);
    requireFloat('ctcLoss', 'input', logProbs);
    if (logProbs.ndim !== 2 && logProbs.ndim !== 3) {
      throw new ShapeError(
        `ctcLoss: the input has shape ${formatShape(logProbs.shape)}, expected [T, N, C] or [T, C]`,
      );
    }
    const batched = logProbs.ndim === 3 ? logProbs : logProbs.unsqueeze(1);
    const [steps, batch, classes] = batched.shape;
    if (!Number.isInteger(blank) || blank < 0 || blank >= classes) {
      throw new ArgumentError(`ctcLoss: blank is ${blank}, expected a class from 0 to ${classes - 1}`);
    }
    const inputs = lengthsOf('inputLengths', logProbs, inputLengths, batch, steps);
    const labels = lengthsOf('targetLengths', logProbs, targetLengths, batch, targets.shape.at(-1) ?? 0);
    checkIndexRange('ctcLoss', 'label', targets, classes);
    const states = statesOf(paddedTargets(targets, labels, batch), blank);
    const likelihood = castTo(passedBackAsLogits(batched), computeType(logProbs.dtype));
    const losses = finish(alphas(likelihood, states, inputs), labels.tensor, zeroInfinity);
    return castTo(reduce(losses, labels.tensor, reduction, logProbs.ndim === 2), logProbs.dtype);
  });
}

interface Lengths {
  /** int32 `[N]`. */
  readonly tensor: Tensor;
  /** The numbers, where they are on the host. */
  readonly known: readonly number[] | undefined;
}

function lengthsOf(what: string, like: Tensor, given: SequenceLengths, batch: number, most: number): Lengths {
  const list = typeof given === 'number' ? [given] : given;
  if (list instanceof Tensor) requireIndices('ctcLoss', what, list);
  const known = list instanceof Tensor ? knownValues(list) : list;
  const count = list instanceof Tensor ? list.numel : list.length;
  if (count !== batch)
    throw new ShapeError(`ctcLoss: ${count} ${what} for a batch of ${batch}; expected one an example`);
  const wrong = known?.find((n) => !(Number.isInteger(n) && n >= 0 && n <= most));
  if (wrong !== undefined)
    throw new ArgumentError(`ctcLoss: ${what} has ${wrong}, expected whole numbers from 0 to ${most}`);
  const lengths =
    list instanceof Tensor
      ? castTo(list.reshape([batch]), 'int32')
      : tensor([...list], { dtype: 'int32', device: like.device });
  return { tensor: lengths, known };
}

/** Targets as int32 `[N, L]`, L being the greatest length where that is known. What is beyond a length is arbitrary. */
function paddedTargets(targets: Tensor, { tensor: lengths, known }: Lengths, batch: number): Tensor {
  requireIndices('ctcLoss', 'target', targets);
  const classes = castTo(targets, 'int32');
  const longest = Math.min(known ? Math.max(0, ...known) : Infinity, targets.shape.at(-1) ?? 0);
  if (targets.ndim === 2) {
    if (targets.shape[0] !== batch) throw targetShape(targets, batch);
    return apply('slice', [classes], { start: [0, 0], step: [1, 1], shape: [batch, longest] });
  }
  if (targets.ndim !== 1) throw targetShape(targets, batch);
  if (longest === 0) return classes.reshape([-1]).expand([batch, 0]);
  const starts = cumsum(lengths, 0, { dtype: 'int32' }).sub(lengths);
  const position = source(targets.home, 'iota', { shape: [batch, longest], axis: 1 });
  const index = expandTo(starts.unsqueeze(1), position.shape).add(position);
  return indexSelect(classes, 0, index.minimum(literal(index, classes.numel - 1)).flatten()).reshape(
    index.shape,
  );
}

function targetShape({ shape }: Tensor, batch: number): ShapeError {
  return new ShapeError(
    `ctcLoss: the targets have shape ${formatShape(shape)}, expected [${batch}, S], or all in a row`,
  );
}

/** Labels `[N, L]` with blanks before, between and after them: `[N, 2 L + 1]`. */
function statesOf(labels: Tensor, blank: number): Tensor {
  const blanks = literal(labels, blank);
  const [batch, count] = labels.shape;
  const pairs = stack([blanks, labels], 2).reshape([batch, 2 * count]);
  return pad(pairs, [0, 1], { value: blank });
}

/** The log-probability of each state `[N, S]` at the end of each input. */
function alphas(logProbs: Tensor, states: Tensor, { tensor: lengths, known }: Lengths): Tensor {
  const steps = logProbs.shape[0];
  const [batch, count] = states.shape;
  const index = expandTo(states.unsqueeze(0), [steps, batch, count]);
  const gathered = apply('gather', [logProbs, index], { axis: 2 });
  const emissions = gathered.maximum(literal(gathered, NEVER));
  const at = (t: number) =>
    apply('slice', [emissions], { start: [t, 0, 0], step: [1, 1, 1], shape: [1, batch, count] }).squeeze(0);
  const first = at(0);
  const never = literal(first, NEVER);
  const position = source(logProbs.home, 'iota', { shape: [batch, count], axis: 1 });
  // A blank may be left out, but not between two equal labels.
  const twoBefore = from(pad(states, [2, 0], { value: -1 }), 0, count);
  const maySkip = states.ne(twoBefore);
  const shortest = known ? Math.min(...known) : 1;
  let alpha = where(position.lt(2), first, never);
  for (let t = 1; t < steps; t++) {
    const before = pad(alpha, [2, 0], { value: NEVER });
    const skipped = where(maySkip, from(before, 0, count), never);
    const next = logSum([alpha, from(before, 1, count), skipped]).add(at(t));
    // Three elements of the next step read each.
    alpha = computedOnce(t < shortest ? next : where(lengths.gt(t).unsqueeze(1), next, alpha));
  }
  return alpha;
}

/** `count` columns from `start` on. */
function from(x: Tensor, start: number, count: number): Tensor {
  return apply('slice', [x], { start: [0, start], step: [1, 1], shape: [x.shape[0], count] });
}

/** The logarithm of a sum of few terms given by their logarithms. */
function logSum(terms: readonly Tensor[]): Tensor {
  const top = terms.reduce((a, b) => a.detach().maximum(b.detach()));
  return terms
    .map((term) => term.sub(top).exp())
    .reduce((a, b) => a.add(b))
    .log()
    .add(top);
}

/** A path ends in the last label or the blank after it. */
function finish(alpha: Tensor, lengths: Tensor, zeroInfinity: boolean): Tensor {
  const last = lengths.mul(2).unsqueeze(1);
  const [blank, label] = [last, last.sub(1).maximum(literal(last, 0))].map((index) =>
    apply('gather', [alpha, index], { axis: 1 }).squeeze(1),
  );
  const hasLabel = lengths.gt(0);
  const losses = logSum([blank, where(hasLabel, label, literal(label, NEVER))]).neg();
  const isImpossible = losses.gt(literal(losses, -NEVER / 2));
  return where(isImpossible, literal(losses, zeroInfinity ? 0 : Infinity), losses);
}

function reduce(
  losses: Tensor,
  lengths: Tensor,
  reduction: LossOptions['reduction'],
  isSingle: boolean,
): Tensor {
  if (reduction === 'none') return isSingle ? losses.squeeze(0) : losses;
  if (reduction === 'sum') return losses.sum();
  return losses.div(castTo(lengths.maximum(literal(lengths, 1)), losses.dtype)).mean();
}

/**
 * The same values; gradients are projected as a logSoftmax before them would project them, which leaves what arrives at
 * its input unchanged. PyTorch's gradient is this one.
 */
function passedBackAsLogits(logProbs: Tensor): Tensor {
  return customGrad(
    [logProbs],
    () => logProbs.detach(),
    (gradient) => [gradient.sub(logProbs.exp().mul(gradient.sum(-1, { keepdim: true })))],
  );
}
