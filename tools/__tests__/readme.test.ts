/**
 * Runs every TypeScript block of the documentation as a program of its own, as a reader would who
 * copies it: the exit code must be 0, and each comment `// prints TEXT` must be found in the output, in
 * order. A block that only shows an excerpt is marked `ts excerpt`, and is not run; one marked `ts webgpu` is run where
 * there is a software driver for it.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { binary, run } from '../lib/process.ts';
import { driverEnvironment } from '../lib/webgpu.ts';
import { filesBelow, root } from '../lib/workspace.ts';

const folder = join(root, 'tools', '.cache', 'snippets');

interface Snippet {
  readonly name: string;
  readonly code: string;
  readonly webgpu: boolean;
}

const driver = driverEnvironment();

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...['packages', 'apps', 'docs']
    .filter((path) => existsSync(join(root, path)))
    .flatMap((path) => filesBelow(path, '.md')),
];

function snippets(page: string): readonly Snippet[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^```ts( webgpu)? *\n(.*?)^```$/gms)].map((match) => ({
    name: `${page}:${text.slice(0, match.index).split('\n').length}`,
    code: match[2],
    webgpu: match[1] !== undefined,
  }));
}

function promised(code: string): readonly string[] {
  return [...code.matchAll(/\/\/ prints (.+)$/gm)].map((match) => match[1].trim());
}

const documented = pages
  .map((page) => ({ page, found: snippets(page) }))
  .filter(({ found }) => found.length > 0);

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  for (const { name, code } of documented.flatMap(({ found }) => found)) writeFileSync(fileOf(name), code);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('every block has the types it should', async () => {
  const files = documented.flatMap(({ found }) => found.map(({ name }) => fileOf(name)));
  const config = join(folder, 'tsconfig.json');
  writeFileSync(config, JSON.stringify({ extends: join(root, 'tsconfig.json'), include: [], files }));
  const tsc = [binary('typescript', 'tsc'), '-p', config, '--pretty', 'false'];
  const { output } = await run(process.execPath, tsc, { cwd: folder });
  const inSnippets = output.split('\n').filter((line) => /^[\w.-]+\.ts\(/.test(line));
  expect(inSnippets).toEqual([]);
});

describe.each(documented)('$page', ({ found }) => {
  test.for(found)('$name', async ({ name, code, webgpu }, { skip }) => {
    skip(webgpu && !driver, 'there is no software driver of WebGPU here');
    const args = ['--conditions=@tenfold/source', '--import', import.meta.resolve('tsx'), fileOf(name)];
    const env = webgpu ? driver : undefined;
    const { code: exitCode, output } = await run(process.execPath, args, { cwd: folder, env });
    expect(exitCode, output).toBe(0);
    let rest = output;
    for (const text of promised(code)) {
      expect(rest).toContain(text);
      rest = rest.slice(rest.indexOf(text) + text.length);
    }
  });
});

function fileOf(name: string): string {
  return join(folder, `${name.replaceAll(/[^\w.]/g, '-')}.ts`);
}
