/** Tenfold on WebGPU, on the work that all libraries are given. */

import '@tenfold/autograd';
import { webgpuBackend } from '@tenfold/backend-webgpu';
import { registerBackend } from '@tenfold/ir';
import { functional as F } from '@tenfold/nn';
import { compile, fromBuffer, noGrad, tensor } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { nameOf } from '../dawn.ts';
import type { Job } from '../job.ts';
import type { Library, Work } from '../serve.ts';
import { serve } from '../serve.ts';
import { values } from '../values.ts';
import { decoder, losses, trainer } from './transformer.ts';

const device = 'webgpu';

async function load(job: Job): Promise<Library> {
  const { matmul, elements, rows, columns, images, channels, pixels, context } = job.sizes;
  const backend = await webgpuBackend({ dawn: job.dawn });
  registerBackend(device, () => backend);
  const place = { device, dtype: 'float32' } as const;

  const input = (seed: number, ...shape: readonly number[]) =>
    fromBuffer(values(shape.reduce((a, b) => a * b), seed), shape, { device }).realize(); // prettier-ignore
  const room = () => backend.room();
  const forward = (compute: () => Tensor): Work => {
    const result = () => noGrad(compute).realize();
    return {
      run: () => {
        result().dispose();
        return room();
      },
      result: async () => Float32Array.from(await result().float().data(), Number),
    };
  };
  const product = (dtype: 'float32' | 'float16') => {
    const [a, b] = [1, 2].map((seed) => input(seed, matmul, matmul).to(dtype).realize());
    return forward(() => a.matmul(b));
  };
  const chain = (x: Tensor) => {
    const h = x.mul(1.25).sub(0.1);
    return h.mul(h.sigmoid()).add(x.mul(0.8).tanh().mul(x)).sub(x.mul(0.5));
  };
  return {
    name: 'Tenfold',
    version: 'this one',
    device: nameOf(backend.info),
    wait: () => backend.synchronize(),
    deviceMilliseconds: async (run, calls) => {
      let total = 0;
      backend.observer = (_, begin, end) => void (total += end - begin);
      for (let i = 0; i < calls; i++) await run();
      await backend.synchronize();
      backend.observer = undefined;
      return total > 0 ? total / calls : undefined;
    },
    works: {
      'matmul float32': () => product('float32'),
      'matmul float16': () => product('float16'),
      'elementwise chain': () => {
        const x = input(1, elements);
        return forward(() => chain(x));
      },
      softmax: () => {
        const x = input(1, rows, columns);
        return forward(() => x.softmax(-1));
      },
      convolution: () => {
        const x = input(1, images, channels, pixels, pixels);
        const weight = input(2, channels, channels, 3, 3);
        return forward(() => F.conv2d(x, weight, null, { padding: 1 }));
      },
      'training step': () => {
        const step = compile(trainer(job, place));
        return {
          run: () => {
            step().dispose();
            return room();
          },
          result: () => losses(trainer(job, place), 3),
        };
      },
      decode: () => {
        const at = (position: number) => tensor([position], { device });
        const step = decoder(job, place);
        let position = 0;
        let token = at(job.prompt[0]);
        return {
          run: () => {
            const [logits, next] = step(token, at(position));
            logits.dispose();
            token = next;
            position = (position + 1) % context;
            return room();
          },
          result: async () => {
            const all = job.prompt.map((value, i) => step(at(value), at(i))[0]);
            return Float32Array.from(await all[all.length - 1].data(), Number);
          },
        };
      },
    },
  };
}

await serve(load);
