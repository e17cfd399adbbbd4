/** Programs about the training loop itself: when losses are read, how gradients add up, how parts are frozen. */

import { SGD, clipGradNorm_, AdamW } from '@tenfold/optim';
import { noGrad, tensor } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { data, linear, mlp, mlpParameters, mse, parameter, recorder } from './program.ts';
import type { MakeProgram } from './program.ts';

export const running_loss_kept_lazily: MakeProgram = (given) => {
  const p = mlpParameters(given);
  const [x, y] = [data(given, 'x'), data(given, 'y')];
  const optimizer = new SGD(Object.values(p), { lr: 0.1 });
  let total: Tensor = tensor(0, { dtype: 'float32' });
  return {
    steps: 20,
    async step() {
      optimizer.zeroGrad();
      const loss = mse(mlp(x, p), y);
      loss.backward();
      total = total.add(loss.detach());
      await optimizer.step();
    },
    results: () => ({ mean: total.div(20), w1: p.w1 }),
  };
};

export const losses_read_after_the_epoch: MakeProgram = (given) => {
  const p = mlpParameters(given);
  const [x, y] = [data(given, 'x'), data(given, 'y')];
  const optimizer = new SGD(Object.values(p), { lr: 0.2 });
  const losses = recorder<Tensor>();
  return {
    steps: 10,
    async step() {
      optimizer.zeroGrad();
      const loss = mse(mlp(x, p), y);
      loss.backward();
      losses.push(loss);
      await optimizer.step();
    },
    results: () => ({ losses: losses.list, b2: p.b2 }),
  };
};

export const accuracy_read_after_step: MakeProgram = (given) => {
  const [w, b] = [parameter(given, 'w'), parameter(given, 'b')];
  const [x, labels] = [data(given, 'x'), data(given, 'labels')];
  const optimizer = new SGD([w, b], { lr: 0.5 });
  const correct = recorder<number>();
  const losses = recorder<number>();
  return {
    steps: 8,
    async step() {
      const logits = linear(x, w, b);
      const loss = logits.logSoftmax(1).gather(1, labels.unsqueeze(1)).mean().neg();
      optimizer.zeroGrad();
      loss.backward();
      const hits = logits.argmax(1).eq(labels).sum();
      await optimizer.step();
      correct.push(Number(await hits.item()));
      losses.push(Number(await loss.item()));
    },
    results: () => ({ correct: correct.list, losses: losses.list, w, b }),
  };
};

export const gradient_accumulation: MakeProgram = (given) => {
  const p = mlpParameters(given);
  const [x, y] = [data(given, 'x'), data(given, 'y')];
  const optimizer = new SGD(Object.values(p), { lr: 0.3, momentum: 0.9 });
  const sums = recorder<Tensor>();
  let firstGradient: Tensor | undefined;
  return {
    steps: 5,
    async step() {
      optimizer.zeroGrad();
      let sum: Tensor | undefined;
      for (let at = 0; at < 8; at += 2) {
        const loss = mse(mlp(x.slice(0, at, at + 2), p), y.slice(0, at, at + 2)).div(4);
        loss.backward();
        sum = sum ? sum.add(loss) : loss;
      }
      firstGradient ??= p.w1.grad?.clone();
      await optimizer.step();
      if (sum) sums.push(sum);
    },
    results: () => ({ grad_w1: firstGradient, sums: sums.list, ...p }),
  };
};

export const loss_read_before_and_after_backward: MakeProgram = (given) => {
  const p = mlpParameters(given);
  const [x, y] = [data(given, 'x'), data(given, 'y')];
  const optimizer = new SGD(Object.values(p), { lr: 0.1, momentum: 0.5 });
  const reads = recorder<unknown[]>();
  return {
    steps: 3,
    async step() {
      optimizer.zeroGrad();
      const loss = mse(mlp(x, p), y);
      const before = await loss.item();
      loss.backward();
      const after = await loss.item();
      await optimizer.step();
      reads.push([before, after, await loss.item()]);
    },
    results: () => ({ reads: reads.list, w2: p.w2 }),
  };
};

export const two_backward_passes_over_a_shared_trunk: MakeProgram = (given) => {
  const p = mlpParameters(given);
  const [x, y] = [data(given, 'x'), data(given, 'y')];
  const optimizer = new SGD(Object.values(p), { lr: 0.1 });
  const lossesA = recorder<Tensor>();
  const lossesB = recorder<Tensor>();
  const first: Tensor[] = [];
  return {
    steps: 3,
    async step() {
      optimizer.zeroGrad();
      const h = linear(x, p.w1, p.b1).tanh();
      const lossA = mse(linear(h, p.w2, p.b2), y);
      const lossB = h.square().mean();
      lossA.backward(undefined, { retainGraph: true });
      if (first.length < 2 && p.w1.grad) first.push(p.w1.grad.clone());
      lossB.backward();
      if (first.length < 2 && p.w1.grad) first.push(p.w1.grad.clone());
      await optimizer.step();
      lossesA.push(lossA);
      lossesB.push(lossB);
    },
    results: () => ({
      after_a: first[0],
      after_b: first[1],
      lossA: lossesA.list,
      lossB: lossesB.list,
      w1: p.w1,
    }),
  };
};

export const freezing_and_unfreezing: MakeProgram = (given) => {
  const p = mlpParameters(given);
  const [x, y] = [data(given, 'x'), data(given, 'y')];
  const optimizer = new SGD(Object.values(p), { lr: 0.2, momentum: 0.9 });
  const losses = recorder<Tensor>();
  let frozen: Tensor | undefined;
  return {
    steps: 6,
    async step(i) {
      const phase = i % 6;
      p.w1.requiresGrad = p.b1.requiresGrad = phase >= 3;
      optimizer.zeroGrad();
      const loss = mse(mlp(x, p), y);
      loss.backward();
      losses.push(loss);
      await optimizer.step();
      if (phase === 2) frozen ??= p.w1.clone();
    },
    results: () => ({ losses: losses.list, frozen_w1: frozen, ...p }),
  };
};

export const updates_by_hand_without_gradients: MakeProgram = (given) => {
  const p = mlpParameters(given);
  const [x, y] = [data(given, 'x'), data(given, 'y')];
  const first = mlp(x, p);
  const losses = recorder<Tensor>();
  return {
    steps: 6,
    step() {
      const loss = mse(mlp(x, p), y);
      loss.backward();
      noGrad(() => {
        for (const w of Object.values(p) as Tensor[]) {
          if (w.grad) w.assign(w.sub(w.grad.mul(0.1)));
          w.grad = null;
        }
      });
      losses.push(loss);
    },
    results: () => ({ losses: losses.list, first, ...p }),
  };
};

export const parameter_groups_schedule_and_clipping: MakeProgram = (given) => {
  const p = mlpParameters(given);
  const [x, y] = [data(given, 'x'), data(given, 'y')];
  const optimizer = new AdamW([
    { params: [p.w1, p.w2], lr: 0.05, weightDecay: 0.1 },
    { params: [p.b1, p.b2], lr: 0.02, weightDecay: 0 },
  ]);
  const losses = recorder<Tensor>();
  const norms = recorder<Tensor>();
  return {
    steps: 8,
    async step() {
      for (const group of optimizer.paramGroups) group.lr *= 0.9;
      optimizer.zeroGrad();
      const loss = mse(mlp(x, p), y);
      loss.backward();
      norms.push(clipGradNorm_(Object.values(p), 0.1));
      losses.push(loss);
      await optimizer.step();
    },
    results: () => ({ losses: losses.list, norms: norms.list, ...p }),
  };
};
