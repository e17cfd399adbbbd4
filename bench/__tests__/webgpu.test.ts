/**
 * The WebGPU benchmark with tiny sizes: what it is asked, how results are judged and told, and on a software driver, where
 * there is one, the whole of it in processes of their own.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { timeBatches } from '../webgpu/batches.ts';
import { bundle } from '../webgpu/bundle.ts';
import { knownCard } from '../webgpu/cards.ts';
import { errorOf, isRight } from '../webgpu/check.ts';
import type { Answer } from '../webgpu/job.ts';
import { parseOptions } from '../webgpu/options.ts';
import { decoderParameters, sizeOf } from '../webgpu/parameters.ts';
import { converse } from '../webgpu/processes.ts';
import type { LibraryReport, Report } from '../webgpu/report.ts';
import { markdown, rowsOf } from '../webgpu/report.ts';
import { FULL, QUICK } from '../webgpu/sizes.ts';
import { values } from '../webgpu/values.ts';
import { WORKS, costOf } from '../webgpu/works.ts';

describe('work', () => {
  it('inputs are spread evenly, and differ by seed', () => {
    const x = values(10_000, 1);
    const mean = x.reduce((sum, value) => sum + value) / x.length;
    const square = x.reduce((sum, value) => sum + value * value) / x.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(square).toBeCloseTo(1 / 3, 1);
    expect(values(4, 2)).not.toEqual(values(4, 1));
    // What `libraries/pytorch.py` gives.
    expect([...values(3, 1)].map((value) => value.toFixed(6))).toEqual([
      '-0.984470',
      '0.244639',
      '-0.940451',
    ]);
  });

  it('the decoder has the parameters of GPT-2', () => {
    const parameters = decoderParameters(FULL);
    expect(parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(124_439_808);
    expect(new Set(parameters.map(({ seed }) => seed)).size).toBe(parameters.length);
  });

  it('costs what it costs', () => {
    expect(costOf('matmul float32', FULL)).toEqual({ bound: 'compute', amount: 2 * 4096 ** 3, goal: 0.4 });
    expect(costOf('softmax', FULL).amount).toBe(2 * 256 * 2 ** 20);
    expect(costOf('convolution', FULL).amount).toBe(2 * 32 * 64 * 56 * 56 * 64 * 9);
    expect(costOf('decode', FULL).amount).toBeGreaterThan(4 * 123e6);
  });
});

describe('options', () => {
  it('are read', () => {
    const options = parseOptions(
      ['matmul', 'soft', '--quick', '--sizes', 'matmul=8,rows=2', '--peak-flops', '67'],
      'linux',
    );
    expect(options.works).toEqual(['matmul float32', 'matmul float16', 'softmax']);
    expect(options.sizes).toEqual({ ...QUICK, matmul: 8, rows: 2 });
    expect(options).toMatchObject({
      quick: true,
      peakFlops: 67,
      peakBandwidth: undefined,
      dawn: ['backend=vulkan'],
    });
    expect(parseOptions([], 'darwin')).toMatchObject({ works: WORKS, sizes: FULL, dawn: [] });
  });

  it.each([
    [['--sizes', 'side=4'], /no size "side"; there are: matmul/],
    [['--sizes', 'rows=1.5'], /rows takes a whole number above 0, got "1.5"/],
    [['--sizes', 'width=100,heads=12'], /width 100 is no multiple of heads 12/],
    [['fft'], /no work is called anything like fft/],
    [['--peak-flops', 'many'], /--peak-flops takes a positive number, got "many"/],
  ])('%j is refused', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});

describe('cards', () => {
  it.each([
    ['NVIDIA H200', 'NVIDIA H200 SXM'],
    ['nvidia-h100-80gb-hbm3', 'NVIDIA H100 SXM'],
    ['NVIDIA H100 PCIe', 'NVIDIA H100 PCIe'],
    ['NVIDIA A100-SXM4-80GB', 'NVIDIA A100 80GB SXM'],
    ['Tesla T4', 'NVIDIA T4'],
    ['NVIDIA L40S', 'NVIDIA L40S'],
    ['NVIDIA GeForce RTX 4090', 'GeForce RTX 4090'],
    ['Apple M1 Pro', 'Apple M1 Pro'],
    ['Apple M2', 'Apple M2'],
  ])('%s is %s', (name, card) => {
    expect(knownCard(['0x2335', name])?.name).toBe(card);
  });

  it('others are measured', () => {
    expect(knownCard(['llvmpipe-llvm-15-0-6-256-bits-', 'Apple M3', 'RTX 4090D'])).toBeUndefined();
  });
});

it('a batch is as long as it should be, and waits once', async () => {
  const events: string[] = [];
  const run = () => new Promise((resolve) => setTimeout(resolve, 1, events.push('run')));
  const wait = async () => void events.push('wait');
  const { calls, samples, median } = await timeBatches(run, wait, { seconds: 0.02, batchSeconds: 0.01 });
  expect(calls).toBeGreaterThan(1);
  expect(samples).toBeGreaterThanOrEqual(5);
  expect(median).toBeGreaterThan(0.5);
  expect(events.slice(-calls - 2)).toEqual(['wait', ...Array.from({ length: calls }, () => 'run'), 'wait']);
});

it('results are compared with the greatest magnitude as measure', () => {
  const expected = { indices: [0, 2], values: [1, -4], tolerance: 0.01 };
  expect(errorOf([1, 9, -4.02], expected)).toBeCloseTo(0.005);
  expect(isRight(errorOf([1, 9, -4.02], expected), expected)).toBe(true);
  expect(isRight(errorOf([1.1, 9, -4], expected), expected)).toBe(false);
  expect(isRight(errorOf([NaN, 9, -4], expected), expected)).toBe(false);
  expect(isRight(errorOf([1], expected), expected)).toBe(false);
});

describe('processes', () => {
  const talk = async (program: string, seconds = 20) => {
    const heard: object[] = [];
    const problem = await converse([process.execPath, '-e', program], seconds, (line) => heard.push(line));
    return { heard, problem };
  };

  it('are heard, whatever else they print', async () => {
    const { heard, problem } = await talk(
      `console.log('hello'); console.log('{"a":1}'); console.error('no')`,
    );
    expect(heard).toEqual([{ a: 1 }]);
    expect(problem).toBeUndefined();
  });

  it('that fail say why, and keep what they said', async () => {
    const { heard, problem } = await talk(`console.log('{"a":1}'); throw new Error('out of luck')`);
    expect(heard).toEqual([{ a: 1 }]);
    expect(problem).toMatch(/^ended with 1: .*out of luck/);
    expect((await talk('process.kill(process.pid, "SIGSEGV")')).problem).toMatch(/^ended with SIGSEGV/);
  });

  it('that hang are given up, and programs that are not there are named', async () => {
    expect((await talk('setInterval(() => {}, 1000)', 0.5)).problem).toBe('took longer than 0.5 s');
    expect(await converse(['/no/such/program'], 5, () => {})).toMatch(/ENOENT/);
  });
});

describe('the report', () => {
  const answer = (work: Answer['work'], median: number): Answer => {
    const timing = { samples: 5, median, low: median, high: median, noise: 0, calls: 1 };
    return { work, timing, error: 0 };
  };
  const library = (key: string, webgpu: boolean, answers: readonly Answer[]): LibraryReport => {
    return { key, webgpu, name: key.toUpperCase(), version: '1', device: 'card', answers };
  };
  const measured = { flops: 60e12, bandwidth: 4e12 };
  const report: Report = {
    date: '2026-01-01T00:00:00.000Z',
    quick: false,
    sizes: FULL,
    works: ['matmul float32', 'softmax', 'decode'],
    device: { names: ['card'], name: 'card', features: [], limits: {}, measured },
    peaks: { flops: 67e12, bandwidth: 4.8e12, source: 'data sheet' },
    libraries: [
      library('tenfold', true, [
        answer('matmul float32', 4),
        { work: 'softmax', problem: 'wrong by 1' },
        { ...answer('decode', 2), deviceMilliseconds: 1.5 },
      ]),
      library('jax-js', true, [answer('matmul float32', 12), answer('decode', 3)]),
      library('tfjs', true, [answer('matmul float32', 10)]),
      library('pytorch', false, [answer('matmul float32', 3)]),
    ],
    absent: ['other: its process ended with 1'],
  };

  it('holds times against peaks and the best peer on WebGPU', () => {
    const [matmul, softmax, decode] = rowsOf(report);
    expect(matmul).toMatchObject({ rate: '34360 GFLOP/s', ratio: 2.5, goal: 0.4 });
    expect(matmul.share).toBeCloseTo((2 * 4096 ** 3) / 0.004 / 67e12, 10);
    expect(softmax).toEqual({ work: 'softmax', milliseconds: new Map(), goal: 0.75 });
    expect(decode).toMatchObject({ tokensPerSecond: 500, ratio: 1.5 });
  });

  it('is a table with what is aimed at, and says what is missing', () => {
    const text = markdown(report);
    expect(text).toContain(
      '| matmul float32, 4096² | 4.000 ms | 34360 GFLOP/s | 51.28 % (reaches 40 %) | 12.00 ms | 10.00 ms | 3.000 ms | 2.500x (reaches 2x) |',
    );
    expect(text).toContain('1.500x (misses 2x)');
    expect(text).toContain('- TENFOLD: softmax, 16384x4096: wrong by 1');
    expect(text).toContain("a cache of 1024: 1.500 ms on the device's clock");
    expect(text).toContain('- other: its process ended with 1');
    expect(markdown({ ...report, quick: true })).not.toMatch(/reaches|misses/);
  });
});

/**
 * Manifests of the software drivers that tests run on: one that is chosen by the environment, then the one that compiles
 * fastest.
 */
const drivers = [
  process.env.VK_DRIVER_FILES,
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  process.env.TENFOLD_LAVAPIPE_ICD,
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tenfold/lavapipe/lvp_icd.json'),
];
const driver = drivers.find((file) => file !== undefined && existsSync(file));

describe.skipIf(!driver)('on a software driver', () => {
  // Below the workspace's folder, so that Dawn is found.
  const folder = mkdtempSync(join(import.meta.dirname, '../node_modules/webgpu-test-'));
  beforeAll(() => bundle(folder, tmpdir()), 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  const bench = (...args: readonly string[]) => {
    const out = join(folder, 'out');
    const env = {
      ...process.env,
      VK_DRIVER_FILES: driver,
      VK_ICD_FILENAMES: driver,
      NODEVICE_SELECT: '1',
      XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? tmpdir(),
    };
    const program = [join(folder, 'main.mjs'), '--quick', '--out', out, ...args];
    const { status, stdout, stderr } = spawnSync(process.execPath, program, { encoding: 'utf8', env });
    const read = () => JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Report;
    return { status, stdout, stderr, read };
  };

  it('everything is right and timed', () => {
    const { status, stdout, stderr, read } = bench('--libraries', 'tenfold,jax-js');
    expect(status, stderr).toBe(0);
    const { libraries, absent, device, peaks } = read();
    expect(libraries.map(({ key }) => key)).toEqual(['tenfold']);
    for (const { work, timing, problem } of libraries[0].answers) {
      expect(problem, work).toBeUndefined();
      expect(timing?.median, work).toBeGreaterThan(0);
    }
    expect(libraries[0].answers.map(({ work }) => work)).toEqual(WORKS);
    expect(absent).toEqual([expect.stringMatching(/^jax-js is absent: @jax-js\/jax is not in /)]);
    expect(device.measured.flops).toBeGreaterThan(0);
    expect(peaks.source).toBe('measured');
    expect(stdout).toContain('| GPT-2 decode, 2 layers of 32, a cache of 16 |');
  }, 400_000);

  it('a device that is not there is told', () => {
    const { status, stderr } = bench('--dawn', 'backend=d3d12');
    expect(status).toBe(2);
    expect(stderr).toContain(
      'there is no WebGPU device: its process ended with 1: Error: Dawn found no adapter',
    );
  }, 60_000);
});
