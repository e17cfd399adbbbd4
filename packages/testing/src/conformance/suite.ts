/**
 * The suite that any backend runs: `conformance('cpu', () => new CpuBackend())` in a test file. Kernels written by
 * hand run on the backend and on the interpreter, and every byte that either may touch is compared.
 */

import type { Backend, DType } from '@tenfold/ir';
import { afterAll, beforeAll, describe } from 'vitest';
import { attentionSuite } from './attention.ts';
import { contractSuite } from './contractions.ts';
import { hostSuite } from './host.ts';
import { indexedSuite } from './indexed.ts';
import { indexSuite } from './indices.ts';
import { launchSuite } from './launches.ts';
import { memorySuite } from './memory.ts';
import { pointwiseSuite } from './pointwise.ts';
import { reductionSuite } from './reductions.ts';

/**
 * Declares the tests of a backend. `makeBackend` is called once to learn its data types, and once for the tests;
 * both are disposed of. It may take its time: a promise is awaited. Attention can be left out, where it is tried elsewhere.
 */
export function conformance(
  name: string,
  makeBackend: () => Backend | Promise<Backend>,
  { attention: tried = true }: { readonly attention?: boolean } = {},
): void {
  describe(`conformance of ${name}`, async () => {
    const probe = await makeBackend();
    const { dtypes, attention, hostRoutines } = probe.caps;
    probe.dispose();
    const has = (dtype: DType) => dtypes.has(dtype);

    let backend: Backend | undefined;
    const backendOf = (): Backend => {
      if (!backend) throw new Error('the backend is made before the first test runs');
      return backend;
    };
    beforeAll(async () => {
      backend = await makeBackend();
    });
    afterAll(() => backend?.dispose());

    describe('memory', () => void memorySuite(backendOf));
    describe('values', () => void pointwiseSuite(backendOf, has));
    describe('indices', () => void indexSuite(backendOf));
    describe('reductions', () => void reductionSuite(backendOf, has));
    describe('indexed writes, scans and sorting', () => void indexedSuite(backendOf, has));
    describe('contractions', () => void contractSuite(backendOf, has));
    describe.each(tried ? [...(attention ?? [])] : [])(
      'attention in %s',
      (dtype) => void attentionSuite(backendOf, dtype),
    );
    describe.each(hostRoutines ? ['a row at a time'] : [])(
      'routines of the host, %s',
      () => void hostSuite(backendOf, has),
    );
    describe('launches', () => void launchSuite(backendOf));
  });
}
