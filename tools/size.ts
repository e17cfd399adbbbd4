/**
 * Size budgets: bundles each entry of tools/size/ for the browser with esbuild, minifies it with terser, gzips it and
 * compares it with tools/size/budgets.json (kilobytes of 1000 bytes). With `--why` it lists the files that weigh most. The
 * entries import from source; the published JavaScript is the same code without its types.
 */
import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { minify } from 'terser';
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
      bundle: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      conditions: ['@tenfold/source'],
      legalComments: 'none',
      metafile: true,
      write: false,
      logLevel: 'silent',
      plugins: [laterChunks],
    });
    const { code } = await minify(outputFiles[0].text, { module: true, ecma: 2020, compress: { passes: 3 } });
    const kilobytes = gzipSync(code ?? '', { level: 9 }).length / 1000;
    const minified = (code ?? '').length / 1000;
    const text = `${kilobytes.toFixed(1)} KB of ${budget} KB (minified and gzipped; ${minified.toFixed(1)} KB minified)`;
    if (kilobytes > budget) return failed(name, `${text}\n${heaviest(metafile)}`);
    return passed(name, process.argv.includes('--why') ? `${text}\n${heaviest(metafile)}` : text);
  } catch (error) {
    return failed(name, error instanceof Error ? error.message : String(error));
  }
}

/** What a dynamic import brings is a chunk that the page loads later, if ever. */
const laterChunks: Plugin = {
  name: 'later chunks',
  setup(bundler) {
    bundler.onResolve({ filter: /.*/ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    );
  },
};

/** The files that weigh most in the bundle before it is minified, one per line. */
function heaviest({ outputs }: Metafile): string {
  return Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput)
    .slice(0, 25)
    .map(([file, { bytesInOutput }]) => `${(bytesInOutput / 1000).toFixed(1).padStart(7)} KB  ${file}`)
    .join('\n');
}

await command(import.meta.url, size);
