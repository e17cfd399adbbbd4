/** The suite itself: that names are unique, that what is timed does what it says, and how runs are compared. */

import '@tenfold/backend-cpu';
import { getDevice } from '@tenfold/ir';
import { countKernels } from '@tenfold/testing';
import { describe, expect, it } from 'vitest';
import { compare, compareWith } from '../src/baseline.ts';
import { KERNELS, chain } from '../src/groups/overhead.ts';
import { allSets } from '../src/groups/index.ts';
import { htmlReport } from '../src/html.ts';
import { summarise } from '../src/measure.ts';
import { parseOptions } from '../src/options.ts';
import type { Result, Results } from '../src/results.ts';
import { runSet, select } from '../src/run.ts';
import { choice, line } from '../src/table.ts';
import { idOf } from '../src/workload.ts';

const once = { seconds: 0, minimumSamples: 1, warmUpSeconds: 0 };

describe('the suite', () => {
  it('has a name for each variant', () => {
    const ids = allSets().flatMap((set) => set.variants.map((variant) => idOf(set, variant)));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(100);
  });

  it('measures the overhead of as many kernels as it says', () => {
    const step = chain();
    expect(countKernels(getDevice('cpu'), () => void step().realize())).toBe(KERNELS);
  });

  it.each(['overhead', 'matmul 64', 'softmax/64', '1x1x8x8', '64 tokens'])('runs %s', async (word) => {
    const [set] = select(allSets(), [word]);
    const results = await runSet(set, once);
    expect(results.map(({ id }) => id)).toEqual(set.variants.map((variant) => idOf(set, variant)));
    for (const { value } of results) expect(value).toBeGreaterThanOrEqual(0);
  });

  it('a long loop adds no memory', async () => {
    const [set] = select(allSets(), ['steps of MLP 64']);
    const results = await runSet(set, once);
    const added = results.filter(({ variant }) => variant.includes('added'));
    expect(added.map(({ value }) => value)).toEqual([0, 0]);
  });
});

function result(variant: string, times: readonly number[]): Result {
  const timing = summarise(times);
  const [group, set] = ['g', 's'];
  return { id: `g/s/${variant}`, group, set, variant, unit: 'ms', value: timing.median, timing };
}

function results(list: readonly Result[]): Results {
  const machine = { processor: 'p', cores: 2, node: '20.0.0', threads: 2, wide: false };
  return { machine, date: '2026-01-01T00:00:00.000Z', quick: false, results: list };
}

describe('comparing', () => {
  const before = results([result('a', [10, 10, 10]), result('b', [10, 10, 10]), result('c', [9, 10, 12]), result('gone', [1])]); // prettier-ignore
  const after = results([result('a', [5, 5, 5]), result('b', [10.2, 10.2, 10.2]), result('c', [11, 11.2, 12]), result('new', [1])]); // prettier-ignore

  it('calls a difference what exceeds the noise', () => {
    const verdicts = compare(before, after).map(({ id, verdict }) => `${id} ${verdict}`);
    expect(verdicts).toEqual(['g/s/a better', 'g/s/b same', 'g/s/c same']);
    expect(compare(after, before)[0].verdict).toBe('worse');
  });

  it('prints ratios, and says when the machine is another', () => {
    const elsewhere = { ...before, machine: { ...before.machine, node: '24.0.0' } };
    const text = compareWith(elsewhere, after);
    expect(text).toContain('measured elsewhere: p, 2 cores, Node 24.0.0, 2 threads');
    expect(text).toMatch(/g\/s\/a +10\.00 ms +5\.000 ms +0\.500 ±0\.030 {2}better/);
    expect(text).toContain('1 better, 0 worse, 2 the same');
  });

  it('figures without a clock have no noise', () => {
    const figure = (value: number): Result => ({ id: 'x', group: 'g', set: 's', variant: 'v', unit: 'MiB', value }); // prettier-ignore
    expect(compare(results([figure(0)]), results([figure(0)]))[0]).toMatchObject({
      ratio: 1,
      verdict: 'same',
    });
    expect(compare(results([figure(100)]), results([figure(101)]))[0].verdict).toBe('worse');
  });
});

describe('printing', () => {
  it('a result with its rate', () => {
    const timed = { ...result('a bᵀ', [0.02, 0.02, 0.02]), rate: { value: 105.25, unit: 'GFLOP/s' } };
    expect(line(timed).replaceAll(/ +/g, ' ')).toBe(' a bᵀ 20.00 µs ±0.0 % 105.3 GFLOP/s');
  });

  it('what the automatic choice costs', () => {
    const set = [result('auto', [2]), result('slow', [4]), result('fast', [1]), result('auto, with both gradients', [0.1])]; // prettier-ignore
    expect(choice(set)).toBe('  auto takes 2.00 times as long as fast, the best forced one');
    expect(choice([result('plain', [1])])).toBeUndefined();
  });
});

describe('the report', () => {
  it('is one page with plots and tables, and nothing to load', () => {
    const point = (x: number) => ({ plot: 'over <n>', axis: 'n', x });
    const list = [1, 2, 4].map((x) => ({
      ...result(`v & w`, [x]),
      id: `${x}`,
      set: `n = ${x}`,
      point: point(x),
    }));
    const page = htmlReport(results(list), { comparisons: compare(results(list), results(list)) });
    expect(page.match(/<svg/g)).toHaveLength(2);
    expect(page).toContain('over &lt;n&gt;');
    expect(page).toContain('<td>n = 2, v &amp; w</td><td>2.000 ms</td>');
    expect(page).not.toMatch(/<script|<link|src=|@import/);
  });
});

describe('the command line', () => {
  it('is read', () => {
    const options = parseOptions(['conv', '--quick', '--threads', '2', '--save', 'main']);
    expect(options).toMatchObject({ words: ['conv'], quick: true, threads: 2, save: 'main' });
  });

  it.each([[['--threads', 'two'], /--threads takes a positive number/], [['--save', '../x'], /a baseline's name/], [['--fast'], /Unknown option/]])(
    'says what is wrong with %j',
    (args, message) => {
      expect(() => parseOptions(args)).toThrow(message);
    },
  ); // prettier-ignore
});
