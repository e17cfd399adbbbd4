/**
 * Derivatives of every differentiable operation of PyTorch's table against differences in float64, at the samples where
 * PyTorch's own agree with them: the first, and of smooth operations the second.
 */

import { gradcheck, gradgradcheck } from '@tenfold/autograd';
import { isFloat } from '@tenfold/ir';
import type { DType } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor';
import type { ArrayRecord, OpFamily, OpSample } from '../../fixtures.ts';
import { tensorOf, tensorsIn } from '../calls.ts';
import { onDevice } from '../device.ts';
import { deviationOf } from './deviations.ts';
import type { Operation } from './operations.ts';
import { labelOf, perform } from './replay.ts';
import { outputsOf } from './results.ts';
import { byOperation, eachOperation } from './suite.ts';

/** Gradient checks on a device that has float64, one test an operation. */
export function opinfoGradients(device: string, families: readonly OpFamily[]): void {
  for (const family of families) {
    onDevice(device, `opinfo/${family}`, async ({ samples }) => {
      const groups = await byOperation<OpSample>(samples.filter(({ check }) => check !== undefined));
      eachOperation('gradients of ', groups, async ({ operation, records }) => {
        const problems: string[] = [];
        for (const sample of records) {
          if (deviationOf(sample)) continue;
          try {
            await check(operation, sample);
          } catch (error) {
            problems.push(`${labelOf(sample)}: ${error instanceof Error ? error.message : String(error)}`);
          }
        }
        return problems;
      });
    });
  }
}

async function check(operation: Operation, sample: OpSample): Promise<void> {
  const wide: OpSample = {
    ...sample,
    args: Object.fromEntries(Object.entries(sample.args).map(([key, value]) => [key, widened(value)])),
  };
  const inputs = sample.inputs.map((x, i) => double(x, Boolean(sample.grads?.[i])));
  const results = (...tensors: Tensor[]): readonly Tensor[] => {
    const outputs = outputsOf(wide, perform(operation, wide, tensors));
    if (typeof outputs === 'string') throw new Error(outputs);
    return outputs.filter(({ dtype }) => isFloat(dtype));
  };
  // What has to be awaited cannot be differentiated by differences; its gradients are compared with PyTorch's. What does
  // not depend on its inputs, as a power of 0, has none.
  const result = perform(operation, wide, inputs);
  if (result instanceof Promise || !tensorsIn(result).some((x) => x.requiresGrad)) return;
  await gradcheck(results, inputs);
  if (sample.check === 2) await gradgradcheck(results, inputs);
}

/** An argument that asks for float32 asks for float64. */
function widened(value: unknown): unknown {
  const isDType = typeof value === 'object' && value !== null && 'dtype' in value;
  return isDType && value.dtype === 'float32' ? { dtype: 'float64' satisfies DType } : value;
}

function double(record: ArrayRecord, requiresGrad: boolean): Tensor {
  const x = tensorOf(record);
  const wide = isFloat(x.dtype) ? x.to('float64') : x;
  return requiresGrad ? wide.requiresGrad_() : wide;
}
