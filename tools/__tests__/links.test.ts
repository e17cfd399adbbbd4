/** Every relative link of the documentation leads to a file or a folder of the repository. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, root } from '../lib/workspace.ts';

const folders = ['packages', 'apps', 'docs'].filter((folder) => existsSync(join(root, folder)));
const pages = ['README.md', 'CONTRIBUTING.md', ...folders.flatMap((folder) => filesBelow(folder, '.md'))];

test.each(pages)('%s', (page) => {
  const prose = readFileSync(join(root, page), 'utf8').replaceAll(/^```.*?^```$/gms, '');
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]);
  const relative = targets.filter((target) => !/^(https?:|mailto:|#)/.test(target));
  const missing = relative.filter((target) => !existsSync(join(root, dirname(page), target.split('#')[0])));
  expect(missing).toEqual([]);
});
