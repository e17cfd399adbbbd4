import { StandardEngine } from '@tenfold/ir';
import { conformance, engineConformance } from '@tenfold/testing';
import { cpuBackend } from '../src/index.ts';
import { tuning } from '../src/tuning.ts';

/** Everything is cut into the smallest parts: what only large kernels do otherwise, small ones do here. */
Object.assign(tuning, { fewRows: 1000, split: 0, part: 1, grain: 4, shared: 0, task: 1, wake: -1 });

conformance('cpu, cut into the smallest parts', () => cpuBackend({ threads: 3 }));

engineConformance(
  'cpu, cut into the smallest parts',
  () => {
    const backend = cpuBackend({ threads: 2 });
    return { backend, engine: new StandardEngine(backend) };
  },
  { slices: 200, firstSeed: 5001 },
);
