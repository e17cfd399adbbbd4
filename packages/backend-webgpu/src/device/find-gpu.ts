/**
 * Where WebGPU comes from: the engine's own `navigator.gpu` in browsers, workers and Deno; the optional package
 * `webgpu` (Dawn) in Node.
 */

import { DeviceError } from '@tenfold/ir';

/** Dawn crashes the process when its instance is collected, so instances are held for the life of the process. */
const KEPT = Symbol.for('tenfold.dawn');

/** The package that Node needs; a name in a variable, so that no bundler looks for it. */
const DAWN = 'webgpu';

interface Kept {
  [KEPT]?: Map<string, GPU>;
}

/**
 * `dawn` are options of Dawn, such as `backend=vulkan`; they mean nothing where the engine has WebGPU itself.
 * Raises DeviceError saying what is missing.
 */
export async function findGpu(dawn: readonly string[] = []): Promise<GPU> {
  const own = globalThis.navigator?.gpu;
  if (own && dawn.length === 0) return own;
  if (!isNode()) {
    throw new DeviceError(
      'webgpu: this engine has no WebGPU (navigator.gpu); it needs a recent browser, and a page from https or localhost',
    );
  }
  const kept = globalThis as typeof globalThis & Kept;
  const instances = (kept[KEPT] ??= new Map());
  const key = dawn.join();
  const known = instances.get(key);
  if (known) return known;
  const made = await startDawn(dawn);
  instances.set(key, made);
  return made;
}

async function startDawn(options: readonly string[]): Promise<GPU> {
  let module: typeof import('webgpu');
  try {
    module = (await import(/* @vite-ignore */ DAWN)) as typeof import('webgpu');
  } catch (cause) {
    throw new DeviceError(
      `webgpu: Node has no WebGPU of its own; install the package 'webgpu' (npm install webgpu)`,
      { cause },
    );
  }
  return module.create([...options]);
}

function isNode(): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  return process?.versions?.node !== undefined;
}
