/**
 * Who may import whom: the table, and for one import the sentence that says what is wrong with it.
 * Knows nothing of files; `tools/boundaries.ts` reads those.
 */
import { builtinModules } from 'node:module';
import type { Manifest } from './workspace.ts';

const published: readonly string[] = [
  '@tenfold/ir',
  '@tenfold/tensor',
  '@tenfold/autograd',
  '@tenfold/backend-cpu',
  '@tenfold/backend-webgpu',
  '@tenfold/nn',
  '@tenfold/optim',
  '@tenfold/io',
];

/** What each package's source may import from the others. A backend sees `ir` and nothing else. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  '@tenfold/ir': [],
  '@tenfold/tensor': ['@tenfold/ir'],
  '@tenfold/autograd': ['@tenfold/ir', '@tenfold/tensor'],
  '@tenfold/backend-cpu': ['@tenfold/ir'],
  '@tenfold/backend-webgpu': ['@tenfold/ir'],
  '@tenfold/nn': ['@tenfold/ir', '@tenfold/tensor'],
  '@tenfold/optim': ['@tenfold/ir', '@tenfold/tensor'],
  '@tenfold/io': ['@tenfold/ir', '@tenfold/tensor'],
  tenfold: published,
  // Never published; its suites try the whole of Tenfold on any device.
  '@tenfold/testing': published,
};

/** Packages whose source may name Node's modules; every other one must also run in a bare browser. */
const mayUseNode: ReadonlySet<string> = new Set(['@tenfold/backend-cpu', '@tenfold/io', '@tenfold/testing']);

const builtins: ReadonlySet<string> = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));

export interface Importer {
  readonly manifest: Manifest;
  /** The manifest of the repository's root, whose dependencies every package's tests can see. */
  readonly rootManifest: Manifest;
  /** Source that is published, as against tests, programs and tools. */
  readonly isSource: boolean;
}

/** The name of the package behind a specifier: `@tenfold/io/node` is of `@tenfold/io`. */
export function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** What is wrong with importing `specifier`, or undefined. `target` is its manifest if it is one of ours. */
export function packageProblem(
  specifier: string,
  { manifest, rootManifest, isSource }: Importer,
  target: Manifest | undefined,
): string | undefined {
  // What vitest.config.ts makes when it is imported.
  if (specifier.startsWith('virtual:')) return undefined;
  if (builtins.has(specifier)) return builtinProblem(specifier, manifest, isSource);
  const name = packageName(specifier);
  const own = name === manifest.name;
  if (isSource && target && !own && !allowed[manifest.name]?.includes(name)) {
    return `${manifest.name} may not import ${name} (see the table in tools/lib/import-rules.ts)`;
  }
  const declared = isSource
    ? { ...manifest.dependencies, ...manifest.peerDependencies }
    : { ...everyDependency(rootManifest), ...everyDependency(manifest) };
  if (!(name in declared) && (isSource || !own)) {
    return `"${name}" is not in the dependencies of ${manifest.name}`;
  }
  const exported = Object.keys(target?.exports ?? {});
  const subpath = specifier === name ? '.' : `.${specifier.slice(name.length)}`;
  if (target && !exported.includes(subpath)) {
    return `"${specifier}" is not an export of ${name} (it has ${exported.join(', ')})`;
  }
  return undefined;
}

function builtinProblem(specifier: string, { name }: Manifest, isSource: boolean): string | undefined {
  if (!specifier.startsWith('node:')) return `"${specifier}" should be "node:${specifier}"`;
  if (isSource && !mayUseNode.has(name)) {
    return `"${specifier}" does not exist in a browser, and ${name} must run there`;
  }
  return undefined;
}

function everyDependency(manifest: Manifest): Readonly<Record<string, string>> {
  const { dependencies, devDependencies, peerDependencies, optionalDependencies } = manifest;
  return { ...dependencies, ...devDependencies, ...peerDependencies, ...optionalDependencies };
}
