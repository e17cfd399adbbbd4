/** Programs with layers that keep state, several networks, sequences, and values built outside the loop. */

import { Adam, SGD } from '@tenfold/optim';
import { BatchNorm1d, Linear, functional as F } from '@tenfold/nn';
import { arange, noGrad, tensor, zeros } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { data, linear, mlp, mlpParameters, mse, parameter, recorder } from './program.ts';
import type { MakeProgram } from './program.ts';

export const gan_with_two_optimizers: MakeProgram = (given) => {
  const [gw, gb, dw1, db1, dw2, db2] = ['gw', 'gb', 'dw1', 'db1', 'dw2', 'db2'].map((name) =>
    parameter(given, name),
  );
  const [z, real] = [data(given, 'z'), data(given, 'real')];
  const d = (v: Tensor) => linear(linear(v, dw1, db1).tanh(), dw2, db2);
  const bce = (logits: Tensor, target: number) =>
    F.binaryCrossEntropyWithLogits(logits, tensor(target, { dtype: 'float32' }).expand(logits.shape));
  const options = { lr: 0.02, betas: [0.5, 0.999] } as const;
  const optD = new Adam([dw1, db1, dw2, db2], options);
  const optG = new Adam([gw, gb], options);
  const lossesD = recorder<Tensor>();
  const lossesG = recorder<Tensor>();
  return {
    steps: 6,
    async step() {
      optD.zeroGrad();
      const fake = linear(z, gw, gb);
      const lossD = bce(d(real), 1).add(bce(d(fake.detach()), 0));
      lossD.backward();
      lossesD.push(lossD);
      await optD.step();
      optG.zeroGrad();
      const lossG = bce(d(fake), 1);
      lossG.backward();
      lossesG.push(lossG);
      await optG.step();
    },
    results: () => ({ lossD: lossesD.list, lossG: lossesG.list, gw, gb, dw1, db2, grad_dw1: dw1.grad }),
  };
};

export const batch_norm_train_and_eval: MakeProgram = (given) => {
  const p = mlpParameters(given);
  const [x, y] = [data(given, 'x'), data(given, 'y')];
  const [first, norm, second] = [new Linear(3, 4), new BatchNorm1d(4), new Linear(4, 1)];
  noGrad(() => {
    first.weight.assign(p.w1);
    first.bias?.assign(p.b1);
    second.weight.assign(p.w2);
    second.bias?.assign(p.b2);
  });
  const parameters = [first, norm, second].flatMap((layer) => [...layer.parameters()]);
  const optimizer = new SGD(parameters, { lr: 0.1 });
  const forward = () => second.forward(norm.forward(first.forward(x)).tanh());
  const train = recorder<Tensor>();
  const evaluated = recorder<Tensor>();
  return {
    steps: 5,
    async step() {
      norm.train();
      optimizer.zeroGrad();
      const loss = mse(forward(), y);
      loss.backward();
      train.push(loss);
      await optimizer.step();
      norm.eval();
      evaluated.push(noGrad(() => mse(forward(), y)));
    },
    results: () => ({
      train: train.list,
      eval: evaluated.list,
      running_mean: norm.runningMean,
      running_var: norm.runningVar,
      num_batches_tracked: norm.numBatchesTracked,
      bn_weight: norm.weight,
      bn_bias: norm.bias,
    }),
  };
};

export const dropout_with_an_early_read: MakeProgram = (given) => {
  const p = mlpParameters(given);
  const [x, y, masks] = [data(given, 'x'), data(given, 'y'), data(given, 'masks')];
  const optimizer = new SGD(Object.values(p), { lr: 0.1 });
  const losses = recorder<unknown>();
  return {
    steps: 4,
    async step(i) {
      const mask = masks.slice(0, i % 4, (i % 4) + 1).squeeze(0);
      const hidden = linear(x, p.w1, p.b1).tanh().mul(mask).mul(2);
      const loss = mse(linear(hidden, p.w2, p.b2), y);
      losses.push(await loss.item());
      optimizer.zeroGrad();
      loss.backward();
      await optimizer.step();
    },
    results: () => ({ losses: losses.list, w1: p.w1, w2: p.w2 }),
  };
};

export const mask_built_outside_the_loop: MakeProgram = (given) => {
  const [wq, wk] = [parameter(given, 'wq'), parameter(given, 'wk')];
  const [x, y] = [data(given, 'x'), data(given, 'y')];
  const mask = arange(5).unsqueeze(0).le(arange(5).unsqueeze(1));
  const attention = () => {
    const scores = x.matmul(wq.t()).matmul(x.matmul(wk.t()).t()).div(2);
    return scores.maskedFill(mask.logicalNot(), -Infinity).softmax(1);
  };
  const optimizer = new SGD([wq, wk], { lr: 0.5 });
  const losses = recorder<Tensor>();
  return {
    steps: 6,
    async step() {
      optimizer.zeroGrad();
      const loss = mse(attention().matmul(x), y);
      loss.backward();
      losses.push(loss);
      await optimizer.step();
    },
    results: () => ({ losses: losses.list, wq, wk, attention: attention() }),
  };
};

export const data_set_normalised_outside_the_loop: MakeProgram = (given) => {
  const p = mlpParameters(given);
  const [x, y] = [data(given, 'x'), data(given, 'y')];
  const normal = x.sub(x.mean(0)).div(x.std(0).add(1e-6));
  const optimizer = new SGD(Object.values(p), { lr: 0.1 });
  const losses = recorder<Tensor>();
  return {
    steps: 8,
    async step(i) {
      const at = 2 * (i % 4);
      optimizer.zeroGrad();
      const loss = mse(mlp(normal.slice(0, at, at + 2), p), y.slice(0, at, at + 2));
      loss.backward();
      losses.push(loss);
      await optimizer.step();
    },
    results: () => ({ losses: losses.list, w1: p.w1, normal }),
  };
};

export const parameter_shared_by_two_layers: MakeProgram = (given) => {
  const [w, b, c] = [parameter(given, 'w'), parameter(given, 'b'), parameter(given, 'c')];
  const x = data(given, 'x');
  const optimizer = new Adam([w, b, c], { lr: 0.05 });
  const losses = recorder<Tensor>();
  let firstGradient: Tensor | undefined;
  return {
    steps: 6,
    async step() {
      optimizer.zeroGrad();
      const loss = mse(linear(x, w, b).tanh().matmul(w).add(c), x);
      loss.backward();
      firstGradient ??= w.grad?.clone();
      losses.push(loss);
      await optimizer.step();
    },
    results: () => ({ losses: losses.list, grad_w: firstGradient, w, b, c }),
  };
};

export const variable_batch_and_sequence_length: MakeProgram = (given) => {
  const [wx, wh, b, wo] = ['wx', 'wh', 'b', 'wo'].map((name) => parameter(given, name));
  const x = data(given, 'x');
  const sizes = given['sizes'] as [number, number][];
  const optimizer = new SGD([wx, wh, b, wo], { lr: 0.2 });
  const losses = recorder<Tensor>();
  return {
    steps: 8,
    async step(i) {
      const [batch, length] = sizes[i % 8];
      let h = zeros([batch, 3]);
      for (let t = 0; t < length; t++) {
        const now = x.slice(0, 0, batch).select(1, t);
        h = linear(now, wx, b).add(h.matmul(wh.t())).tanh();
      }
      optimizer.zeroGrad();
      const loss = h.matmul(wo.t()).square().mean();
      loss.backward();
      losses.push(loss);
      await optimizer.step();
    },
    results: () => ({ losses: losses.list, wx, wh, b, wo }),
  };
};

export const two_trainings_interleaved: MakeProgram = (given) => {
  const [x, y] = [data(given, 'x'), data(given, 'y')];
  const a = mlpParameters(given);
  const b = mlpParameters(given);
  noGrad(() => {
    for (const w of Object.values(b)) w.assign(w.mul(0.5));
  });
  const optA = new SGD(Object.values(a), { lr: 0.1, momentum: 0.9 });
  const optB = new Adam(Object.values(b), { lr: 0.03 });
  const lossesA = recorder<Tensor>();
  const lossesB = recorder<Tensor>();
  // Browsers know timers only.
  const later = globalThis.setImmediate ?? setTimeout;
  const pause = () => new Promise<void>((resolve) => void later(resolve));
  const train = async (p: typeof a, optimizer: SGD | Adam, losses: { push(loss: Tensor): void }) => {
    optimizer.zeroGrad();
    const loss = mse(mlp(x, p), y);
    await pause();
    loss.backward();
    losses.push(loss);
    await pause();
    await optimizer.step();
  };
  return {
    steps: 7,
    async step() {
      await Promise.all([train(a, optA, lossesA), train(b, optB, lossesB)]);
    },
    results: () => ({ lossesA: lossesA.list, lossesB: lossesB.list, w1A: a.w1, w1B_after: b.w1 }),
  };
};

export const truncated_backpropagation_through_time: MakeProgram = (given) => {
  const [wx, wh] = [parameter(given, 'wx'), parameter(given, 'wh')];
  const [x, y] = [data(given, 'x'), data(given, 'y')];
  const optimizer = new SGD([wx, wh], { lr: 0.2 });
  const losses = recorder<Tensor>();
  let h: Tensor = zeros([2, 3]);
  return {
    steps: 8,
    async step(i) {
      const chunk = i % 4;
      h = chunk === 0 ? zeros([2, 3]) : h.detach();
      for (let t = 3 * chunk; t < 3 * chunk + 3; t++) {
        h = x.select(0, t).matmul(wx.t()).add(h.matmul(wh.t())).tanh();
      }
      optimizer.zeroGrad();
      const loss = mse(h, y.select(0, chunk));
      loss.backward();
      losses.push(loss);
      await optimizer.step();
    },
    results: () => ({ losses: losses.list, wx, wh, h }),
  };
};

export const value_used_in_two_graphs: MakeProgram = (given) => {
  const p = mlpParameters(given);
  const [x, y] = [data(given, 'x'), data(given, 'y')];
  const features = noGrad(() => linear(x, p.w1, p.b1).tanh());
  const optimizer = new SGD([p.w2, p.b2], { lr: 0.3 });
  const losses = recorder<Tensor>();
  return {
    steps: 6,
    async step(i) {
      optimizer.zeroGrad();
      const loss = mse(linear(features, p.w2, p.b2), y);
      loss.backward();
      losses.push(loss);
      await optimizer.step();
      if (i === 3) noGrad(() => p.w1.assign(p.w1.mul(0)));
    },
    results: () => ({ losses: losses.list, w2: p.w2, features }),
  };
};
