/**
 * A tour of the interface in one file: tensors and their gradients, derivatives of functions, a network with its training,
 * files, batches without loops, probability, spectra and mixed precision. Each part prints what it is about.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import {
  F, arange, autocast, cat, compile, distributions, einsum, fft, grad, hessian, jacobian, jvp, linspace, loadSafetensors,
  manualSeed, nn, noGrad, optim, rand, randn, saveSafetensors, stack, tensor, vmap,
} from 'tenfold'; // prettier-ignore
import type { Tensor } from 'tenfold';
import { deviceOption, runProgram, useDevice, wholeNumber } from '../lib/cli.ts';
import type { DeviceName } from '../lib/cli.ts';

interface Options {
  readonly steps: number;
  readonly seed: number;
  readonly device: DeviceName;
}

const program = new Command('showcase')
  .description('A tour of the interface in one file.')
  .option('--steps <n>', 'training steps', wholeNumber(1), 400)
  .option('--seed <n>', 'seed of all random numbers', wholeNumber(0), 0)
  .addOption(deviceOption());

async function show(what: string, value: Tensor): Promise<void> {
  console.log(`${what.padEnd(44)} ${(await value.toText()).replaceAll('\n', '\n'.padEnd(46))}`);
}

async function tensors(): Promise<void> {
  const x = arange(12, { dtype: 'float32' }).reshape(3, 4);
  await show('rows 1 and 2, every second column', x.index('1:', '::2'));
  await show('where it is odd, and the greatest elsewhere', x.where(x.remainder(2).eq(1), x.max()));
  await show('mean and deviation of columns', stack([x.mean(0), x.std(0)]));
  await show('products of all pairs of rows', einsum('ik,jk->ij', x, x));
  await show('the two greatest of each row', x.topk(2).values);
}

async function derivatives(): Promise<void> {
  const x = tensor([1, 2], { dtype: 'float32', requiresGrad: true });
  const f = (at: Tensor) => at.pow(3).prod();
  f(x).backward();
  await show('gradient of x³y³ at (1, 2)', x.grad!);
  await show('its Hessian', hessian(f, x));
  await show('along the first axis (forward mode)', jvp(f, x, tensor([1, 0], { dtype: 'float32' })).tangent);
  await show(
    'the Jacobian of sin and cos',
    jacobian((at) => cat([at.sin(), at.cos()]), x),
  );
}

/** A curve through noisy points: a network of its own class, a scheduler, clipped gradients. */
class Curve extends nn.Module {
  readonly hidden = new nn.Sequential(
    new nn.Linear(1, 32),
    new nn.Tanh(),
    new nn.Linear(32, 32),
    new nn.Tanh(),
  );
  readonly output = new nn.Linear(32, 1);

  override forward(x: Tensor): Tensor {
    return this.output.forward(this.hidden.forward(x));
  }
}

async function training(steps: number): Promise<Curve> {
  const x = linspace(-3, 3, 128).unsqueeze(1);
  const y = x
    .mul(2)
    .sin()
    .add(randn([128, 1]).mul(0.05));
  const model = new Curve();
  const optimizer = new optim.AdamW(model.parameters(), { lr: 0.02 });
  const schedule = new optim.CosineAnnealingLR(optimizer, steps);
  for (let step = 0; step < steps; step++) {
    const loss = F.mseLoss(model.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optim.clipGradNorm_(model.parameters(), 1);
    await optimizer.step();
    schedule.step();
  }
  const error = await noGrad(() => F.mseLoss(model.forward(x), x.mul(2).sin())).item();
  console.log(`mean squared error of the curve after ${steps} steps: ${error.toFixed(5)}`);
  if (steps >= 400 && error > 0.005) throw new Error('the network did not learn the curve');
  return model;
}

async function files(model: Curve): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tenfold-'));
  try {
    const file = join(folder, 'curve.safetensors');
    await saveSafetensors(file, model.stateDict());
    const again = new Curve();
    again.loadStateDict(await loadSafetensors(file));
    const x = rand([5, 1]);
    await show('saved and loaded, the difference', model.forward(x).sub(again.forward(x)).abs().max());
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function batches(model: Curve): Promise<void> {
  const points = tensor([[-1], [0.5], [2]]);
  const slope = vmap((x: Tensor) => jacobian((at) => model.forward(at), x).reshape([]));
  await show('slopes of the curve, all at once', slope(points));
  await show('2 cos 2x there', points.mul(2).cos().mul(2).reshape([3]));
  const perExample = vmap((x: Tensor) => grad(model.forward(x).square().sum(), [model.output.weight])[0]);
  await show('length of the gradient for each example', perExample(points).norm(2, [1, 2]));
  const predict = compile((x: Tensor) => model.forward(x));
  for (let i = 0; i < 3; i++) predict(points);
  await show('compiled: traced twice, then replayed', predict(points).reshape([3]));
}

async function probability(): Promise<void> {
  const { Gamma, Normal, klDivergence } = distributions;
  const scale = tensor([2], { dtype: 'float32', requiresGrad: true });
  const narrow = new Normal(0, scale);
  await show('KL(N(0, 2) ‖ N(1, 1))', klDivergence(narrow, new Normal(1, 1)));
  new Gamma(scale, 1).rsample([2000]).mean().backward();
  await show('d E[Gamma(a)] / da is 1; from draws', scale.grad!);
}

async function spectra(): Promise<void> {
  const wave = arange(32, { dtype: 'float32' }).mul((2 * Math.PI * 5) / 32).sin(); // prettier-ignore
  const power = fft.rfft(wave).square().sum(-1);
  await show('the frequency of five waves', power.argmax());
}

async function precision(model: Curve): Promise<void> {
  const x = rand([4, 1]);
  const half = autocast(() => model.forward(x), { dtype: 'float16' });
  await show('half precision, the difference', half.to('float32').sub(model.forward(x)).abs().max());
}

async function main({ steps, seed, device }: Options): Promise<void> {
  await useDevice(device);
  manualSeed(seed);
  await tensors();
  await derivatives();
  const model = await training(steps);
  await files(model);
  await batches(model);
  await probability();
  await spectra();
  await precision(model);
}

await runProgram(() => main(program.parse().opts()));
