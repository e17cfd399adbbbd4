/** Gradient checks of losses with margins and likelihoods, of distances, and of activations with a threshold. */

import { functional as F } from '@tenfold/nn';
import { tensor } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import type { GradientCase } from './case.ts';
import { indices, onMatrix, onPair } from './case.ts';

const steps = { smooth: false };
const same = { shapes: [[2, 3], [2, 3]] } as const; // prettier-ignore
const positive = { range: [0.3, 2.3] as const };

/** Targets 1 and -1 in the dtype of what they are targets of. */
function signs({ dtype }: Tensor, values: number[] | number[][]): Tensor {
  return tensor(values, { dtype });
}

const labels = [[1, -1, 1], [-1, -1, 1]]; // prettier-ignore

export const LOSSES_CASES: readonly GradientCase[] = [
  onMatrix('hardshrink', (x) => F.hardshrink(x), steps),
  onMatrix('softshrink', (x) => F.softshrink(x), steps),
  onMatrix('tanhshrink', (x) => F.tanhshrink(x)),
  onMatrix('threshold', (x) => F.threshold(x, 0.5, 7), steps),
  onMatrix('rrelu', (x) => F.rrelu(x), steps),
  onMatrix('softmin', (x) => F.softmin(x, 1)),
  onPair('cosineSimilarity', (a, b) => F.cosineSimilarity(a, b, -1)),
  onPair('pairwiseDistance', (a, b) => F.pairwiseDistance(a, b)),
  onMatrix('pdist', (x) => F.pdist(x, 3), { shapes: [[4, 2]] }),
  onPair('poissonNllLoss', (x, y) => F.poissonNllLoss(x, y, { logInput: false, full: true }), { ...same, range: [1.1, 3.4] }),
  {
    name: 'gaussianNllLoss',
    shapes: [[2, 3], [2, 3], [2]],
    fn: (x, y, v) => F.gaussianNllLoss(x, y, v, { full: true }),
    smooth: true,
    ...positive,
  },
  onMatrix('hingeEmbeddingLoss', (x) => F.hingeEmbeddingLoss(x, signs(x, labels), { margin: 0.5 }), steps),
  onPair('marginRankingLoss', (a, b) => F.marginRankingLoss(a, b, signs(a, labels)), { ...same, ...steps }),
  onPair('cosineEmbeddingLoss', (a, b) => F.cosineEmbeddingLoss(a, b, signs(a, [1, -1])), same),
  onMatrix('softMarginLoss', (x) => F.softMarginLoss(x, signs(x, labels))),
  onMatrix('multiMarginLoss', (x) => F.multiMarginLoss(x, indices([2, 0]), { p: 2 }), steps),
  onMatrix('multilabelMarginLoss', (x) => F.multilabelMarginLoss(x, indices([[2, 0, -1], [1, -1, 0]])), steps),
  onPair('multilabelSoftMarginLoss', (x, y) => F.multilabelSoftMarginLoss(x, y), same),
  {
    name: 'tripletMarginLoss',
    shapes: [[2, 3], [2, 3], [2, 3]],
    fn: (a, p, n) => F.tripletMarginLoss(a, p, n, { swap: true, margin: 3 }),
  },
  {
    name: 'ctcLoss of logits',
    shapes: [[5, 2, 4]],
    fn: (x) => F.ctcLoss(x.logSoftmax(2), indices([[1, 1], [3, 2]]), [5, 4], [2, 1]),
    smooth: true,
  },
]; // prettier-ignore
