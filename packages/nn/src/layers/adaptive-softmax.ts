/** A softmax over many classes of very different frequency, the rare ones through narrow layers. */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import { cat, logicalAnd, where } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { apply, castTo, literal } from '@tenfold/tensor/internal';
import { requireIndices } from '../functional/checks.ts';
import { checkIndexRange } from '../functional/index-range.ts';
import { Module } from '../module/module.ts';
import { ModuleList, Sequential } from './containers.ts';
import { Linear } from './linear.ts';
import type { LayerOptions } from './linear.ts';

export interface AdaptiveLogSoftmaxOptions extends LayerOptions {
  /** By how much the features of each next cluster are fewer. Default 4. */
  readonly divValue?: number;
  /** Whether the layer of the frequent classes and the clusters has a bias. Default false. */
  readonly headBias?: boolean;
}

/** The log-probability of each target, and their mean with the sign turned. */
interface AdaptiveResult {
  readonly output: Tensor;
  readonly loss: Tensor;
}

/**
 * The adaptive softmax of Grave et al., as torch.nn.AdaptiveLogSoftmaxWithLoss: classes, ordered from frequent to rare,
 * are cut into a shortlist and clusters at `cutoffs`. Which cluster a target is in is not known before it is computed, so
 * the log-probabilities of all clusters are; memory and parameters are saved, time only by the narrower layers.
 * https://arxiv.org/abs/1609.04309
 */
export class AdaptiveLogSoftmaxWithLoss extends Module {
  readonly inFeatures: number;
  readonly nClasses: number;
  /** Where clusters begin, and the number of classes. */
  readonly cutoffs: readonly number[];
  readonly divValue: number;
  readonly headBias: boolean;
  readonly head: Linear;
  readonly tail: ModuleList<Sequential>;

  /** @throws ArgumentError unless the cutoffs are whole numbers that grow from above 0 to below `nClasses`. */
  constructor(
    inFeatures: number,
    nClasses: number,
    cutoffs: readonly number[],
    { divValue = 4, headBias = false, ...placement }: AdaptiveLogSoftmaxOptions = {},
  ) {
    super();
    const all = [0, ...cutoffs, nClasses];
    if (cutoffs.length === 0 || all.some((n, i) => !Number.isInteger(n) || (i > 0 && n <= all[i - 1]))) {
      throw new ArgumentError(
        `AdaptiveLogSoftmaxWithLoss: cutoffs are [${cutoffs.join(', ')}], expected whole numbers that grow ` +
          `from above 0 to below the ${nClasses} classes`,
      );
    }
    this.inFeatures = inFeatures;
    this.nClasses = nClasses;
    this.cutoffs = all.slice(1);
    this.divValue = divValue;
    this.headBias = headBias;
    this.head = new Linear(inFeatures, cutoffs[0] + cutoffs.length, { bias: headBias, ...placement });
    const clusters = cutoffs.map((low, i) => {
      const narrow = Math.floor(inFeatures / divValue ** (i + 1));
      const plain = { bias: false, ...placement };
      const size = this.cutoffs[i + 1] - low;
      return new Sequential(new Linear(inFeatures, narrow, plain), new Linear(narrow, size, plain));
    });
    this.tail = new ModuleList(clusters);
  }

  resetParameters(): void {
    for (const layer of this.modules()) if (layer instanceof Linear) layer.resetParameters();
  }

  /** Features `[N, in]` and classes `[N]`, or `[in]` and one class, to `{ output: [N], loss: [] }`. */
  forward(input: Tensor, target: Tensor): AdaptiveResult {
    if (input.ndim !== target.ndim + 1 || input.ndim > 2 || input.numel / this.inFeatures !== target.numel) {
      throw new ShapeError(
        `AdaptiveLogSoftmaxWithLoss: the input has shape ${formatShape(input.shape)}, the target ` +
          `${formatShape(target.shape)}; expected [N, ${this.inFeatures}] and [N], or [${this.inFeatures}] and []`,
      );
    }
    requireIndices('AdaptiveLogSoftmaxWithLoss', 'target', target);
    checkIndexRange('AdaptiveLogSoftmaxWithLoss', 'target', target, this.nClasses);
    const rows = input.reshape([-1, this.inFeatures]);
    const label = castTo(target.reshape([-1, 1]), 'int32');
    const [shortlist] = this.cutoffs;
    let position = label.minimum(literal(label, shortlist));
    let within: Tensor | undefined;
    for (const [i, logProbs] of this.#clusters(rows)) {
      const [low, high] = [this.cutoffs[i], this.cutoffs[i + 1]];
      const isHere = logicalAnd(label.ge(low), label.lt(high));
      position = where(isHere, literal(label, shortlist + i), position);
      const found = pick(logProbs, where(isHere, label.sub(low), literal(label, 0)));
      const share = where(isHere, found, literal(found, 0));
      within = within ? within.add(share) : share;
    }
    const cluster = pick(this.head.forward(rows).logSoftmax(1), position);
    const output = within ? cluster.add(within) : cluster;
    return { output: output.reshape(target.shape), loss: output.mean().neg() };
  }

  /** The log-probabilities of all classes for features `[N, in]`: `[N, classes]`. */
  logProb(input: Tensor): Tensor {
    const [shortlist] = this.cutoffs;
    const head = this.head.forward(input).logSoftmax(1);
    const tails = [...this.#clusters(input)].map(([i, logProbs]) =>
      columns(head, shortlist + i, 1).add(logProbs),
    );
    return cat([columns(head, 0, shortlist), ...tails], 1);
  }

  /** The most probable class for features `[N, in]`: `[N]`, int64. A class of the shortlist if that wins over clusters. */
  predict(input: Tensor): Tensor {
    const frequent = this.head.forward(input).argmax(1);
    return where(frequent.lt(this.cutoffs[0]), frequent, this.logProb(input).argmax(1));
  }

  *#clusters(rows: Tensor): Generator<[number, Tensor]> {
    for (let i = 0; i < this.tail.length; i++) yield [i, this.tail.get(i).forward(rows).logSoftmax(1)];
  }
}

function pick(rows: Tensor, index: Tensor): Tensor {
  return apply('gather', [rows, index], { axis: 1 });
}

function columns(x: Tensor, start: number, count: number): Tensor {
  return apply('slice', [x], { start: [0, start], step: [1, 1], shape: [x.shape[0], count] });
}
