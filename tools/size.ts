/**
 * Size budgets: bundles each entry of tools/size/ for the browser with esbuild, minified, gzips what a
 * page loads at first (not what a dynamic import loads later) and compares it with
 * tools/size/budgets.json (kilobytes of 1000 bytes). With `--why` it lists the files that weigh most. The
 * entries import from source; the published JavaScript is the same code without its types.
 */
import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { command, failed, passed, type Outcome } from './lib/outcome.ts';
import { root } from './lib/workspace.ts';

const folder = join(root, 'tools', 'size');

export async function size(): Promise<readonly Outcome[]> {
  const budgets = JSON.parse(readFileSync(join(folder, 'budgets.json'), 'utf8')) as Record<string, number>;
  return Promise.all(Object.entries(budgets).map(([entry, budget]) => measure(entry, budget)));
}

async function measure(entry: string, budget: number): Promise<Outcome> {
  const name = `size of ${entry.replace('.ts', '')}`;
  try {
    const { outputFiles, metafile } = await build({
      absWorkingDir: root,
      entryPoints: [join(folder, entry)],
      outdir: 'out',
      bundle: true,
      splitting: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      conditions: ['@tenfold/source'],
      legalComments: 'none',
      metafile: true,
      write: false,
      logLevel: 'silent',
    });
    const loaded = loadedAtFirst(metafile, join('out', entry.replace('.ts', '.js')));
    const files = outputFiles.filter(({ path }) => loaded.has(relative(root, path)));
    const kilobytes = sum(files.map(({ contents }) => gzipSync(contents, { level: 9 }).length / 1000));
    const minified = sum(files.map(({ contents }) => contents.length / 1000));
    const text = `${kilobytes.toFixed(1)} KB of ${budget} KB (minified and gzipped; ${minified.toFixed(1)} KB minified)`;
    if (kilobytes > budget) return failed(name, `${text}\n${heaviest(metafile, loaded)}`);
    return passed(name, process.argv.includes('--why') ? `${text}\n${heaviest(metafile, loaded)}` : text);
  } catch (error) {
    return failed(name, error instanceof Error ? error.message : String(error));
  }
}

/** The entry and the chunks that it imports statically. */
function loadedAtFirst({ outputs }: Metafile, entry: string): ReadonlySet<string> {
  const loaded = new Set([entry]);
  for (const output of loaded) {
    for (const { path, kind } of outputs[output].imports) if (kind === 'import-statement') loaded.add(path);
  }
  return loaded;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}

/** The files that weigh most in the bundle, one per line. */
function heaviest({ outputs }: Metafile, loaded: ReadonlySet<string>): string {
  return [...loaded]
    .flatMap((output) => Object.entries(outputs[output].inputs))
    .sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput)
    .slice(0, 25)
    .map(([file, { bytesInOutput }]) => `${(bytesInOutput / 1000).toFixed(1).padStart(7)} KB  ${file}`)
    .join('\n');
}

await command(import.meta.url, size);
