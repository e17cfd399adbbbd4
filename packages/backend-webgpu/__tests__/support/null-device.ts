/** Dawn's null backend: it validates shaders and pipelines like any other, and executes nothing. */

import { create } from 'webgpu';
import { Waits } from '../../src/device/waits.ts';
import { lower } from '../../src/lowering/lower.ts';
import { LaunchRing } from '../../src/memory/launch-ring.ts';
import { bindPass, operandBytes } from '../../src/queue/bindings.ts';
import { Pipelines } from '../../src/queue/pipelines.ts';
import type { Target } from '../../src/target.ts';
import type { Tuning } from '../../src/tuning/tuning.ts';
import type { Kernel } from '@tenfold/ir';

/** Dawn crashes the process when an instance is collected. */
const gpu = create(['backend=null']);
/** With what is experimental as well. */
const daring = create(['backend=null', 'enable-dawn-features=allow_unsafe_apis']);
Object.assign(globalThis, { dawnOfNullDevice: [gpu, daring] });

/** A device with no more than WebGPU's minimum limits, and these features. */
export async function nullDevice(features: readonly string[] = []): Promise<GPUDevice> {
  const experimental = features.some((feature) => feature.includes('experimental'));
  const adapter = await (experimental ? daring : gpu).requestAdapter();
  if (!adapter) throw new Error('Dawn has a null adapter everywhere');
  const requiredFeatures = features.map((feature) => feature as GPUFeatureName);
  return adapter.requestDevice({ requiredFeatures });
}

/** How operands are spread: over one slab, or as many as there are operands (a device binds eight at most). */
export type Spread = 'one slab' | 'a slab each';

export interface ShaderText {
  readonly name: string;
  readonly code: string;
  readonly slabs: Parameters<Pipelines['get']>[2];
}

/** The shaders of a kernel, for launches of this number, cut up as the tuning says. */
export function shadersOf(
  kernel: Kernel,
  target: Target,
  spread: Spread,
  launches = 1,
  tuning?: Tuning,
): ShaderText[] {
  const { passes, workspaces } = lower(kernel, target, tuning);
  const bytesOf = operandBytes(kernel, workspaces);
  const extents: number[] = [];
  for (const extent of kernel.axes) if (typeof extent !== 'number') extents[extent.param] = extent.max;
  const rows = launches === 1 ? 1 : 2 ** Math.ceil(Math.log2(launches));
  return passes.flatMap((pass) => {
    let end = 0;
    const places = pass.operands.map((operand, i) => {
      const offset = end;
      end += Math.ceil(bytesOf(operand, extents) / 256) * 256;
      return spread === 'one slab'
        ? { buffer: 1, offset }
        : { buffer: 1 + (i % target.storageBuffers), offset };
    });
    const bound = bindPass(pass, [{ places, extents }], bytesOf, target, 0);
    return bound.map(({ layout }) => ({
      name: pass.name,
      code: pass.shader({ ...layout, rows }),
      slabs: layout.slabs,
    }));
  });
}

/** Makes pipelines of shaders; raises what Dawn complains about, with the text. */
export async function validate(device: GPUDevice, shaders: readonly ShaderText[]): Promise<void> {
  const ring = new LaunchRing(device);
  const pipelines = new Pipelines(device, ring.layout, new Waits(60_000));
  await Promise.all(shaders.map(({ name, code, slabs }) => pipelines.get(name, code, slabs).pending));
  ring.dispose();
}
