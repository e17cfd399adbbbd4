/**
 * Starting another program, with its output either shown as it comes or kept.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readFileSync } from 'node:fs';
import { root } from './workspace.ts';

export interface Finished {
  /** The exit code; 1 also when a signal ended the program or it could not be started. */
  readonly code: number;
  /** Standard output and standard error together, in the order they came. Empty when shown. */
  readonly output: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Show the output as it comes instead of keeping it. */
  readonly show?: boolean;
}

export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: options.show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', (error) => resolve({ code: 1, output: `${program}: ${error.message}` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output: output.trimEnd() }));
  });
}

/** The script behind a command that an installed npm package offers, to be run by any Node. */
export function binary(packageName: string, commandName = packageName, from = root): string {
  const manifest = findManifest(packageName, from);
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: string | Record<string, string> };
  return join(dirname(manifest), typeof bin === 'string' ? bin : bin[commandName]);
}

function findManifest(packageName: string, from: string): string {
  const paths = createRequire(join(from, 'package.json')).resolve.paths(packageName) ?? [];
  for (const path of paths) {
    const candidate = join(path, packageName, 'package.json');
    try {
      readFileSync(candidate);
      return candidate;
    } catch {
      continue;
    }
  }
  throw new Error(`${packageName} is not installed (looked from ${from}): run "node tools/bootstrap.mjs"`);
}
