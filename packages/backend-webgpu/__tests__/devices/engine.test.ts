import { StandardEngine } from '@tenfold/ir';
import { engineConformance } from '@tenfold/testing';
import { webgpuBackend } from '../../src/index.ts';

for (const fusion of [true, false]) {
  engineConformance(
    `webgpu, fusion ${fusion ? 'on' : 'off'},`,
    async () => {
      const backend = await webgpuBackend();
      return { backend, engine: new StandardEngine(backend, { fusion }) };
    },
    { slices: 30 },
  );
}
