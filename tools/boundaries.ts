/**
 * Checks who imports whom, from the source itself:
 *
 * - between packages, an import must be allowed by the table below, declared in package.json, and
 *   named in the other package's `exports`; nothing reaches into another package's files;
 * - inside a package, imports end in `.ts`, exist, and form no cycle (type imports count: two files
 *   that need each other's types are one idea, or lack a third file).
 *
 * It does not look at style; oxlint does that.
 */
import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';
import { findCycles } from './lib/cycles.ts';
import { command, fromProblems, type Outcome } from './lib/outcome.ts';
import { filesBelow, root, workspaces, type Workspace } from './lib/workspace.ts';

/** What each package's source may import from the others. A backend sees `ir` and nothing else. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  '@tenfold/ir': [],
  '@tenfold/tensor': ['@tenfold/ir'],
  '@tenfold/autograd': ['@tenfold/ir', '@tenfold/tensor'],
  '@tenfold/backend-cpu': ['@tenfold/ir'],
  '@tenfold/nn': ['@tenfold/ir', '@tenfold/tensor'],
  '@tenfold/optim': ['@tenfold/ir', '@tenfold/tensor'],
  '@tenfold/io': ['@tenfold/ir', '@tenfold/tensor'],
  '@tenfold/testing': ['@tenfold/ir', '@tenfold/tensor', '@tenfold/autograd'],
  tenfold: [
    '@tenfold/ir',
    '@tenfold/tensor',
    '@tenfold/autograd',
    '@tenfold/backend-cpu',
    '@tenfold/nn',
    '@tenfold/optim',
    '@tenfold/io',
  ],
};

/** Packages whose source may name Node's modules; every other one must also run in a bare browser. */
const mayUseNode = new Set(['@tenfold/backend-cpu', '@tenfold/io', '@tenfold/testing']);

const builtins = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));

interface Import {
  readonly file: string;
  readonly specifier: string;
}

export function boundaries(): readonly Outcome[] {
  const all = workspaces();
  const byName = new Map(all.map((workspace) => [workspace.manifest.name, workspace]));
  const crossings: string[] = [];
  const relatives: string[] = [];
  const packageEdges = new Map<string, Set<string>>();
  const fileEdges = new Map<string, Set<string>>();

  for (const workspace of all) {
    const edges = new Set<string>();
    packageEdges.set(workspace.manifest.name, edges);
    for (const file of filesBelow(workspace.folder, '.ts')) {
      const isSource =
        file.startsWith(`${workspace.folder}/src/`) && workspace.folder.startsWith('packages/');
      const targets = new Set<string>();
      fileEdges.set(file, targets);
      for (const { specifier } of importsOf(file)) {
        if (specifier.startsWith('.')) {
          const target = posix.join(dirname(file), specifier);
          const problem = relativeProblem(file, specifier, target, workspace);
          if (problem) relatives.push(problem);
          else targets.add(target);
          continue;
        }
        const problem = packageProblem({ file, specifier }, workspace, byName, isSource);
        if (problem) crossings.push(problem);
        const name = packageName(specifier);
        if (isSource && byName.has(name)) edges.add(name);
      }
    }
  }
  return [
    fromProblems('package boundaries', crossings, `${packageEdges.size} packages`),
    fromProblems('relative imports', relatives, `${fileEdges.size} files`),
    fromProblems('no import cycle between packages', describe(findCycles(packageEdges))),
    fromProblems('no import cycle between files', describe(findCycles(fileEdges))),
  ];
}

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const { importedFiles } = ts.preProcessFile(text, true, true);
  return importedFiles.map(({ fileName }) => ({ file, specifier: fileName }));
}

function relativeProblem(
  file: string,
  specifier: string,
  target: string,
  workspace: Workspace,
): string | undefined {
  if (!target.startsWith(`${workspace.folder}/`)) {
    return `${file}: "${specifier}" leaves ${workspace.folder}; import the other package by its name`;
  }
  if (!existsSync(join(root, target))) return `${file}: "${specifier}" does not exist`;
  if (!/\.(ts|mjs|json)$/.test(target)) return `${file}: "${specifier}" should end in .ts`;
  return undefined;
}

function packageProblem(
  { file, specifier }: Import,
  { manifest }: Workspace,
  byName: ReadonlyMap<string, Workspace>,
  isSource: boolean,
): string | undefined {
  if (builtins.has(specifier)) {
    if (!specifier.startsWith('node:')) return `${file}: "${specifier}" should be "node:${specifier}"`;
    if (isSource && !mayUseNode.has(manifest.name)) {
      return `${file}: "${specifier}" does not exist in a browser, and ${manifest.name} must run there`;
    }
    return undefined;
  }
  const name = packageName(specifier);
  const target = byName.get(name);
  if (isSource) {
    if (target && target.manifest !== manifest && !allowed[manifest.name]?.includes(name)) {
      return `${file}: ${manifest.name} may not import ${name} (see the table in tools/boundaries.ts)`;
    }
    const runtime = { ...manifest.dependencies, ...manifest.peerDependencies };
    if (!(name in runtime)) return `${file}: "${name}" is not in the dependencies of ${manifest.name}`;
  } else if (name !== manifest.name && !isDeclared(name, manifest)) {
    return `${file}: "${name}" is not in the dependencies of ${manifest.name}`;
  }
  if (target) {
    const subpath = specifier === name ? '.' : `.${specifier.slice(name.length)}`;
    const exported = Object.keys(target.manifest.exports ?? {});
    if (!exported.includes(subpath)) {
      return `${file}: "${specifier}" is not an export of ${name} (it has ${exported.join(', ')})`;
    }
  }
  return undefined;
}

/** Tests and programs may use any declared dependency, and the root's, which every package sees. */
function isDeclared(name: string, manifest: Workspace['manifest']): boolean {
  const rootManifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Workspace['manifest'];
  return [manifest, rootManifest].some(
    ({ dependencies, devDependencies, peerDependencies, optionalDependencies }) =>
      name in { ...dependencies, ...devDependencies, ...peerDependencies, ...optionalDependencies },
  );
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function describe(cycles: readonly (readonly string[])[]): readonly string[] {
  return cycles.map((cycle) => [...cycle, cycle[0]].join(' -> '));
}

await command(import.meta.url, boundaries);
