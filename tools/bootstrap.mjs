/**
 * Installs the dependencies of this repository when they are missing or when the lockfile changed,
 * with nothing but Node and npm on the machine: pnpm itself comes through npx, at the version that
 * package.json pins. Quiet and quick when there is nothing to do. Plain JavaScript without
 * dependencies, because it runs before anything is installed.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.tenfold-install.json');
const inputs = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'];

/**
 * Makes sure that the dependencies are there.
 *
 * @param {string} [scope] name of the only workspace package that must run, for which a small part is
 *   enough; everything is installed when it is left out.
 */
export function ensureInstalled(scope) {
  requireNode(20, 19);
  const state = inputs.map((file) => readFileSync(join(root, file)));
  const hash = createHash('sha256').update(Buffer.concat(state)).digest('hex');
  const stamp = readStamp();
  const have = stamp?.hash === hash ? stamp.scopes : [];
  if (have.includes('*') || (scope && have.includes(scope))) return;

  // A narrow install would take away what a full one brought, so it is only made where there is none.
  const narrow = scope !== undefined && !(stamp ? stamp.scopes.includes('*') : existsSync(modules));
  const { packageManager } = JSON.parse(state[2].toString());
  const args = ['-y', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only'];
  if (narrow) args.push('--prod', '--filter', `${scope}...`);
  console.log(`Installing dependencies with ${packageManager} (first run, or the lockfile changed) ...`);
  const started = Date.now();
  const result = spawnSync(process.platform === 'win32' ? 'npx.cmd' : 'npx', args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, CI: '1', npm_config_loglevel: 'error' },
    shell: process.platform === 'win32',
  });
  if (result.error) {
    fail(`npx could not be started (${result.error.message}); it comes with npm, which is needed here.`);
  }
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout}${result.stderr}`);
    fail(
      'the installation failed, see above. If it speaks of an outdated lockfile, a package.json was ' +
        `changed without it: run "npx ${packageManager} install". Otherwise check the network.`,
    );
  }
  mkdirSync(modules, { recursive: true });
  writeFileSync(stampFile, JSON.stringify({ hash, scopes: narrow ? [...have, scope] : ['*'] }));
  console.log(`Installed in ${((Date.now() - started) / 1000).toFixed(1)} s.\n`);
}

/** What an earlier run installed: the hash of its inputs and the scopes, '*' for everything. */
function readStamp() {
  if (!existsSync(stampFile)) return undefined;
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return undefined;
  }
}

function requireNode(major, minor) {
  const [haveMajor, haveMinor] = process.versions.node.split('.').map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  fail(`Tenfold needs Node ${major}.${minor} or newer; this is Node ${process.versions.node}.`);
}

function fail(message) {
  console.error(`bootstrap: ${message}`);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ensureInstalled();
