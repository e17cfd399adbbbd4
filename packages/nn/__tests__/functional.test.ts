/** What the comparison with PyTorch does not see: messages for bad arguments, and graphs that stay small. */

import { ArgumentError, DTypeError, IndexError, ShapeError, tensor, zeros } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { describe, expect, it } from 'vitest';
import { functional as F } from '../src/index.ts';
import './support/reference-device.ts';

const image = () => zeros([2, 4, 7, 6]);
const logits = () => zeros([3, 5]);

type Row = readonly [
  name: string,
  call: () => unknown,
  error: new (...args: never[]) => Error,
  message: string,
];

const attend = (options: F.AttentionOptions) =>
  F.scaledDotProductAttention(zeros([9, 4]), zeros([10, 4]), zeros([10, 4]), options);

const rows: readonly Row[] = [
  [
    'linear of another width',
    () => F.linear(zeros([8, 64]), zeros([32, 10])),
    ShapeError,
    "linear: the input has shape [8, 64], the weight [32, 10]; the input's last axis must be 10",
  ],
  [
    'linear with a transposed weight',
    () => F.linear(zeros([8, 64]), zeros([64, 10])),
    ShapeError,
    "the input's last axis must be 10; is the weight transposed?",
  ],
  [
    'linear of another dtype',
    () => F.linear(zeros([1, 2], { dtype: 'float64' }), zeros([3, 2])),
    DTypeError,
    'linear: the input is float64, the weight float32; cast one of them with to()',
  ],
  [
    'linear with a bias of another size',
    () => F.linear(zeros([1, 2]), zeros([3, 2]), zeros(2)),
    ShapeError,
    'linear: the bias has shape [2], expected [3]',
  ],
  [
    'conv2d of other channels',
    () => F.conv2d(image(), zeros([8, 3, 3, 3])),
    ShapeError,
    'conv2d: the input has 4 channels (shape [2, 4, 7, 6]), but the weight [8, 3, 3, 3] with groups 1 expects 3',
  ],
  [
    'conv2d with a kernel that is too large',
    () => F.conv2d(image(), zeros([8, 4, 3, 3]), null, { dilation: 4 }),
    ShapeError,
    'conv2d: a kernel that spans 9 does not fit into 7, the padded size of the input [2, 4, 7, 6]',
  ],
  [
    'conv2d with groups that do not divide',
    () => F.conv2d(image(), zeros([8, 4, 3, 3]), null, { groups: 3 }),
    ArgumentError,
    'conv2d: groups is 3, expected a whole number that divides the 8 output channels',
  ],
  [
    'conv2d by an unknown algorithm',
    () => F.conv2d(image(), zeros([8, 4, 3, 3]), null, { algorithm: 'fft' as 'auto' }),
    ArgumentError,
    "conv2d: algorithm is 'fft', expected one of 'auto', 'direct', 'im2col', 'implicit-gemm', 'winograd2', 'winograd4'",
  ],
  [
    'conv2d, same, with a stride',
    () => F.conv2d(image(), zeros([8, 4, 3, 3]), null, { padding: 'same', stride: 2 }),
    ArgumentError,
    "conv2d: padding 'same' needs stride 1, got 2 x 2",
  ],
  [
    'conv2d of a matrix',
    () => F.conv2d(zeros([3, 3]), zeros([8, 4, 3, 3])),
    ShapeError,
    'conv2d: the input has shape [3, 3], expected [N, C, H, W] or [C, H, W]',
  ],
  [
    'pooling with too much padding',
    () => F.maxPool2d(image(), 2, { padding: 2 }),
    ArgumentError,
    'maxPool2d: padding is 2, expected at most half the window of 2',
  ],
  [
    'pooling with a window that is too large',
    () => F.avgPool2d(image(), 8),
    ShapeError,
    'avgPool2d: a window that spans 8 does not fit into 7, the padded size of the input [2, 4, 7, 6]',
  ],
  [
    'pooling with a stride of nothing',
    () => F.avgPool2d(image(), 2, { stride: [1, 0] }),
    ArgumentError,
    'avgPool2d: stride is [1,0], expected whole numbers of at least 1',
  ],
  [
    'a loss of shapes that would broadcast',
    () => F.mseLoss(zeros([3, 1]), zeros([3])),
    ShapeError,
    'mseLoss: the input has shape [3, 1], the target [3]; they must be equal',
  ],
  [
    'a reduction that does not exist',
    () => F.mseLoss(zeros(3), zeros(3), { reduction: 'avg' as 'mean' }),
    ArgumentError,
    "mseLoss: reduction is 'avg', expected 'mean', 'sum' or 'none'",
  ],
  [
    'cross-entropy of a target of another shape',
    () => F.crossEntropy(logits(), tensor([1, 2])),
    ShapeError,
    'the input has shape [3, 5], the target [2]; expected class indices of shape [3], or float probabilities of shape [3, 5]',
  ],
  [
    'cross-entropy of a class that does not exist',
    () => F.crossEntropy(logits(), tensor([0, 5, 1])),
    IndexError,
    'crossEntropy: target 5 at position 1 is out of range: expected 0 to 4',
  ],
  [
    'cross-entropy of a negative class, int32',
    () => F.crossEntropy(logits(), tensor([0, 1, -1], { dtype: 'int32' })),
    IndexError,
    'crossEntropy: target -1 at position 2 is out of range: expected 0 to 4',
  ],
  [
    'cross-entropy of a class beyond 32 bits',
    () => F.crossEntropy(logits(), tensor([2 ** 32 + 1, 0, 0])),
    IndexError,
    'target 4294967297 at position 0',
  ],
  [
    'cross-entropy of bytes',
    () => F.crossEntropy(logits(), tensor([0, 1, 2], { dtype: 'uint8' })),
    DTypeError,
    "crossEntropy: the target is uint8, expected int64 or int32; cast it with to('int64')",
  ],
  [
    'cross-entropy with too much smoothing',
    () => F.crossEntropy(logits(), tensor([0, 1, 2]), { labelSmoothing: 2 }),
    ArgumentError,
    'crossEntropy: labelSmoothing is 2, expected a number from 0 to 1',
  ],
  [
    'cross-entropy with weights of another number',
    () => F.crossEntropy(logits(), tensor([0, 1, 2]), { weight: zeros(4) }),
    ShapeError,
    'crossEntropy: the weight has shape [4], expected [5]',
  ],
  [
    'an embedding of a row that does not exist',
    () => F.embedding(tensor([[0, 3]]), zeros([3, 2])),
    IndexError,
    'embedding: index 3 at position 1 is out of range: expected 0 to 2',
  ],
  [
    'layerNorm over another shape',
    () => F.layerNorm(zeros([2, 3]), [2]),
    ShapeError,
    'layerNorm: the input has shape [2, 3], which does not end in [2]',
  ],
  [
    'oneHot of too few classes',
    () => F.oneHot(tensor([0, 2]), 2),
    IndexError,
    'oneHot: class 2 at position 1 is out of range: expected 0 to 1',
  ],
  [
    'attention of sizes that differ',
    () => F.scaledDotProductAttention(zeros([3, 4]), zeros([3, 5]), zeros([3, 4])),
    ShapeError,
    'scaledDotProductAttention: query [3, 4] and key [3, 5] must end in the same size E',
  ],
  [
    'attention of more values than keys',
    () => F.scaledDotProductAttention(zeros([3, 4]), zeros([5, 4]), zeros([6, 4])),
    ShapeError,
    'scaledDotProductAttention: key [5, 4] and value [6, 4] must have the same number S of rows',
  ],
  [
    'attention of whole numbers',
    () => F.scaledDotProductAttention(tensor([[1, 2]]), tensor([[1, 2]]), tensor([[1, 2]])),
    DTypeError,
    'scaledDotProductAttention: the query is int64, expected a float dtype',
  ],
  [
    'attention with a mask of another shape',
    () => attend({ attnMask: zeros([9, 7]) }),
    ShapeError,
    'scaledDotProductAttention: the mask [9, 7] does not broadcast to [..., L, S], which is [..., 9, 10] for query [9, 4]',
  ],
  [
    'attention with a mask of another dtype',
    () => attend({ attnMask: zeros([9, 10], { dtype: 'float64' }) }),
    DTypeError,
    'scaledDotProductAttention: the mask is float64, expected bool or float32 as the query',
  ],
  [
    'attention that is causal and masked',
    () => attend({ attnMask: zeros([9, 10]), isCausal: true }),
    ArgumentError,
    'scaledDotProductAttention: isCausal and attnMask exclude each other',
  ],
  [
    'attention of heads that do not divide',
    () =>
      F.scaledDotProductAttention(zeros([3, 9, 4]), zeros([2, 9, 4]), zeros([2, 9, 4]), { enableGqa: true }),
    ShapeError,
    'scaledDotProductAttention: with enableGqa the query heads must be a multiple of the key and value heads',
  ],
];

describe('bad arguments', () => {
  it.each(rows)('%s', (_, call, error, message) => {
    expect(call).toThrow(error);
    expect(call).toThrow(message);
  });

  it('targets that are to be ignored are in range', async () => {
    const loss = F.crossEntropy(logits(), tensor([0, -100, 1]));
    expect(await loss.item()).toBeCloseTo(Math.log(5), 5);
    expect(() => F.crossEntropy(logits(), tensor([0, 7, 1]), { ignoreIndex: 7 })).not.toThrow();
  });
});

describe('graphs', () => {
  /** Nodes that a call and its backward pass append. */
  function nodes(call: (x: Tensor) => Tensor, x: Tensor): number {
    const { home } = x;
    home.run();
    call(x.requiresGrad_()).sum().backward();
    const { size } = home.graph;
    home.run();
    return size;
  }

  it('of pooling do not grow with the window', () => {
    const plane = (size: number) => zeros([1, 1, size, size]).realize();
    for (const overlapping of [false, true]) {
      const pool = (size: number) => (x: Tensor) =>
        F.maxPool2d(x, size, { stride: overlapping ? size - 1 : size });
      expect(nodes(pool(9), plane(36))).toBe(nodes(pool(3), plane(36)));
    }
  });

  it('of dropout are the same for any probability', () => {
    const drop = (p: number) =>
      F.dropout(zeros([10]), p)
        .sum()
        .realize();
    const { home } = drop(0.1);
    const { misses } = home.plans.counters;
    for (const p of [0, 0.3, 0.9, 1]) drop(p);
    expect(home.plans.counters.misses).toBe(misses);
  });
});
