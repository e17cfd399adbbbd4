import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../lib/process.ts';
import { root } from '../lib/workspace.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenfold-bootstrap-'));
  mkdirSync(join(folder, 'tools'));
  mkdirSync(join(folder, 'bin'));
  cpSync(join(root, 'tools', 'bootstrap.mjs'), join(folder, 'tools', 'bootstrap.mjs'));
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) writeFileSync(join(folder, file), 'first');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ packageManager: 'pnpm@1.2.3' }));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Puts a program in the place of npx that says how it was called, and ends with the given code. */
function placeNpx(code: number): void {
  writeFileSync(
    join(folder, 'bin', 'npx'),
    `#!/bin/sh\necho "$@" >> "${folder}/calls"\necho broken >&2\nexit ${code}\n`,
    {
      mode: 0o755,
    },
  );
}

function bootstrap(code = "import('./tools/bootstrap.mjs').then((module) => module.ensureInstalled())") {
  const env = { PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
  return run(process.execPath, ['--input-type=module', '-e', code], { cwd: folder, env });
}

test('installs once with the pinned pnpm, then is silent until the lockfile changes', async () => {
  placeNpx(0);
  const first = await bootstrap();
  expect(first).toMatchObject({ code: 0 });
  expect(first.output).toContain('pnpm@1.2.3');
  expect(await bootstrap()).toEqual({ code: 0, output: '' });
  writeFileSync(join(folder, 'pnpm-lock.yaml'), 'second');
  expect((await bootstrap()).output).toContain('Installed');
});

test('a failed installation shows what was said, names the remedy, and is tried again', async () => {
  placeNpx(7);
  const { code, output } = await bootstrap();
  expect(code).toBe(1);
  expect(output).toContain('broken');
  expect(output).toContain('npx pnpm@1.2.3 install');
  placeNpx(0);
  expect((await bootstrap()).output).toContain('Installed');
});

test('a program that needs little is followed by a full installation only when asked for', async () => {
  placeNpx(0);
  const some =
    "import('./tools/bootstrap.mjs').then((module) => module.ensureInstalled('@tenfold/examples'))";
  expect((await bootstrap(some)).output).toContain('Installed');
  expect((await bootstrap(some)).output).toBe('');
  expect((await bootstrap()).output).toContain('Installed');
  expect((await bootstrap(some)).output).toBe('');
});
