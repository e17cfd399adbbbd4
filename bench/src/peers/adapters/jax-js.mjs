// jax-js on its WebAssembly device: one thread in Node, which has no Worker as browsers do. Arrays move when they are passed;
// `.ref` keeps them.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { polyfillIterators } from '../iterator-helpers.mjs';
import { values } from '../works.ts';

export async function load(require) {
  polyfillIterators();
  const entry = require.resolve('@jax-js/jax');
  const jax = await import(pathToFileURL(entry).href);
  const { numpy: np, nn } = jax;
  await jax.init('wasm');
  jax.defaultDevice('wasm');

  const array = (data, shape) => np.array(data).reshape(shape);
  const forward = (compute, ...args) => {
    const compiled = jax.jit(compute);
    const call = async () => {
      const result = compiled(...args.map((x) => x.ref));
      await jax.blockUntilReady(result);
      return result;
    };
    return {
      run: async () => void (await call()).dispose(),
      result: async () => (await call()).data(),
    };
  };
  const product = (n) =>
    forward((a, b) => np.matmul(a, b), ...[1, 2].map((seed) => array(values(n * n, seed), [n, n])));
  const rows = () => array(values(512 * 4096, 1), [512, 4096]);
  return {
    version: versionOf(entry),
    threads: 1,
    works: {
      'matmul 256': () => product(256),
      'matmul 1024': () => product(1024),
      'softmax 512x4096': () => forward((x) => nn.softmax(x, -1), rows()),
      'layer norm 512x4096': () => forward((x) => nn.standardize(x, -1, { epsilon: 1e-5 }), rows()),
    },
  };
}

/** From the manifest above the module, which the package does not export. */
function versionOf(entry) {
  return JSON.parse(readFileSync(join(dirname(dirname(entry)), 'package.json'), 'utf8')).version;
}
