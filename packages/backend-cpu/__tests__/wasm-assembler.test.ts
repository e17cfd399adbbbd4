/** Encodings, control flow, calls and the constant pool, by running what was assembled. */

import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../src/wasm/byte-writer.ts';
import {
  atomic,
  call,
  detectFeatures,
  f32x4,
  f64x2,
  i32,
  i64,
  ModuleBuilder,
  select,
  v128,
} from '../src/wasm/index.ts';

type Exported = (...args: (number | bigint)[]) => number | bigint;

function instantiate(module: ModuleBuilder, imports: WebAssembly.Imports = {}): Record<string, Exported> {
  const bytes = module.toBytes();
  expect(WebAssembly.validate(bytes)).toBe(true);
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports as Record<string, Exported>;
}

describe('LEB128', () => {
  it('encodes unsigned integers', () => {
    const out = new ByteWriter();
    for (const value of [0, 127, 128, 624485, 0xffffffff]) out.unsigned(value);
    expect([...out.toBytes()]).toEqual([0, 127, 0x80, 1, 0xe5, 0x8e, 0x26, 0xff, 0xff, 0xff, 0xff, 0x0f]);
  });

  it('encodes signed integers', () => {
    const out = new ByteWriter();
    for (const value of [0, 63, 64, -64, -65, -123456]) out.signed32(value);
    expect([...out.toBytes()]).toEqual([0, 63, 0xc0, 0, 0x40, 0xbf, 0x7f, 0xc0, 0xbb, 0x78]);
  });

  it('round-trips constants of every magnitude through the engine', () => {
    const integers = [0, 1, -1, 63, 64, -64, -65, 8191, 8192, -8193, 2 ** 31 - 1, -(2 ** 31)];
    const longs = [0n, 1n, -1n, 63n, 64n, -65n, 2n ** 40n, -(2n ** 40n), 2n ** 63n - 1n, -(2n ** 63n)];
    const module = new ModuleBuilder();
    integers.forEach((value, i) => {
      module.func(`i${i}`, { params: [], result: 'i32', export: true }).return(value);
    });
    longs.forEach((value, i) => {
      module.func(`l${i}`, { params: [], result: 'i64', export: true }).return(value);
    });
    module.func('d', { params: [], result: 'f64', export: true }).return(Math.PI);
    const exported = instantiate(module);
    integers.forEach((value, i) => expect(exported[`i${i}`]()).toBe(value));
    longs.forEach((value, i) => expect(exported[`l${i}`]()).toBe(value));
    expect(exported.d()).toBe(Math.PI);
  });

  it('fills placeholders', () => {
    const out = new ByteWriter();
    const position = out.placeholder();
    out.byte(9);
    out.patch(position, 300);
    expect([...out.toBytes()]).toEqual([0xac, 0x82, 0x80, 0x80, 0, 9]);
  });
});

describe('functions', () => {
  it('sums a counted loop and leaves at zero iterations', () => {
    const module = new ModuleBuilder();
    const code = module.func('sum', { params: ['i32'], result: 'i32', export: true });
    const [limit] = code.params;
    const counter = code.local('i32');
    const total = code.local('i32');
    code.countedLoop(counter, limit, 3, () => code.increment(total, counter));
    code.return(total);
    const { sum } = instantiate(module);
    expect(sum(10)).toBe(0 + 3 + 6 + 9);
    expect(sum(0)).toBe(0);
    expect(sum(-5)).toBe(0);
  });

  it('branches out of nested blocks', () => {
    const module = new ModuleBuilder();
    const code = module.func('firstFactor', { params: ['i32'], result: 'i32', export: true });
    const [n] = code.params;
    const factor = code.let(i32.const(2));
    code.block((found) => {
      code.loop((next) => {
        code.if(i32.eqz(i32.rem_s(n, factor)), () => code.br(found));
        code.increment(factor, 1);
        code.br(next);
      });
    });
    code.return(factor);
    const { firstFactor } = instantiate(module);
    expect(firstFactor(91)).toBe(7);
    expect(firstFactor(97)).toBe(97);
  });

  it('takes either branch of an if, and selects', () => {
    const module = new ModuleBuilder();
    const code = module.func('f', { params: ['i32'], result: 'i32', export: true });
    const result = code.local('i32');
    code.if(
      i32.lt_s(code.params[0], 0),
      () => code.set(result, -1),
      () => code.set(result, select(i32.const(1), i32.const(0), code.params[0])),
    );
    code.return(result);
    const { f } = instantiate(module);
    expect([-7, 0, 5].map((x) => f(x))).toEqual([-1, 0, 1]);
  });

  it('calls functions of the module and of the host, whatever the order of their declaration', () => {
    const module = new ModuleBuilder();
    const caller = module.func('caller', { params: ['f64'], result: 'f64', export: true });
    const callee = module.func('callee', { params: ['f64'], result: 'f64' });
    const twice = f64x2.mul(f64x2.splat(caller.params[0]), f64x2.splat(2));
    caller.return(call(callee, f64x2.extract_lane(twice, 0)));
    const cube = module.importFunction('host', 'cube', { params: ['f64'], result: 'f64' });
    expect(module.importFunction('host', 'cube', { params: ['f64'], result: 'f64' })).toBe(cube);
    callee.return(call(cube, callee.params[0]));
    const exported = instantiate(module, { host: { cube: (x: number) => x ** 3 } });
    expect(exported.caller(1.5)).toBe(27);
  });

  it('shares equal constants and sets them once, before the body', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const module = new ModuleBuilder();
    module.importMemory('env', 'memory', { initial: 1 });
    const code = module.func('f', { params: ['i32'], export: true });
    const i = code.local('i32');
    code.countedLoop(i, code.params[0], 16, () => {
      const half = code.constants.f32x4(0.5);
      expect(code.constants.f32x4(0.5)).toBe(half);
      const x = code.let(v128.load(i));
      code.emit(v128.store(i, f32x4.add(f32x4.mul(x, half), code.constants.i32x4(0))));
    });
    const { f } = instantiate(module, { env: { memory } });
    const data = new Float32Array(memory.buffer, 0, 12);
    data.set(data.map((_, n) => n));
    f(32);
    expect([...data]).toEqual([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 8, 9, 10, 11]);
  });

  it('hoists values that depend on parameters', () => {
    const module = new ModuleBuilder();
    const code = module.func('f', { params: ['i32', 'i32'], result: 'i32', export: true });
    const [a, b] = code.params;
    const twice = code.local('i32');
    code.set(twice, i32.mul(code.hoist(i32.add(a, b)), 2));
    code.return(twice);
    expect(instantiate(module).f(3, 4)).toBe(14);
  });

  it('refuses operands of another type', () => {
    const module = new ModuleBuilder();
    const code = module.func('f', { params: ['f32'] });
    const misfit: unknown = code.params[0];
    expect(() => i32.add(misfit as never, 1)).toThrow('internal: expected i32, got f32');
  });

  it('refuses a function of another module', () => {
    const other = new ModuleBuilder().func('other', { params: [] });
    const module = new ModuleBuilder();
    module.func('f', { params: [] }).emit(call(other));
    expect(() => module.toBytes()).toThrow('internal: other belongs to another module');
  });
});

describe('shared memory', () => {
  it('runs atomics', () => {
    expect(detectFeatures()).toMatchObject({ simd: true, sharedMemory: true });
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const module = new ModuleBuilder();
    module.importMemory('env', 'memory', { initial: 1, maximum: 1, shared: true });
    const ticket = module.func('ticket', { params: ['i32'], result: 'i32', export: true });
    ticket.return(atomic.i32.add(8, ticket.params[0]));
    const swap = module.func('swap', { params: ['i64', 'i64'], result: 'i64', export: true });
    swap.return(atomic.i64.compareExchange(16, swap.params[0], swap.params[1]));
    const wait = module.func('wait', { params: [], result: 'i32', export: true });
    wait.return(atomic.wait32(8, 1, i64.const(1000n)));
    const notify = module.func('notify', { params: [], result: 'i32', export: true });
    notify.return(atomic.notify(8, -1));
    const exported = instantiate(module, { env: { memory } });
    expect([exported.ticket(5), exported.ticket(7), exported.ticket(0)]).toEqual([0, 5, 12]);
    expect([exported.swap(0n, 3n), exported.swap(0n, 4n), exported.swap(3n, 5n)]).toEqual([0n, 3n, 3n]);
    expect([exported.wait(), exported.notify()]).toEqual([1, 0]);
  });
});
