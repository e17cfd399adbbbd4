/**
 * Programs of one layer, loss, optimizer or view each: what a backend does in loops. Backends pin and time their code for
 * them. Sizes are given, so that a test may take small odd ones and a benchmark large ones.
 */

import '@tenfold/autograd';
import { Plan } from '@tenfold/ir';
import type { Kernel } from '@tenfold/ir';
import { randn } from '@tenfold/tensor';
import { activations } from './activations.ts';
import { optimizers } from './optimizers.ts';
import type { Operation, Program, ProgramSize } from './operation.ts';
import { reductions } from './reductions.ts';
import { views } from './views.ts';

export type { Program, ProgramSize } from './operation.ts';

function forward({ name, inputs, compute }: Operation): Program {
  return {
    name,
    setup: (size) => {
      const leaves = inputs(size).map((x) => x.realize());
      return () =>
        compute(...leaves)
          .realize()
          .dispose();
    },
  };
}

/** Forward and backward, from a given gradient of the result. */
function withGradients({ name, inputs, compute }: Operation): Program {
  return {
    name: `${name}, with gradients`,
    setup: (size) => {
      const leaves = inputs(size).map((x) => x.realize());
      const gradient = randn(compute(...leaves).shape).realize();
      const parameters = leaves.filter(({ dtype }) => dtype === 'float32');
      for (const parameter of parameters) parameter.requiresGrad_();
      return () => {
        for (const parameter of parameters) parameter.grad = null;
        compute(...leaves).backward(gradient);
        parameters[0].home.run();
      };
    },
  };
}

export const programs: readonly Program[] = [
  ...[...activations, ...reductions, ...views].flatMap((operation) => [forward(operation), withGradients(operation)]),
  ...optimizers,
]; // prettier-ignore

/** The kernels of one call. */
export function kernelsOf(program: Program, size: ProgramSize): readonly Kernel[] {
  const call = program.setup(size);
  const device = randn([1]).home;
  device.run();
  const kernels: Kernel[] = [];
  const outer = device.onRun;
  device.onRun = ({ plan }) => {
    if (plan instanceof Plan) kernels.push(...plan.schedule.dispatches.map(({ kernel }) => kernel));
  };
  try {
    call();
  } finally {
    device.onRun = outer;
  }
  return kernels;
}
