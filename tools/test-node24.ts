/**
 * Runs the tests of the CPU backend, conformance suite included, on Node 24 as well: its V8 has other
 * WebAssembly features and another worker implementation than Node 20's. The binary is the optional
 * dependency `node24`, which npm offers for Linux on x64; elsewhere this is skipped, and says so.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { existsSync } from 'node:fs';
import { skipped, type Outcome } from './lib/outcome.ts';
import { runVitest, type VitestRun } from './lib/vitest.ts';
import { root } from './lib/workspace.ts';

const projects = ['backend-cpu'];

/** The Node 24 binary, or undefined where it is not installed. */
export function node24(): string | undefined {
  try {
    const manifest = createRequire(join(root, 'tools', 'package.json')).resolve('node24/package.json');
    const file = join(dirname(manifest), 'bin', 'node');
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

export async function testNode24(): Promise<readonly Outcome[] | VitestRun> {
  if (Number(process.versions.node.split('.')[0]) >= 24) {
    return [
      skipped('Node 24', `this is Node ${process.versions.node} already; run the tests on Node 20 too`),
    ];
  }
  const binary = node24();
  if (!binary) return [skipped('Node 24', `no binary for ${process.platform} on ${process.arch}`)];
  return runVitest(
    projects.flatMap((project) => ['--project', project]),
    binary,
  );
}
