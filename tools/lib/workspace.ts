/**
 * What the checks need to know of the workspace: where it is, and its packages with their manifests.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface Manifest {
  readonly name: string;
  readonly version?: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface Workspace {
  readonly manifest: Manifest;
  /** Folder relative to the root, with forward slashes: `packages/ir`. */
  readonly folder: string;
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

/** Every package of the workspace, in the order of their folders. */
export function workspaces(): readonly Workspace[] {
  const inside = (parent: string) =>
    readdirSync(join(root, parent))
      .map((name) => `${parent}/${name}`)
      .filter((folder) => existsSync(join(root, folder, 'package.json')))
      .sort();
  return [...inside('packages'), ...inside('apps'), 'tools', 'bench'].map((folder) => ({
    folder,
    manifest: readManifest(folder),
  }));
}

/** The packages that are published. */
export function publicPackages(): readonly Workspace[] {
  return workspaces().filter(({ manifest }) => !manifest.private);
}

/** Files with the given ending below a folder (relative to the root), without what is generated or installed. */
export function filesBelow(folder: string, ending: string): readonly string[] {
  const ignored = new Set(['node_modules', 'dist', '.cache', '.turbo', 'coverage']);
  const found: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!ignored.has(entry.name)) found.push(...filesBelow(path, ending));
    } else if (entry.name.endsWith(ending)) {
      found.push(path);
    }
  }
  return found.sort();
}
