/** The public surface, as `vitest.config.ts` provides it to tests on every device. */

import type { Surface } from './surface-types.ts';

export async function loadSurface(): Promise<Surface> {
  return (await import('virtual:surface')).default;
}
