/** What a user reads after a mistake: the operation, the shapes or names, what was expected, and the remedy. */

import { registerBackend } from '@tenfold/ir';
import { InterpreterBackend, ReferenceEngine } from '@tenfold/testing';
import {
  ArgumentError,
  BroadcastError,
  DTypeError,
  DeviceError,
  F,
  GradError,
  IndexError,
  ShapeError,
  StaleValueError,
  StateDictError,
  cat,
  enableGrad,
  grad,
  isGradEnabled,
  loadSafetensors,
  nn,
  noGrad,
  ones,
  optim,
  randn,
  scope,
  serializeStateDict,
  setDefaultDevice,
  tensor,
  where,
  zeros,
} from 'tenfold';
import type { DType, Tensor } from 'tenfold';
import { afterEach, describe, expect, it } from 'vitest';

registerBackend('other', () => new InterpreterBackend(), (backend) => new ReferenceEngine(backend)); // prettier-ignore

type ErrorClass = new (message: string) => Error;

/** Checks class and message of the error of a call, at once or by a promise. */
async function expectError(call: () => unknown, kind: ErrorClass, message: string | RegExp): Promise<void> {
  let error: unknown;
  try {
    await call();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(kind);
  const { message: said } = error as Error;
  const isAsExpected = typeof message === 'string' ? said.includes(message) : message.test(said);
  expect(isAsExpected, `said: ${said}\nexpected: ${message}`).toBe(true);
}

const parameter = (...shape: number[]): Tensor => ones(shape, { requiresGrad: true });

/** A mistake leaves nothing behind: the next computation is right. */
async function expectUndisturbed(): Promise<void> {
  const w = parameter(3);
  w.square().sum().backward();
  expect(await w.grad?.tolist()).toEqual([2, 2, 2]);
}

afterEach(expectUndisturbed);

describe('shapes', () => {
  it('that do not broadcast are both shown, with the axis', async () => {
    await expectError(
      () => ones([8, 64]).add(ones([32, 10])),
      BroadcastError,
      'add: shapes [8, 64] and [32, 10] do not broadcast: sizes 64 and 10 differ at axis -1; ' +
        'expected equal sizes or a 1, so reshape or expand one operand',
    );
    await expectError(
      () => where(ones([3]).gt(0), ones([2, 3]), ones([4])),
      BroadcastError,
      'where: shapes [2, 3] and [4] do not broadcast: sizes 3 and 4 differ',
    );
  });

  it('that do not multiply suggest what was meant', async () => {
    await expectError(
      () => ones([8, 64]).matmul(ones([10, 64])),
      ShapeError,
      'matmul: inner dimensions differ: [8, 64] @ [10, 64] (64 vs 10); did you mean weight.t()?',
    );
    await expectError(
      () => new nn.Linear(3, 4).forward(ones([2, 5])),
      ShapeError,
      "linear: the input has shape [2, 5], the weight [4, 3]; the input's last axis must be 3",
    );
    await expectError(
      () => new nn.Conv2d(3, 4, 3).forward(ones([1, 1, 8, 8])),
      ShapeError,
      'Conv2d: the input has 1 channels (shape [1, 1, 8, 8]), but the weight [4, 3, 3, 3] with groups 1 expects 3',
    );
  });

  it('of a target that does not belong to the input are refused', async () => {
    await expectError(
      () => F.crossEntropy(randn([2, 3]), tensor([0, 1, 2])),
      ShapeError,
      'crossEntropy: the input has shape [2, 3], the target [3]; expected class indices of shape [2]',
    );
    await expectError(() => F.mseLoss(ones([4, 1]), ones([4])), ShapeError, 'mseLoss: ');
  });

  it('of several elements are no single number', () =>
    expectError(
      () => ones([2]).item(),
      ShapeError,
      'item: a tensor of shape [2] has 2 elements, expected 1; read it with data() or tolist()',
    ));
});

describe('dtypes', () => {
  it('that do not go together are both named', async () => {
    await expectError(
      () => ones([2, 2]).matmul(ones([2, 2], { dtype: 'float64' })),
      DTypeError,
      'matmul: operands are float32 and float64, expected one dtype; cast one with to()',
    );
    await expectError(
      () => new nn.Linear(3, 4).forward(ones([2, 3], { dtype: 'int64' })),
      DTypeError,
      'linear: the input is int64, the weight float32; cast one of them with to()',
    );
    await expectError(
      () => zeros([2]).assign(ones([2], { dtype: 'float64' })),
      DTypeError,
      'assign: the value is float64, the tensor float32; cast it with to() first',
    );
  });

  it('without gradients, means or rows are refused with the cast that helps', async () => {
    await expectError(
      () => tensor([1, 2]).requiresGrad_(),
      DTypeError,
      'requiresGrad: only float tensors have gradients, this one is int64; cast it first',
    );
    await expectError(
      () => tensor([1, 2]).mean(),
      DTypeError,
      'mean: needs floats, got int64; cast with float()',
    );
    await expectError(
      () => new nn.Embedding(10, 3).forward(tensor([1.5])),
      DTypeError,
      "embedding: the input is float32, expected int64 or int32; cast it with to('int64')",
    );
  });

  it('that do not exist come with the list of those that do', () =>
    expectError(
      () => ones([2], { dtype: 'float8' as DType }),
      DTypeError,
      /^ones: unknown dtype 'float8'; expected float32, .*bool$/,
    ));

  it('of things that are no tensors are named too', async () => {
    const text = '3' as unknown;
    await expectError(
      () => ones([2]).add(text as number),
      ArgumentError,
      "add: an operand is the text '3'; expected a tensor, a number or a boolean",
    );
    const nothing = undefined as unknown;
    await expectError(
      () => ones([2]).add(nothing as number),
      ArgumentError,
      'add: an operand is undefined; ',
    );
  });
});

describe('an index out of range', () => {
  it('is named with the axis it is for', async () => {
    await expectError(
      () => ones([3, 4]).index(0, -5),
      IndexError,
      'index: index -5 is out of range for axis 1 of [3, 4]; expected -4 to 3',
    );
    await expectError(
      () => ones([3, 4]).index(null, 3),
      IndexError,
      'index: index 3 is out of range for axis 0 of [3, 4]; expected -3 to 2',
    );
    await expectError(
      () => ones([2, 3]).sum(2),
      IndexError,
      'sum: axis 2 is out of range for a tensor of rank 2; expected -2 to 1',
    );
  });

  it('inside a tensor is named with its position', async () => {
    await expectError(
      () => F.crossEntropy(randn([2, 3]), tensor([0, 3])),
      IndexError,
      'crossEntropy: target 3 at position 1 is out of range: expected 0 to 2',
    );
    await expectError(
      () => new nn.Embedding(10, 3).forward(tensor([1, 10])),
      IndexError,
      'embedding: index 10 at position 1 is out of range: expected 0 to 9',
    );
    await expectError(
      () => ones([3, 4]).gather(1, tensor([[0], [4], [0]])),
      IndexError,
      'gather: index 4 at position 1 of an index of shape [3, 1] is out of range; expected 0 to 3',
    );
  });
});

describe('backward', () => {
  it('on more than one number asks for a reduction or a gradient', () =>
    expectError(
      () => parameter(2, 3).mul(2).backward(),
      GradError,
      'backward: a gradient can only be implied for a single number, this tensor has shape [2, 3]; ' +
        'reduce it first, for example with sum(), or pass the gradient',
    ));

  it('on a tensor without gradients says how it can have come without', async () => {
    const message =
      'backward: the tensor does not require gradients: nothing it was computed from has requiresGrad, ' +
      'or it was computed inside noGrad() or cut off by detach()';
    await expectError(() => ones([2]).sum().backward(), GradError, message);
    await expectError(() => noGrad(() => parameter(2).sum()).backward(), GradError, message);
    await expectError(() => parameter(2).sum().detach().backward(), GradError, message);
  });

  const again =
    /^backward: the history of this value.* was used up by an earlier backward; pass { retainGraph: true } to the earlier one, or compute the value again$/;

  it('twice without retainGraph names the option', async () => {
    const loss = parameter(2).square().sum();
    loss.backward();
    await expectError(() => loss.backward(), GradError, again);
  });

  it('twice over a shared part names the option, and with it works', async () => {
    const w = parameter(2);
    const hidden = w.square();
    hidden.sum().backward();
    await expectError(() => hidden.mul(3).sum().backward(), GradError, again);
    w.grad = null;
    const trunk = w.square();
    trunk.sum().backward(undefined, { retainGraph: true });
    trunk.mul(3).sum().backward();
    expect(await w.grad!.tolist()).toEqual([8, 8]);
  });

  it('of a value whose parameters were stepped in between names a parameter', async () => {
    const model = new nn.Linear(50, 50);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const x = randn([64, 50]);
    const [first, second] = [model.forward(x).square().sum(), model.forward(x).square().sum()];
    first.backward();
    await optimizer.step();
    await expectError(
      () => second.backward(),
      StaleValueError,
      /^backward: '(weight|bias)', from which the value was computed, has been written since \(version \d+ is wanted, \d+ is there\); call backward\(\) before that$/,
    );
  });

  it('with a gradient that does not fit shows both', async () => {
    await expectError(
      () =>
        parameter(2)
          .mul(2)
          .backward(ones([3])),
      ShapeError,
      'backward: a float32 gradient of shape [3] does not fit a float32 tensor of shape [2]',
    );
    await expectError(
      () => (parameter(2).grad = ones([2], { dtype: 'float64' })),
      ShapeError,
      'grad: a gradient of float64 [2] does not fit a tensor of float32 [2]',
    );
  });

  it('cannot be prepared on what has no gradient', async () => {
    await expectError(
      () => ones([2]).registerHook(() => {}),
      GradError,
      'registerHook: the tensor does not require gradients; set requiresGrad on what it is computed from',
    );
    await expectError(
      () => (parameter(2).mul(2).requiresGrad = false),
      GradError,
      'requiresGrad: only leaf tensors can be changed; use detach() to cut a result off its history',
    );
    await expectError(
      () => grad(parameter(2).sum(), [parameter(3)]),
      GradError,
      'grad: input 0 was not used to compute the outputs; pass { allowUnused: true } to get null for it',
    );
    await expectError(
      () => grad(parameter(2).sum(), [ones([2])]),
      GradError,
      'grad: input 0 does not require gradients; set requiresGrad before computing',
    );
  });
});

describe('a promise', () => {
  it('returned from noGrad or enableGrad would leak the mode, which is as before', async () => {
    const message =
      'the function returned a promise, and the mode would leak across its awaits; await outside, or use setGradEnabled';
    await expectError(() => noGrad(() => Promise.resolve(1)), GradError, `noGrad: ${message}`);
    await expectError(() => enableGrad(() => Promise.resolve(1)), GradError, `enableGrad: ${message}`);
    expect(isGradEnabled()).toBe(true);
  });

  it('returned from scope is refused', () =>
    expectError(
      () => scope(() => Promise.resolve(1)),
      ArgumentError,
      'scope: the function returned a promise; use `using` or dispose() in asynchronous code',
    ));
});

describe('a value that is gone', () => {
  it('after dispose() says so, used or read, and disposing twice is no mistake', async () => {
    const x = randn([40, 40]).realize();
    const pending = x.mul(2);
    x.dispose();
    x.dispose();
    const message =
      'a tensor of shape [40, 40] was disposed of; keep what is still needed with clone() before that';
    await expectError(() => x.add(1), StaleValueError, message.replace('a tensor', 'the tensor'));
    await expectError(() => x.data(), StaleValueError, message.replace('a tensor', 'the tensor'));
    await expectError(() => pending.data(), StaleValueError, message);
  });

  it('after `using` says so', async () => {
    let kept: Tensor;
    {
      using inner = randn([40, 40]).mul(2).realize();
      kept = inner;
    }
    await expectError(() => kept.data(), StaleValueError, 'was disposed of');
  });

  it('is named where it is a parameter', async () => {
    const model = new nn.Sequential(new nn.Linear(2, 2));
    model.parameters();
    model.get(0).parameters()[0].dispose();
    await expectError(() => model.forward(ones([1, 2])), StaleValueError, "'0.weight' was disposed of");
  });

  it('because what it was to be computed from was written in place names that and the remedies', async () => {
    const data = zeros([2000]).realize();
    const never = data.add(1);
    data.assign(ones([2000]));
    await data.data();
    await expectError(
      () => never.data(),
      StaleValueError,
      'read: this value was never computed, and a tensor of shape [2000], which it needs, has been written since ' +
        '(version 1 is wanted, 2 is there); call realize() on the value, or clone() the tensor, before it is written',
    );
    const saved = data.add(1).realize();
    const copy = data.clone();
    data.assign(zeros([2000]));
    await data.data();
    expect((await saved.data())[0]).toBe(2);
    expect((await copy.data())[0]).toBe(1);
  });

  it('because of an optimizer step names the parameter', async () => {
    const model = new nn.Linear(50, 50);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const hidden = model.forward(randn([4, 50]));
    const doubled = model.weight.mul(2);
    hidden.sum().backward();
    await optimizer.step();
    await expectError(
      () => doubled.data(),
      StaleValueError,
      "read: this value was never computed, and 'weight', ",
    );
  });

  it('because it was the gradient of an earlier step says that', async () => {
    const w = parameter(2000);
    const seen: Tensor[] = [];
    for (let step = 0; step < 3; step++) {
      w.grad = null;
      w.square().sum().backward();
      seen.push(w.grad!);
      await seen[step].data();
    }
    expect((await seen[1].data())[0]).toBe(2);
    await expectError(
      () => seen[0].data(),
      StaleValueError,
      "'grad' was the gradient of an earlier step; keep",
    );
  });
});

describe('devices', () => {
  it('that are unknown come with those that are there, and the package to import', async () => {
    const known = "known devices: 'cpu', 'other'";
    await expectError(() => ones([2], { device: 'cuda' }), DeviceError, `unknown device 'cuda'; ${known}`);
    await expectError(() => setDefaultDevice('cuda'), DeviceError, `unknown device 'cuda'; ${known}`);
    await expectError(() => new nn.Linear(2, 2).to('cuda'), DeviceError, `unknown device 'cuda'; ${known}`);
    await expectError(
      () => ones([2]).to('webgpu'),
      DeviceError,
      `unknown device 'webgpu'; ${known}; await webgpu() of '@tenfold/backend-webgpu' first`,
    );
  });

  it('that are mixed in one operation are both named', async () => {
    const there = ones([2], { device: 'other' });
    const message = "operands are on different devices: 'cpu' and 'other'; move one with to()";
    await expectError(() => ones([2]).add(there), DeviceError, `add: ${message}`);
    await expectError(() => cat([ones([2]), there]), DeviceError, `cat: ${message}`);
    await expectError(() => zeros([2]).assign(there), DeviceError, `assign: ${message}`);
    await expectError(
      () => new nn.Linear(2, 2).forward(there),
      DeviceError,
      "matmul: operands are on different devices: 'other' and 'cpu'",
    );
    await expectError(
      () => (parameter(2).grad = there),
      DeviceError,
      "grad: a gradient on 'other' does not fit a tensor on 'cpu'",
    );
    await expectError(
      () => parameter(2).to('other'),
      GradError,
      "to: gradients do not cross devices, 'cpu' to 'other'; detach() the tensor first",
    );
  });

  it('can be changed for a whole model, which then trains there', async () => {
    const model = new nn.Linear(2, 1).to('other');
    model
      .forward(ones([1, 2], { device: 'other' }))
      .sum()
      .backward();
    expect(await model.weight.grad!.tolist()).toEqual([[1, 1]]);
    expect(model.weight.grad!.device).toBe('other');
  });
});

describe('a state dict', () => {
  it('that does not fit is refused whole, with all its problems at once', async () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.Linear(3, 1));
    const before = await model.forward(ones([1, 2])).item();
    const wrong = new Map([
      ['0.weight', zeros([3, 2])],
      ['0.bias', zeros([2])],
      ['1.wieght', zeros([1, 3])],
      ['1.bias', zeros([1])],
    ]);
    await expectError(
      () => model.loadStateDict(wrong),
      StateDictError,
      'loadStateDict: the state dict does not fit Sequential:\n' +
        "  missing: '1.weight' (did you mean '1.wieght', which is there?)\n" +
        "  unexpected: '1.wieght'\n" +
        "  wrong shape: '0.bias' is [2] in the state dict, [3] in the model\n" +
        'Nothing was changed. Rename keys with a StateDictMapper of @tenfold/io, or pass { strict: false }',
    );
    expect(await model.forward(ones([1, 2])).item()).toBe(before);
  });

  it('in a truncated file is refused with the file, the tensor and the numbers', async () => {
    const bytes = await serializeStateDict({ w: ones([4]) });
    await expectError(() => loadSafetensors(bytes.subarray(0, bytes.length - 3)), Error, /"w".*\d+/);
  });
});

describe('an optimizer', () => {
  it('wants a learning rate that is a number, now and later', async () => {
    await expectError(
      () => new optim.SGD([parameter(2)], { lr: NaN }),
      ArgumentError,
      'SGD: lr is NaN, expected a number of at least 0',
    );
    const w = parameter(2);
    const optimizer = new optim.Adam([w]);
    w.sum().backward();
    optimizer.paramGroups[0].lr = NaN;
    await expectError(
      () => optimizer.step(),
      ArgumentError,
      'Adam: lr is NaN, expected a number of at least 0',
    );
    expect(await w.tolist()).toEqual([1, 1]);
  });

  it('wants parameters', async () => {
    const message = 'the list of parameters is empty; does the model have any, as fields of its modules?';
    await expectError(() => new optim.SGD([], { lr: 0.1 }), ArgumentError, `SGD: ${message}`);
    await expectError(() => new optim.AdamW(new nn.ReLU().parameters()), ArgumentError, `AdamW: ${message}`);
    await expectError(
      () => optim.clipGradNorm_([parameter(2)], 1),
      ArgumentError,
      'no parameter has a gradient',
    );
  });
});
