/** Gradient checks of the tensor operations. */

import * as T from '@tenfold/tensor';
import type { GradientCase } from './case.ts';
import { indices, onMatrix, onPair } from './case.ts';

const positive = { range: [0.3, 2] as const };
const inUnit = { range: [-0.9, 0.9] as const };
const steps = { smooth: false };

const pointwise: readonly GradientCase[] = [
  ...(['neg', 'square', 'exp', 'exp2', 'expm1', 'sigmoid', 'erf', 'sin', 'cos', 'tan', 'tanh', 'sinh', 'cosh'] as const).map(
    (name) => onMatrix(name, (x) => T[name](x), inUnit),
  ),
  ...(['sqrt', 'rsqrt', 'reciprocal', 'log', 'log2', 'log10', 'log1p'] as const).map((name) =>
    onMatrix(name, (x) => T[name](x), positive),
  ),
  ...(['abs', 'sign', 'floor', 'ceil', 'round', 'trunc'] as const).map((name) => onMatrix(name, (x) => T[name](x), steps)),
  onMatrix('clamp', (x) => x.clamp(-0.7, 0.8), steps),
  onMatrix('pow by a number', (x) => x.pow(3)),
  onMatrix('pow by a fraction', (x) => x.pow(1.7), positive),
  onPair('add', (a, b) => a.add(b)),
  onPair('sub', (a, b) => a.sub(b)),
  onPair('mul', (a, b) => a.mul(b)),
  onPair('div', (a, b) => a.div(b), positive),
  onPair('pow', (a, b) => a.pow(b), positive),
  onPair('atan2', (a, b) => T.atan2(a, b), positive),
  onPair('remainder', (a, b) => T.remainder(a, b), { ...positive, ...steps }),
  onPair('maximum', (a, b) => T.maximum(a, b), steps),
  onPair('minimum', (a, b) => T.minimum(a, b), steps),
  onPair('lerp', (a, b) => T.lerp(a, b, 0.3)),
  { name: 'addcmul', shapes: [[2, 3], [3], [2, 1]], fn: (a, b, c) => T.addcmul(a, b, c, { value: 0.5 }), smooth: true },
  { name: 'addcdiv', shapes: [[2, 3], [3], [2, 1]], fn: (a, b, c) => T.addcdiv(a, b, c, { value: 0.5 }), smooth: true, ...positive },
  onPair('where', (a, b) => T.where(a.gt(0), a, b), steps),
  onMatrix('maskedFill', (x) => x.maskedFill(x.gt(0.5), 2), steps),
  onMatrix('cast to its own dtype', (x) => x.mul(2).to(x.dtype)),
]; // prettier-ignore

const reductions: readonly GradientCase[] = [
  onMatrix('sum', (x) => x.sum()),
  onMatrix('sum over an axis', (x) => x.sum(1, { keepdim: true })),
  onMatrix('mean', (x) => x.mean(0)),
  onMatrix('prod', (x) => x.prod()),
  onMatrix('prod over an axis with a zero', (x) => x.mul(T.tensor([[1, 0, 1], [1, 1, 1]])).prod(1)),
  onMatrix('var', (x) => x.var(1)),
  onMatrix('var without correction', (x) => x.var(0, { correction: 0 })),
  onMatrix('std', (x) => x.std(1)),
  onMatrix('amax', (x) => x.amax(1), steps),
  onMatrix('amin', (x) => x.amin(0), steps),
  onMatrix('max', (x) => x.max(), steps),
  onMatrix('max over an axis', (x) => x.max(1).values, steps),
  onMatrix('min over an axis', (x) => x.min(0).values, steps),
  onMatrix('logsumexp', (x) => x.logsumexp(1)),
  onMatrix('softmax', (x) => x.softmax(1)),
  onMatrix('softmax over the first axis', (x) => x.softmax(0)),
  onMatrix('logSoftmax', (x) => x.logSoftmax(1)),
  onMatrix('norm', (x) => x.norm()),
  onMatrix('norm 1', (x) => x.norm(1, 1), steps),
  onMatrix('norm 3', (x) => x.norm(3, 0), { range: [0.3, 1.2] }),
  onMatrix('norm infinity', (x) => x.norm(Infinity, 1), steps),
  onMatrix('cumsum', (x) => x.cumsum(1)),
  onMatrix('cumprod', (x) => x.cumprod(1), { smooth: false }),
  onMatrix('cumprod with a zero', (x) => x.mul(T.tensor([[1, 0, 1], [1, 1, 0]])).cumprod(1), { smooth: false }),
]; // prettier-ignore

const products: readonly GradientCase[] = [
  { name: 'matmul', shapes: [[2, 3], [3, 4]], fn: (a, b) => a.matmul(b), smooth: true },
  { name: 'matmul transposed', shapes: [[3, 2], [4, 3]], fn: (a, b) => a.t().matmul(b.t()), smooth: true },
  { name: 'matmul with batch broadcasting', shapes: [[2, 1, 2, 3], [3, 3, 2]], fn: (a, b) => a.matmul(b) },
  { name: 'matmul of vectors', shapes: [[4], [4]], fn: (a, b) => a.matmul(b), smooth: true },
  { name: 'mv', shapes: [[2, 3], [3]], fn: (a, b) => T.mv(a, b), smooth: true },
  { name: 'bmm', shapes: [[2, 2, 3], [2, 3, 2]], fn: (a, b) => T.bmm(a, b) },
  { name: 'outer', shapes: [[3], [2]], fn: (a, b) => T.outer(a, b), smooth: true },
  { name: 'dot', shapes: [[3], [3]], fn: (a, b) => T.dot(a, b), smooth: true },
]; // prettier-ignore

const movement: readonly GradientCase[] = [
  onMatrix('reshape', (x) => x.reshape(3, 2)),
  onMatrix('flatten', (x) => x.flatten()),
  onMatrix('permute', (x) => x.permute(1, 0)),
  onMatrix('expand', (x) => x.unsqueeze(1).expand(2, 3, 3)),
  onMatrix('squeeze', (x) => x.unsqueeze(0).squeeze(0)),
  onMatrix('flip', (x) => x.flip(1)),
  onMatrix('roll', (x) => T.roll(x, 1, 1)),
  onMatrix('repeat', (x) => T.repeat(x, 2, 2)),
  onMatrix('tile', (x) => T.tile(x, 2)),
  onMatrix('repeatInterleave', (x) => T.repeatInterleave(x, 2, 1)),
  onMatrix('pad', (x) => T.pad(x, [1, 2], { value: 3 })),
  onMatrix('slice', (x) => x.slice(1, 0, 3, 2)),
  onMatrix('narrow', (x) => x.narrow(1, 1, 2)),
  onMatrix('select', (x) => x.select(0, 1)),
  onMatrix('tril', (x) => T.tril(x)),
  onMatrix('triu', (x) => T.triu(x, 1)),
  onMatrix('diag', (x) => T.diag(x)),
  onMatrix('unfold', (x) => T.unfold(x, 1, 2, 1)),
  onPair('cat', (a, b) => T.cat([a, b], 0), { shapes: [[2, 3], [1, 3]] }),
  onPair('stack', (a, b) => T.stack([a, b], 1), { shapes: [[2, 3], [2, 3]] }),
  { name: 'split', shapes: [[4, 2]], fn: (x) => x.split(3), smooth: true },
  { name: 'chunk', shapes: [[4, 2]], fn: (x) => x.chunk(2), smooth: true },
  { name: 'unbind', shapes: [[2, 3]], fn: (x) => x.unbind(0), smooth: true },
  onMatrix('clone', (x) => x.clone().mul(x)),
]; // prettier-ignore

const indexed: readonly GradientCase[] = [
  onMatrix('gather', (x) => x.gather(1, indices([[0, 2, 2], [1, 1, 0]]))),
  onMatrix('indexSelect', (x) => x.indexSelect(1, indices([2, 0, 2]))),
  onMatrix('takeAlongDim', (x) => T.takeAlongDim(x, indices([[0], [2]]), 1)),
  onPair('scatter', (a, b) => a.scatter(1, indices([[0, 2], [1, 0]]), b), { shapes: [[2, 3], [2, 2]] }),
  onPair('scatterAdd', (a, b) => a.scatterAdd(1, indices([[0, 0], [1, 2]]), b), { shapes: [[2, 3], [2, 2]] }),
  onMatrix('index by a tensor', (x) => x.index(indices([1, 0, 1]))),
  onMatrix('sort', (x) => T.sort(x, 1).values, steps),
  onMatrix('topk', (x) => T.topk(x, 2, 1).values, steps),
]; // prettier-ignore

export const TENSOR_CASES: readonly GradientCase[] = [
  ...pointwise,
  ...reductions,
  ...products,
  ...movement,
  ...indexed,
];
