/** The programs whose kernels are pinned, written as slices: what tensor operations and gradients compose to. */

import type { ReduceKind, Shape } from '../../src/index.ts';
import { SliceBuilder } from '@tenfold/testing';

/** A slice under construction with the few compositions that the programs share. */
export class Program extends SliceBuilder {
  shapeOf(x: number): Shape {
    return this.node(x).shape;
  }

  number(value: number, like: number): number {
    const { dtype, shape } = this.node(like);
    return this.broadcast(this.add('const', [], { value, dtype }), shape);
  }

  runtime(like: number): number {
    const { dtype, shape } = this.node(like);
    return this.broadcast(this.scalar(dtype), shape);
  }

  /** Broadcasts over new leading axes and axes of size 1. */
  broadcast(x: number, shape: Shape): number {
    const from = this.shapeOf(x);
    const padded = [...shape.slice(from.length).map(() => 1), ...from];
    return this.add('expand', [this.reshape(x, padded)], { shape });
  }

  reshape(x: number, shape: Shape): number {
    return this.add('reshape', [x], { shape });
  }

  unary(op: 'neg' | 'exp' | 'log' | 'sqrt' | 'recip' | 'erf' | 'tanh', x: number): number {
    return this.add(op, [x], undefined);
  }

  binary(op: 'add' | 'sub' | 'mul' | 'div' | 'max' | 'lt' | 'eq', x: number, y: number): number {
    return this.add(op, [x, y], undefined);
  }

  reduce(kind: ReduceKind, x: number, axes: readonly number[]): number {
    return this.add('reduce', [x], { kind, axes });
  }

  /** A reduction broadcast back over the axes that it removed. */
  over(kind: ReduceKind, x: number, axes: readonly number[]): number {
    const shape = this.shapeOf(x);
    const kept = shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
    return this.add('expand', [this.reshape(this.reduce(kind, x, axes), kept)], { shape });
  }

  mean(x: number, axes: readonly number[]): number {
    const count = axes.reduce((n, axis) => n * this.shapeOf(x)[axis], 1);
    const sum = this.over('sum', x, axes);
    return this.binary('mul', sum, this.number(1 / count, sum));
  }

  /** x [..., k] times the transpose of weight [n, k]. */
  linear(x: number, weight: number): number {
    const shape = this.shapeOf(x);
    const rows = shape.length - 1;
    const at = (label: number) => ({ terms: [{ label, coefficient: 1 }], offset: 0 });
    const labels = shape.slice(0, -1).map((_, i) => i);
    return this.add('contract', [x, weight], {
      extents: [...shape.slice(0, -1), this.shapeOf(weight)[0], shape[rows]],
      a: [...labels.map(at), at(rows + 1)],
      b: [at(rows), at(rows + 1)],
      out: [...labels, rows],
    });
  }

  /** Products of [..., m, k] and [..., n, k], or of [..., k, n] when `transposed`, over equal leading axes. */
  batched(x: number, y: number, transposed = false): number {
    const shape = this.shapeOf(x);
    const batch = shape.slice(0, -2).map((_, i) => i);
    const [m, n, k] = [batch.length, batch.length + 1, batch.length + 2];
    const at = (label: number) => ({ terms: [{ label, coefficient: 1 }], offset: 0 });
    const columns = this.shapeOf(y)[transposed ? batch.length + 1 : batch.length];
    return this.add('contract', [x, y], {
      extents: [...shape.slice(0, -1), columns, shape[shape.length - 1]],
      a: [...batch, m, k].map(at),
      b: (transposed ? [...batch, k, n] : [...batch, n, k]).map(at),
      out: [...batch, m, n],
    });
  }

  /** Input [n, c, h, w], weight [o, c, kh, kw], stride 1, "same" padding. */
  convolution(x: number, weight: number): number {
    const [n, c, h, w] = this.shapeOf(x);
    const [o, , kh, kw] = this.shapeOf(weight);
    const only = (label: number) => ({ terms: [{ label, coefficient: 1 }], offset: 0 });
    const slide = (label: number, inner: number, size: number) => ({
      terms: [label, inner].map((l) => ({ label: l, coefficient: 1 })),
      offset: -(size - 1) / 2,
    });
    return this.add('contract', [x, weight], {
      extents: [n, o, h, w, c, kh, kw],
      a: [only(0), only(4), slide(2, 5, kh), slide(3, 6, kw)],
      b: [only(1), only(4), only(5), only(6)],
      out: [0, 1, 2, 3],
    });
  }

  input32(...shape: number[]): number {
    return this.input('float32', shape);
  }
}

export function softmaxOf(p: Program, x: number): number {
  const axes = [p.shapeOf(x).length - 1];
  const e = p.unary('exp', p.binary('sub', x, p.over('max', x, axes)));
  return p.binary('div', e, p.over('sum', e, axes));
}

export function logSoftmaxOf(p: Program, x: number): number {
  const axes = [p.shapeOf(x).length - 1];
  const shifted = p.binary('sub', x, p.over('max', x, axes));
  const sum = p.over('sum', p.unary('exp', shifted), axes);
  return p.binary('sub', shifted, p.unary('log', sum));
}

/** The mean negative log-likelihood of logits [n, c] under labels [n]. */
export function crossEntropyOf(p: Program, logits: number, labels: number): number {
  const [n] = p.shapeOf(logits);
  const picked = p.add('gather', [logSoftmaxOf(p, logits), p.reshape(labels, [n, 1])], { axis: 1 });
  const sum = p.reduce('sum', p.unary('neg', picked), [0, 1]);
  return p.binary('mul', sum, p.number(1 / n, sum));
}

export interface Normalised {
  readonly out: number;
  readonly normal: number;
  readonly inverse: number;
}

/** Layer norm over the last axis. */
export function layerNormOf(p: Program, x: number, weight: number, bias: number): Normalised {
  const shape = p.shapeOf(x);
  const axes = [shape.length - 1];
  const centred = p.binary('sub', x, p.mean(x, axes));
  const variance = p.mean(p.binary('mul', centred, centred), axes);
  const inverse = p.unary('recip', p.unary('sqrt', p.binary('add', variance, p.number(1e-5, variance))));
  const normal = p.binary('mul', centred, inverse);
  const scaled = p.binary('mul', normal, p.broadcast(weight, shape));
  return { out: p.binary('add', scaled, p.broadcast(bias, shape)), normal, inverse };
}

export function geluOf(p: Program, x: number): number {
  const inner = p.unary('erf', p.binary('mul', x, p.number(Math.SQRT1_2, x)));
  return p.binary('mul', p.binary('mul', x, p.number(0.5, x)), p.binary('add', inner, p.number(1, x)));
}

/** AdamW's update in place, of a parameter with its gradient and its two moments. */
export function adamW(p: Program, shape: Shape): void {
  const storages = [0, 1, 2].map(() => p.storage('float32', shape));
  const [w, m, v] = storages.map((storage) => p.leaf(storage));
  const g = p.input('float32', shape);
  const mix = (old: number, next: number) =>
    p.binary('add', p.binary('mul', old, p.runtime(old)), p.binary('mul', next, p.runtime(next)));
  const first = mix(m, g);
  const second = mix(v, p.binary('mul', g, g));
  const step = p.binary('div', first, p.binary('add', p.unary('sqrt', second), p.runtime(second)));
  const decayed = p.binary('mul', w, p.runtime(w));
  p.output(p.binary('sub', decayed, p.binary('mul', step, p.runtime(step))), storages[0]);
  p.output(first, storages[1]);
  p.output(second, storages[2]);
}
