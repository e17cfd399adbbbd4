/**
 * Vectors of 256 bits through V8's revectorizer, which pairs neighbouring 128-bit operations on machines with AVX2. It is
 * experimental, so it is only used when asked for, and only after optimised code of every kind has given right results
 * here, faster than unpaired code. Engines without it: Node before 24, browsers, other processors than x86-64.
 *
 * The flag is the process's: all modules compiled from then on are paired where they can be, in workers too.
 */

import type { CpuOptions, CpuParts } from '../backend.ts';
import { CpuBackend } from '../backend.ts';
import type { Pairing } from '../pairing.ts';
import { pairing } from '../pairing.ts';
import { nodeModule } from '../pool/spawn.ts';
import { product, sampleKernels } from './sample-kernels.ts';
import { computeSamples, fastest, firstWrong } from './samples.ts';

/** The first version of V8 in which pairing brings anything. */
const V8_WITH_PAIRING = 13;
const FLAG = 'experimental-wasm-revectorize';

interface V8 {
  setFlagsFromString(flags: string): void;
}
const isV8 = (module: object): module is V8 => 'setFlagsFromString' in module;

/** Why there are no wide vectors; undefined: there are. Found out once. */
let found: { readonly reason: string | undefined } | undefined;

/** The shape of code for wide vectors, switched on for the process; undefined where there are none, said once. */
export function wideVectors(options: CpuOptions, parts: CpuParts): Pairing | undefined {
  if (found === undefined) {
    found = { reason: enable({ ...options, threads: 1, memoryBytes: 2 ** 24 }, parts) };
    if (found.reason !== undefined) {
      // oxlint-disable-next-line no-console -- asked for and not to be had: said once
      console.warn(`Tenfold: the cpu backend does without wide vectors: ${found.reason}.`);
    }
  }
  return found.reason === undefined ? pairing : undefined;
}

function enable(options: CpuOptions, parts: CpuParts): string | undefined {
  const host: { process?: { versions?: { v8?: string }; arch?: string } } = globalThis;
  const v8 = nodeModule('node:v8', isV8);
  if (v8 === undefined || !(Number.parseInt(host.process?.versions?.v8 ?? '', 10) >= V8_WITH_PAIRING))
    return 'they need Node 24 or newer';
  if (host.process?.arch !== 'x64') return 'they need an x86-64 processor with AVX2';
  const backend = (paired: Pairing | undefined) => new CpuBackend(options, { ...parts, pairing: paired });
  try {
    const kernels = sampleKernels();
    const speed = product(96, 96, 256);
    const narrow = backend(undefined);
    const expected = computeSamples(narrow, kernels);
    // Straight to the optimising compiler: that is whose code is to be compared.
    v8.setFlagsFromString('--no-liftoff');
    const narrowTime = fastest(narrow, speed);
    narrow.dispose();
    v8.setFlagsFromString(`--${FLAG}`);
    const wide = backend(pairing);
    const wrong = firstWrong(wide, kernels, expected);
    const wideTime = fastest(wide, speed);
    wide.dispose();
    if (wrong !== undefined) return failed(v8, `the kernel '${wrong}' gave a wrong result`);
    if (wideTime > 0.8 * narrowTime) return failed(v8, 'they are not faster here');
    return undefined;
  } catch (error) {
    return failed(v8, String(error));
  } finally {
    v8.setFlagsFromString('--liftoff');
  }
}

function failed(v8: V8, reason: string): string {
  v8.setFlagsFromString(`--no-${FLAG}`);
  return reason;
}
