/**
 * How the page is served and built. The two headers isolate it from other origins, without which a browser gives it no
 * shared memory, and so one thread. Packages resolve to their source, as everywhere in this repository.
 */

import { defineConfig } from 'vite';

const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  base: './',
  resolve: { conditions: ['@tenfold/source', 'module', 'browser', 'development|production'] },
  worker: { format: 'es' },
  build: { target: 'es2022' },
  server: { headers },
  preview: { headers },
});
