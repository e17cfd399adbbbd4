/** Convolutions: recognised among the contractions, and computed by the algorithm that is chosen for each. */

import type { ContractKernel } from '@tenfold/ir';
import type { ArgumentLayout } from '../codegen/arguments.ts';
import { argumentLayout } from '../codegen/arguments.ts';
import { contractFunctions, throughTemporary } from '../codegen/contract.ts';
import { simpleEpilogue } from '../codegen/epilogue.ts';
import type { FunctionTarget, KernelFunctions } from '../codegen/functions.ts';
import type { Lowering } from '../codegen/lowering.ts';
import { tabledOperand } from '../gemm/tabled-operand.ts';
import type { ConvolutionProblem } from './algorithms.ts';
import { TOLERANCE } from './accuracy.ts';
import { estimates, isWeightGradient } from './algorithms.ts';
import type { Limits } from './choose.ts';
import { chooseAlgorithm, refused } from './choose.ts';
import { directFunctions } from './direct.ts';
import { im2colFunctions } from './im2col.ts';
import type { Convolution } from './recognise.ts';
import { convolutionOf } from './recognise.ts';
import { winograd2, winograd4 } from './transform.ts';
import { winogradGradientFunctions } from './winograd-gradient.ts';
import { tileSizeOf, winogradFunctions } from './winograd.ts';
import { count } from './sizes.ts';

export interface ConvolutionOptions extends Limits {
  readonly threads: number;
}

export function convolutions(options: ConvolutionOptions): Lowering {
  return (kernel, target) => {
    if (kernel.kind !== 'contract') return undefined;
    const layout = argumentLayout(kernel);
    return lower(kernel, { ...target, tabled: tabledOperand }, layout, options);
  };
}

function lower(
  kernel: ContractKernel,
  target: FunctionTarget,
  layout: ArgumentLayout,
  options: ConvolutionOptions,
  scratchAt = 0,
): KernelFunctions | undefined {
  const convolution = convolutionOf(kernel, layout);
  if (!convolution || kernel.accumulators[0].dtype !== 'float32') return withoutWindows(kernel);
  const machine = { threads: options.threads, ...tileSizeOf(target) };
  const problem = problemOf(convolution);
  const candidates = estimates(problem, machine);
  const tolerance = isWeightGradient(problem) ? TOLERANCE.gradient : TOLERANCE.forward;
  const { algorithm } = chooseAlgorithm(candidates, kernel.hint, { ...options, tolerance });
  if (algorithm === 'implicit-gemm') return contractFunctions(kernel, target, layout, scratchAt);

  const epilogue = simpleEpilogue(kernel, { ...target, layout });
  if (!epilogue) {
    return throughTemporary(kernel, target, layout, (product, bytes) =>
      lower(product, target, layout, options, bytes),
    );
  }
  if (algorithm === 'im2col') {
    const { imageIs } = convolution;
    return im2colFunctions(kernel, target, {
      imageIs,
      alongTaps: isWeightGradient(problem),
      layout,
      scratchAt,
    });
  }
  if (algorithm === 'direct') return directFunctions(target, { convolution, epilogue, layout, scratchAt });
  const transform = algorithm === 'winograd2' ? winograd2 : winograd4;
  const functions = isWeightGradient(problem) ? winogradGradientFunctions : winogradFunctions;
  return functions(target, { convolution, epilogue, transform, layout, scratchAt });
}

/** What has no windows is for the general template; an algorithm that was asked for by name has to be refused. */
function withoutWindows({ hint }: ContractKernel): undefined {
  if (!hint?.algorithm || hint.algorithm === 'implicit-gemm' || hint.optional) return undefined;
  throw refused(
    hint.algorithm,
    'it reads no windows of a float32 image in memory (those of 1x1 are a plain product)',
  );
}

function problemOf(convolution: Convolution): ConvolutionProblem {
  const { groups, images, channels, filters, rows, columns, image, filter } = convolution;
  return {
    groups: count(groups),
    images: count(images),
    channels: count(channels),
    filters: count(filters),
    rows,
    columns,
    imageColumnStep: image.steps.column,
    filterColumnStep: filter.steps.column,
    float32: image.type === 'float32' && filter.type === 'float32',
  };
}
