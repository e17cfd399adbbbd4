/** Modules print exactly as PyTorch prints them; the expected text is PyTorch's own. */

import { inspect } from 'node:util';
import { zeros } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import './support/reference-device.ts';

class Net extends nn.Module {
  features = new nn.Sequential(
    new nn.Conv2d(1, 6, 5, { padding: 2 }),
    new nn.BatchNorm2d(6),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(6, 16, [3, 5], { stride: [2, 1], dilation: 2, groups: 2, bias: false }),
    new nn.AvgPool2d([2, 1]),
  );
  heads = new nn.ModuleDict({
    a: new nn.Embedding(10, 3, { paddingIdx: -1 }),
    b: new nn.LayerNorm([2, 3]),
  });
  flatten = new nn.Flatten();
  scale = new nn.Parameter(zeros(3));
  acts = new nn.Sequential(
    new nn.GELU(),
    new nn.GELU({ approximate: 'tanh' }),
    new nn.LeakyReLU(0.2),
    new nn.ELU(),
    new nn.Softmax(1),
    new nn.Hardtanh(),
    new nn.Softplus(),
    new nn.PReLU(),
    new nn.CELU(),
    new nn.GLU(),
    new nn.Identity(),
    new nn.ReLU6(),
    new nn.Sigmoid(),
  );
  bn = new nn.BatchNorm1d(3, { momentum: null, affine: false, trackRunningStats: false });
  drop = new nn.Dropout(0.1);
  empty = new nn.Sequential();
  same = new nn.Conv2d(3, 3, 3, { padding: 'same' });
  mp = new nn.MaxPool2d(3, { stride: 2, padding: 1, ceilMode: true });
  loss = new nn.CrossEntropyLoss();
  ac = new nn.Conv2d(3, 3, 3, { padding: [1, 2] });
  eps = new nn.LayerNorm(3, { eps: 1e-6, elementwiseAffine: false });

  forward(input: Tensor): Tensor {
    return input;
  }
}

const expected = `Net(
  (features): Sequential(
    (0): Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2))
    (1): BatchNorm2d(6, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
    (2): ReLU()
    (3): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
    (4): Conv2d(6, 16, kernel_size=(3, 5), stride=(2, 1), dilation=(2, 2), groups=2, bias=False)
    (5): AvgPool2d(kernel_size=(2, 1), stride=(2, 1), padding=0)
  )
  (heads): ModuleDict(
    (a): Embedding(10, 3, padding_idx=9)
    (b): LayerNorm((2, 3), eps=1e-05, elementwise_affine=True)
  )
  (flatten): Flatten(start_dim=1, end_dim=-1)
  (acts): Sequential(
    (0): GELU(approximate='none')
    (1): GELU(approximate='tanh')
    (2): LeakyReLU(negative_slope=0.2)
    (3): ELU(alpha=1.0)
    (4): Softmax(dim=1)
    (5): Hardtanh(min_val=-1.0, max_val=1.0)
    (6): Softplus(beta=1, threshold=20)
    (7): PReLU(num_parameters=1)
    (8): CELU(alpha=1.0)
    (9): GLU(dim=-1)
    (10): Identity()
    (11): ReLU6()
    (12): Sigmoid()
  )
  (bn): BatchNorm1d(3, eps=1e-05, momentum=None, affine=False, track_running_stats=False)
  (drop): Dropout(p=0.1, inplace=False)
  (empty): Sequential()
  (same): Conv2d(3, 3, kernel_size=(3, 3), stride=(1, 1), padding=same)
  (mp): MaxPool2d(kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=True)
  (loss): CrossEntropyLoss()
  (ac): Conv2d(3, 3, kernel_size=(3, 3), stride=(1, 1), padding=(1, 2))
  (eps): LayerNorm((3,), eps=1e-06, elementwise_affine=False)
)`;

describe('printing', () => {
  it('is that of PyTorch, children indented', () => {
    expect(String(new Net())).toBe(expected);
  });

  it('is what Node shows', () => {
    expect(inspect(new nn.Linear(2, 3, { bias: false }))).toBe(
      'Linear(in_features=2, out_features=3, bias=False)',
    );
  });

  it('collapses equal neighbours in a ModuleList', () => {
    const list = new nn.ModuleList<nn.Module>([new nn.Linear(4, 4), new nn.Linear(4, 4), new nn.ReLU()]);
    expect(String(list)).toBe(
      'ModuleList(\n  (0-1): 2 x Linear(in_features=4, out_features=4, bias=True)\n  (2): ReLU()\n)',
    );
  });
});
