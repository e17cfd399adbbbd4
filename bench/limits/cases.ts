/**
 * Operations at shapes that everyday models have. A case gives what is computed from inputs that are in memory already;
 * what it costs at least follows from the sizes of inputs and results and from the arithmetic of its kernels.
 */

import { grad } from '@tenfold/autograd';
import { functional as F, LSTM } from '@tenfold/nn';
import * as T from '@tenfold/tensor';
import { arange, rand, randint, randn } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import * as fft from '@tenfold/tensor/fft';
import * as linalg from '@tenfold/tensor/linalg';
import * as special from '@tenfold/tensor/special';

type Results = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;

export interface Case {
  readonly group: string;
  readonly name: string;
  readonly inputs: () => readonly Tensor[];
  readonly call: (...inputs: Tensor[]) => Results;
  /** How many elements of a small table are read at places that are computed. */
  readonly fetches?: number;
  /** Why it is slower than three times its limit, where it is and that is known. */
  readonly reason?: string;
}

const cases: Case[] = [];

/** Why groups of operations are slower than three times their limit, by a word of their names. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^(amax|argmax|countNonzero), axis 0/, 'columns are read in pieces of 128 bytes, each in another page of memory'],
  [/^median/, 'the middle of a row is searched for in several passes, and a NaN in two more'],
  [/^sort,/, 'five to eight passes over keys and positions, element by element'],
  [/^searchsorted/, 'each element takes eight reads that wait for each other, four lanes one by one'],
  [/^cum\w+, axis 0/, 'when the second processor is late: each thread has one half of the columns, and waits for the other'],
  [/^cummax, axis 1/, 'values and positions are two scans, with the values in memory between them'],
  [/^logcumsumexp/, 'ten steps through memory, each with exponentials and logarithms'],
  [/^transpose/, 'rows of 4096 bytes lie in the same few places of each cache; rows of 4160 bytes take half the time'],
  [/^(maxPool2d|avgPool2d|adaptive)/, 'windows are read with a stride, one element at a time'],
  [/^(interpolate|gridSample)/, 'neighbours are fetched one by one through tables'],
  [/^LSTM/, 'products of 32 rows wait for each other, step by step'],
  [/^(fft|stft)/, 'products with small matrices, between which everything goes through memory'],
]; // prettier-ignore

function add(
  group: string,
  name: string,
  inputs: Case['inputs'],
  call: Case['call'],
  fetches?: number,
): void {
  cases.push({ group, name, inputs, call, fetches, reason: REASONS.find(([of]) => of.test(name))?.[1] });
}

const MEGA = [1 << 20];
const MATRIX = [1024, 1024];
const POSITIVE = () => [rand([1 << 20]).add(0.1)];
const NORMAL = () => [randn(MEGA)];
const SQUARE = () => [randn(MATRIX)];

for (const name of [
  'add',
  'mul',
  'div',
  'maximum',
  'atan2',
  'hypot',
  'fmod',
  'remainder',
  'copysign',
  'logaddexp',
  'xlogy',
  'heaviside',
] as const)
  add(
    'pointwise, 1 Mi',
    name,
    () => [randn(MEGA), rand(MEGA).add(0.1)],
    (a, b) => T[name](a, b),
  );
for (const name of [
  'exp',
  'expm1',
  'sin',
  'tan',
  'tanh',
  'sigmoid',
  'erf',
  'erfc',
  'asinh',
  'atan',
  'sinc',
  'round',
  'sign',
  'square',
  'nanToNum',
  'isfinite',
] as const)
  add('pointwise, 1 Mi', name, NORMAL, (x) => T[name](x));
for (const name of [
  'log',
  'log1p',
  'sqrt',
  'rsqrt',
  'lgamma',
  'digamma',
  'reciprocal',
  'logit',
  'frac',
] as const)
  add('pointwise, 1 Mi', name, POSITIVE, (x) => T[name](x));
add(
  'pointwise, 1 Mi',
  'erfinv',
  () => [rand(MEGA).mul(1.8).sub(0.9)],
  (x) => T.erfinv(x),
);
add(
  'pointwise, 1 Mi',
  'pow(x, y)',
  () => [rand(MEGA).add(0.1), randn(MEGA)],
  (x, y) => T.pow(x, y),
);
add(
  'pointwise, 1 Mi',
  'where',
  () => [randn(MEGA).gt(0), randn(MEGA), randn(MEGA)],
  (c, a, b) => T.where(c, a, b),
);
add(
  'pointwise, 1 Mi',
  'lerp',
  () => [randn(MEGA), randn(MEGA), rand(MEGA)],
  (a, b, w) => T.lerp(a, b, w),
);
add(
  'pointwise, 1 Mi',
  'addcmul',
  () => [randn(MEGA), randn(MEGA), randn(MEGA)],
  (a, b, c) => T.addcmul(a, b, c),
);
add('pointwise, 1 Mi', 'gelu', NORMAL, (x) => F.gelu(x));
add('pointwise, 1 Mi', 'mish', NORMAL, (x) => F.mish(x));
for (const name of ['i0', 'ndtr', 'logNdtr', 'erfcx', 'besselJ0'] as const)
  add('special, 1 Mi', name, NORMAL, (x) => special[name](x));

for (const dim of [0, 1])
  for (const name of [
    'sum',
    'mean',
    'prod',
    'amax',
    'argmax',
    'logsumexp',
    'var',
    'norm',
    'countNonzero',
    'nansum',
  ] as const)
    add('reductions, 1024x1024', `${name}, axis ${dim}`, SQUARE, (x) =>
      name === 'norm' ? x.norm(2, dim) : x[name](dim),
    );
add('reductions, 1024x1024', 'sum of all', SQUARE, (x) => x.sum());
add('reductions, 1024x1024', 'aminmax', SQUARE, (x) => T.aminmax(x, { dim: 1 }));
add('reductions, 1024x1024', 'median, axis 1', SQUARE, (x) => T.median(x, 1));
for (const dim of [0, 1])
  for (const name of ['cumsum', 'cumprod', 'cummax', 'logcumsumexp'] as const)
    add('cumulative, 1024x1024', `${name}, axis ${dim}`, SQUARE, (x) => x[name](dim));
add('cumulative, 1024x1024', 'diff', SQUARE, (x) => T.diff(x));

add('sorting', 'sort, 1024x1024', SQUARE, (x) => x.sort());
add('sorting', 'sort, 1 Mi', NORMAL, (x) => x.sort());
add('sorting', 'topk 10, 1024x1024', SQUARE, (x) => x.topk(10));
add(
  'sorting',
  'searchsorted, 1 Mi in 1024',
  () => [randn([1024]).sort().values, randn(MEGA)],
  (s, x) => T.searchsorted(s, x),
  // A search halves 1024 elements ten times.
  10 * (1 << 20),
);

const rows = () => randint(0, 1024, [4096]);
add(
  'indexing',
  'indexSelect, 4096 rows of 1024',
  () => [randn(MATRIX), rows()],
  (x, i) => x.indexSelect(0, i),
);
add(
  'indexing',
  'gather, 1024x1024',
  () => [randn(MATRIX), randint(0, 1024, MATRIX)],
  (x, i) => x.gather(1, i),
);
add(
  'indexing',
  'scatterAdd, 1024x1024',
  () => [randn(MATRIX), randint(0, 1024, MATRIX), randn(MATRIX)],
  (x, i, y) => x.scatterAdd(1, i, y),
);
add(
  'indexing',
  'indexAdd, 4096 rows of 1024',
  () => [randn(MATRIX), rows(), randn([4096, 1024])],
  (x, i, y) => x.indexAdd(0, i, y),
);
add(
  'indexing',
  'scatterReduce amax, 1024x1024',
  () => [randn(MATRIX), randint(0, 1024, MATRIX), randn(MATRIX)],
  (x, i, y) => x.scatterReduce(1, i, y, 'amax'),
);
add(
  'indexing',
  'maskedFill, 1024x1024',
  () => [randn(MATRIX), randn(MATRIX).gt(0)],
  (x, m) => x.maskedFill(m, 0),
);
add(
  'indexing',
  'embedding, 8192 of 512',
  () => [randint(0, 10_000, [8192]), randn([10_000, 512])],
  (i, w) => F.embedding(i, w),
);
// The gradient reads nothing of the weights but their shape, so their bytes don't count.
let weights: Tensor | undefined;
add(
  'indexing',
  'gradient of embedding, 8192 of 512',
  () => [randint(0, 10_000, [8192]), randn([8192, 512])],
  (i, gradient) => {
    weights ??= T.zeros([10_000, 512]).realize().requiresGrad_();
    return grad(F.embedding(i, weights), [weights], { gradOutputs: [gradient] });
  },
);

add('shapes', 'transpose, 1024x1024', SQUARE, (x) => x.t().contiguous());
add(
  'shapes',
  'permute, 32x128x16x64',
  () => [randn([32, 128, 16, 64])],
  (x) => x.permute(0, 2, 1, 3).contiguous(),
);
add('shapes', 'flip, 1024x1024', SQUARE, (x) => x.flip([0, 1]).contiguous());
add('shapes', 'roll, 1024x1024', SQUARE, (x) => T.roll(x, 100, 1));
add(
  'shapes',
  'cat of 4, 1024x1024',
  () => Array.from({ length: 4 }, () => randn(MATRIX)),
  (...x) => T.cat(x, 1),
);
add(
  'shapes',
  'repeatInterleave, 4 times',
  () => [randn([1024, 256])],
  (x) => T.repeatInterleave(x, 4, 1),
);
add('shapes', 'tril, 1024x1024', SQUARE, (x) => x.tril());
add(
  'shapes',
  'pad, 32x64x56x56',
  () => [randn([32, 64, 56, 56])],
  (x) => F.pad(x, [1, 1, 1, 1]),
);

add(
  'products',
  'matmul, 512',
  () => [randn([512, 512]), randn([512, 512])],
  (a, b) => a.matmul(b),
);
add(
  'products',
  'bmm, 64 of 128',
  () => [randn([64, 128, 128]), randn([64, 128, 128])],
  (a, b) => T.bmm(a, b),
);
add(
  'products',
  'mv, 2048',
  () => [randn([2048, 2048]), randn([2048])],
  (a, b) => T.mv(a, b),
);
add(
  'products',
  'outer, 1024',
  () => [randn([1024]), randn([1024])],
  (a, b) => T.outer(a, b),
);
add(
  'products',
  'einsum bhid,bhjd->bhij',
  () => [randn([8, 8, 128, 64]), randn([8, 8, 128, 64])],
  (a, b) => T.einsum('bhid,bhjd->bhij', a, b),
);
add(
  'products',
  'cdist, 1024 and 1024 of 64',
  () => [randn([1024, 64]), randn([1024, 64])],
  (a, b) => T.cdist(a, b),
);
add(
  'products',
  'kron, 32 and 32',
  () => [randn([32, 32]), randn([32, 32])],
  (a, b) => T.kron(a, b),
);

const IMAGES = () => [randn([8, 32, 56, 56])];
const filters = (shape: readonly number[]) => () => [randn([8, 32, 56, 56]), randn(shape)];
add('layers, 8x32x56x56', 'conv2d, 3x3, 32 filters', filters([32, 32, 3, 3]), (x, w) =>
  F.conv2d(x, w, null, { padding: 1 }),
);
add('layers, 8x32x56x56', 'conv2d, 1x1, 64 filters', filters([64, 32, 1, 1]), (x, w) => F.conv2d(x, w));
add('layers, 8x32x56x56', 'convTranspose2d, 4x4, stride 2', filters([32, 16, 4, 4]), (x, w) =>
  F.convTranspose2d(x, w, null, { stride: 2, padding: 1 }),
);
add('layers, 8x32x56x56', 'maxPool2d', IMAGES, (x) => F.maxPool2d(x, 2));
add('layers, 8x32x56x56', 'avgPool2d', IMAGES, (x) => F.avgPool2d(x, 2));
add('layers, 8x32x56x56', 'adaptiveAvgPool2d to 7', IMAGES, (x) => F.adaptiveAvgPool2d(x, 7));
add('layers, 8x32x56x56', 'batchNorm in training', IMAGES, (x) =>
  F.batchNorm(x, null, null, { training: true }),
);
add('layers, 8x32x56x56', 'groupNorm, 8 groups', IMAGES, (x) => F.groupNorm(x, 8));
add('layers, 8x32x56x56', 'interpolate, nearest, twice', IMAGES, (x) => F.interpolate(x, { scaleFactor: 2 }));
add('layers, 8x32x56x56', 'interpolate, bilinear, twice', IMAGES, (x) =>
  F.interpolate(x, { scaleFactor: 2, mode: 'bilinear' }),
);
add('layers, 8x32x56x56', 'pixelShuffle', IMAGES, (x) => F.pixelShuffle(x, 2));
add('layers, 8x32x56x56', 'unfold, 3x3', IMAGES, (x) => F.unfold(x, 3, { padding: 1 }));
add(
  'layers, 8x32x56x56',
  'gridSample',
  () => [randn([8, 32, 56, 56]), rand([8, 56, 56, 2]).mul(2).sub(1)],
  (x, g) => F.gridSample(x, g, { alignCorners: false }),
);
add('layers', 'layerNorm, 1024x1024', SQUARE, (x) => F.layerNorm(x, 1024));
add('layers', 'softmax, 1024x1024', SQUARE, (x) => x.softmax(1));
add(
  'layers',
  'crossEntropy, 1024x1024',
  () => [randn(MATRIX), randint(0, 1024, [1024])],
  (x, y) => F.crossEntropy(x, y),
);
add(
  'layers',
  'linear, 256x512 to 512',
  () => [randn([256, 512]), randn([512, 512]), randn([512])],
  (x, w, b) => F.linear(x, w, b),
);
add(
  'layers',
  'attention, 8 heads, 512 tokens of 64',
  () => [0, 1, 2].map(() => randn([1, 8, 512, 64])),
  (q, k, v) => F.scaledDotProductAttention(q, k, v),
);
add('layers', 'LSTM 128, 32 steps, batch 32', () => {
  lstm = new LSTM(128, 128);
  return [randn([32, 32, 128])];
}, (x) => T.noGrad(() => lstm!.forward(x)[0])); // prettier-ignore
let lstm: LSTM | undefined;

add(
  'spectra and matrices',
  'fft.rfft, 256 of 1024',
  () => [randn([256, 1024])],
  (x) => fft.rfft(x),
);
add(
  'spectra and matrices',
  'fft.ifft, 256 of 1000',
  () => [randn([256, 1000, 2])],
  (x) => fft.ifft(x),
);
add(
  'spectra and matrices',
  'stft, 4 of 16000',
  () => [randn([4, 16_000])],
  (x) => T.stft(x, 512, { hopLength: 160 }),
);
const definite = () => {
  const x = randn([16, 64, 64]);
  return [x.matmul(x.mT).add(arange(64).unsqueeze(1).eq(arange(64)).to('float32'))];
};
add('spectra and matrices', 'linalg.cholesky, 16 of 64', definite, (x) => linalg.cholesky(x));
add(
  'spectra and matrices',
  'linalg.solve, 16 of 64',
  () => [...definite(), randn([16, 64, 64])],
  (a, b) => linalg.solve(a, b),
);
add('spectra and matrices', 'linalg.qr, 16 of 64', definite, (x) => linalg.qr(x));
add('spectra and matrices', 'linalg.eigh, 16 of 64', definite, (x) => linalg.eigh(x));
add('spectra and matrices', 'linalg.svd, 16 of 64', definite, (x) => linalg.svd(x));

export const CASES: readonly Case[] = cases;
