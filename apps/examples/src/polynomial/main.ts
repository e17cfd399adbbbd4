/** Fits a cubic polynomial to the sine by gradient descent on its four coefficients, without any module. */

import { Command } from 'commander';
import { grad, linspace, noGrad, stack, tensor } from 'tenfold';
import { deviceOption, positiveNumber, runProgram, useDevice, wholeNumber } from '../lib/cli.ts';
import type { DeviceName } from '../lib/cli.ts';

interface Options {
  readonly steps: number;
  readonly lr: number;
  readonly device: DeviceName;
}

const program = new Command('polynomial')
  .description('Fit a + b x + c x^2 + d x^3 to sin(x) on [-pi, pi].')
  .option('--steps <n>', 'steps of gradient descent', wholeNumber(1), 2000)
  .option('--lr <rate>', 'learning rate', positiveNumber, 0.2)
  .addOption(deviceOption());

async function main({ steps, lr, device }: Options): Promise<void> {
  await useDevice(device);
  const x = linspace(-Math.PI, Math.PI, 2000);
  const y = x.sin();
  // Powers of x / pi, so that all of them are of the same size.
  const t = x.div(Math.PI);
  const powers = stack([t.pow(0), t, t.pow(2), t.pow(3)], 1).realize();
  const coefficients = tensor([0, 0, 0, 0], { dtype: 'float32', requiresGrad: true });
  let loss = 0;
  for (let step = 1; step <= steps; step++) {
    const error = powers.matmul(coefficients).sub(y).square().mean();
    const [gradient] = grad(error, [coefficients]);
    noGrad(() => coefficients.assign(coefficients.sub(gradient.mul(lr))));
    if (step % 500 === 0 || step === steps) {
      loss = Number(await error.item());
      console.log(`step ${step}: mean squared error ${loss.toFixed(6)}`);
    }
  }
  const [a, b, c, d] = ((await coefficients.tolist()) as number[]).map((k, power) =>
    (k / Math.PI ** power).toFixed(4),
  );
  console.log(`sin(x) is about ${a} + ${b} x + ${c} x^2 + ${d} x^3`);
  if (!(loss < 0.01)) throw new Error(`the fit is poor: mean squared error ${loss}`);
}

await runProgram(() => main(program.parse().opts()));
