/**
 * AdamW's update of fifty parameters, as the scheduler makes it: one dispatch of fifty launches, which in WGSL is a
 * table of offsets, lengths and numbers. Tested with the operands spread over slabs in several ways.
 */

import type { Launch, OperandRef } from '@tenfold/ir';
import { Allocator, schedule } from '@tenfold/ir';
import { describe, expect, it } from 'vitest';
import { SeededRandom, SliceBuilder } from '../../src/index.ts';
import { bindLaunches } from './support/binding-plan.ts';
import type { Placed } from './support/check.ts';
import { checkPair } from './support/check.ts';
import { readShader } from './support/shader.ts';
import { SlabMemory } from './support/slabs.ts';

const ROLES = ['w', 'g', 'm', 'v'] as const;
type Role = (typeof ROLES)[number];

const NUMBERS = [
  'shrink',
  'keep_mean',
  'take_mean',
  'keep_square',
  'take_square',
  'root_correction',
  'eps',
  'descent',
];

const lengths = (() => {
  const random = new SeededRandom(7);
  return [2, 64, 65, 128, 1000, ...Array.from({ length: 45 }, () => random.int(2, 300))];
})();

/** Storages count up parameter by parameter, in the order of the roles; scalars are shared by all. */
function update(): ReturnType<typeof schedule> {
  const s = new SliceBuilder();
  const numbers = new Map(NUMBERS.map((name) => [name, s.scalar('float32')]));
  for (const length of lengths) {
    const storages = ROLES.map(() => s.storage('float32', [length]));
    const [w, g, m, v] = storages.map((storage) => s.leaf(storage));
    const number = (name: string) => {
      const one = s.add('reshape', [numbers.get(name)!], { shape: [1] });
      return s.add('expand', [one], { shape: [length] });
    };
    const mul = (x: number, y: number) => s.add('mul', [x, y], undefined);
    const add = (x: number, y: number) => s.add('add', [x, y], undefined);
    const mean = add(mul(m, number('keep_mean')), mul(g, number('take_mean')));
    const square = add(mul(v, number('keep_square')), mul(mul(g, g), number('take_square')));
    const root = mul(s.add('sqrt', [square], undefined), number('root_correction'));
    const step = s.add('div', [mean, add(root, number('eps'))], undefined);
    s.output(add(mul(w, number('shrink')), mul(step, number('descent'))), storages[0]);
    s.output(mean, storages[2]);
    s.output(square, storages[3]);
  }
  return schedule(s.build());
}

const { dispatches } = update();
const [{ kernel, launches: scheduled }] = dispatches;
const operands = scheduled[0].buffers.map((storage) => ROLES[storage % 4]);
const scalars = scheduled[0].scalars.map((slot) => NUMBERS[slot]);

/** The numbers of a parameter's third step; every parameter has a learning rate of its own. */
function numberOf(name: string, parameter: number): number {
  const rate = 1e-3 * (parameter + 1);
  const of: Readonly<Record<string, number>> = {
    shrink: 1 - rate * 0.01,
    keep_mean: 0.9,
    take_mean: 0.1,
    keep_square: 0.999,
    take_square: 0.001,
    root_correction: 1 / Math.sqrt(1 - 0.999 ** 3),
    eps: 1e-8,
    descent: -rate / (1 - 0.9 ** 3),
  };
  return of[name];
}

/** The launches, every operand at the place that `place` gives to its role and parameter. */
function launchesAt(place: (role: Role, parameter: number) => OperandRef): Launch[] {
  return scheduled.map(({ buffers, extents }): Launch => {
    const parameter = Math.floor(buffers[0] / 4);
    return {
      operands: buffers.map((storage) => place(ROLES[storage % 4], parameter)),
      scalars: scalars.map((name) => numberOf(name, parameter)),
      extents,
    };
  });
}

/** Every role of every group of parameters in the slab that `slabOf` names, allocated as a device does it. */
function spread(slabOf: (role: Role, parameter: number) => string, bindings: readonly number[]): Placed {
  const memory = new SlabMemory();
  const slabs = new Map<string, Allocator>();
  const launches = launchesAt((role, parameter) => {
    const slab = slabOf(role, parameter);
    const allocator = slabs.get(slab) ?? new Allocator(memory);
    slabs.set(slab, allocator);
    return allocator.alloc(lengths[parameter] * 4, 'float32');
  });
  return { memory, launches, bindings };
}

describe('AdamW over slabs', () => {
  it('is one dispatch of fifty launches of one kernel', () => {
    expect(dispatches).toHaveLength(1);
    expect(scheduled).toHaveLength(50);
    expect(kernel.axes).toEqual([{ param: 0, max: 1000 }]);
  });

  checkPair({
    kernel,
    counterpart: {
      wgsl: readShader('adamw.wgsl'),
      operands,
      scalars,
      groups: ({ extents: [extent] }) => Math.ceil(extent / 64),
      // So narrow that the grid is folded, and its last row is not full.
      width: 16,
    },
    placements: {
      'parameters and moments in one slab, gradients in scratch': () =>
        spread((role) => (role === 'g' ? 'scratch' : 'variables'), [2]),
      'a slab for each role': () => spread((role) => role, [4]),
      'one slab for all': () => spread(() => 'all', [1]),
      'later parameters in other slabs': () =>
        spread((role, i) => (role === 'g' ? 'scratch' : i < 20 ? 'first' : 'second'), [2, 2]),
    },
    expected: (found, launch) => {
      const of = (role: Role) => found[operands.indexOf(role)];
      const number = (name: string) => Math.fround(launch.scalars[scalars.indexOf(name)]);
      const mean = of('m').map((m, i) => m * number('keep_mean') + of('g')[i] * number('take_mean'));
      const square = of('v').map(
        (v, i) => v * number('keep_square') + of('g')[i] ** 2 * number('take_square'),
      );
      const weight = of('w').map((w, i) => {
        const divisor = Math.sqrt(square[i]) * number('root_correction') + number('eps');
        return w * number('shrink') + (mean[i] / divisor) * number('descent');
      });
      const results: Readonly<Record<Role, readonly number[]>> = {
        w: weight,
        g: of('g'),
        m: mean,
        v: square,
      };
      return operands.map((role) => results[role]);
    },
  });

  it('is bound to windows of slabs that are longer than a binding may be', () => {
    const far = 2 ** 28;
    const launches = launchesAt((role, parameter) => {
      const window = ROLES.indexOf(role) * 2 ** 26 + parameter * 4096;
      return { buffer: role === 'g' ? 2 : 1, offset: far + (role === 'g' ? parameter * 4096 : window) };
    });
    const [{ bindings, rows }] = bindLaunches(kernel, launches);
    expect(bindings.map(({ offset }) => offset)).toEqual([far, far]);
    expect(rows[3].offsets[operands.indexOf('w')]).toBe(3 * 1024);
  });
});
