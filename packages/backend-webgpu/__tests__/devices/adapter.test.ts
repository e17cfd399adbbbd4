/** Each project runs on the adapter that it is named after; what differs between them is pinned. */

import { afterAll, expect, inject, it } from 'vitest';
import { webgpuBackend } from '../../src/index.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The name of the project. */
    driver: string;
  }
}

const backend = await webgpuBackend();
afterAll(() => backend.dispose());

it('is the one that the project is named after', () => {
  const { vendor, architecture } = backend.info;
  expect(`${vendor} ${architecture}`).toMatch(
    inject('driver') === 'webgpu-lavapipe' ? /mesa/ : /swiftshader/,
  );
});

it('has float16 arithmetic on lavapipe alone, and subgroups everywhere', () => {
  expect(backend.caps.f16).toBe(inject('driver') === 'webgpu-lavapipe');
  expect(backend.caps.subgroups).toBe(true);
});

it('computes in every dtype but float64', () => {
  expect(backend.caps.dtypes.has('float64')).toBe(false);
  expect(backend.caps.dtypes.has('int64')).toBe(true);
});
