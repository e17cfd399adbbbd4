/**
 * The checks that every pair of a kernel and its WGSL passes: the interpreter gives the expected numbers; the shader's
 * declarations follow from the kernel's operands; everything validates at WebGPU's minimum limits; and a GPU, with the
 * WGSL, and the CPU backend, with the kernel, leave every slab as the interpreter leaves it, also between the operands.
 */

import type { Kernel, Launch } from '@tenfold/ir';
import { cpuBackend } from '@tenfold/backend-cpu';
import { verifyKernel } from '@tenfold/ir';
import { describe, expect, it } from 'vitest';
import type { Scalar, Tolerance } from '../../../src/index.ts';
import { TOLERANCES, decode, differences } from '../../../src/index.ts';
import type { BoundDispatch } from './binding-plan.ts';
import { MINIMUM, bindLaunches } from './binding-plan.ts';
import { executingDevice, nullDevice } from './dawn.ts';
import type { Counterpart, Slabs } from './execute.ts';
import { execute, launchWords, variantFor } from './execute.ts';
import { launchInputOf, launchMembersOf, operandsOf, workgroupBytesOf } from './shader.ts';
import type { SlabMemory } from './slabs.ts';

/** A kernel placed in memory. */
export interface Placed {
  readonly memory: SlabMemory;
  readonly launches: readonly Launch[];
  /** How many bindings each dispatch has, one a slab. */
  readonly bindings: readonly number[];
}

export interface Pair {
  readonly kernel: Kernel;
  readonly counterpart: Counterpart;
  /** How the operands may stand in memory. */
  readonly placements: Readonly<Record<string, () => Placed>>;
  /** Operand by operand, what a launch must leave, given what it found. */
  readonly expected: (
    found: readonly (readonly number[])[],
    launch: Launch,
  ) => readonly (readonly number[])[];
}

/** What the order of a sum and a root and a quotient of float32 may cost, beside the interpreter's double precision. */
const MACHINE_TOLERANCE: Tolerance = { rtol: 5e-6, atol: 1e-6 };

const validator = await nullDevice();
const executor = await executingDevice();

export function checkPair({ kernel, counterpart, placements, expected }: Pair): void {
  const { wgsl, operands, scalars } = counterpart;

  describe('the kernel and the shader', () => {
    it('is a kernel', () => expect(() => verifyKernel(kernel)).not.toThrow());

    it('declare the same operands', () => {
      const declared = new Map(operandsOf(wgsl).map((declaration) => [declaration.name, declaration]));
      expect([...declared.keys()].sort()).toEqual([...operands].sort());
      kernel.operands.forEach(({ dtype, access }, i) => {
        expect(dtype).toBe('float32');
        expect(declared.get(operands[i])).toMatchObject({
          access: access === 'read' ? 'read' : 'read_write',
          type: 'array<f32>',
        });
      });
    });

    it('ask of a launch what a launch has', () => {
      const members = launchMembersOf(wgsl).filter(({ name }) => name !== 'first_group');
      const extents = kernel.axes.filter((extent) => typeof extent !== 'number').map(() => 'extent');
      expect(members.map(({ name }) => name).sort()).toEqual([...extents, ...operands, ...scalars].sort());
      for (const { name, type } of members) expect(type).toBe(scalars.includes(name) ? 'f32' : 'u32');
      expect(kernel.scalars).toEqual(scalars.map(() => 'float32'));
    });

    it('fit into the least workgroup memory', () => {
      expect(workgroupBytesOf(wgsl)).toBeLessThanOrEqual(MINIMUM.maxComputeWorkgroupStorageSize);
    });
  });

  describe.each(Object.keys(placements))('%s', (placement) => {
    const place = placements[placement];

    it('gives the expected numbers on the interpreter', () => {
      const { memory, launches } = place();
      const wanted = launches.map((launch) => expected(contentsOf(memory, kernel, launch), launch));
      memory.run(kernel, launches);
      launches.forEach((launch, i) => {
        contentsOf(memory, kernel, launch).forEach((got, operand) => {
          expect(differences(got, wanted[i][operand], TOLERANCES.float32)).toEqual([]);
        });
      });
    });

    it('binds each slab once, aligned, and no more than eight', () => {
      const { launches, bindings } = place();
      const dispatches = bindLaunches(kernel, launches);
      expect(dispatches.map((dispatch) => dispatch.bindings.length)).toEqual(bindings);
      for (const dispatch of dispatches) expectBindable(dispatch, counterpart);
    });

    it.skipIf(!validator)('validates on Dawn at the minimum limits', async () => {
      const { memory, launches } = place();
      await execute(validator!, counterpart, bindLaunches(kernel, launches), memory.contents());
      expect(validator!.limits).toMatchObject(MINIMUM);
    });

    it.skipIf(!executor)('leaves every slab on the GPU as the interpreter does', async () => {
      const { memory, launches } = place();
      const after = await execute(executor!, counterpart, bindLaunches(kernel, launches), memory.contents());
      memory.run(kernel, launches);
      expectSlabs(after, memory.contents());
    });

    it('leaves every slab on the CPU backend as the interpreter does', () => {
      const { memory, launches } = place();
      const after = executeOnCpu(kernel, launches, memory.contents());
      memory.run(kernel, launches);
      expectSlabs(after, memory.contents());
    });
  });
}

function executeOnCpu(kernel: Kernel, launches: readonly Launch[], slabs: Slabs): Slabs {
  const backend = cpuBackend({ threads: 1 });
  const ids = new Map([...slabs].map(([id, bytes]) => [id, backend.alloc(bytes.byteLength)]));
  for (const [id, bytes] of slabs) backend.write(ids.get(id)!, bytes);
  const moved = launches.map((launch) => ({
    ...launch,
    operands: launch.operands.map(({ buffer, offset }) => ({ buffer: ids.get(buffer)!, offset })),
  }));
  const [program] = backend.compile([kernel]);
  backend.submit([{ program, launches: moved }]);
  const after = new Map([...slabs.keys()].map((id) => [id, new Uint8Array(backend.readSync(ids.get(id)!))]));
  backend.dispose();
  return after;
}

function expectSlabs(after: Slabs, wanted: Slabs): void {
  for (const [id, bytes] of wanted) {
    const [got, want] = [after.get(id)!, bytes].map((slab) => decode('float32', slab));
    expect(differences(got, want, MACHINE_TOLERANCE)).toEqual([]);
  }
}

function expectBindable(dispatch: BoundDispatch, counterpart: Counterpart): void {
  const variant = variantFor(counterpart, dispatch);
  const input = launchInputOf(variant);
  const words = launchWords(counterpart, dispatch.rows).byteLength;
  const buffers = dispatch.bindings.map(({ buffer }) => buffer);
  expect(new Set(buffers).size).toBe(buffers.length);
  expect(buffers.length + (input.space === 'storage' ? 1 : 0)).toBeLessThanOrEqual(
    MINIMUM.maxStorageBuffersPerShaderStage,
  );
  const most =
    MINIMUM[input.space === 'uniform' ? 'maxUniformBufferBindingSize' : 'maxStorageBufferBindingSize'];
  expect(words).toBeLessThanOrEqual(most);
  for (const { offset, size } of dispatch.bindings) {
    expect(offset % MINIMUM.minStorageBufferOffsetAlignment).toBe(0);
    expect(size % 4).toBe(0);
    expect(size).toBeLessThanOrEqual(MINIMUM.maxStorageBufferBindingSize);
  }
  for (const { offsets } of dispatch.rows)
    for (const offset of offsets) expect(Number.isInteger(offset)).toBe(true);
  const accesses = dispatch.bindings.map(({ access }) => access).sort();
  expect(
    operandsOf(variant)
      .map(({ access }) => access)
      .sort(),
  ).toEqual(accesses);
}

/** What the operands of a launch hold. */
function contentsOf(memory: SlabMemory, { operands }: Kernel, launch: Launch): number[][] {
  return operands.map(({ elements, param }, i) => {
    const count = param === undefined ? elements : launch.extents[param];
    const { buffer, offset } = launch.operands[i];
    return decode('float32', memory.readSync(buffer, offset, count * 4)).map((x: Scalar) => Number(x));
  });
}
