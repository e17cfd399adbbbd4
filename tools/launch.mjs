/**
 * Runs a TypeScript program of this repository from source, without a build:
 *
 *   node tools/launch.mjs apps/examples/src/demo/main.ts [arguments]
 *
 * It installs what is missing (see bootstrap.mjs), then starts Node with tsx, which strips the types
 * (Node 20 cannot), and with the condition `@tenfold/source`, under which the packages resolve to
 * their `src`. An example installs only what examples need; the tools install everything.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled, root } from './bootstrap.mjs';

const [program, ...args] = process.argv.slice(2);
if (!program || !existsSync(program)) {
  console.error(
    program ? `launch: there is no file ${program}` : 'usage: node tools/launch.mjs FILE.ts [...]',
  );
  process.exit(2);
}

const manifest = nearestManifest(dirname(resolve(program)));
const { name } = JSON.parse(readFileSync(manifest, 'utf8'));
ensureInstalled(manifest.startsWith(join(root, 'apps')) ? name : undefined);

const tsx = pathToFileURL(createRequire(manifest).resolve('tsx')).href;
const child = spawn(
  process.execPath,
  ['--conditions=@tenfold/source', '--enable-source-maps', '--import', tsx, program, ...args],
  { stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : code));

function nearestManifest(folder) {
  const candidate = join(folder, 'package.json');
  return existsSync(candidate) ? candidate : nearestManifest(dirname(folder));
}
