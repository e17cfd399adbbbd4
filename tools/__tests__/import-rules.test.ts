import { describe, expect, test } from 'vitest';
import { packageName, packageProblem, type Importer } from '../lib/import-rules.ts';
import type { Manifest } from '../lib/workspace.ts';

const manifest = (name: string, more: Partial<Manifest> = {}): Manifest => ({ name, ...more });
const rootManifest = manifest('root', {
  devDependencies: { '@tenfold/testing': 'workspace:*', vitest: '4' },
});
const ir = manifest('@tenfold/ir', { exports: { '.': './dist/index.js', './kernel': './dist/kernel.js' } });
const tensor = manifest('@tenfold/tensor', { exports: { '.': './dist/index.js' } });

function backend(isSource: boolean, dependencies: Record<string, string> = { '@tenfold/ir': '*' }): Importer {
  return { manifest: manifest('@tenfold/backend-cpu', { dependencies }), rootManifest, isSource };
}

describe('packageName', () => {
  test.each([
    ['tenfold', 'tenfold'],
    ['tenfold/linalg', 'tenfold'],
    ['@tenfold/io', '@tenfold/io'],
    ['@tenfold/io/node/file', '@tenfold/io'],
  ])('%s is of %s', (specifier, name) => expect(packageName(specifier)).toBe(name));
});

describe('packageProblem', () => {
  test('a backend may import ir, and its exported subpaths', () => {
    expect(packageProblem('@tenfold/ir', backend(true), ir)).toBeUndefined();
    expect(packageProblem('@tenfold/ir/kernel', backend(true), ir)).toBeUndefined();
  });

  test('a backend may not import tensor, even when it is declared', () => {
    const importer = backend(true, { '@tenfold/tensor': '*' });
    expect(packageProblem('@tenfold/tensor', importer, tensor)).toContain('may not import @tenfold/tensor');
  });

  test('testing may import every package, and no published one may import testing', () => {
    const dependencies = { '@tenfold/backend-cpu': '*', '@tenfold/testing': '*' };
    const testing: Importer = {
      manifest: manifest('@tenfold/testing', { dependencies }),
      rootManifest,
      isSource: true,
    };
    const target = (name: string) => manifest(name, { exports: { '.': './dist/index.js' } });
    expect(packageProblem('@tenfold/backend-cpu', testing, target('@tenfold/backend-cpu'))).toBeUndefined();
    const problem = packageProblem(
      '@tenfold/testing',
      backend(true, dependencies),
      target('@tenfold/testing'),
    );
    expect(problem).toContain('may not import @tenfold/testing');
  });

  test('nothing reaches past exports', () => {
    expect(packageProblem('@tenfold/ir/src/graph.ts', backend(true), ir)).toContain('not an export');
  });

  test('source may only import what its own package declares, tests also what the root declares', () => {
    expect(packageProblem('vitest', backend(true), undefined)).toContain('not in the dependencies');
    expect(packageProblem('vitest', backend(false), undefined)).toBeUndefined();
    expect(packageProblem('lodash', backend(false), undefined)).toContain('not in the dependencies');
  });

  test("Node's modules are named with their prefix, and only where a browser never meets them", () => {
    const inTensor: Importer = { manifest: tensor, rootManifest, isSource: true };
    expect(packageProblem('fs', backend(true), undefined)).toContain('node:fs');
    expect(packageProblem('node:worker_threads', backend(true), undefined)).toBeUndefined();
    expect(packageProblem('node:fs', inTensor, undefined)).toContain('browser');
    expect(packageProblem('node:fs', { ...inTensor, isSource: false }, undefined)).toBeUndefined();
  });
});
