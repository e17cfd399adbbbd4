/** A program that saves in a loop is killed at random moments: the file is always whole, the old one or the new. */

import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { loadCheckpoint } from '../src/index.ts';
import { seededRandom } from './helpers/random.ts';
import { tempFolder } from './helpers/temp-folder.ts';
import { valuesOf } from './helpers/tensors.ts';

const KILLS = 20;
const program = fileURLToPath(new URL('./helpers/save-in-loop.ts', import.meta.url));

/** Saves from generation `first` on until killed `milliseconds` after its first save; the last one it reported. */
async function saveUntilKilled(path: string, first: number, milliseconds: number): Promise<number> {
  const child = spawn(
    process.execPath,
    ['--conditions=@tenfold/source', '--import', 'tsx', program, path, String(first)],
    { cwd: dirname(program), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise((resolve) => child.once('close', resolve));
  let output = '';
  const started = new Promise((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      resolve(undefined);
    });
  });
  await Promise.race([started, ended]);
  await sleep(milliseconds);
  child.kill('SIGKILL');
  await ended;
  expect(child.signalCode).toBe('SIGKILL');
  return Number(output.trimEnd().split('\n').at(-1));
}

it('survives SIGKILL at any moment', { timeout: 240_000 }, async () => {
  const folder = await tempFolder();
  const path = join(folder, 'run.safetensors');
  const random = seededRandom(3);
  let next = 1;
  let interrupted = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const reported = await saveUntilKilled(path, next, random.below(60));
    const checkpoint = await loadCheckpoint(path);
    expect([reported, reported + 1]).toContain(checkpoint.step);
    for (const tensor of checkpoint.model!.values()) {
      const values = new Set(await valuesOf(tensor));
      expect([...values]).toEqual([checkpoint.step]);
    }
    const leftovers = (await readdir(folder)).filter((name) => name.endsWith('.tmp'));
    expect(leftovers.length).toBeLessThanOrEqual(1);
    interrupted += leftovers.length;
    next = checkpoint.step + 1;
  }
  expect(interrupted).toBeGreaterThan(0);
});
