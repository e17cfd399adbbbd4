/** Programs about old and new values: averages, snapshots, target networks, swaps, overlapping writes, resuming. */

import { Adam, SGD } from '@tenfold/optim';
import { noGrad, tensor } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { data, linear, mlp, mlpParameters, mse, parameter, recorder } from './program.ts';
import type { MakeProgram, Mlp } from './program.ts';

function clones(p: Mlp): Mlp {
  return noGrad(() => ({ w1: p.w1.clone(), b1: p.b1.clone(), w2: p.w2.clone(), b2: p.b2.clone() }));
}

export const exponential_moving_average: MakeProgram = (given) => {
  const p = mlpParameters(given);
  const [x, y] = [data(given, 'x'), data(given, 'y')];
  const optimizer = new SGD(Object.values(p), { lr: 0.2 });
  const average = clones(p);
  const pairs = Object.keys(p) as (keyof Mlp)[];
  return {
    steps: 10,
    async step() {
      optimizer.zeroGrad();
      mse(mlp(x, p), y).backward();
      await optimizer.step();
      noGrad(() => {
        for (const name of pairs) average[name].assign(average[name].mul(0.9).add(p[name].mul(0.1)));
      });
    },
    results: () => ({
      ema_w1: average.w1,
      ema_b1: average.b1,
      ema_w2: average.w2,
      ema_b2: average.b2,
      w1: p.w1,
      ema_loss: noGrad(() => mse(mlp(x, average), y)),
    }),
  };
};

export const best_checkpoint_copies: MakeProgram = (given) => {
  const p = mlpParameters(given);
  const [x, y] = [data(given, 'x'), data(given, 'y')];
  const optimizer = new SGD(Object.values(p), { lr: 0.2 });
  const measured = recorder<number>();
  let best = clones(p);
  let bestLoss = Infinity;
  let bestStep = -1;
  return {
    steps: 10,
    // The learning rate is meant to grow until the training is unstable, which magnifies the last bits.
    tolerance: 5e-4,
    async step(i) {
      const round = i % 10;
      if (round === 0 && i > 0) bestLoss = Infinity;
      for (const group of optimizer.paramGroups) group.lr = 0.2 * 1.35 ** round;
      optimizer.zeroGrad();
      mse(mlp(x, p), y).backward();
      await optimizer.step();
      const loss = Number(await noGrad(() => mse(mlp(x, p), y)).item());
      measured.push(loss);
      if (loss < bestLoss) [bestLoss, bestStep, best] = [loss, round, clones(p)];
    },
    results() {
      noGrad(() => {
        for (const name of Object.keys(p) as (keyof Mlp)[]) p[name].assign(best[name]);
      });
      const restored = noGrad(() => mse(mlp(x, p), y));
      return { measured: measured.list, best_step: bestStep, restored, ...p };
    },
  };
};

export const target_network: MakeProgram = (given) => {
  const [w, b] = [parameter(given, 'w'), parameter(given, 'b')];
  const [state, next, reward, action] = ['state', 'next', 'reward', 'action'].map((name) =>
    data(given, name),
  );
  const optimizer = new SGD([w, b], { lr: 0.1 });
  const losses = recorder<Tensor>();
  let target = noGrad(() => [w.clone(), b.clone()]);
  return {
    steps: 10,
    async step(i) {
      const goal = noGrad(() => reward.add(linear(next, target[0], target[1]).amax(1).mul(0.9)));
      const chosen = linear(state, w, b).gather(1, action.unsqueeze(1)).squeeze(1);
      const loss = mse(chosen, goal);
      optimizer.zeroGrad();
      loss.backward();
      losses.push(loss);
      await optimizer.step();
      const done = (i % 10) + 1;
      if (done === 4 || done === 8) target = noGrad(() => [w.clone(), b.clone()]);
    },
    results: () => ({ losses: losses.list, w, b, target_w: target[0] }),
  };
};

export const swap_of_two_tensors: MakeProgram = (given) => {
  const [a, b] = [data(given, 'a'), data(given, 'b')];
  return {
    steps: 4,
    async step(i) {
      if (i % 4 < 3) {
        const t = a.clone();
        a.assign(b.mul(2));
        b.assign(t.add(1));
      } else {
        const [newA, newB] = [b.add(0), a.add(0)];
        a.assign(newA);
        b.assign(newB);
      }
      await a.data();
    },
    results: () => ({ a, b }),
  };
};

export const overlapping_slices_assigned: MakeProgram = (given) => {
  const [v, m] = [data(given, 'v'), data(given, 'm')];
  return {
    steps: 1,
    async step() {
      v.slice(0, 2, 8).assign(v.slice(0, 0, 6));
      v.slice(0, 0, 4).assign(v.slice(0, 3, 7).mul(10));
      v.slice(0, 1, 7, 2).assign(v.slice(0, 0, 6, 2));
      m.slice(1, 1).assign(m.slice(1, 0, 2).add(m.slice(0, 0, 1).slice(1, 1)));
      await v.data();
    },
    results: () => ({ v, m }),
  };
};

/** As `10 - 4` further steps in a new optimizer: its state goes through the state dict. */
export const interrupted_and_resumed: MakeProgram = (given) => {
  const [x, y] = [data(given, 'x'), data(given, 'y')];
  const losses = recorder<Tensor>();
  const options = { lr: 0.05, weightDecay: 0.01 };
  let p = mlpParameters(given);
  let optimizer = new Adam(Object.values(p), options);
  const after4: Record<string, unknown> = {};
  return {
    steps: 10,
    async step(i) {
      if (i === 4) {
        const saved = optimizer.stateDict();
        const [average, square] = ['0.expAvg', '0.expAvgSq'].map((key) => saved.state.get(key));
        Object.assign(after4, { exp_avg_w1: average?.clone(), exp_avg_sq_w1: square?.clone(), step: 4 });
        const old = clones(p);
        p = mlpParameters(given);
        for (const name of Object.keys(p) as (keyof Mlp)[]) noGrad(() => p[name].assign(old[name]));
        optimizer = new Adam(Object.values(p), options);
        optimizer.loadStateDict(saved);
      }
      optimizer.zeroGrad();
      const loss = mse(mlp(x, p), y);
      loss.backward();
      losses.push(loss);
      await optimizer.step();
    },
    results: () => ({ losses: losses.list, ...after4, ...p }),
  };
};

export const thousand_forwards_without_reading: MakeProgram = (given) => {
  const p = mlpParameters(given);
  const x = data(given, 'x');
  let total: Tensor = tensor(0, { dtype: 'float32' });
  let last: Tensor = total;
  return {
    steps: 1000,
    // A loop that never reads is cut when the graph has grown long, every 125 forwards at one of three operations.
    settled: 800,
    step(i) {
      noGrad(() => {
        last = mlp(x.add(0.001 * (i % 1000)), p);
        total = total.add(last.mean());
      });
    },
    results: () => ({ total, last }),
  };
};
