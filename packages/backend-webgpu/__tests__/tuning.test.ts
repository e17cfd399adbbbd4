/** Steps as data: shapes and back, what the heuristic chooses at named sizes, the search, and the record that outlives it. */

import type { ContractKernel } from '@tenfold/ir';
import { describe, expect, it } from 'vitest';
import { contractAsLoops } from '../src/kernels/contract-loops.ts';
import type { AdapterClass, Target } from '../src/target.ts';
import { MINIMUM_TARGET } from '../src/target.ts';
import { contractShape } from '../src/tuning/contractions.ts';
import { candidatesOf, fastestOf } from '../src/tuning/search.ts';
import { contractShapeOf, step, stepsOfContract } from '../src/tuning/steps.ts';
import type { TuningRecord } from '../src/tuning/table.ts';
import { TuningTable } from '../src/tuning/table.ts';
import { LANES, TILES } from './support/contract-steps.ts';
import { product } from './support/products.ts';

const INFO = { vendor: 'maker', architecture: 'kind', description: '' };

function targetOf(adapter: AdapterClass): Target {
  return { ...MINIMUM_TARGET, workgroupBytes: 2 ** 15, adapter };
}

/** The kernel of a product that is too large to be run here. */
function sized(m: number, n: number, k: number, layout = 'NN', batch = 1): ContractKernel {
  const small = product({ m: 2, n: 2, k: 2, layout, batch: batch === 1 ? 1 : 2 }).kernel;
  const sides = [batch, m, n, k];
  return { ...small, axes: sides };
}

/** What the heuristic chooses, in short. */
function choice(kernel: ContractKernel, adapter: AdapterClass): string {
  const steps = stepsOfContract(contractShape(kernel, targetOf(adapter), undefined));
  return steps.map(({ kind, axis, amount }) => `${kind} ${axis} ${amount}`).join(', ');
}

describe('steps', () => {
  it.each(Object.entries({ ...TILES, ...LANES }))('%s become a shape, and the shape steps', (_, steps) => {
    const shape = contractShapeOf(steps);
    expect(contractShapeOf(stepsOfContract(shape))).toEqual(shape);
  });

  it('without any are plain loops', () => {
    expect(contractShapeOf([])).toEqual({ method: 'loops' });
    expect(stepsOfContract({ method: 'loops' })).toEqual([]);
  });

  it('that a device cannot run are not taken', () => {
    const kernel = sized(512, 512, 512);
    const huge = [...TILES['tiles of 32x32'].filter(({ axis }) => axis !== 'k'), step('tile', 'k', 2048)];
    const target = targetOf('discrete');
    const uneven = [...TILES['tiles of 32x32'], step('unroll', 'k', 3)];
    for (const steps of [huge, uneven]) {
      expect(contractShape(kernel, target, steps)).toEqual(contractShape(kernel, target, undefined));
    }
  });
});

describe('the heuristic', () => {
  it('gives large products the largest tiles', () => {
    for (const adapter of ['discrete', 'integrated', 'software'] as const) {
      expect(choice(sized(4096, 4096, 4096), adapter)).toMatch(
        /^tile m 128, tile n 128, tile k 8, register m 8, register n 8, unroll k \d$/,
      );
    }
  });

  it('splits k where there are few tiles and a long k', () => {
    expect(choice(sized(768, 768, 8192, 'TN'), 'discrete')).toContain('split k');
    expect(choice(sized(4096, 4096, 8192, 'TN'), 'discrete')).not.toContain('split k');
  });

  it('reads the matrix of a few rows once, along the side on which it is contiguous', () => {
    const { method } = contractShape(sized(1, 768, 768, 'NT'), targetOf('discrete'), undefined);
    expect(method).toBe('rows');
    expect(contractShape(sized(768, 4, 768), targetOf('discrete'), undefined).method).toBe('rows');
  });

  it('leaves what is small to plain loops', () => {
    expect(choice(sized(4, 4, 16), 'discrete')).toBe('');
    expect(choice(sized(64, 64, 4), 'discrete')).toBe('');
    expect(choice(sized(64, 64, 64), 'software')).toBe('');
  });

  it('does as a hint says that asks for sums as they stand', () => {
    expect(choice({ ...sized(512, 512, 512), hint: { algorithm: 'direct' } }, 'discrete')).toBe('');
    expect(choice({ ...sized(512, 512, 512), hint: { algorithm: 'winograd4' } }, 'discrete')).toContain('register');
  }); // prettier-ignore
});

describe('the search', () => {
  it('finds the fastest candidate, and runs slow ones once', async () => {
    const candidates = candidatesOf(sized(1024, 1024, 1024), targetOf('discrete'));
    expect(candidates.length).toBeGreaterThan(4);
    const runs = new Map(candidates.map((steps) => [steps, 0]));
    const best = candidates[3];
    const found = await fastestOf(candidates, (steps) => {
      runs.set(steps, (runs.get(steps) ?? 0) + 1);
      return Promise.resolve(steps === best ? 1 : 5 + candidates.indexOf(steps));
    });
    expect(found).toBe(best);
    expect(runs.get(candidates[candidates.length - 1])).toBe(1);
  });

  it('has something to try for loops, and nothing for kernels of one shape', () => {
    const target = targetOf('discrete');
    expect(candidatesOf(sized(2, 2, 2), target)).toEqual([[]]);
  });

  it('gives loops whole rows', () => {
    const candidates = candidatesOf(contractAsLoops(sized(16, 16, 4096)), targetOf('discrete'));
    expect(candidates.length).toBeGreaterThan(4);
    for (const steps of candidates) for (const { amount } of steps) expect(amount).toBeGreaterThanOrEqual(1);
  });
});

describe('a record', () => {
  const kernel = sized(512, 512, 512);
  const steps = TILES['tiles of 32x32'];

  it('keeps steps by adapter and kernel, through JSON', () => {
    const table = new TuningTable(INFO);
    expect(table.stepsFor(kernel)).toBeUndefined();
    table.keep(kernel, steps);
    const record = JSON.parse(JSON.stringify(table.record())) as TuningRecord;
    const again = new TuningTable(INFO, record);
    expect(again.stepsFor({ ...kernel, name: 'another name' })).toEqual(steps);
    expect(again.stepsFor(sized(512, 512, 513))).toBeUndefined();
    const other = new TuningTable({ ...INFO, architecture: 'another' }, record);
    expect(other.stepsFor(kernel)).toBeUndefined();
    other.keep(kernel, []);
    expect(Object.keys(other.record().adapters)).toEqual(['maker / kind', 'maker / another']);
  });

  it('that is none is refused, with what is wrong', () => {
    const refused = (record: unknown) => () => new TuningTable(INFO, record as TuningRecord);
    expect(refused({})).toThrow(/version 1/);
    expect(refused({ version: 1 })).toThrow(/adapters/);
    expect(refused({ version: 1, adapters: { x: 3 } })).toThrow(/'x'/);
    expect(refused({ version: 1, adapters: { x: { y: [{ kind: 'tile', axis: 'm', amount: -1 }] } } })).toThrow(/'y'/);
  }); // prettier-ignore
});
