/** The built page, served from this machine as `vite preview` does, with or without the headers that isolate it. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, preview } from 'vite';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface BuiltPage {
  /** Serves it and gives the address. */
  serve(isolated?: boolean): Promise<string>;
  remove(): Promise<void>;
}

export async function buildPage(): Promise<BuiltPage> {
  const outDir = mkdtempSync(join(tmpdir(), 'tenfold-playground-'));
  const configFile = join(root, 'vite.config.ts');
  const common = { root, configFile, logLevel: 'error' as const, build: { outDir, emptyOutDir: true } };
  await build(common);
  const closers: (() => Promise<void>)[] = [() => Promise.resolve(rmSync(outDir, { recursive: true }))];
  return {
    async serve(isolated = true) {
      const place = { port: 0, host: '127.0.0.1' };
      const server = await preview({
        ...common,
        ...(!isolated && { configFile: false }),
        preview: place,
      });
      closers.unshift(() => server.close());
      const [url] = server.resolvedUrls?.local ?? [];
      return url;
    },
    async remove() {
      for (const close of closers) await close();
    },
  };
}
