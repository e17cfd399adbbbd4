/** Samples of PyTorch's table of operations, for any device that is registered. */

import { expect, it } from 'vitest';
import type { OpCall, OpFamily, OpSample } from '../../fixtures.ts';
import { inShare } from '../../share.ts';
import type { Share } from '../../share.ts';
import { canHold, onDevice } from '../device.ts';
import { deviationOf } from './deviations.ts';
import { loadSurface } from './load-surface.ts';
import type { Operation } from './operations.ts';
import { findOperation } from './operations.ts';
import { labelOf, sampleProblems } from './replay.ts';

export interface OpinfoOptions extends Share {
  /** The files to replay. */
  readonly families: readonly OpFamily[];
}

/** An operation with the records that concern it. */
export interface OperationRecords<R extends OpCall> {
  readonly operation: Operation;
  readonly records: readonly R[];
}

/** Values and gradients of every operation that Tenfold has, one test each. */
export function opinfoParity(device: string, { families, ...share }: OpinfoOptions): void {
  for (const family of families) {
    onDevice(device, `opinfo/${family}`, async ({ samples }) => {
      const groups = await byOperation<OpSample>(samples.filter(canHold(device)));
      eachOperation('', groups, async ({ operation, records }) => {
        const problems: string[] = [];
        for (const [i, sample] of records.entries()) {
          const deviation = deviationOf(sample);
          if (!inShare(share, i) || (deviation && !deviation.only)) continue;
          const compared = deviation ? { ...sample, grads: undefined } : sample;
          const lines = await sampleProblems(operation, compared, family);
          problems.push(...lines.map((line) => `${labelOf(sample)}: ${line}`));
        }
        return problems;
      });
    });
  }
}

/** A test of each operation, which finds no problems. */
export function eachOperation<R extends OpCall>(
  prefix: string,
  groups: ReadonlyMap<string, OperationRecords<R>>,
  problemsOf: (records: OperationRecords<R>) => Promise<readonly string[]>,
): void {
  it.each([...groups.keys()])(`${prefix}%s`, async (name) => {
    const records = groups.get(name);
    expect(records && (await problemsOf(records))).toEqual([]);
  });
  it.each(groups.size > 0 ? [] : ['there are none'])('%s', () => expect(groups.size).toBe(0));
}

/** Records by PyTorch's name of the operation, of those that Tenfold has. */
export async function byOperation<R extends OpCall>(
  records: readonly R[],
): Promise<Map<string, OperationRecords<R>>> {
  const surface = await loadSurface();
  const groups = new Map<string, OperationRecords<R>>();
  for (const name of new Set(records.map(({ op }) => op))) {
    const operation = findOperation(surface, name);
    if (operation) groups.set(name, { operation, records: records.filter(({ op }) => op === name) });
  }
  return groups;
}
