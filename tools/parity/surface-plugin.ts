/** Gives tests the public surface as the module `virtual:surface`, in Node and in pages. It is read when it is imported. */
import type { Plugin } from 'vitest/config';
import { extractSurface } from './surface.ts';

const NAME = 'virtual:surface';
const ID = `\0${NAME}`;

export function surfacePlugin(): Plugin {
  return {
    name: 'surface',
    resolveId: (id) => (id === NAME ? ID : undefined),
    load: (id) => (id === ID ? `export default ${JSON.stringify(extractSurface())};` : undefined),
  };
}
