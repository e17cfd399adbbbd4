/** What a profile says, from real runs where it does not depend on the clock, from recordings made up where it does. */

import { KernelBuilder, InterpreterBackend, parallel, store } from '@tenfold/testing';
import { getDevice, registerBackend } from '@tenfold/ir';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { compile, ones, setDefaultDevice } from '../src/index.ts';
import { profile } from '../src/profile/index.ts';
import type { Peaks } from '../src/profile/index.ts';
import type { Recording } from '../src/profile/recording.ts';
import { report } from '../src/profile/report.ts';
import { table } from '../src/profile/table.ts';
import { trace } from '../src/profile/trace.ts';

registerBackend('interpreter', () => new InterpreterBackend());
beforeEach(() => setDefaultDevice('interpreter'));

const PEAKS: Peaks = {
  flopsPerSecond: 1e9,
  bandwidths: [
    { workingSetBytes: 1024, bytesPerSecond: 1e9 },
    { workingSetBytes: 1 << 20, bytesPerSecond: 1e8 },
  ],
};

describe('profile', () => {
  const x = () => ones([4, 6]);

  it('counts kernels, their work, runs and plans', async () => {
    const [a, b] = [ones([4, 6]).realize(), ones([6, 5]).realize()];
    const p = await profile(() => a.matmul(b).tanh(), { peaks: PEAKS });
    expect(p.result.shape).toEqual([4, 5]);
    expect(p.kernels).toHaveLength(1);
    expect(p.kernels[0]).toMatchObject({
      kind: 'contraction',
      size: [4, 5, 6],
      calls: 1,
      flops: 2 * 4 * 5 * 6 + 8 * 20,
      readBytes: 54 * 4,
      writtenBytes: 80,
    });
    expect(p.plans).toEqual({ runs: 1, hits: 0, misses: 1 });
    expect(p.kinds.map(({ name }) => name)).toEqual(['contraction']);
    expect(p.memory.peakBytes).toBeGreaterThanOrEqual(80);
  });

  it('sees calls after the warm-up only, and finds their plans', async () => {
    let calls = 0;
    const p = await profile(
      () => {
        calls++;
        return x().exp().sum(1);
      },
      { warmUp: 2, calls: 3, peaks: false },
    );
    expect(calls).toBe(5);
    expect(p.plans).toEqual({ runs: 3, hits: 3, misses: 0 });
    expect(p.total.calls).toBe(3);
    expect(p.peaks).toBeUndefined();
    expect(p.total.roofline).toBeNaN();
  });

  it('computes what is returned in one run', async () => {
    const p = await profile(() => ({ a: x().exp(), list: [x().log(), x().sin()] }), { peaks: false });
    expect(p.plans.runs).toBe(1);
    expect(await p.result.list[1].sum().item()).toBeCloseTo(24 * Math.sin(1), 5);
  });

  it('sees compiled functions, which look for no plan', async () => {
    const step = compile(() => x().exp());
    step();
    step();
    const p = await profile(() => step(), { peaks: false });
    expect(p.plans).toEqual({ runs: 1, hits: 0, misses: 0 });
    expect(p.total.calls).toBe(1);
  });

  it('computes what was pending before, and does not count it', async () => {
    const w = ones([8]).realize();
    w.assign(w.mul(2));
    const p = await profile(() => w.assign(w.add(1)), { peaks: false });
    expect(p.plans.runs).toBe(1);
    expect(await p.result.tolist()).toEqual(new Array(8).fill(3));
  });

  it('awaits the function, and adds up to its time', async () => {
    const p = await profile(
      async () => {
        await x().exp().data();
        await Promise.resolve();
        return (await x().exp().sum().item()) > 0;
      },
      { peaks: false },
    );
    expect(p.result).toBe(true);
    expect(p.plans.runs).toBe(2);
    const { tracing, planning, compiling, replaying, kernels } = p.host;
    expect(tracing + planning + compiling + replaying + kernels).toBeCloseTo(p.milliseconds, 6);
    expect(Math.min(tracing, planning, compiling, replaying, kernels)).toBeGreaterThanOrEqual(0);
  });

  it('leaves nothing behind, also after an error', async () => {
    const fail = () => {
      throw new Error('oh');
    };
    await expect(profile(fail, { peaks: false })).rejects.toThrow('oh');
    expect(getDevice('interpreter').backend.observer).toBeUndefined();
    expect((await profile(() => x().exp(), { peaks: false })).total.calls).toBe(1);
  });

  it('refuses a second profile meanwhile, and counts that are none', async () => {
    const inner = () => profile(() => 1, { peaks: false });
    await expect(profile(inner, { peaks: false })).rejects.toThrow(/'interpreter' is being profiled already/);
    await expect(profile(() => 1, { calls: 0 })).rejects.toThrow(/calls must be a positive integer/);
  });

  it('writes a trace that the viewers read', async () => {
    const p = await profile(() => ones([7, 9]).exp(), { peaks: false });
    const folder = await mkdtemp(join(tmpdir(), 'tenfold-trace-'));
    const path = join(folder, 'trace.json');
    await p.writeTrace(path);
    const written: unknown = JSON.parse(await readFile(path, 'utf8'));
    await rm(folder, { recursive: true });
    expect(written).toEqual(JSON.parse(JSON.stringify(p.toTrace())));
    const names = p.toTrace().traceEvents.map(({ name, ph }) => `${ph} ${name}`);
    expect(names).toEqual([
      'M process_name', 'M thread_name', 'M thread_name', 'X profile', 'X run', 'X plan', 'X compile',
      `X ${p.kernels[0].name}`,
    ]); // prettier-ignore
  });
});

/** A dispatch of `y = -x` over so many elements. */
function negation(elements: number) {
  const k = new KernelBuilder('negate');
  const [a, b] = [k.operand('float32', elements, 'read'), k.operand('float32', elements, 'write')];
  const i = k.axis(elements);
  const kernel = k.loops([parallel(i, [store(b, i.index, k.unary('neg', k.load(a, i.index)))])]);
  return { program: { kernel }, launches: [{ operands: [], scalars: [], extents: [] }] };
}

describe('a report', () => {
  const small = negation(100);
  const large = negation(10_000);
  const recording: Recording = {
    wall: 10,
    phases: [
      { phase: 'compile', begin: 1.5, end: 2 },
      { phase: 'plan', begin: 1, end: 2.5 },
      { phase: 'run', begin: 1, end: 6 },
    ],
    dispatches: [
      { dispatch: small, begin: 3, end: 3.5, threads: [{ thread: 0, begin: 3, end: 3.5 }] },
      {
        dispatch: large,
        begin: 3.5,
        end: 5.5,
        threads: [
          { thread: 1, begin: 4, end: 5.5 },
          { thread: 0, begin: 3.5, end: 5 },
        ],
      },
      { dispatch: small, begin: 7, end: 7.5, threads: [] },
    ],
    runs: 1,
    plans: { hits: 0, misses: 1, evictions: 0 },
    uploadedBytes: 400,
    peakBytes: 3 << 20,
    liveBytes: 1000,
  };
  const { kernels, total, host } = report(recording, PEAKS);

  it('relates work and time', () => {
    expect(kernels).toMatchObject([
      { calls: 1, milliseconds: 2, readBytes: 40_000, flops: 10_000, bound: 'memory', size: [10_000] },
      { calls: 2, milliseconds: 1, readBytes: 800, flops: 200, share: 1 / 3 },
    ]);
    // 80,000 bytes at 10^8 a second are 0.8 of 2 ms; 2 times 800 bytes at 10^9 a second are 1.6 µs of 1 ms.
    expect(kernels[0].roofline).toBeCloseTo(0.4, 9);
    expect(kernels[1].roofline).toBeCloseTo(0.0016, 9);
    expect(total.roofline).toBeCloseTo(0.8016 / 3, 9);
    expect(kernels[0].gigabytesPerSecond).toBeCloseTo(0.04, 9);
  });

  it('tells phases apart; a kernel outside of any run is not waited for', () => {
    expect(host).toEqual({ tracing: 5, planning: 1, compiling: 0.5, replaying: 1, kernels: 2.5 });
  });

  it('prints', () => {
    const text = table(report(recording, PEAKS), recording, PEAKS, { rows: 1 });
    expect(text.split('\n').map((line) => line.trimEnd())).toEqual([
      'kernel        size  calls     time  share      read   written   FLOPs  GFLOP/s  GB/s  roofline',
      'negate       10000      1  2.00 ms   67 %  39.1 KiB  39.1 KiB  10.0 K     0.01  0.04      40 %  memory',
      'and 1 more, 1.00 ms',
      '',
      'elementwise             3  3.00 ms  100 %  39.8 KiB  39.8 KiB  10.2 K     0.00  0.03      27 %',
      'total                   3  3.00 ms  100 %  39.8 KiB  39.8 KiB  10.2 K     0.00  0.03      27 %',
      '',
      'time    10.00 ms: tracing 5.00 ms, planning 1.00 ms, compiling 500 µs, replaying 1.00 ms, kernels 2.50 ms',
      'threads 0: 2.00 ms, 1: 1.50 ms',
      'plans   1 runs, 0 plans found, 1 made',
      'memory  3.00 MiB at the peak, 1000 B at the end, 400 B uploaded',
      'peaks   1.00 GFLOP/s; GB/s 1.00 in 1.00 KiB, 0.10 in 1.00 MiB',
    ]);
  });

  it('becomes events in microseconds, outer ones first', () => {
    const events = trace(recording, 'cpu').traceEvents.filter(({ ph }) => ph === 'X');
    expect(events.map(({ name, tid, ts, dur }) => [name, tid, ts, dur])).toEqual([
      ['profile', 1, 0, 10_000],
      ['run', 1, 1000, 5000],
      ['plan', 1, 1000, 1500],
      ['compile', 1, 1500, 500],
      ['negate', 2, 3000, 500],
      ['negate', 2, 3500, 2000],
      ['negate', 2, 7000, 500],
      ['negate', 3, 3000, 500],
      ['negate', 4, 4000, 1500],
      ['negate', 3, 3500, 1500],
    ]);
  });
});
