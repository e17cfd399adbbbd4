import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runExample } from './support/run.ts';
import { smallMnist, temporaryFolder } from './support/idx-files.ts';

/** An error is one line on the error stream, without a stack, and exit code 1. */
async function expectOneLine(line: RegExp, name: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await runExample(name, ...args);
  expect(stderr.trimEnd()).toMatch(line);
  expect(stderr.trimEnd()).not.toContain('\n');
  expect(code).toBe(1);
}

describe('xor', () => {
  test('learns exclusive or', async () => {
    const { code, stdout, stderr } = await runExample('xor', '--steps', '200');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^step 100: loss 0\.\d{4}\nstep 200: loss 0\.\d{4}\n/);
    expect(stdout).toContain('a xor b');
  });

  test('says so when it has not', () =>
    expectOneLine(/^error: the network did not learn exclusive or$/, 'xor', '--steps', '1'));

  test('refuses options it cannot use', async () => {
    await expectOneLine(
      /'--steps <n>' argument '1\.5' is invalid.*whole number of at least 1/,
      'xor',
      '--steps',
      '1.5',
    );
    await expectOneLine(/'--lr <rate>' argument 'NaN' is invalid.*positive number/, 'xor', '--lr', 'NaN');
    await expectOneLine(/^error: unknown option '--colour'/, 'xor', '--colour', '3');
  });
});

describe('polynomial', () => {
  test('fits a cubic to the sine', async () => {
    const { code, stdout, stderr } = await runExample('polynomial', '--steps', '1000');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/step 1000: mean squared error 0\.0044\d\d/);
    expect(stdout).toMatch(/sin\(x\) is about -?0\.0000 \+ 0\.85\d\d x \+ -?0\.0000 x\^2 \+ -0\.09\d\d x\^3/);
  });

  test('says so when the fit is poor', () =>
    expectOneLine(/^error: the fit is poor: mean squared error 0\.\d+$/, 'polynomial', '--steps', '3'));
});

describe('text', () => {
  test.each([
    ['transformer', []],
    ['lstm', ['--layers', '1', '--context', '32']],
  ])('learns to write from a small text: %s', async (model, more) => {
    const args = ['--model', model, '--steps', '200', '--length', '60', '--lr', '5e-3', ...more];
    const { code, stdout, stderr } = await runExample('text', ...args);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const losses = [...stdout.matchAll(/^step \d+: loss (\d\.\d{4})$/gm)].map(([, loss]) => Number(loss));
    expect(losses).toHaveLength(2);
    expect(losses[1]).toBeLessThan(1.6);
    const [, validation] = /^validation loss (\d\.\d{4}) nats a character\n\n[^]{60}\n$/m.exec(stdout) ?? [];
    expect(Number(validation)).toBeLessThan(1.6);
  });

  test('refuses what it cannot use', async () => {
    await expectOneLine(/the width 66 is not a multiple of 4$/, 'text', '--width', '66');
    await expectOneLine(/nowhere\.txt/, 'text', '--text', '/nowhere.txt');
  });
});

describe('series', () => {
  test('foretells a chaotic series', async () => {
    const { code, stdout, stderr } = await runExample('series', '--steps', '100', '--ahead', '1');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const [, error] = /^error on new values, in standard deviations: (0\.\d{4})$/m.exec(stdout) ?? [];
    expect(Number(error)).toBeLessThan(0.1);
    expect(stdout).toMatch(/^if nothing changed it were: 0\.1\d{3}$/m);
  });

  test('says so when it has not learnt', () =>
    expectOneLine(
      /^error: the network did not learn the series: error \d\.\d{4}$/,
      'series',
      '--steps',
      '1',
    ));
});

describe('experts', () => {
  test('do better than one network that costs as much', async () => {
    const { code, stdout, stderr } = await runExample('experts', '--steps', '1000');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const [, mixture, single] =
      /^mean squared error on new points: mixture (0\.\d{4}), single network (0\.\d{4})$/m.exec(stdout) ?? [];
    expect(Number(mixture)).toBeLessThan(Number(single) / 2);
    expect(stdout).toMatch(/^imbalance 1\.\d{4} \(1 is even\)$/m);
  });

  test('are at least two', () =>
    expectOneLine(/'--experts <n>' argument '1' is invalid/, 'experts', '--experts', '1'));
});

describe('pictures', () => {
  /** The number behind a text in what a program prints. */
  async function figure(pattern: RegExp, name: string, ...args: string[]): Promise<number> {
    const { code, stdout, stderr } = await runExample(name, ...args);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    return Number(pattern.exec(stdout)?.[1]);
  }

  test('superres: better than interpolation', async () => {
    const gain = await figure(/dB: (-?[\d.]+) dB more/, 'superres', '--steps', '100');
    expect(gain).toBeGreaterThan(1.5);
  });

  test('vae: digits cost less when they are known', async () => {
    const nats = await figure(/^test: ([\d.]+) nats an image$/m, 'vae', '--steps', '60');
    expect(nats).toBeLessThan(250);
  });

  test('gan: draws something', async () => {
    const digits = await figure(
      /different digits among them: (\d+)/,
      'gan',
      '--steps',
      '30',
      '--batch-size',
      '16',
    );
    expect(digits).toBeGreaterThan(0);
  });
});

describe('showcase', () => {
  test('goes through the interface', async () => {
    const { code, stdout, stderr } = await runExample('showcase');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(Number(/mean squared error .*: (0\.\d+)/.exec(stdout)?.[1])).toBeLessThan(0.005);
    expect(stdout).toMatch(/the frequency of five waves +tensor\(5\)/);
  });
});

describe('mnist', () => {
  test.each(['mlp', 'lenet'])('%s: saved weights predict the same in a fresh process', async (model) => {
    const data = await smallMnist(256, 64);
    const file = join(await temporaryFolder(), 'digits.safetensors');
    const common = ['--data', data, '--model', model, '--predictions'];
    const trained = await runExample(
      'mnist',
      ...common,
      '--epochs',
      '2',
      '--batch-size',
      '32',
      '--save',
      file,
    );
    expect(trained.stderr).toBe('');
    expect(trained.code).toBe(0);
    expect(trained.stdout).toMatch(/^epoch 1: loss \d\.\d{4}, test accuracy \d+\.\d\d %, \d+\.\d s$/m);
    expect(trained.stdout).toContain('images/s');
    expect(trained.stdout).toContain(`saved ${file}`);
    const predictions = /^\d{64}$/m;
    const loaded = await runExample('mnist', ...common, '--epochs', '0', '--load', file, '--seed', '1');
    expect(loaded.stderr).toBe('');
    expect(loaded.stdout).toMatch(/^test accuracy \d+\.\d\d %$/m);
    expect(predictions.exec(loaded.stdout)?.[0]).toBe(predictions.exec(trained.stdout)?.[0] ?? 'none');
  });

  test('the same seed trains the same network', async () => {
    const data = await smallMnist(128, 64);
    const args = ['--data', data, '--epochs', '1', '--predictions', '--seed', '3'];
    const results = await Promise.all([runExample('mnist', ...args), runExample('mnist', ...args)]);
    const [first, second] = results.map(({ stdout }) => /^\d{64}$/m.exec(stdout)?.[0]);
    expect(first).toBeDefined();
    expect(second).toBe(first);
  });

  test('weights of the other network are refused by name, and nothing is saved', async () => {
    const data = await smallMnist(32, 16);
    const folder = await temporaryFolder();
    const file = join(folder, 'mlp.safetensors');
    await runExample('mnist', '--data', data, '--epochs', '0', '--save', file);
    const other = join(folder, 'lenet.safetensors');
    const { code, stderr } = await runExample(
      'mnist',
      '--data',
      data,
      '--model',
      'lenet',
      '--load',
      file,
      '--save',
      other,
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*missing/s);
    expect(existsSync(other)).toBe(false);
  });

  test('refuses options it cannot use', async () => {
    await expectOneLine(
      /there is neither \/nowhere\/train-images-idx3-ubyte nor/,
      'mnist',
      '--data',
      '/nowhere',
    );
    await expectOneLine(
      /'--model <name>' argument 'vgg' is invalid\. Allowed choices are mlp, lenet/,
      'mnist',
      '--model',
      'vgg',
    );
    await expectOneLine(/'--batch-size <n>' argument '0' is invalid/, 'mnist', '--batch-size', '0');
    await expectOneLine(/nowhere\.safetensors/, 'mnist', '--load', 'nowhere.safetensors');
  });
});

describe('demo', () => {
  test('goes through all stages and shows five different digits', async () => {
    const { code, stdout, stderr } = await runExample('demo');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    for (const stage of [1, 2, 3, 4, 5]) expect(stdout).toMatch(new RegExp(`^${stage}\\. `, 'm'));
    expect(stdout).toContain('encoder.weight  -> 1.weight');
    const captions = [...stdout.matchAll(/says \d, is (\d)/g)].map(([, label]) => label);
    expect(new Set(captions).size).toBe(5);
    expect(Number(/test accuracy (\d+\.\d) %/.exec(stdout)?.[1])).toBeGreaterThan(97);
  });
});
