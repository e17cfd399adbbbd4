/**
 * Checks who imports whom, from the source itself:
 *
 * - between packages, an import must be allowed by the table in lib/import-rules.ts, declared in
 *   package.json, and named in the other package's `exports`; nothing reaches into another's files;
 * - inside a package, imports end in `.ts`, exist, and form no cycle (type imports count: two files
 *   that need each other's types are one idea, or lack a third file).
 *
 * It does not look at style; oxlint does that.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';
import { findCycles } from './lib/cycles.ts';
import { packageName, packageProblem } from './lib/import-rules.ts';
import { command, fromProblems, type Outcome } from './lib/outcome.ts';
import { filesBelow, readManifest, root, workspaces } from './lib/workspace.ts';

export function boundaries(): readonly Outcome[] {
  const all = workspaces();
  const rootManifest = readManifest('.');
  const manifests = new Map(all.map(({ manifest }) => [manifest.name, manifest]));
  const crossings: string[] = [];
  const relatives: string[] = [];
  const packageEdges = new Map<string, Set<string>>();
  const fileEdges = new Map<string, Set<string>>();

  for (const { folder, manifest } of all) {
    const toPackages = new Set<string>();
    packageEdges.set(manifest.name, toPackages);
    for (const file of filesBelow(folder, '.ts')) {
      const isSource = folder.startsWith('packages/') && file.startsWith(`${folder}/src/`);
      const toFiles = new Set<string>();
      fileEdges.set(file, toFiles);
      for (const specifier of importsOf(file)) {
        if (specifier.startsWith('.')) {
          const target = posix.join(dirname(file), specifier);
          const problem = relativeProblem(specifier, target, folder);
          if (problem) relatives.push(`${file}: ${problem}`);
          else toFiles.add(target);
        } else {
          const name = packageName(specifier);
          const problem = packageProblem(
            specifier,
            { manifest, rootManifest, isSource },
            manifests.get(name),
          );
          if (problem) crossings.push(`${file}: ${problem}`);
          if (isSource && manifests.has(name)) toPackages.add(name);
        }
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

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

function relativeProblem(specifier: string, target: string, folder: string): string | undefined {
  if (!target.startsWith(`${folder}/`)) {
    return `"${specifier}" leaves ${folder}; import the other package by its name`;
  }
  if (!existsSync(join(root, target))) return `"${specifier}" does not exist`;
  if (!/\.(ts|mjs|json)$/.test(target)) return `"${specifier}" should end in .ts`;
  return undefined;
}

function describe(cycles: readonly (readonly string[])[]): readonly string[] {
  return cycles.map((cycle) => [...cycle, cycle[0]].join(' -> '));
}

await command(import.meta.url, boundaries);
