/**
 * Builds every package from nothing and packs those that are published, exactly as a release does:
 * `tsc -b`, then `pnpm pack`, which also takes the `@tenfold/source` condition out of `exports` and
 * turns `workspace:` ranges into versions.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { binary, run } from './process.ts';
import { publicPackages, root, workspaces } from './workspace.ts';

export interface Tarball {
  readonly name: string;
  readonly file: string;
}

/** Packs into `folder`. Throws with the compiler's or pnpm's words when that fails. */
export async function packAll(folder: string): Promise<readonly Tarball[]> {
  for (const workspace of workspaces())
    rmSync(join(root, workspace.folder, 'dist'), { recursive: true, force: true });
  await must('tsc -b', [binary('typescript', 'tsc'), '-b', 'tsconfig.build.json']);
  return Promise.all(
    publicPackages().map(async ({ folder: packageFolder, manifest: { name, version } }) => {
      const cwd = join(root, packageFolder);
      await must(
        `pnpm pack in ${packageFolder}`,
        [binary('pnpm'), 'pack', '--pack-destination', folder],
        cwd,
      );
      return { name, file: join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`) };
    }),
  );
}

async function must(what: string, args: readonly string[], cwd = root): Promise<void> {
  const { code, output } = await run(process.execPath, args, { cwd });
  if (code !== 0) throw new Error(`${what} failed:\n${output}`);
}
