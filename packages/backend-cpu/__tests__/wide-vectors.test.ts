/**
 * Code shaped for pairs of vectors gives right results on every engine. Where the engine pairs (Node 24, x86-64 with
 * AVX2), optimised code is compared from the first call on; elsewhere wide vectors are declined, once.
 */

import { StandardEngine } from '@tenfold/ir';
import { conformance, engineConformance } from '@tenfold/testing';
import { setFlagsFromString } from 'node:v8';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { CpuBackend } from '../src/backend.ts';
import type { CpuOptions } from '../src/index.ts';
import { cpuBackend, cpuFeatures } from '../src/index.ts';
import { allParts } from '../src/parts.ts';
import type { Pairing } from '../src/pairing.ts';
import { pairing } from '../src/pairing.ts';
import { sampleKernels } from '../src/wide/sample-kernels.ts';
import { computeSamples, firstWrong } from '../src/wide/samples.ts';

const canPair = Number.parseInt(process.versions.v8, 10) >= 13 && process.arch === 'x64';

function shaped(options: CpuOptions, shape: Pairing = pairing): CpuBackend {
  return new CpuBackend(options, { ...allParts(options), pairing: shape });
}

describe('wide vectors', () => {
  it('are off unless asked for', () => {
    expect(cpuBackend({ threads: 1 }).features.wideVectors).toBe(false);
    expect(cpuFeatures().wideVectors).toBe(false);
  });

  it('are on where the engine has them; elsewhere that is said once', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const backends = [1, 2].map((threads) => cpuBackend({ threads, wideVectors: true }));
    const [first, second] = backends.map(({ features }) => features.wideVectors);
    expect(second).toBe(first);
    const reason = canPair ? /not faster here/ : /need Node 24 or newer|need an x86-64/;
    const said = warn.mock.calls.map(([text]: readonly unknown[]) => reason.test(String(text)));
    expect(said).toEqual(first ? [] : [true]);
    for (const backend of backends) backend.dispose();
    warn.mockRestore();
  });

  it('are declined where a kernel gives a wrong result', () => {
    const kernels = sampleKernels();
    const expected = computeSamples(cpuBackend({ threads: 1 }), kernels);
    expect(firstWrong(shaped({ threads: 1 }), kernels, expected)).toBe(undefined);
    // As if the upper half of a pair were lost.
    const broken: Pairing = {
      ...pairing,
      barrier: (code, pad, registers) => {
        pairing.barrier(code, pad, registers);
        if (registers.length > 1) code.set(registers[1], registers[0]);
      },
    };
    expect(firstWrong(shaped({ threads: 1 }, broken), kernels, expected)).toBe('rows');
  });
});

describe('code for pairs of vectors', () => {
  // From the first call on by the compiler that pairs.
  if (canPair) setFlagsFromString('--no-liftoff');
  afterAll(() => {
    if (canPair) setFlagsFromString('--liftoff');
  });

  conformance('cpu, wide vectors', () => shaped({ threads: 2 }));
  engineConformance(
    'cpu, wide vectors',
    () => {
      const backend = shaped({ threads: 1 });
      return { backend, engine: new StandardEngine(backend) };
    },
    { slices: 200 },
  );
});
