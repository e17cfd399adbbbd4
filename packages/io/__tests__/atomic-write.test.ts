/** Replacing a file in one step: what is left behind, and what is not. */

import { ArgumentError } from '@tenfold/ir';
import { chmod, mkdir, readFile, readdir, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeFileAtomically } from '../src/atomic-write.ts';
import { tempFolder } from './helpers/temp-folder.ts';

const text = (value: string) => new TextEncoder().encode(value);

describe('writeFileAtomically', () => {
  it('creates a file, replaces it, and leaves nothing else in the folder', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'a.bin');
    await writeFileAtomically(path, async (sink) => {
      await sink.write(text('one'));
      await sink.write(text(''));
      await sink.write(text(' two'));
    });
    expect(await readFile(path, 'utf8')).toBe('one two');
    await writeFileAtomically(path, (sink) => sink.write(text('new')));
    expect(await readFile(path, 'utf8')).toBe('new');
    expect(await readdir(folder)).toEqual(['a.bin']);
  });

  it('shows readers the old content until all of the new is written', async () => {
    const path = join(await tempFolder(), 'a.bin');
    await writeFile(path, 'old');
    await writeFileAtomically(path, async (sink) => {
      await sink.write(text('half'));
      expect(await readFile(path, 'utf8')).toBe('old');
    });
    expect(await readFile(path, 'utf8')).toBe('half');
  });

  it('keeps the old file and removes the new one when writing fails', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'a.bin');
    await writeFile(path, 'old');
    const failing = writeFileAtomically(path, async (sink) => {
      await sink.write(text('half'));
      throw new Error('the device was lost');
    });
    await expect(failing).rejects.toThrow('the device was lost');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['a.bin']);
  });

  it('replaces the file behind a link, and keeps the link and the permissions', async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'runs'));
    const target = join(folder, 'runs', 'step-5.bin');
    const link = join(folder, 'latest.bin');
    await writeFile(target, 'old');
    await chmod(target, 0o600);
    await symlink(target, link);
    await writeFileAtomically(link, (sink) => sink.write(text('new')));
    expect(await readlink(link)).toBe(target);
    expect(await readFile(target, 'utf8')).toBe('new');
    expect((await stat(target)).mode & 0o777).toBe(0o600);
  });

  it('removes what killed processes of this machine left, and nothing else', async () => {
    const folder = await tempFolder();
    const host = hostname()
      .replace(/[^A-Za-z0-9]/g, '-')
      .slice(0, 40);
    const left = `.a.bin.${host}.999999999-0a1b2c3d.tmp`;
    const kept = [
      `.a.bin.${host}.${process.pid}-0a1b2c3d.tmp`,
      '.a.bin.elsewhere.999999999-0a1b2c3d.tmp',
      '.b.tmp',
      'x',
    ];
    for (const name of [left, ...kept]) await writeFile(join(folder, name), '');
    await writeFileAtomically(join(folder, 'a.bin'), (sink) => sink.write(text('new')));
    expect((await readdir(folder)).sort()).toEqual([...kept, 'a.bin'].sort());
  });

  it('takes names as long as the file system allows', async () => {
    const folder = await tempFolder();
    const name = `${'n'.repeat(251)}.bin`;
    await writeFileAtomically(join(folder, name), (sink) => sink.write(text('x')));
    expect(await readdir(folder)).toEqual([name]);
  });

  it('lets two saves of one file run at once; one of them wins whole', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'a.bin');
    const write = (value: string) =>
      writeFileAtomically(path, (sink) => sink.write(text(value.repeat(1000))));
    await Promise.all([write('a'), write('b'), write('c')]);
    expect(await readFile(path, 'utf8')).toMatch(/^(a{1000}|b{1000}|c{1000})$/);
    expect(await readdir(folder)).toEqual(['a.bin']);
  });

  it('names a folder that is not there, and refuses web addresses', async () => {
    const folder = await tempFolder();
    const produce = () => Promise.resolve();
    await expect(writeFileAtomically(join(folder, 'none', 'a.bin'), produce)).rejects.toThrow(/ENOENT.*none/);
    await expect(writeFileAtomically('https://example.org/a', produce)).rejects.toBeInstanceOf(ArgumentError);
  });
});
