/** Softmax, norms, losses, pooling and plain sums. */

import { functional as F } from '@tenfold/nn';
import { randint, randn } from '@tenfold/tensor';
import type { Operation, ProgramSize } from './operation.ts';
import { images, matrix, ofImages, ofMatrix } from './operation.ts';

const layerNorm: Operation = {
  name: 'layer norm',
  inputs: (size) => [...matrix(size), randn([size.columns]), randn([size.columns])],
  compute: (x, weight, bias) => F.layerNorm(x, weight.numel, { weight, bias }),
};

const batchNorm: Operation = {
  name: 'batch norm',
  inputs: (size) => [...images(size), randn([size.channels]), randn([size.channels])],
  compute: (x, weight, bias) => F.batchNorm(x, null, null, { training: true, weight, bias }),
};

const labelled = (size: ProgramSize) => [...matrix(size), randint(0, size.columns, [size.rows])];

export const reductions: readonly Operation[] = [
  ofMatrix('softmax', (x) => x.softmax(1)),
  ofMatrix('softmax of columns', (x) => x.softmax(0)),
  ofMatrix('log-softmax', (x) => x.logSoftmax(1)),
  layerNorm,
  ofMatrix('RMS norm', (x) => x.mul(x.square().mean(1, { keepdim: true }).add(1e-6).rsqrt())),
  ofImages('group norm', (x) =>
    F.layerNorm(x.reshape(x.shape[0] * 2, -1), x.numel / (x.shape[0] * 2)).reshape(x.shape),
  ),
  batchNorm,
  { name: 'cross-entropy', inputs: labelled, compute: (x, y) => F.crossEntropy(x, y) },
  ofImages('max pooling', (x) => F.maxPool2d(x, 2)),
  ofImages('overlapping max pooling', (x) => F.maxPool2d(x, 3, { stride: 2, padding: 1 })),
  ofImages('average pooling', (x) => F.avgPool2d(x, 2)),
  ofMatrix('sum', (x) => x.sum()),
  ofMatrix('row sums', (x) => x.sum(1)),
  ofMatrix('column sums', (x) => x.sum(0)),
  ofMatrix('row maxima', (x) => x.amax(1)),
];
