/** Times other libraries beside Tenfold: those that resolve from a folder, each in a process of its own, one after another. */

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PeerReport, PeerTable } from './table.ts';
import { peerTable } from './table.ts';

const here = dirname(fileURLToPath(import.meta.url));

interface Peer {
  readonly name: string;
  readonly adapter: string;
  /** Packages that must be installed. */
  readonly packages: readonly string[];
}

const PEERS: readonly Peer[] = [
  { name: 'TensorFlow.js wasm', adapter: 'tfjs.mjs', packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'] },
  { name: 'ONNX Runtime web', adapter: 'onnx-web.mjs', packages: ['onnxruntime-web'] },
  { name: 'ONNX Runtime native', adapter: 'onnx-node.mjs', packages: ['onnxruntime-node'] },
  { name: 'jax-js', adapter: 'jax-js.mjs', packages: ['@jax-js/jax'] },
]; // prettier-ignore

const TYPESCRIPT = ['--import', import.meta.resolve('tsx')];
const PYTHONS = ['python3', '/usr/bin/python3'];
const TIMEOUT_MS = 300_000;

export interface PeerOptions {
  /** A folder with `node_modules`, looked at before the benchmarks' own. */
  readonly folder?: string;
  readonly threads: number;
  readonly seconds: number;
  /** Flags of Node for Tenfold's own process: how packages are found. */
  readonly nodeFlags?: readonly string[];
  /** Only libraries whose names contain one of these, whatever their case; all when there are none. */
  readonly words: readonly string[];
}

/** Raises an Error when Tenfold itself cannot run. */
export function runPeers({ folder, threads, seconds, words, nodeFlags = [] }: PeerOptions): PeerTable {
  const own = dirname(dirname(here));
  const folders = [...(folder === undefined ? [] : [folder]), own];
  const wanted = (name: string) =>
    words.length === 0 || words.some((word) => name.toLowerCase().includes(word.toLowerCase()));
  const run = ({ name, adapter, packages }: Peer): PeerReport | string => {
    const found = folders.find((candidate) => packages.every((entry) => resolves(entry, candidate)));
    if (found === undefined)
      return `${name} is absent: ${packages.join(', ')} cannot be found from ${folders.join(' or ')}`;
    return runChild(name, adapter, [found, threads, seconds]);
  };
  const tenfold = runChild('Tenfold', 'tenfold.ts', [own, threads, seconds], nodeFlags);
  if (typeof tenfold === 'string') throw new Error(tenfold);
  const others = PEERS.filter(({ name }) => wanted(name)).map(run);
  if (wanted('PyTorch')) others.push(runPython(threads, seconds));
  const absent = others.filter((report) => typeof report === 'string');
  return peerTable([tenfold, ...others.filter((report) => typeof report !== 'string')], absent);
}

function resolves(name: string, folder: string): boolean {
  try {
    createRequire(join(folder, 'package.json')).resolve(name);
    return true;
  } catch {
    return false;
  }
}

function runChild(
  name: string,
  adapter: string,
  options: readonly (string | number)[],
  flags: readonly string[] = [],
): PeerReport | string {
  const program = [join(here, 'child.ts'), adapter, ...options.map(String)];
  return reportOf(name, process.execPath, [...flags, ...TYPESCRIPT, ...program]);
}

function runPython(threads: number, seconds: number): PeerReport | string {
  const program = [join(here, 'adapters', 'pytorch.py'), String(threads), String(seconds)];
  for (const python of PYTHONS) {
    const { status, error } = spawnSync(python, ['-c', 'import torch'], { timeout: TIMEOUT_MS });
    if (!error && status === 0) return reportOf('PyTorch', python, program);
  }
  return `PyTorch is absent: neither ${PYTHONS.join(' nor ')} can import torch`;
}

/** What the process printed, or what went wrong. */
function reportOf(name: string, command: string, args: readonly string[]): PeerReport | string {
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: TIMEOUT_MS });
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  if (lines.length === 0) {
    const said = stderr.split('\n').find((line) => /error/i.test(line)) ?? stderr;
    return `${name} did not start: ${said.trim()}`;
  }
  const [about, ...works] = lines.map((line): unknown => JSON.parse(line));
  return { name, ...(about as Pick<PeerReport, 'version' | 'threads'>), works: works as PeerReport['works'] };
}
