/** The three kernels as a scheduler writes them, with the dispatch that each is bound by. */

import type { LoopKernel } from '@tenfold/ir';
import { add, scale } from '@tenfold/ir';
import { accumulate, init, KernelBuilder, parallel, reduce, store } from '../../src/index.ts';

const f = 'float32';

/** Operands parameter, gradient, mean, variance; scalars in the order of the shader's table. */
export function adamw(greatest: number): LoopKernel {
  const k = new KernelBuilder('adamw');
  const parameter = k.operand(f, greatest, 'readwrite');
  const gradient = k.operand(f, greatest, 'read');
  const [mean, variance] = [k.operand(f, greatest, 'readwrite'), k.operand(f, greatest, 'readwrite')];
  const [rate, beta1, beta2, epsilon, decay, correction1, correction2] = Array.from({ length: 7 }, () =>
    k.scalar(f),
  );
  const i = k.axis({ param: 0, max: greatest });
  const one = k.constant(1, f);
  const mul = (...factors: number[]) => factors.reduce((a, b) => k.binary('mul', a, b));
  const g = k.load(gradient, i.index);
  const blend = (beta: number, old: number, fresh: number) =>
    k.binary('add', mul(beta, old), mul(k.binary('sub', one, beta), fresh));
  const m = blend(beta1, k.load(mean, i.index), g);
  const v = blend(beta2, k.load(variance, i.index), mul(g, g));
  const root = k.unary('sqrt', mul(v, correction2));
  const change = k.binary('div', mul(m, correction1), k.binary('add', root, epsilon));
  const old = k.load(parameter, i.index);
  const decayed = k.binary('sub', old, mul(rate, decay, old));
  return k.loops([
    parallel(i, [
      store(parameter, i.index, k.binary('sub', decayed, mul(rate, change))),
      store(mean, i.index, m),
      store(variance, i.index, v),
    ]),
  ]);
}

/** Operands x, gain, shift, y, means, deviations; scalar epsilon; the number of rows is a parameter. */
export function layerNorm(greatestRows: number, width: number): LoopKernel {
  const k = new KernelBuilder('layer_norm');
  const x = k.operand(f, greatestRows * width, 'read');
  const [gain, shift] = [k.operand(f, width, 'read'), k.operand(f, width, 'read')];
  const y = k.operand(f, greatestRows * width, 'write');
  const [means, deviations] = [k.operand(f, greatestRows, 'write'), k.operand(f, greatestRows, 'write')];
  const epsilon = k.scalar(f);
  const r = k.axis({ param: 0, max: greatestRows });
  const [a, b, c] = [k.axis(width), k.axis(width), k.axis(width)];
  const [sum, squares] = [k.accumulator('sum', f), k.accumulator('sum', f)];
  const at = (axis: typeof a) => add(scale(r.index, width), axis.index);
  const average = (acc: number) => k.binary('mul', k.acc(acc), k.constant(1 / width, f));
  const mean = average(sum);
  const distance = (axis: typeof a) => k.binary('sub', k.load(x, at(axis)), mean);
  const deviation = k.unary('recip', k.unary('sqrt', k.binary('add', average(squares), epsilon)));
  const square = k.binary('mul', distance(b), distance(b));
  const scaled = k.binary('mul', k.binary('mul', distance(c), deviation), k.load(gain, c.index));
  return k.loops([
    parallel(r, [
      init(sum),
      reduce(a, [accumulate(sum, k.load(x, at(a)))]),
      init(squares),
      reduce(b, [accumulate(squares, square)]),
      parallel(c, [store(y, at(c), k.binary('add', scaled, k.load(shift, c.index)))]),
      store(means, r.index, mean),
      store(deviations, r.index, deviation),
    ]),
  ]);
}

/** Operands a and b. */
export function addInPlace(greatest: number): LoopKernel {
  const k = new KernelBuilder('add_in_place');
  const [a, b] = [k.operand(f, greatest, 'readwrite'), k.operand(f, greatest, 'read')];
  const i = k.axis({ param: 0, max: greatest });
  return k.loops([parallel(i, [store(a, i.index, k.binary('add', k.load(a, i.index), k.load(b, i.index)))])]);
}
