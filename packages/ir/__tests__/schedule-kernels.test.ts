/** How many kernels well-known programs take, and what the most telling ones look like. More than here is a defect. */

import { describe, expect, it } from 'vitest';
import type { ScheduleOptions } from '../src/index.ts';
import { printKernel, schedule, verifyKernel } from '../src/index.ts';
import { kernelKey } from '../src/kernel/hash.ts';
import {
  Program,
  adamW,
  crossEntropyOf,
  geluOf,
  layerNormOf,
  logSoftmaxOf,
  softmaxOf,
} from './support/programs.ts';

/** The dispatches of a program, checked. */
function dispatchesOf(build: (p: Program) => void, options?: ScheduleOptions) {
  const program = new Program();
  build(program);
  const { dispatches } = schedule(program.build(), options);
  for (const { kernel } of dispatches) verifyKernel(kernel);
  return dispatches;
}

const print = (build: (p: Program) => void) =>
  `\n${dispatchesOf(build)
    .map(({ kernel }) => printKernel(kernel))
    .join('\n\n')}\n`;

describe('one kernel', () => {
  it('softmax: each row is read three times and written once', () => {
    expect(print((p) => p.output(softmaxOf(p, p.input32(64, 1000))))).toMatchInlineSnapshot(`
      "
      loop max_sum_div(in b0: float32[64000], out b1: float32[64000])
        parallel i0: 64
          acc0 = identity of max float32
          reduce i1: 1000
            acc0 max= b0[1000*i0+i1]
          acc1 = identity of sum float32
          reduce i2: 1000
            acc1 sum= exp((b0[1000*i0+i2] - acc0))
          parallel i3: 1000
            b1[1000*i0+i3] = (exp((b0[1000*i0+i3] - acc0)) / acc1)
      "
    `);
  });

  it('log-softmax', () => {
    expect(dispatchesOf((p) => p.output(logSoftmaxOf(p, p.input32(64, 1000))))).toHaveLength(1);
  });

  it('log-softmax and the mean negative log-likelihood: the loss accumulates across the rows', () => {
    const build = (p: Program) => p.output(crossEntropyOf(p, p.input32(64, 10), p.input('int32', [64])));
    expect(print(build)).toMatchInlineSnapshot(`
      "
      loop max_sum_mul(in b0: float32[640], in b1: int32[64], out b2: float32[1])
        acc2 = identity of sum float32
        reduce i0: 64
          acc0 = identity of max float32
          reduce i1: 10
            acc0 max= b0[10*i0+i1]
          acc1 = identity of sum float32
          reduce i2: 10
            acc1 sum= exp((b0[10*i0+i2] - acc0))
          %9 = min(max(b1[i0], 0), 9)
          acc2 sum= neg(((b0[%9+10*i0] - acc0) - log(acc1)))
        b2[0] = (acc2 * 0.015625)
      "
    `);
  });

  it('layer norm', () => {
    const build = (p: Program) =>
      p.output(layerNormOf(p, p.input32(8, 32, 64), p.input32(64), p.input32(64)).out);
    expect(print(build)).toMatchInlineSnapshot(`
      "
      loop sum_add(in b0: float32[16384], in b1: float32[64], in b2: float32[64], out b3: float32[16384])
        parallel i0: 256
          acc0 = identity of sum float32
          reduce i1: 64
            acc0 sum= b0[64*i0+i1]
          acc1 = identity of sum float32
          reduce i2: 64
            %4 = (acc0 * 0.015625)
            %5 = (b0[64*i0+i2] - %4)
            acc1 sum= (%5 * %5)
          parallel i3: 64
            b3[64*i0+i3] = ((((b0[64*i0+i3] - %4) * recip(sqrt(((acc1 * 0.015625) + 0.00001)))) * b1[i3]) + b2[i3])
      "
    `);
  });

  it('linear, bias and GELU: the epilogue of the contraction', () => {
    const build = (p: Program) => {
      const product = p.linear(p.input32(32, 64), p.input32(128, 64));
      p.output(geluOf(p, p.binary('add', product, p.broadcast(p.input32(128), [32, 128]))));
    };
    expect(print(build)).toMatchInlineSnapshot(`
      "
      contract contract_mul(in b0: float32[2048], in b1: float32[8192], in b2: float32[128], out b3: float32[4096])
        for m(i0: 32) n(i1: 128)
          acc0 = sum over k(i2: 64) of b0[64*i0+i2] * b1[64*i1+i2]
          %4 = (acc0 + b2[i1])
          b3[128*i0+i1] = ((%4 * 0.5) * (erf((%4 * 0.7071067811865476)) + 1))
      "
    `);
  });

  it('convolution and batch norm in evaluation', () => {
    const build = (p: Program) => {
      const y = p.convolution(p.input32(4, 3, 16, 16), p.input32(8, 3, 3, 3));
      const channel = () => p.broadcast(p.reshape(p.input32(8), [8, 1, 1]), [4, 8, 16, 16]);
      const deviation = p.unary('sqrt', p.binary('add', channel(), p.number(1e-5, y)));
      p.output(
        p.binary(
          'add',
          p.binary('mul', p.binary('div', p.binary('sub', y, channel()), deviation), channel()),
          channel(),
        ),
      );
    };
    expect(dispatchesOf(build, { maxOperands: 8 })).toHaveLength(1);
  });

  it('several outputs of one loop', () => {
    const build = (p: Program) => {
      const x = p.input32(100);
      p.output(p.unary('exp', x));
      p.output(p.unary('tanh', x));
      p.output(p.reduce('sum', x, [0]));
    };
    expect(dispatchesOf(build)).toHaveLength(1);
  });
});

describe('launches', () => {
  it('AdamW over 50 parameters of many sizes is one dispatch', () => {
    const dispatches = dispatchesOf((p) => {
      for (let i = 0; i < 50; i++) adamW(p, [i + 2, 4]);
    });
    expect(dispatches).toHaveLength(1);
    const [{ kernel, launches }] = dispatches;
    expect(launches.map(({ extents }) => extents)).toEqual(
      Array.from({ length: 50 }, (_, i) => [4 * (i + 2)]),
    );
    expect(kernel.axes).toEqual([{ param: 0, max: 204 }]);
    expect(kernel.operands.every(({ param }) => param === 0)).toBe(true);
  });

  it('updates that wait for each other are not', () => {
    const dispatches = dispatchesOf((p) => {
      const x = p.unary('exp', p.input32(8));
      p.output(x);
      p.output(
        p.unary(
          'exp',
          p.add('pad', [p.unary('exp', p.add('flip', [x], { axes: [0] }))], {
            lo: [0],
            hi: [1],
            interior: [0],
            value: 1,
          }),
        ),
      );
    });
    expect(dispatches.every(({ launches }) => launches.length === 1)).toBe(true);
  });
});

describe('places', () => {
  it('the same work on other rows of an array is the same kernel, bound further in', () => {
    const dispatches = dispatchesOf((p) => {
      const [x, weight] = [p.input32(4, 16, 32), p.input32(8, 32)];
      for (let t = 0; t < 4; t++) {
        const rows = p.add('slice', [x], { start: [t, 0, 0], step: [1, 1, 1], shape: [1, 16, 32] });
        p.output(p.linear(p.reshape(rows, [16, 32]), weight));
      }
    });
    expect(new Set(dispatches.map(({ kernel }) => kernelKey(kernel))).size).toBe(1);
    expect(dispatches.map(({ launches: [{ offsets }] }) => Math.max(...offsets))).toEqual([
      0, 2048, 4096, 6144,
    ]);
  });

  it('a place that no binding may begin at stays in the indices', () => {
    const [{ kernel, launches }] = dispatchesOf((p) => {
      const x = p.input32(100);
      p.output(p.unary('exp', p.add('slice', [x], { start: [70], step: [1], shape: [30] })));
    });
    expect(launches[0].offsets).toEqual([256, 0]);
    expect(kernel.operands[0].elements).toBe(36);
  });
});

describe('training', () => {
  it('layer norm’s gradients are two kernels: one over the rows, one over the columns', () => {
    const build = (p: Program) => {
      const [x, weight] = [p.input32(256, 64), p.input32(64)];
      const { normal, inverse } = layerNormOf(p, x, weight, p.input32(64));
      const dy = p.input32(256, 64);
      p.output(p.reduce('sum', p.binary('mul', dy, normal), [0]));
      p.output(p.reduce('sum', dy, [0]));
      const dn = p.binary('mul', dy, p.broadcast(weight, [256, 64]));
      const centred = p.binary('sub', dn, p.mean(dn, [1]));
      const along = p.binary('mul', normal, p.mean(p.binary('mul', dn, normal), [1]));
      p.output(p.binary('mul', p.binary('sub', centred, along), inverse));
    };
    expect(dispatchesOf(build, { maxOperands: 16 })).toHaveLength(2);
  });

  it('attention reads query, key and value where they stand in one array', () => {
    const build = (p: Program) => {
      const all = p.input32(2, 9, 3, 4, 5);
      const part = (i: number) => {
        const step = [1, 1, 1, 1, 1];
        const one = p.add('slice', [all], { start: [0, 0, i, 0, 0], step, shape: [2, 9, 1, 4, 5] });
        const heads = p.add('permute', [one], { axes: [0, 3, 2, 1, 4] });
        return p.add('reshape', [heads], { shape: [2, 4, 9, 5] });
      };
      const scale = p.scalar('float32');
      p.output(p.add('attention', [part(0), part(1), part(2), scale], { result: 'output', causal: true }));
    };
    expect(print(build)).toMatchInlineSnapshot(`
      "
      attention attention(in b0: float32[1080], out b1: float32[432])
        for (i0: 2, i1: 4, i2: 9, i3: 9, i4: 5, i5: 5)
          b1 = causal output(b0[540*i0+5*i1+60*i2+i4], b0[540*i0+5*i1+60*i3+i4+20], b0[540*i0+5*i1+60*i3+i5+40], scalar0)
      "
    `);
  });

  it('attention copies what is no plain array: here a padded one and one that is computed', () => {
    const build = (p: Program) => {
      const [q, k, v] = [p.input32(4, 7, 6), p.input32(4, 8, 6), p.input32(4, 9, 6)];
      const lo = [0, 1, 0];
      const padded = p.add('pad', [k], { lo, hi: [0, 0, 0], interior: [0, 0, 0], value: 0 });
      const inputs = [p.unary('neg', q), padded, v, p.scalar('float32')];
      p.output(p.add('attention', inputs, { result: 'output', causal: false }));
    };
    const kernels = dispatchesOf(build).map(({ kernel }) => kernel.kind);
    expect(kernels).toEqual(['loop', 'loop', 'attention']);
  });

  it('attention, composed, is three kernels forward', () => {
    const build = (p: Program) => {
      const [q, k, v] = [0, 1, 2].map(() => p.input32(2, 4, 32, 16));
      const scores = p.batched(q, k);
      const weights = softmaxOf(p, p.binary('mul', scores, p.number(0.25, scores)));
      p.output(p.batched(weights, v, true));
    };
    const kernels = dispatchesOf(build).map(({ kernel }) => kernel.kind);
    expect(kernels).toEqual(['contract', 'loop', 'contract']);
  });

  it('a residual sum is stored once, by the epilogue that makes it', () => {
    const build = (p: Program) => {
      const x = p.input32(64, 32);
      const h = p.binary('add', x, p.linear(p.input32(64, 16), p.input32(32, 16)));
      const normed = layerNormOf(p, h, p.input32(32), p.input32(32)).out;
      p.output(p.binary('add', h, p.linear(normed, p.input32(32, 32))));
    };
    const dispatches = dispatchesOf(build);
    expect(dispatches.map(({ kernel }) => kernel.kind)).toEqual(['contract', 'loop', 'contract']);
  });

  it('a dropout mask is kept in one byte an element, not drawn again', () => {
    const build = (p: Program) => {
      const key = () => p.scalar('int32');
      const shape = [64, 64];
      const bits = p.add('random', [key(), key()], { shape });
      const keep = p.add('lt', [bits, p.number(1 << 30, bits)], undefined);
      const mask = p.add('cast', [keep], { dtype: 'float32' });
      p.output(p.reduce('sum', p.binary('mul', p.input32(64, 64), mask), [1]));
      p.output(p.reduce('sum', p.binary('mul', p.input32(64, 64), mask), [0]));
    };
    const dispatches = dispatchesOf(build);
    const kept = dispatches.flatMap(({ kernel }) =>
      kernel.operands.filter(({ access, dtype }) => access !== 'read' && dtype === 'bool'),
    );
    expect(kept).toHaveLength(1);
    expect(dispatches.filter(({ kernel }) => kernel.values.some(({ op }) => op === 'random'))).toHaveLength(
      1,
    );
  });
});

describe('limits', () => {
  it('no kernel binds more than the device allows', () => {
    const build = (p: Program) => {
      let sum = p.input32(16);
      for (let i = 0; i < 40; i++) sum = p.binary('add', sum, p.input32(16));
      p.output(sum);
    };
    for (const maxOperands of [4, 8, 64]) {
      const dispatches = dispatchesOf(build, { maxOperands });
      expect(Math.max(...dispatches.map(({ kernel }) => kernel.operands.length))).toBeLessThanOrEqual(
        maxOperands,
      );
    }
  });

  it('a long vector is not squeezed into one row to stand beside its sum', () => {
    const build = (p: Program) => {
      const x = p.input32(1_000_000);
      p.output(p.binary('div', x, p.over('sum', x, [0])));
    };
    expect(dispatchesOf(build)).toHaveLength(2);
  });

  it('a short one is', () => {
    const build = (p: Program) => {
      const x = p.input32(1000);
      p.output(p.binary('div', x, p.over('sum', x, [0])));
    };
    expect(dispatchesOf(build)).toHaveLength(1);
  });

  it('without fusion every operation is a kernel', () => {
    const dispatches = dispatchesOf((p) => p.output(softmaxOf(p, p.input32(4, 5))), { fusion: false });
    expect(dispatches).toHaveLength(5);
  });

  it('nothing to compute is no kernel', () => {
    expect(dispatchesOf((p) => p.output(p.unary('exp', p.input32(0, 3))))).toHaveLength(0);
  });
});

describe('contractions', () => {
  it('a batch of products with the same weight is one product with more rows', () => {
    const [dispatch] = dispatchesOf((p) => {
      const weight = p.add('expand', [p.reshape(p.input32(6, 5), [1, 6, 5])], { shape: [4, 6, 5] });
      p.output(p.batched(p.input32(4, 3, 5), weight));
    });
    const { kernel } = dispatch;
    expect(kernel).toMatchObject({ kind: 'contract', batch: [], axes: [12, 6, 5] });
  });

  it('heads that are merged by a reshape are read where they are', () => {
    const dispatches = dispatchesOf((p) => {
      const heads = p.add('permute', [p.input32(2, 4, 8, 16)], { axes: [0, 2, 1, 3] });
      p.output(p.linear(p.reshape(heads, [2, 8, 64]), p.input32(10, 64)));
    });
    expect(dispatches).toHaveLength(1);
  });

  it('an operand with zeros between its elements is copied first', () => {
    const dispatches = dispatchesOf((p) => {
      const padded = p.add('pad', [p.input32(8, 4)], { lo: [0, 0], hi: [0, 0], interior: [0, 1], value: 0 });
      p.output(p.linear(padded, p.input32(10, 7)));
    });
    expect(dispatches.map(({ kernel }) => kernel.kind)).toEqual(['loop', 'contract']);
  });

  it('a product of one row is a reduction, which fuses with its neighbours', () => {
    const dispatches = dispatchesOf((p) => {
      const x = p.linear(p.unary('exp', p.input32(1, 64)), p.input32(10, 64));
      p.output(geluOf(p, p.binary('add', x, p.input32(1, 10))));
    });
    expect(dispatches.map(({ kernel }) => kernel.kind)).toEqual(['loop']);
  });
});

describe('positions', () => {
  it('a gather at computed positions of an axis is a view', () => {
    const text = print((p) => {
      const place = p.add('iota', [], { shape: [10], axis: 0 });
      const rolled = p.add(
        'mod',
        [p.binary('add', place, p.number(3, place)), p.number(10, place)],
        undefined,
      );
      p.output(p.add('gather', [p.input32(10), rolled], { axis: 0 }));
    });
    expect(text).toContain('b1[i0] = b0[(i0+3)%10]');
  });
});
