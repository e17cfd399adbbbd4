/** Programs about gradients themselves: gradients of gradients, own functions, recomputation, hooks. */

import { checkpoint, customFunction, grad } from '@tenfold/autograd';
import { SGD } from '@tenfold/optim';
import type { Tensor } from '@tenfold/tensor';
import { data, linear, mlp, mlpParameters, mse, parameter, recorder } from './program.ts';
import type { MakeProgram } from './program.ts';

export const gradient_of_gradient: MakeProgram = (given) => {
  const p = mlpParameters(given);
  const [x, y, t] = [parameter(given, 'x'), data(given, 'y'), parameter(given, 't')];
  const optimizer = new SGD(Object.values(p), { lr: 0.1 });
  const losses = recorder<Tensor>();
  const penalties = recorder<Tensor>();
  let firstGradient: Tensor | undefined;
  return {
    steps: 4,
    async step() {
      const [slope] = grad(mlp(x, p).sum(), [x], { createGraph: true });
      const penalty = slope.square().sum(1).sqrt().sub(1).square().mean();
      const loss = mse(mlp(x, p), y).add(penalty.mul(0.5));
      optimizer.zeroGrad();
      loss.backward();
      firstGradient ??= p.w1.grad?.clone();
      losses.push(loss);
      penalties.push(penalty);
      await optimizer.step();
    },
    results() {
      const [first] = grad(t.pow(4).sum(), [t], { createGraph: true });
      const [second] = grad(first.sum(), [t], { createGraph: true });
      const [third] = grad(second.sum(), [t]);
      return {
        losses: losses.list, penalties: penalties.list, grad_w1: firstGradient, w1: p.w1, w2: p.w2,
        first, second, third,
      }; // prettier-ignore
    },
  };
};

export const custom_function: MakeProgram = (given) => {
  const straightThrough = customFunction<[Tensor]>({
    forward(context, v) {
      context.saveForBackward(v);
      return v.mul(4).round().div(4);
    },
    backward(context, gradient) {
      const [v] = context.savedTensors;
      return [gradient.mul(v.abs().le(1).to('float32'))];
    },
  });
  const p = mlpParameters(given);
  const [x, y] = [data(given, 'x'), data(given, 'y')];
  const optimizer = new SGD(Object.values(p), { lr: 0.2 });
  const losses = recorder<Tensor>();
  let firstGradient: Tensor | undefined;
  return {
    steps: 5,
    async step() {
      const h = straightThrough(linear(x, p.w1, p.b1).tanh().mul(1.5));
      const loss = mse(linear(h, p.w2, p.b2), y);
      optimizer.zeroGrad();
      loss.backward();
      firstGradient ??= p.w1.grad?.clone();
      losses.push(loss);
      await optimizer.step();
    },
    results: () => ({ losses: losses.list, grad_w1: firstGradient, w1: p.w1, w2: p.w2 }),
  };
};

export const checkpointed_block: MakeProgram = (given) => {
  const p = mlpParameters(given);
  const [x, y] = [data(given, 'x'), data(given, 'y')];
  const optimizer = new SGD(Object.values(p), { lr: 0.1 });
  const losses = recorder<Tensor>();
  return {
    steps: 5,
    async step() {
      const h = checkpoint((v) => linear(v, p.w1, p.b1).tanh(), x);
      const loss = mse(linear(h, p.w2, p.b2), y);
      optimizer.zeroGrad();
      loss.backward();
      losses.push(loss);
      await optimizer.step();
    },
    results: () => ({ losses: losses.list, ...p }),
  };
};

export const hooks_that_look_at_gradients: MakeProgram = (given) => {
  const p = mlpParameters(given);
  const [x, y] = [data(given, 'x'), data(given, 'y')];
  const optimizer = new SGD(Object.values(p), { lr: 0.3 });
  const losses = recorder<Tensor>();
  let seen: Tensor | undefined;
  let firstGradient: Tensor | undefined;
  p.w1.registerHook((gradient) => gradient.mul(0.5));
  return {
    steps: 3,
    async step() {
      const h = linear(x, p.w1, p.b1).tanh();
      h.registerHook((gradient) => {
        seen ??= gradient.clone();
      });
      const loss = mse(linear(h, p.w2, p.b2), y);
      optimizer.zeroGrad();
      loss.backward();
      firstGradient ??= p.w1.grad?.clone();
      losses.push(loss);
      await optimizer.step();
    },
    results: () => ({ seen, grad_w1: firstGradient, w1: p.w1, w2: p.w2, losses: losses.list }),
  };
};
