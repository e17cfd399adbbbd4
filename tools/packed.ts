/**
 * Checks the packages as a user gets them: every one is built, packed, and looked at by publint and by
 * are-the-types-wrong; then tensor, ir, backend-cpu, nn and io are installed from their tarballs into an
 * empty project, where the program tools/packed/forward.mjs must give the right numbers in Node, and,
 * bundled by esbuild and by Vite, in a browser, and where TypeScript must understand tools/packed/typed.ts.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import * as esbuild from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { build as viteBuild } from 'vite';
import { findChromium, runPage } from './lib/browser.ts';
import { command, failed, fromProblems, passed, skipped, type Outcome } from './lib/outcome.ts';
import { binary, run } from './lib/process.ts';
import { packAll, type Tarball } from './lib/tarballs.ts';
import { root } from './lib/workspace.ts';

const installed = ['@tenfold/ir', '@tenfold/tensor', '@tenfold/backend-cpu', '@tenfold/nn', '@tenfold/io'];

export async function packed(): Promise<readonly Outcome[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tenfold-packed-'));
  try {
    const tarballs = await packAll(folder);
    const outcomes: Outcome[] = [passed('build and pack', `${tarballs.length} packages`)];
    for (const tarball of tarballs) {
      outcomes.push(await checkManifest(tarball), await checkTypes(tarball));
    }
    return [...outcomes, ...(await checkProject(join(folder, 'project'), tarballs))];
  } catch (error) {
    return [failed('build and pack', error instanceof Error ? error.message : String(error))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function checkManifest({ name, file }: Tarball): Promise<Outcome> {
  const { messages, pkg } = await publint({ pack: { tarball: arrayBuffer(file) }, strict: true });
  const problems = messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code);
  const text = JSON.stringify(pkg);
  if (text.includes('workspace:')) problems.push('a workspace: range was published');
  if (text.includes('@tenfold/source')) problems.push('the @tenfold/source condition was published');
  return fromProblems(`publint ${name}`, problems);
}

/** ESM only: that `require` gives an ES module, and that Node 10 finds nothing, is meant. */
async function checkTypes({ name, file }: Tarball): Promise<Outcome> {
  const result = await checkPackage(createPackageFromTarballData(new Uint8Array(arrayBuffer(file))));
  if (!result.types) return failed(`types ${name}`, 'the package has no types');
  const problems = result.problems.filter(
    (problem) =>
      problem.kind !== 'CJSResolvesToESM' &&
      !('resolutionKind' in problem && problem.resolutionKind === 'node10') &&
      !('resolutionOption' in problem && problem.resolutionOption === 'node10'),
  );
  return fromProblems(
    `types ${name}`,
    problems.map((problem) => JSON.stringify(problem)),
  );
}

async function checkProject(project: string, tarballs: readonly Tarball[]): Promise<readonly Outcome[]> {
  mkdirSync(project);
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'empty', private: true, type: 'module' }),
  );
  const files = tarballs.filter(({ name }) => installed.includes(name)).map(({ file }) => file);
  const flags = ['--offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const install = await run('npm', ['install', ...flags, ...files], { cwd: project });
  if (install.code !== 0) return [failed('install into an empty project', install.output)];
  cpSync(join(root, 'tools', 'packed'), project, { recursive: true });
  return [
    passed('install into an empty project', `${files.length} tarballs`),
    await inNode(project),
    await inTypeScript(project),
    ...(await inBrowser(project, 'esbuild', bundleWithEsbuild)),
    ...(await inBrowser(project, 'Vite', bundleWithVite)),
  ];
}

async function inNode(project: string): Promise<Outcome> {
  const { code, output } = await run(process.execPath, ['node.mjs'], { cwd: project });
  return fromProblems('forward pass in Node', code === 0 ? [] : [output || `exit code ${code}`]);
}

/** The strictest reading: also the declarations of the packages are checked. */
async function inTypeScript(project: string): Promise<Outcome> {
  const flags =
    '--ignoreConfig --noEmit --strict --module nodenext --target es2022 --lib ES2022,ESNext.Disposable,DOM';
  const { code, output } = await run(
    process.execPath,
    [binary('typescript', 'tsc'), ...flags.split(' '), 'typed.ts'],
    { cwd: project },
  );
  return fromProblems('types in an empty project', code === 0 ? [] : [output]);
}

type Bundle = (project: string, out: string) => Promise<void>;

/** Two outcomes: that the bundle is made, and that it computes in Chromium. */
async function inBrowser(project: string, bundler: string, bundle: Bundle): Promise<readonly Outcome[]> {
  const out = join(project, `dist-${bundler.toLowerCase()}`);
  try {
    await bundle(project, out);
  } catch (error) {
    return [failed(`bundle with ${bundler}`, error instanceof Error ? error.message : String(error))];
  }
  const made = passed(`bundle with ${bundler}`);
  const name = `forward pass in a browser, bundled with ${bundler}`;
  const chromium = findChromium();
  if (!chromium) return [made, skipped(name, 'no Chromium found; install one or set CHROMIUM')];
  try {
    const result = await runPage(chromium, out, 'index.html');
    return [made, fromProblems(name, result === 'ok' ? [] : [String(result)])];
  } catch (error) {
    return [made, failed(name, error instanceof Error ? error.message : String(error))];
  }
}

async function bundleWithEsbuild(project: string, outdir: string): Promise<void> {
  await esbuild.build({
    absWorkingDir: project,
    entryPoints: ['browser.mjs'],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    outdir,
    outExtension: { '.js': '.mjs' },
    logLevel: 'silent',
  });
  cpSync(join(project, 'index.html'), join(outdir, 'index.html'));
}

async function bundleWithVite(project: string, outDir: string): Promise<void> {
  await viteBuild({ root: project, logLevel: 'error', build: { outDir, emptyOutDir: true } });
}

function arrayBuffer(file: string): ArrayBuffer {
  const bytes = readFileSync(file);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

await command(import.meta.url, packed);
