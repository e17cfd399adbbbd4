/** Links of the documentation, and files that it names, lead to something in the repository. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, root } from '../lib/workspace.ts';

const folders = ['packages', 'apps', 'docs'].filter((folder) => existsSync(join(root, folder)));
const pages = ['README.md', 'CONTRIBUTING.md', ...folders.flatMap((folder) => filesBelow(folder, '.md'))];

function proseOf(page: string): string {
  return readFileSync(join(root, page), 'utf8').replaceAll(/^```.*?^```$/gms, '');
}

test.each(pages)('links of %s', (page) => {
  const prose = proseOf(page);
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]);
  const relative = targets.filter((target) => !/^(https?:|mailto:|#)/.test(target));
  const missing = relative.filter((target) => !existsSync(join(root, dirname(page), target.split('#')[0])));
  expect(missing).toEqual([]);
});

// Further down a page, `device.ts` may stand for a file that was named in full before.
test.each(['CONTRIBUTING.md', 'docs/architecture.md'])('files named in %s', (page) => {
  const files = ['packages', 'apps', 'tools', 'docs'].flatMap((folder) => filesBelow(folder, ''));
  const named = [...proseOf(page).matchAll(/`([\w./-]+)`/g)].map((match) => match[1]);
  const isPath = (name: string) =>
    /\w\.(ts|mjs|py|json|md)$/.test(name) || /^(packages|apps|tools|docs)\//.test(name);
  const exists = (name: string) =>
    existsSync(join(root, name)) || files.some((file) => file.endsWith(`/${name}`));
  expect(named.filter((name) => isPath(name) && !exists(name))).toEqual([]);
});
