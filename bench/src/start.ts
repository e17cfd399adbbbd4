/**
 * Builds the packages, then runs `main.ts` (or with `limits` that of `../limits`) on what was built, as users run it: from source the loader adds calls of its own to
 * functions, and what a step costs beyond its arithmetic would be a quarter more.
 */

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

const built = spawnSync(process.execPath, [tsc, '-b', 'packages/tenfold'], { cwd: root, stdio: 'inherit' });
if (built.status !== 0) process.exit(built.status ?? 1);
const args = process.argv.slice(2);
const main = args[0] === 'limits' ? join(here, '..', 'limits', 'main.ts') : join(here, 'main.ts');
const program = [
  '--import',
  import.meta.resolve('tsx'),
  main,
  ...(args[0] === 'limits' ? args.slice(1) : args),
];
process.exit(spawnSync(process.execPath, program, { stdio: 'inherit' }).status ?? 1);
