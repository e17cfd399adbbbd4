/**
 * The software drivers that WebGPU is tested on, and the vitest project of each: the same test files on SwiftShader and on
 * lavapipe in Node, and in Chromium; the examples on lavapipe, the fastest. A machine that lacks a driver goes without its project, and `npm test` counts it
 * as skipped. The projects come one after the other, because each driver takes all cores.
 */
import { playwright } from '@vitest/browser-playwright';
import { existsSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProjectInlineConfiguration } from 'vitest/config';
import { findChromium } from './browser.ts';

interface Driver {
  readonly project: string;
  /** The folder whose tests in `__tests__/devices` run on it. */
  readonly folder: string;
  /** What has to be there: a Vulkan driver's manifest, or a browser. */
  readonly file: string | undefined;
  readonly remedy: string;
  readonly test: (file: string) => NonNullable<TestProjectInlineConfiguration['test']>;
}

const BACKEND = 'packages/backend-webgpu';

/** `tools/lavapipe.sh` puts it there. */
const LAVAPIPE =
  process.env.TENFOLD_LAVAPIPE_ICD ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tenfold/lavapipe/lvp_icd.json');

const DRIVERS: readonly Driver[] = [
  {
    project: 'webgpu-swiftshader',
    folder: BACKEND,
    file: '/usr/lib/chromium/vk_swiftshader_icd.json',
    remedy: "install Debian's chromium, which brings SwiftShader along",
    test: inNode,
  },
  ...[BACKEND, 'apps/examples'].map((folder) => ({
    project: folder === BACKEND ? 'webgpu-lavapipe' : 'examples-lavapipe',
    folder,
    file: LAVAPIPE,
    remedy: 'run tools/lavapipe.sh',
    test: inNode,
  })),
  {
    project: 'webgpu-chromium',
    folder: BACKEND,
    file: findChromium(),
    remedy: 'install chromium',
    test: inChromium,
  },
];

/** The drivers that are not here, as sentences. */
export const missingWebgpu: readonly string[] = DRIVERS.filter(isMissing).map(
  ({ project, remedy }) => `${project}: there is no such driver here; ${remedy}`,
);

/** The projects of the drivers that are here. */
export const webgpuProjects: readonly TestProjectInlineConfiguration[] = DRIVERS.flatMap((driver, i) => {
  const { file = '', folder, project, test } = driver;
  if (isMissing(driver)) return [];
  return [
    {
      extends: true as const,
      test: {
        name: project,
        root: folder,
        include: ['__tests__/devices/**/*.test.ts'],
        testTimeout: 240_000,
        fileParallelism: false,
        sequence: { groupOrder: i + 1 },
        provide: { driver: project },
        ...test(file),
      },
    },
  ];
});

/** The environment in which Dawn finds the first software driver that is here. */
export function driverEnvironment(): Readonly<Record<string, string>> | undefined {
  const found = DRIVERS.find((driver) => driver.test === inNode && !isMissing(driver));
  return found && environmentOf(found.file ?? '');
}

function isMissing({ file }: Driver): boolean {
  return file === undefined || !existsSync(file);
}

function inNode(manifest: string): NonNullable<TestProjectInlineConfiguration['test']> {
  return { env: environmentOf(manifest) };
}

/** Dawn finds the driver through the environment, which has to be set before it starts. */
function environmentOf(manifest: string): Record<string, string> {
  return {
    VK_DRIVER_FILES: manifest,
    VK_ICD_FILENAMES: manifest,
    NODEVICE_SELECT: '1',
    XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? tmpdir(),
  };
}

function inChromium(executablePath: string): NonNullable<TestProjectInlineConfiguration['test']> {
  const args = [
    '--enable-unsafe-webgpu',
    '--use-webgpu-adapter=swiftshader',
    '--no-sandbox',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ];
  return {
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: { executablePath, args } }),
      instances: [{ browser: 'chromium' }],
    },
  };
}
