/**
 * `npm run bench:webgpu:pack -- DIR [--peers-from DIR] [--gzip]`: a folder that measures WebGPU on a bare Linux machine on x64,
 * without a network and without Node: the programs, Node itself, Dawn's binary for that platform, the Vulkan loader and the
 * libraries that drivers for it want, and `run.sh`, which puts them together there.
 *
 * It needs npm's `node24` of this workspace, and `apt-get` for Debian's packages; both are named when they are missing.
 */

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { bundle } from './bundle.ts';
import { messageOf } from './job.ts';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

/** The Vulkan loader; what NVIDIA's driver links to; and what Node and Dawn link to, which old or bare systems lack. */
const DRIVERS_NEEDS =
  'libegl1 libgl1 libglvnd0 libglx0 libx11-6 libxext6 libxcb1 libxau6 libxdmcp6 libbsd0 libmd0';
const DEBIAN = ['libvulkan1', 'libstdc++6', 'libgcc-s1', ...DRIVERS_NEEDS.split(' ')];
const DAWN = 'dist/linux-x64/dawn.node';

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'peers-from': { type: 'string' }, gzip: { type: 'boolean', default: false } },
  });
  if (positionals.length !== 1)
    throw new Error('usage: npm run bench:webgpu:pack -- DIR [--peers-from DIR] [--gzip]');
  const peers = values['peers-from'];
  await pack(resolve(positionals[0]), peers === undefined ? undefined : resolve(peers), !values.gzip);
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 2;
}

/** `small`: compressed with xz, where this machine has it; it is a third smaller than gzip, which every machine can undo. */
async function pack(folder: string, peers: string | undefined, small: boolean): Promise<void> {
  rmSync(join(folder, 'bench'), { recursive: true, force: true });
  const programs = join(folder, 'bench');
  await bundle(programs, peers);
  const dawn = join(programs, 'node_modules/webgpu');
  const source = dirname(require.resolve('webgpu'));
  mkdirSync(join(dawn, dirname(DAWN)), { recursive: true });
  for (const file of ['package.json', 'index.js', 'LICENSE.md', DAWN])
    copyFileSync(join(source, file), join(dawn, file));
  const node = join(programs, 'node');
  copyFileSync(join(dirname(require.resolve('node24/package.json')), 'bin/node'), node);
  chmodSync(node, 0o755);
  // Symbols are a tenth of it.
  spawnSync('strip', [node]);
  collectLibraries(join(programs, 'lib'));
  const archive = compressed(folder, small);
  copyFileSync(join(here, 'run.sh'), join(folder, 'run.sh'));
  chmodSync(join(folder, 'run.sh'), 0o755);
  const mebibytes = (statSync(archive).size / 2 ** 20).toFixed(1);
  console.log(`${archive}: ${mebibytes} MiB. Copy ${folder} to the machine and run run.sh there.`);
}

/** Every shared library of the packages, side by side, with the names by which they are looked for. */
function collectLibraries(target: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'tenfold-libraries-'));
  // The package manager drops its rights for downloads, and may then not write here.
  must('apt-get', ['-q', '-o', 'APT::Sandbox::User=root', 'download', ...DEBIAN], folder);
  for (const archive of readdirSync(folder)) must('dpkg', ['-x', archive, 'root'], folder);
  mkdirSync(target, { recursive: true });
  for (const place of ['usr/lib', 'lib'].map((path) => join(folder, 'root', path, 'x86_64-linux-gnu'))) {
    for (const name of namesIn(place)) {
      if (/\.so\.\d+$/.test(name)) cpSync(realpathSync(join(place, name)), join(target, name));
    }
  }
  rmSync(folder, { recursive: true });
}

function namesIn(folder: string): string[] {
  return statSync(folder, { throwIfNoEntry: false }) ? readdirSync(folder) : [];
}

/** The folder `bench` as one compressed file, which takes its place. */
function compressed(folder: string, small: boolean): string {
  const plain = join(folder, 'bench.tar');
  must('tar', ['-cf', plain, 'bench'], folder);
  rmSync(join(folder, 'bench'), { recursive: true });
  for (const old of ['bench.tar.xz', 'bench.tar.gz']) rmSync(join(folder, old), { force: true });
  if (small && spawnSync('xz', ['--version']).status === 0) {
    must('xz', ['-6', plain], folder);
    return `${plain}.xz`;
  }
  writeFileSync(`${plain}.gz`, gzipSync(readFileSync(plain), { level: 9 }));
  rmSync(plain);
  return `${plain}.gz`;
}

function must(program: string, args: readonly string[], cwd: string): void {
  const { status, error, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (error) throw new Error(`${program} is needed and cannot be started: ${error.message}`);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${stderr}`);
}
