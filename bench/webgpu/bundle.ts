/**
 * The programs of the benchmark's processes, each as one file of JavaScript: what is measured is the source as it stands,
 * bundled as users do. Libraries to compare with are taken from a folder where they are installed; one that is not there
 * is noted with the reason.
 */

import { build } from 'esbuild';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

const PROGRAMS = ['main.ts', 'device.ts', 'reference.ts', 'libraries/tenfold.ts'];
const PEERS = [
  { key: 'jax-js', program: 'libraries/jax-js.mjs', packageName: '@jax-js/jax' },
  { key: 'tfjs', program: 'libraries/tfjs.mjs', packageName: '@tensorflow/tfjs-backend-webgpu' },
];

/** Some packages are written for `require`, which a module has not. */
const REQUIRE = `import { createRequire as createRequireHere } from 'node:module';
const require = createRequireHere(import.meta.url);`;

/** Writes the programs into `folder`. `peers`: a folder with `node_modules`, looked at before the benchmark's own. */
export async function bundle(folder: string, peers?: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const folders = [...(peers === undefined ? [] : [peers]), dirname(here)].map((path) =>
    join(path, 'node_modules'),
  );
  const write = (program: string, version = '') =>
    build({
      entryPoints: [join(here, program)],
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      platform: 'node',
      // As bundlers for browsers do: packages that have both kinds of modules are then there once.
      mainFields: ['module', 'main'],
      format: 'esm',
      target: 'node20',
      conditions: ['@tenfold/source'],
      external: ['webgpu'],
      banner: { js: REQUIRE },
      define: { PEER_VERSION: JSON.stringify(version) },
      nodePaths: folders,
      logLevel: 'silent',
    });
  for (const program of PROGRAMS) await write(program);
  const absent: Record<string, string> = {};
  for (const { key, program, packageName } of PEERS) {
    const manifest = folders.map((path) => join(path, packageName, 'package.json')).find(existsSync);
    if (!manifest) {
      rmSync(join(folder, `${key}.mjs`), { force: true });
      absent[key] = `${packageName} is not in ${folders.join(' nor in ')}`;
    } else await write(program, (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version);
  }
  writeFileSync(join(folder, 'absent.json'), JSON.stringify(absent));
  copyFileSync(join(here, 'libraries/pytorch.py'), join(folder, 'pytorch.py'));
}
