/** `npm run bench:webgpu`: bundles the benchmark and runs it here. `--peers-from DIR` says where other libraries are installed. */

import { spawnSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.ts';

const args = process.argv.slice(2);
const at = args.indexOf('--peers-from');
const peers = at < 0 ? undefined : resolve(args.splice(at, 2)[1] ?? '.');

// There, what the programs leave to be found (Dawn) is found, and nothing looks for source.
const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules/.cache/webgpu');
await bundle(folder, peers);
process.exit(
  spawnSync(process.execPath, [join(folder, 'main.mjs'), ...args], { stdio: 'inherit' }).status ?? 1,
);
