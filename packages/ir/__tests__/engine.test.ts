/** The standard engine: what is compiled, what changes between runs, and what is handed to the backend again. */

import { InterpreterBackend, decode, encode } from '@tenfold/testing';
import { describe, expect, it } from 'vitest';
import type { Dispatch } from '../src/index.ts';
import { StandardEngine, printPlan, workOfSchedule } from '../src/index.ts';
import { Program } from './support/programs.ts';

class RecordingBackend extends InterpreterBackend {
  readonly batches: (readonly Dispatch[])[] = [];

  override submit(batch: readonly Dispatch[]): void {
    this.batches.push(batch);
    super.submit(batch);
  }
}

/** y = x · scalar, over `length` elements. */
function scaled(length: number) {
  const p = new Program();
  const x = p.input32(length);
  p.output(p.binary('mul', x, p.runtime(x)));
  return p.build();
}

function bind(backend: InterpreterBackend, x: readonly number[]) {
  const buffer = backend.alloc(256);
  backend.write(buffer, encode('float32', x));
  return { storages: [{ buffer, offset: 0 }, { buffer, offset: 128 }], scratch: { buffer: backend.alloc(64), offset: 0 } }; // prettier-ignore
}

describe('StandardEngine', () => {
  it('reads run-time numbers anew in each run, and keeps its dispatches while the memory stays', () => {
    const backend = new RecordingBackend();
    const plan = new StandardEngine(backend).prepare(scaled(4));
    const memory = bind(backend, [1, 2, 3, 4]);
    const result = () => decode('float32', backend.readSync(memory.storages[1].buffer, 128, 16));
    plan.run({ ...memory, scalars: [10] });
    expect(result()).toEqual([10, 20, 30, 40]);
    plan.run({ ...memory, scalars: [-1] });
    expect(result()).toEqual([-1, -2, -3, -4]);
    expect(backend.batches[1]).toBe(backend.batches[0]);

    const moved = bind(backend, [5, 6, 7, 8]);
    plan.run({ ...moved, scalars: [2] });
    expect(backend.batches[2]).not.toBe(backend.batches[0]);
    expect(decode('float32', backend.readSync(moved.storages[1].buffer, 128, 16))).toEqual([10, 12, 14, 16]);
  });

  it('compiles a kernel once, whichever plans use it', () => {
    const engine = new StandardEngine(new InterpreterBackend());
    engine.prepare(scaled(4));
    expect(engine.kernels.compiles).toBe(1);
    engine.prepare(scaled(4));
    expect(engine.kernels.compiles).toBe(1);
    engine.prepare(scaled(5));
    expect(engine.kernels.compiles).toBe(2);
  });

  it('counts kernels and bytes, and plans scratch memory', () => {
    const p = new Program();
    const x = p.linear(p.input32(8, 8), p.input32(8, 8));
    p.output(p.linear(x, p.input32(8, 8)));
    const { schedule, stats } = new StandardEngine(new InterpreterBackend()).prepare(p.build());
    expect(stats).toEqual({ kernels: 2, scratchBytes: 256 });
    expect(workOfSchedule(schedule)).toEqual({ flops: 2 * 1024, readBytes: 4 * 256, writtenBytes: 2 * 256 });
  });

  it('has nothing to run for an empty program', () => {
    const backend = new RecordingBackend();
    const p = new Program();
    p.output(p.unary('exp', p.input32(0)));
    const plan = new StandardEngine(backend).prepare(p.build());
    plan.run({ ...bind(backend, []), scalars: [] });
    expect(plan.stats.kernels).toBe(0);
    expect(backend.batches).toEqual([]);
  });

  it('prints its dispatches and what they are bound to', () => {
    const plan = new StandardEngine(new InterpreterBackend()).prepare(scaled(4));
    const text = printPlan(plan.schedule, plan.stats);
    expect(text).toMatch(/bound to s0 s1/);
    expect(text).toMatch(/1 kernels: 16 bytes read, 16 written, 4 FLOPs, 0 bytes of scratch/);
  });
});
