/** What a program prints and checks while it is being debugged. */

import { InterpreterBackend } from '@tenfold/testing';
import { afterEach, expect, it, vi } from 'vitest';
import '../src/debug-tools.ts';
import { Device, StandardEngine, setDebug } from '../src/index.ts';
import { Program } from './support/programs.ts';

afterEach(() => {
  setDebug(0);
  vi.restoreAllMocks();
});

/** Runs `neg(iota)` and gives what was printed. */
function printed(): string[] {
  const print = vi.spyOn(console, 'error').mockImplementation(() => {});
  const backend = new InterpreterBackend();
  const device = new Device('test', backend, new StandardEngine(backend));
  const positions = device.graph.add('iota', [], { axis: 0, shape: [6] });
  device.run([device.graph.add('neg', [positions], undefined)]);
  return print.mock.calls.map(([message]) => String(message));
}

it('says nothing unless asked', () => {
  expect(printed()).toEqual([]);
});

it('level 1: which plan had to be made', () => {
  setDebug(1);
  expect(printed()).toEqual([expect.stringMatching(/^\[tenfold\] test: new plan for 2 nodes/)]);
});

it('level 2: what is scheduled', () => {
  setDebug(2);
  const [, plan] = printed();
  expect(plan).toBe(
    'loop neg: 0 bytes read, 24 written, 0 FLOPs, bound to s0\n' +
      '1 kernels: 0 bytes read, 24 written, 0 FLOPs, 0 bytes of scratch',
  );
});

it('level 3: also the kernels', () => {
  setDebug(3);
  const [, , kernels] = printed();
  expect(kernels).toMatch(/^loop neg\(out b0: int32\[6\]/);
});

it('from level 1 on, slices are verified', () => {
  const p = new Program();
  const x = p.input32(4);
  p.output(p.unary('exp', x));
  const slice = p.build();
  const broken = { ...slice, nodes: slice.nodes.map((node) => ({ ...node, shape: [2, 2] })) };
  const prepare = () => new StandardEngine(new InterpreterBackend()).prepare(broken);
  setDebug(1);
  expect(prepare).toThrow(/internal: slice: node \d+/);
});
