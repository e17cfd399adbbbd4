/**
 * Layer norm with its mean and reciprocal deviation as further outputs, as the scheduler makes it: one row kernel with
 * two reductions. In WGSL a workgroup takes a row and reduces it in workgroup memory.
 */

import type { Launch } from '@tenfold/ir';
import { Allocator, schedule } from '@tenfold/ir';
import { describe, expect, it } from 'vitest';
import { SliceBuilder } from '../../src/index.ts';
import type { Placed } from './support/check.ts';
import { checkPair } from './support/check.ts';
import { readShader } from './support/shader.ts';
import { SlabMemory } from './support/slabs.ts';

const [ROWS, COLUMNS] = [37, 200];
const EPS = 1e-5;

/** By storage. */
const ROLES = ['x', 'weight', 'bias', 'mean', 'rstd', 'y'] as const;
type Role = (typeof ROLES)[number];

function layerNorm(): ReturnType<typeof schedule> {
  const s = new SliceBuilder();
  const x = s.input('float32', [ROWS, COLUMNS]);
  const [weight, bias] = [s.input('float32', [COLUMNS]), s.input('float32', [COLUMNS])];
  const spread = (value: number, inner: readonly number[], shape: readonly number[]) =>
    s.add('expand', [s.add('reshape', [value], { shape: inner })], { shape });
  const rows = (value: number) => spread(value, [ROWS, 1], [ROWS, COLUMNS]);
  const columns = (value: number) => spread(value, [1, COLUMNS], [ROWS, COLUMNS]);
  const binary = (op: 'add' | 'sub' | 'mul' | 'div', a: number, b: number) => s.add(op, [a, b], undefined);
  const average = (value: number) => {
    const count = s.add('const', [], { value: COLUMNS, dtype: 'float32' });
    return binary('div', s.add('reduce', [value], { kind: 'sum', axes: [1] }), spread(count, [1], [ROWS]));
  };
  const mean = average(x);
  const centred = binary('sub', x, rows(mean));
  const shifted = binary(
    'add',
    average(binary('mul', centred, centred)),
    spread(s.scalar('float32'), [1], [ROWS]),
  );
  const rstd = s.add('recip', [s.add('sqrt', [shifted], undefined)], undefined);
  const y = binary('add', binary('mul', binary('mul', centred, rows(rstd)), columns(weight)), columns(bias));
  for (const result of [mean, rstd, y]) s.output(result);
  return schedule(s.build());
}

const { dispatches } = layerNorm();
const [{ kernel, launches: scheduled }] = dispatches;
const operands = scheduled[0].buffers.map((storage) => ROLES[storage]);

/** Every operand in the slab that `slabOf` names, allocated as a device does it. */
function spread(slabOf: (role: Role) => string, bindings: number): Placed {
  const memory = new SlabMemory();
  const slabs = new Map<string, Allocator>();
  const refs = operands.map((role, i) => {
    const allocator = slabs.get(slabOf(role)) ?? new Allocator(memory);
    slabs.set(slabOf(role), allocator);
    return allocator.alloc(kernel.operands[i].elements * 4, 'float32');
  });
  const launch: Launch = { operands: refs, scalars: [EPS], extents: [] };
  return { memory, launches: [launch], bindings: [bindings] };
}

describe('layer norm with three outputs', () => {
  it('is one kernel', () => {
    expect(dispatches).toHaveLength(1);
    expect(scheduled).toHaveLength(1);
  });

  checkPair({
    kernel,
    // Fewer workgroups than rows, so that some take several.
    counterpart: { wgsl: readShader('layer-norm.wgsl'), operands, scalars: ['eps'], groups: () => 20 },
    placements: {
      'a buffer for each operand': () => spread((role) => role, 6),
      'parameters in one slab, activations in scratch': () =>
        spread((role) => (role === 'weight' || role === 'bias' ? 'variables' : 'scratch'), 2),
      'one slab for all': () => spread(() => 'all', 1),
    },
    expected: (found) => {
      const of = (role: Role) => found[operands.indexOf(role)];
      const row = (i: number) => of('x').slice(i * COLUMNS, (i + 1) * COLUMNS);
      const average = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / COLUMNS;
      const indices = Array.from({ length: ROWS }, (_, i) => i);
      const mean = indices.map((i) => average(row(i)));
      const rstd = indices.map((i) => 1 / Math.sqrt(average(row(i).map((x) => (x - mean[i]) ** 2)) + EPS));
      const y = indices.flatMap((i) =>
        row(i).map((x, j) => (x - mean[i]) * rstd[i] * of('weight')[j] + of('bias')[j]),
      );
      const results: Readonly<Partial<Record<Role, readonly number[]>>> = { mean, rstd, y };
      return operands.map((role) => results[role] ?? of(role));
    },
  });
});
