import { describe, expect, it } from 'vitest';
import { Keeper } from '../src/run/keeper.ts';
import { Storage } from '../src/run/storage.ts';
import type { StorageRole } from '../src/run/storage.ts';

function lent(role: StorageRole, megabytes = 1): Storage {
  const storage = new Storage([megabytes, 1 << 20], 'uint8', role);
  storage.device = { buffer: 1, offset: 0, bytes: storage.bytes };
  return storage;
}

function keeper(): { keeper: Keeper; freed: Storage[] } {
  const freed: Storage[] = [];
  return { keeper: new Keeper((storage) => freed.push(storage)), freed };
}

describe('Keeper', () => {
  it('lets go of kept results eight runs after their last use', () => {
    const { keeper: k, freed } = keeper();
    const [a, b] = [lent('kept'), lent('kept')];
    k.touch(a, 1);
    k.touch(b, 1);
    k.touch(a, 5);
    k.sweep(8);
    expect(freed).toEqual([]);
    k.sweep(9);
    expect(freed).toEqual([b]);
    k.sweep(13);
    expect(freed).toEqual([b, a]);
    expect(k.evictions).toBe(2);
  });

  it('holds copies of host data beyond that, up to 256 MiB, and drops the oldest first', () => {
    const { keeper: k, freed } = keeper();
    const copies = [100, 100, 100].map((size) => lent('host', size));
    copies.forEach((copy, i) => k.touch(copy, i));
    k.touch(copies[0], 3);
    k.sweep(100);
    expect(freed).toEqual([copies[1]]);
  });

  it('does not count what handles own', () => {
    const { keeper: k, freed } = keeper();
    const owned = lent('owned');
    const adopted = lent('kept');
    k.touch(owned, 0);
    k.touch(adopted, 0);
    k.forget(adopted);
    k.sweep(100);
    expect(freed).toEqual([]);
  });

  it('makes room by letting go of all but what the present run uses', () => {
    const { keeper: k, freed } = keeper();
    const [old, present] = [lent('kept'), lent('kept')];
    k.touch(old, 1);
    k.touch(present, 2);
    k.releaseAllBut(2);
    expect(freed).toEqual([old]);
  });
});
