/** The dependency diagram of CONTRIBUTING.md says what the packages declare. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root, workspaces } from '../lib/workspace.ts';

const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
const drawn = new Map<string, Set<string>>();
for (const [, from, to] of text.matchAll(/^ {2}([\w-]+) -(?:-|\.-)> ([\w-]+)$/gm)) {
  drawn.set(from, (drawn.get(from) ?? new Set()).add(to));
}

const short = (name: string) => name.replace('@tenfold/', '');
const packages = workspaces().filter(({ folder }) => folder.startsWith('packages/'));
const names = new Set(packages.map(({ manifest }) => manifest.name));

function reachable(from: string): Set<string> {
  const found = new Set<string>();
  for (const to of drawn.get(from) ?? []) for (const name of [to, ...reachable(to)]) found.add(name);
  return found;
}

describe.each(packages)('$manifest.name', ({ manifest }) => {
  const declared = Object.keys(manifest.dependencies ?? {}).filter((name) => names.has(name));

  test('every arrow is a dependency', () => {
    const arrows = [...(drawn.get(short(manifest.name)) ?? [])];
    expect(declared.map(short)).toEqual(expect.arrayContaining(arrows));
  });

  test('every dependency is an arrow, or follows from arrows', () => {
    expect([...reachable(short(manifest.name))]).toEqual(expect.arrayContaining(declared.map(short)));
  });
});
