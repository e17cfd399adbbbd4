/**
 * `x += y`, as the scheduler makes it when a storage is written with what is computed from it: the kernel has one
 * operand that it reads and writes, and WGSL one binding for it.
 */

import { Allocator, schedule } from '@tenfold/ir';
import { describe, expect, it } from 'vitest';
import { SliceBuilder } from '../../src/index.ts';
import type { Placed } from './support/check.ts';
import { checkPair } from './support/check.ts';
import { readShader } from './support/shader.ts';
import { SlabMemory } from './support/slabs.ts';

const LENGTH = 1000;

function addition(): ReturnType<typeof schedule> {
  const s = new SliceBuilder();
  const [x, y] = [s.storage('float32', [LENGTH]), s.storage('float32', [LENGTH])];
  s.output(s.add('add', [s.leaf(x), s.leaf(y)], undefined), x);
  return schedule(s.build());
}

const { dispatches } = addition();
const [{ kernel, launches: scheduled }] = dispatches;
const operands = scheduled[0].buffers.map((storage) => ['x', 'y'][storage]);

function placed(slabs: 1 | 2): Placed {
  const memory = new SlabMemory();
  const allocators = Array.from({ length: slabs }, () => new Allocator(memory));
  // Something stands before them, so that neither begins at 0.
  for (const allocator of allocators) allocator.alloc(300, 'float32');
  const refs = operands.map((_, i) => allocators[i % slabs].alloc(LENGTH * 4, 'float32'));
  return { memory, launches: [{ operands: refs, scalars: [], extents: [] }], bindings: [slabs] };
}

describe('addition in place', () => {
  it('is one kernel, whose target is one operand, read and written', () => {
    expect(dispatches).toHaveLength(1);
    expect(kernel.operands.map(({ access }) => access).sort()).toEqual(['read', 'readwrite']);
    expect(kernel.operands[operands.indexOf('x')].access).toBe('readwrite');
  });

  checkPair({
    kernel,
    counterpart: {
      wgsl: readShader('add-in-place.wgsl'),
      operands,
      scalars: [],
      groups: () => Math.ceil(LENGTH / 64),
    },
    placements: {
      'both in one slab': () => placed(1),
      'a slab for each': () => placed(2),
    },
    expected: (found) => {
      const [x, y] = ['x', 'y'].map((name) => found[operands.indexOf(name)]);
      return operands.map((name) => (name === 'x' ? x.map((value, i) => value + y[i]) : y));
    },
  });
});
