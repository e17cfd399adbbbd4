/** Replays recorded calls on tensors and compares values and gradients with PyTorch's. */

import { isFloat } from '@tenfold/ir';
import type { DType } from '@tenfold/ir';
import { Tensor, fromBytes } from '@tenfold/tensor';
import type { Tolerance } from '../closeness.ts';
import { TOLERANCES, differences } from '../closeness.ts';
import type { ArrayRecord, CallRecord } from '../fixtures.ts';
import { recordBytes, recordScalars } from '../fixtures.ts';
import type { Scalar } from '../number-format.ts';
import { encode } from '../number-format.ts';

const FORWARD: Tolerance = { rtol: 1e-5, atol: 1e-6 };
const BACKWARD: Tolerance = { rtol: 1e-4, atol: 1e-5 };

export function tensorOf(record: ArrayRecord, requiresGrad = false): Tensor {
  return fromBytes(recordBytes(record), record.shape, record.dtype ?? 'float32', { requiresGrad });
}

/** Replaces the placeholders of a record's arguments. */
export function revive(arg: unknown, tensors: readonly Tensor[]): unknown {
  if (arg === 'Infinity' || arg === '-Infinity' || arg === 'NaN') return Number(arg);
  if (Array.isArray(arg)) return arg.map((item) => revive(item, tensors));
  if (typeof arg !== 'object' || arg === null) return arg;
  if ('$' in arg) return arg.$ === 'omitted' ? undefined : tensors[Number(arg.$)];
  return Object.fromEntries(Object.entries(arg).map(([key, value]) => [key, revive(value, tensors)]));
}

/** The method `where` belongs to the first value, not to the condition. */
const FUNCTIONS_ONLY: ReadonlySet<string> = new Set(['where']);

/** Calls the method of the first argument if there is one, else the function of that name. */
export function invoke(name: string, args: readonly unknown[], namespace: object, methods: boolean): unknown {
  const [first, ...rest] = args;
  const isMethod = methods && first instanceof Tensor && !FUNCTIONS_ONLY.has(name);
  const method: unknown = isMethod ? Reflect.get(first, name) : undefined;
  if (typeof method === 'function') return Reflect.apply(method, first, rest);
  const f: unknown = Reflect.get(namespace, name);
  if (typeof f !== 'function') throw new Error(`there is no ${name}`);
  return Reflect.apply(f, undefined, args);
}

/** The tensors of a result: itself, a list, or values with indices. */
export function tensorsIn(result: unknown): Tensor[] {
  if (result instanceof Tensor) return [result];
  if (Array.isArray(result)) return result.flatMap(tensorsIn);
  if (typeof result === 'object' && result !== null) return Object.values(result).flatMap(tensorsIn);
  return [];
}

/** The fixed weights of the sum whose gradients are recorded. */
function weightsOf(out: Tensor, j: number): Tensor {
  const values = Array.from({ length: out.numel }, (_, i) => (((7 * i + 3 * j) % 11) - 5) / 4);
  return fromBytes(encode(out.dtype, values), out.shape, out.dtype);
}

/** Backward from the weighted sum of all results that have gradients. */
export function backwardFrom(outputs: readonly Tensor[]): void {
  const sums = outputs.flatMap((out, j) => (out.requiresGrad ? [out.mul(weightsOf(out, j)).sum()] : []));
  const [first, ...rest] = sums;
  rest.reduce((total, sum) => total.add(sum), first).backward();
}

async function scalarsOf(x: Tensor): Promise<Scalar[]> {
  return Array.from<Scalar>(await x.data());
}

/** How a tensor differs from a record, in shape, dtype or values. */
export async function differencesFrom(
  record: ArrayRecord,
  actual: Tensor,
  tolerance: Tolerance = FORWARD,
): Promise<string[]> {
  const dtype: DType = record.dtype ?? 'float32';
  if (actual.dtype !== dtype) return [`dtype ${actual.dtype}, expected ${dtype}`];
  if (String(actual.shape) !== String(record.shape))
    return [`shape [${actual.shape}], expected [${record.shape}]`];
  const own = TOLERANCES[dtype];
  const allowed = dtype === 'float32' ? tolerance : dtype === 'float64' ? { rtol: 1e-10, atol: 1e-12 } : own;
  return differences(await scalarsOf(actual), recordScalars(record), allowed);
}

export const gradientDifferences = (record: ArrayRecord, actual: Tensor) =>
  differencesFrom(record, actual, BACKWARD);

/** Everything in which a call differs from its record. */
export async function problemsOf(record: CallRecord, namespace: object, methods: boolean): Promise<string[]> {
  const label = `${record.call}(${JSON.stringify(record.args)}) on [${record.inputs.map((x) => `[${x.shape}]`)}]`;
  try {
    const inputs = record.inputs.map((x, i) => tensorOf(x, Boolean(record.grads?.[i])));
    const args = record.args.map((arg) => revive(arg, inputs));
    const outputs = tensorsIn(await invoke(record.call, args, namespace, methods));
    if (outputs.length !== record.out.length)
      return [`${label}: ${outputs.length} results, expected ${record.out.length}`];
    const problems: string[] = [];
    for (const [j, out] of outputs.entries()) {
      for (const line of await differencesFrom(record.out[j], out))
        problems.push(`${label}: result ${j}: ${line}`);
    }
    if (record.grads && problems.length === 0) {
      backwardFrom(outputs.filter(({ dtype }) => isFloat(dtype)));
      for (const [i, expected] of record.grads.entries()) {
        if (expected === null) continue;
        const { grad } = inputs[i];
        const lines = grad ? await gradientDifferences(expected, grad) : ['there is none'];
        for (const line of lines) problems.push(`${label}: gradient ${i}: ${line}`);
      }
    }
    return problems;
  } catch (error) {
    return [`${label}: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`];
  }
}

/** Records by the call they make. */
export function byCall(records: readonly CallRecord[]): [string, CallRecord[]][] {
  const groups = new Map<string, CallRecord[]>();
  for (const record of records) groups.set(record.call, [...(groups.get(record.call) ?? []), record]);
  return [...groups];
}
