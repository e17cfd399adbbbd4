/**
 * Optimizers over 200 steps, and learning-rate schedulers, against float64 numbers of PyTorch and of the papers: in float64
 * where the device has it, and in float32.
 */

import { getDevice } from '@tenfold/ir';
import * as optim from '@tenfold/optim';
import { LBFGS, ReduceLROnPlateau, lrScheduler } from '@tenfold/optim';
import { fromBytes, tensor, zeros } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { expect, it } from 'vitest';
import type { ArrayRecord, OptimRecords, OptimizerRecords, ScheduleRecord } from '../fixtures.ts';
import { recordScalars } from '../fixtures.ts';
import { encode } from '../number-format.ts';
import { onDevice } from './device.ts';
import { lossOf, make } from './optimizers.ts';
import type { Parameters } from './optimizers.ts';

type Precision = 'float32' | 'float64';
type Problem = OptimizerRecords['problem'];

/** What may differ, as a share of the greatest magnitude, given what PyTorch's own float32 is off by. */
const TOLERANCE: Readonly<Record<Precision, (own: number) => number>> = {
  float32: (own) => Math.max(1e-5, 10 * own),
  // Where float32 loses digits, so does float64.
  float64: (own) => Math.max(1e-10, own * 1e-6),
};

function numbersOf(record: ArrayRecord): number[] {
  return recordScalars(record).map(Number);
}

function load(record: ArrayRecord, dtype: Precision, requiresGrad = false): Tensor {
  return fromBytes(encode(dtype, numbersOf(record)), record.shape, dtype, { requiresGrad });
}

interface Setting {
  readonly params: Parameters;
  readonly x: Tensor;
  readonly y: Tensor;
}

function settingOf({ params: { a, b, c }, x, y }: Problem, dtype: Precision): Setting {
  const params = { a: load(a, dtype, true), b: load(b, dtype, true), c: load(c, dtype, true) };
  return { params, x: load(x, dtype), y: load(y, dtype) };
}

async function differencesOf(
  what: string,
  params: Parameters,
  expected: Readonly<Record<string, ArrayRecord>>,
  allowed: number,
): Promise<string[]> {
  const problems: string[] = [];
  for (const [name, record] of Object.entries(expected)) {
    const found = Array.from(await params[name as keyof Parameters].data(), Number);
    const wanted = numbersOf(record);
    const scale = Math.max(...wanted.map(Math.abs));
    const error = Math.max(...found.map((value, i) => Math.abs(value - wanted[i])));
    if (!(error <= allowed * scale)) problems.push(`${what}: ${name} is off by ${error} of ${scale}`);
  }
  return problems;
}

/** The gradient of rows that a step leaves out, as a sparse gradient would; see `optim_cases.py`. */
function dropRow(param: Tensor, step: number): void {
  const rows = tensor(step % 2 === 0 ? [[0], [1]] : [[1], [0]], { dtype: param.dtype });
  if (param.grad) param.grad = param.grad.mul(rows);
}

async function follow(
  problem: Problem,
  record: OptimRecords['trajectories'][number],
  dtype: Precision,
): Promise<string[]> {
  const { optimizer, options, only = ['a', 'b', 'c'], steps, errors, params: expected } = record;
  const { params, x, y } = settingOf(problem, dtype);
  const opt = make(optimizer, only.map((name) => params[name]), options); // prettier-ignore
  const problems: string[] = [];
  for (let step = 1; step <= Math.max(...steps); step++) {
    opt.zeroGrad();
    lossOf(params, x, y).backward();
    if (optimizer === 'SparseAdam') dropRow(params.b, step);
    await opt.step();
    const at = steps.indexOf(step);
    if (at < 0) continue;
    const allowed = TOLERANCE[dtype](errors[at]);
    problems.push(...(await differencesOf(`step ${step}`, params, expected[at], allowed)));
  }
  return problems;
}

async function followClosure(
  problem: Problem,
  { options, losses, errors, params: snapshots }: OptimRecords['closures'][number],
  dtype: Precision,
): Promise<string[]> {
  const { params, x, y } = settingOf(problem, dtype);
  const opt = new LBFGS(Object.values(params), options);
  const problems: string[] = [];
  for (const [i, expected] of snapshots.entries()) {
    const before = await opt.step(() => {
      opt.zeroGrad();
      const loss = lossOf(params, x, y);
      loss.backward();
      return loss;
    });
    const loss = await before.item();
    // A different order of rounding soon takes another way to the same place: in float32 only the losses are compared.
    const allowed = dtype === 'float64' ? TOLERANCE.float64(errors[i]) : 1e-3;
    if (!(Math.abs(loss - losses[i]) <= allowed * losses[0]))
      problems.push(`step ${i}: loss ${loss}, expected ${losses[i]}`);
    if (dtype === 'float64') problems.push(...(await differencesOf(`step ${i}`, params, expected, allowed)));
  }
  return problems;
}

const LAMBDAS: Readonly<Record<string, lrScheduler.LrLambda>> = {
  decay: (epoch) => 0.95 ** epoch,
  hyperbola: (epoch) => 1 / (1 + 0.1 * epoch),
  gentle: () => 0.99,
};

/** Names of functions as the functions; nested schedulers as schedulers. */
function reviveArg(optimizer: lrScheduler.Scheduled, arg: unknown): unknown {
  if (typeof arg === 'string') return LAMBDAS[arg];
  if (!Array.isArray(arg)) return arg;
  if (typeof arg[0] === 'string' && Array.isArray(arg[1])) return buildScheduler(optimizer, arg[0], arg[1]);
  return arg.map((item: unknown) => reviveArg(optimizer, item));
}

function buildScheduler(optimizer: lrScheduler.Scheduled, name: string, args: readonly unknown[]): unknown {
  const constructor: unknown = Reflect.get(lrScheduler, name);
  if (typeof constructor !== 'function') throw new Error(`there is no scheduler ${name}`);
  const given = args.map((arg) => reviveArg(optimizer, arg));
  return Reflect.construct(constructor, name === 'ChainedScheduler' ? given : [optimizer, ...given]);
}

function scheduleProblems({
  scheduler: name,
  args,
  optimizer: kind,
  values,
  rates,
  momenta,
}: ScheduleRecord): string[] {
  const groups = [{ params: [zeros(1).requiresGrad_()] }, { params: [zeros(1).requiresGrad_()], lr: 0.2 }];
  const optimizer =
    kind === 'SGD' ? new optim.SGD(groups, { lr: 0.5, momentum: 0.9 }) : new optim.Adam(groups, { lr: 0.5 });
  const scheduler = buildScheduler(optimizer, name, args);
  const problems: string[] = [];
  const compare = (what: string, found: number, expected: number) => {
    if (!(Math.abs(found - expected) <= 1e-10)) problems.push(`${what} is ${found}, expected ${expected}`);
  };
  for (const [i, expected] of rates.entries()) {
    if (i > 0) {
      if (scheduler instanceof ReduceLROnPlateau) scheduler.step(values?.[i - 1] ?? NaN);
      else if (scheduler instanceof lrScheduler.LRScheduler || isComposite(scheduler)) scheduler.step();
    }
    optimizer.paramGroups.forEach((group, g) => {
      compare(`step ${i}: rate ${g}`, group.lr, expected[g]);
      const momentum = 'momentum' in group ? group.momentum : group.betas[0];
      if (momenta) compare(`step ${i}: momentum ${g}`, momentum, momenta[i][g]);
    });
  }
  return problems.slice(0, 5);
}

function isComposite(value: unknown): value is lrScheduler.ChainedScheduler | lrScheduler.SequentialLR {
  return value instanceof lrScheduler.ChainedScheduler || value instanceof lrScheduler.SequentialLR;
}

/** Optimizers and schedulers on a device that is registered. */
export function optimParity(device: string): void {
  onDevice(device, 'optim', ({ problem, trajectories, closures, schedules }) => {
    const hasDouble = getDevice(device).backend.caps.dtypes.has('float64');
    const precisions: readonly Precision[] = hasDouble ? ['float64', 'float32'] : ['float32'];
    for (const precision of precisions) {
      const named = trajectories.map(
        (record) =>
          [`${record.optimizer} ${JSON.stringify(record.options)} in ${precision}`, record] as const,
      );
      it.each(named)('%s', async (_, record) => {
        expect(await follow(problem, record, precision)).toEqual([]);
      });
      it.each(closures)(`LBFGS $options in ${precision}`, async (record) => {
        expect(await followClosure(problem, record, precision)).toEqual([]);
      });
    }
    it.each(schedules)('$scheduler $args', (record) => {
      expect(scheduleProblems(record)).toEqual([]);
    });
  });
}
