import { GradError } from '@tenfold/ir';
import { enableGrad, manualSeed, noGrad, ones, rand, setGradEnabled, tensor } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { describe, expect, test } from 'vitest';
import { checkpoint, customFunction, grad, gradcheck, gradgradcheck, vjp } from '../src/index.ts';
import { leaf } from './support.ts';

describe('grad', () => {
  test('gives gradients and leaves .grad alone', async () => {
    const [x, y] = [leaf([1, 2]), leaf([3, 4])];
    const gradients = grad(x.mul(y).sum(), [y, x]);
    expect(await gradients[0].tolist()).toEqual([1, 2]);
    expect(await gradients[1].tolist()).toEqual([3, 4]);
    expect([x.grad, y.grad]).toEqual([null, null]);
  });

  test('backward gives gradients to the inputs that are named, and to no others', async () => {
    const [x, y] = [leaf([1, 2]), leaf([3, 4])];
    x.mul(y)
      .sum()
      .backward(undefined, { inputs: [y] });
    expect(await y.grad!.tolist()).toEqual([1, 2]);
    expect(x.grad).toBeNull();
    const sum = x.mul(y).sum();
    expect(() => sum.backward(undefined, { inputs: [sum] })).toThrow(GradError);
  });

  test('of a running maximum goes to where it was attained last, or to a NaN', async () => {
    const weights = tensor([1, 10, 100, 1000], { dtype: 'float64' });
    for (const [data, expected] of [
      [
        [2, 2, 1, 2],
        [1, 110, 0, 1000],
      ],
      [
        [1, NaN, 2, 3],
        [1, 1110, 0, 0],
      ],
    ]) {
      const x = leaf(data);
      const [gradient] = grad(x.cummax(0).values.mul(weights).sum(), [x]);
      expect(await gradient.tolist()).toEqual(expected);
    }
  });

  test('of several outputs is the gradient of their sum, weighted', async () => {
    const x = leaf([1, 2]);
    const weights = tensor([10, 100], { dtype: 'float64' });
    const [gradient] = grad([x.square(), x.sum()], [x], { gradOutputs: [weights, undefined] });
    expect(await gradient.tolist()).toEqual([21, 401]);
  });

  test('of an output given twice counts twice', async () => {
    const x = leaf([3]);
    const y = x.square();
    expect(await grad([y, y], [x])[0].tolist()).toEqual([12]);
  });

  test('with respect to a result in the middle', async () => {
    const x = leaf([2]);
    const middle = x.square();
    expect(await grad(middle.mul(5).sum(), [middle])[0].tolist()).toEqual([5]);
  });

  test('of an input that was not used is null where that is allowed', async () => {
    const [x, y] = [leaf([1]), leaf([1])];
    const [used, unused] = grad(x.mul(2).sum(), [x, y], { allowUnused: true });
    expect(await used!.tolist()).toEqual([2]);
    expect(unused).toBe(null);
  });

  test('can be taken again and again', async () => {
    const x = leaf([2]);
    let y = x.pow(4);
    const found: number[] = [];
    for (let order = 0; order < 4; order++) {
      [y] = grad(y.sum(), [x], { createGraph: true });
      found.push(await y.item());
    }
    expect(found).toEqual([32, 48, 48, 24]);
  });
});

test('vjp gives the value and the products, without a history', async () => {
  const [a, b] = [leaf([1, 2]), tensor([3, 4], { dtype: 'float64' })];
  const { value, gradients } = vjp((x, y) => x.mul(y), [a, b], tensor([1, 10], { dtype: 'float64' }));
  expect(await value.tolist()).toEqual([3, 8]);
  expect(value.requiresGrad).toBe(false);
  expect(await Promise.all(gradients.map((g) => g.tolist()))).toEqual([
    [3, 40],
    [1, 20],
  ]);
  expect(a.grad).toBe(null);
});

describe('gradients of the tensor', () => {
  test('add up until they are set to null', async () => {
    const x = leaf([1, 2]);
    for (let i = 0; i < 3; i++) x.square().sum().backward();
    expect(await x.grad!.tolist()).toEqual([6, 12]);
    x.grad = null;
    x.sum().backward();
    expect(await x.grad!.tolist()).toEqual([1, 1]);
  });

  test('of a result are kept by retainGrad alone', async () => {
    const x = leaf([1, 2]);
    const [kept, plain] = [x.mul(2), x.mul(3)];
    kept.retainGrad();
    kept.square().add(plain).sum().backward();
    expect(await kept.grad!.tolist()).toEqual([4, 8]);
    expect(plain.grad).toBe(null);
  });

  test('pass hooks, which may replace them, until the hook is removed', async () => {
    const x = leaf([1, 2]);
    const remove = x.registerHook((gradient) => gradient.mul(10));
    const run = async () => {
      x.grad = null;
      const middle = x.mul(3);
      middle.registerHook((gradient) => gradient.add(1));
      middle.sum().backward();
      return x.grad!.tolist();
    };
    expect(await run()).toEqual([60, 60]);
    remove();
    expect(await run()).toEqual([6, 6]);
  });

  test('may not change their shape in a hook', () => {
    const x = leaf([1, 2]);
    x.registerHook(() => ones([3], { dtype: 'float64' }));
    expect(() => x.mul(2).sum().backward()).toThrow("a hook changed the gradient's shape from [2] to [3]");
  });

  test('are not traced inside noGrad, but again inside enableGrad', () => {
    const x = leaf([1]);
    noGrad(() => {
      expect(x.mul(2).requiresGrad).toBe(false);
      expect(enableGrad(() => x.mul(2)).requiresGrad).toBe(true);
    });
    setGradEnabled(false);
    expect(x.mul(2).requiresGrad).toBe(false);
    setGradEnabled(true);
    expect(x.mul(2).requiresGrad).toBe(true);
  });

  test('with createGraph are differentiable themselves', async () => {
    const x = leaf([3]);
    x.pow(3).sum().backward(undefined, { createGraph: true });
    const first = x.grad!;
    x.grad = null;
    first.sum().backward();
    expect(await x.grad!.tolist()).toEqual([18]);
  });
});

describe('customFunction', () => {
  const cube = customFunction<[Tensor]>({
    forward(context, x) {
      context.saveForBackward(x);
      return x.mul(x).mul(x);
    },
    backward(context, gradient) {
      const [x] = context.savedTensors;
      return [gradient.mul(x.mul(x)).mul(3)];
    },
  });

  test('has the gradient it is given, of every order', async () => {
    await gradcheck((x) => cube(x), [leaf([0.5, -1.5])]);
    await gradgradcheck((x) => cube(x), [leaf([0.5, -1.5])]);
  });

  test('is only its forward where no gradient is wanted', () => {
    expect(cube(tensor([1.5])).requiresGrad).toBe(false);
    expect(noGrad(() => cube(leaf([1]))).requiresGrad).toBe(false);
  });
});

describe('checkpoint', () => {
  test('gives the gradients of inputs and of what is captured', async () => {
    const w = leaf([[0.5, -1], [2, 0.3]]); // prettier-ignore
    await gradcheck((x, v) => checkpoint((a) => a.matmul(v).tanh().square(), x), [leaf([[1, 2]]), w]);
  });

  test('computes again with the same random numbers', async () => {
    manualSeed(7);
    const x = leaf([1, 2, 3, 4]);
    let mask: Tensor | undefined;
    const y = checkpoint((a) => {
      const noise = rand([4], { dtype: 'float64' });
      mask ??= noise;
      return a.mul(noise);
    }, x);
    const after = rand([2]);
    y.sum().backward();
    expect(await x.grad!.tolist()).toEqual(await mask!.tolist());
    manualSeed(7);
    rand([4], { dtype: 'float64' });
    expect(await after.tolist()).toEqual(await rand([2]).tolist());
  });
});

describe('gradcheck', () => {
  test('finds a wrong gradient, and says where', async () => {
    const wrong = customFunction<[Tensor]>({
      forward: (_, x) => x.square(),
      backward: (_, gradient) => [gradient.mul(2)],
    });
    const check = gradcheck((x) => wrong(x), [leaf([1, 3])]);
    await expect(check).rejects.toThrow(GradError);
    await expect(check).rejects.toThrow(
      /^gradcheck: d output 0 \/ d input 0 at \[1, 1\] \(element of input, element of output\): the rule gives 2, the difference quotient (6|5\.99)/,
    );
  });

  test('finds a wrong second derivative', async () => {
    const detached = customFunction<[Tensor]>({
      forward(context, x) {
        context.saveForBackward(x.detach().square());
        return x.pow(3);
      },
      backward: (context, gradient) => [gradient.mul(context.savedTensors[0]).mul(3)],
    });
    await gradcheck((x) => detached(x), [leaf([0.5])]);
    await expect(gradgradcheck((x) => detached(x), [leaf([0.5])])).rejects.toThrow(GradError);
  });

  test('wants an input to check', async () => {
    await expect(gradcheck((x) => x, [tensor([1.5])])).rejects.toThrow('no input requires gradients');
  });
});

describe('a tensor that was read in many slices', () => {
  const rows = [7, 0, 3, 11, 4, 9, 1, 10, 2, 6, 5];

  test('gets their gradients side by side, and zeros where nothing was read', async () => {
    const x = leaf(Array.from({ length: 12 * 2 }, (_, i) => i - 7)).reshape(12, 2);
    const sum = rows.map((row) => x.select(0, row).mul(row + 1)).reduce((a, b) => a.add(b));
    const [gradient] = grad(sum.square().sum(), [x]);
    const [first, second] = [0, 1].map((column) =>
      rows.reduce((total, row) => total + (row + 1) * (2 * row + column - 7), 0),
    );
    const expected = Array.from({ length: 12 }, (_, row) =>
      [first, second].map((value) => (row === 8 ? 0 : 2 * value * (row + 1))),
    );
    expect(await gradient.tolist()).toEqual(expected);
  });

  test('adds what overlaps', async () => {
    const x = leaf(Array.from({ length: 12 }, (_, i) => i));
    const sum = rows.map((row) => x.narrow(0, Math.min(row, 9), 3).mul(row)).reduce((a, b) => a.add(b));
    const [gradient] = grad(sum.sum(), [x]);
    const expected = Array.from({ length: 12 }, (_, i) =>
      rows.reduce((total, row) => total + (i >= Math.min(row, 9) && i < Math.min(row, 9) + 3 ? row : 0), 0),
    );
    expect(await gradient.tolist()).toEqual(expected);
  });
});
