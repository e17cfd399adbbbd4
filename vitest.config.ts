import { defineConfig } from 'vitest/config';
import { webgpuProjects } from './tools/lib/webgpu.ts';
import { surfacePlugin } from './tools/parity/surface-plugin.ts';

/**
 * One project per package, each with its tests in `__tests__`. Imports between packages resolve to
 * TypeScript source through the `@tenfold/source` condition, so no test needs a build. The WebGPU backend's tests in
 * `__tests__/devices` are further projects, one a driver.
 */
const folders = [
  'packages/ir',
  'packages/tensor',
  'packages/autograd',
  'packages/backend-cpu',
  'packages/backend-webgpu',
  'packages/nn',
  'packages/optim',
  'packages/io',
  'packages/tenfold',
  'packages/testing',
  'apps/examples',
  'apps/playground',
  'tools',
  'bench',
];

const conditions = ['@tenfold/source', 'module', 'node', 'development|production'];

export default defineConfig({
  plugins: [surfacePlugin()],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      ...folders.map((folder) => ({
        extends: true as const,
        test: {
          name: folder.slice(folder.indexOf('/') + 1),
          root: folder,
          include: ['__tests__/**/*.test.ts'],
          exclude: ['__tests__/devices/**'],
        },
      })),
      ...webgpuProjects,
    ],
  },
});
