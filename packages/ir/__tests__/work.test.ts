/** Bytes and operations of kernels, counted by hand beside what `workOf` says. */

import { KernelBuilder, parallel, store } from '@tenfold/testing';
import { describe, expect, it } from 'vitest';
import type { Kernel, Work } from '../src/index.ts';
import { add, computed, scale, schedule, workOf, workOfSchedule } from '../src/index.ts';
import { Program } from './support/programs.ts';

/** The work of a program, which should be one kernel. */
function single(build: (p: Program) => void): Work {
  const p = new Program();
  build(p);
  const scheduled = schedule(p.build());
  expect(scheduled.dispatches.length).toBe(1);
  return workOfSchedule(scheduled);
}

describe('the work of a kernel', () => {
  it('elementwise: each operation an element, each operand once', () => {
    const work = single((p) => {
      const x = p.input32(5, 7);
      p.output(p.binary('add', p.unary('tanh', x), p.binary('div', x, p.input32(5, 7))));
    });
    expect(work).toEqual({ flops: 35 * (8 + 4 + 1), readBytes: 2 * 35 * 4, writtenBytes: 35 * 4 });
  });

  it('what depends on the row only is computed once a row, and a row read twice is one row', () => {
    const work = single((p) => {
      const x = p.input32(6, 10);
      p.output(p.binary('mul', x, p.unary('recip', p.over('sum', x, [1]))));
    });
    expect(work).toEqual({ flops: 60 + 6 * 4 + 60, readBytes: 240, writtenBytes: 240 });
  });

  it('a value broadcast over rows is read once', () => {
    const work = single((p) => {
      const x = p.input32(6, 10);
      p.output(p.binary('add', x, p.broadcast(p.input32(10), [6, 10])));
    });
    expect(work).toEqual({ flops: 60, readBytes: 240 + 40, writtenBytes: 240 });
  });

  it('contractions: a product and a sum a step, the epilogue once an element', () => {
    const work = single((p) => {
      p.output(p.unary('tanh', p.linear(p.input32(8, 16), p.input32(4, 16))));
    });
    expect(work).toEqual({
      flops: 2 * 8 * 4 * 16 + 8 * 32,
      readBytes: (8 + 4) * 16 * 4,
      writtenBytes: 32 * 4,
    });
  });

  it('attention: two products and an exponential for each pair that is seen', () => {
    const attend = (causal: boolean) =>
      single((p) => {
        const [q, k, v] = [p.input32(2, 8, 3), p.input32(2, 10, 3), p.input32(2, 10, 5)];
        p.output(p.add('attention', [q, k, v, p.scalar('float32')], { result: 'output', causal }));
      });
    const bytes = { readBytes: 2 * (24 + 30 + 50) * 4, writtenBytes: 2 * 8 * 6 * 4 };
    expect(attend(false)).toEqual({ flops: 2 * 80 * (2 * 8 + 8), ...bytes });
    expect(attend(true)).toEqual({ flops: 2 * 36 * (2 * 8 + 8), ...bytes });
  });

  it('a gather reads the rows that are asked for, not the table', () => {
    const k = new KernelBuilder('rows');
    const table = k.operand('float32', 1000 * 8, 'read');
    const indices = k.operand('int32', 3, 'read');
    const out = k.operand('float32', 3 * 8, 'write');
    const [i, j] = [k.axis(3), k.axis(8)];
    const row = k.load(indices, i.index);
    const value = k.load(table, add(scale(computed(row, 0, 999), 8), j.index));
    const place = add(scale(i.index, 8), j.index);
    const kernel = k.loops([parallel(i, [parallel(j, [store(out, place, value)])])]);
    expect(workOf(kernel)).toEqual({ flops: 0, readBytes: 3 * 4 + 24 * 4, writtenBytes: 24 * 4 });
  });

  it('integers are no floating-point operations', () => {
    const work = single((p) => {
      const positions = p.add('iota', [], { axis: 0, shape: [9] });
      p.output(p.binary('add', positions, positions));
    });
    expect(work).toEqual({ flops: 0, readBytes: 0, writtenBytes: 36 });
  });

  it('a launch is counted with its own extents', () => {
    const kernel: Kernel = {
      ...parametric(),
      operands: [
        { dtype: 'float32', access: 'read', elements: 100, param: 0 },
        { dtype: 'float32', access: 'write', elements: 100, param: 0 },
      ],
    };
    expect(workOf(kernel, [30])).toEqual({ flops: 30, readBytes: 120, writtenBytes: 120 });
    expect(workOf(kernel)).toEqual({ flops: 100, readBytes: 400, writtenBytes: 400 });
  });
});

/** y = -x over as many elements as the launch says. */
function parametric() {
  const k = new KernelBuilder('negate');
  const [x, y] = [k.operand('float32', 100, 'read'), k.operand('float32', 100, 'write')];
  const i = k.axis({ param: 0, max: 100 });
  const value = k.unary('neg', k.load(x, i.index));
  return k.loops([parallel(i, [store(y, i.index, value)])]);
}
