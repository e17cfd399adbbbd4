import { StandardEngine } from '@tenfold/ir';
import { engineConformance } from '@tenfold/testing';
import { cpuBackend } from '../src/index.ts';

function subject(fusion: boolean) {
  const backend = cpuBackend({ threads: 2 });
  return { backend, engine: new StandardEngine(backend, { fusion }) };
}

engineConformance('cpu', () => subject(true), { slices: 400 });
engineConformance('cpu, unfused', () => subject(false), { slices: 200 });
