/** The user's say in how convolutions are computed: algorithm, precision and memory, through layers and gradients. */

import { cpuBackend } from '@tenfold/backend-cpu';
import { registerBackend } from '@tenfold/ir';
import { F, cat, grad, nn, randn } from 'tenfold';
import type { Tensor } from 'tenfold';
import { describe, expect, it } from 'vitest';

registerBackend('frugal', () => cpuBackend({ threads: 1, convolutionWorkspaceBytes: 0 }));

type Options = F.ConvOptions;

const ALGORITHMS = ['direct', 'im2col', 'implicit-gemm', 'winograd2', 'winograd4'] as const;

const inputs = {
  x: randn([2, 8, 14, 15]).requiresGrad_(),
  w: randn([12, 8, 3, 3]).requiresGrad_(),
  b: randn([12]).requiresGrad_(),
};

/** The result and the gradients of a convolution with an activation, one after another. */
async function computed(options: Options, { x, w, b } = inputs): Promise<Float32Array> {
  const y = F.silu(F.conv2d(x, w, b, { padding: 1, ...options }));
  const gradients = grad([y.square().sum()], [x, w, b]);
  return Float32Array.from(await cat([y, ...gradients].map((t: Tensor) => t.reshape(-1))).data(), Number);
}

function difference(a: Float32Array, b: Float32Array): number {
  const magnitude = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0) / magnitude;
}

describe('conv2d', () => {
  it.each(ALGORITHMS)('computes the same by %s, with its gradients', async (algorithm) => {
    expect(difference(await computed({ algorithm }), await computed({ precision: 'high' }))).toBeLessThan(
      1e-5,
    );
  });

  it("really uses it: algorithms differ in rounding, 'high' is none of Winograd's", async () => {
    const [auto, high, small, plain] = [
      await computed({}),
      await computed({ precision: 'high' }),
      await computed({ algorithm: 'winograd2' }),
      await computed({ algorithm: 'implicit-gemm' }),
    ];
    expect(auto).not.toEqual(high);
    expect(small).not.toEqual(auto);
    expect(small).not.toEqual(plain);
  });

  it('says why an algorithm does not fit, when it is computed', () => {
    const image = randn([1, 4, 8, 8]);
    const strided = () => F.conv2d(image, randn([4, 4, 3, 3]), null, { stride: 2, algorithm: 'winograd2' });
    const message =
      "convolution: the algorithm 'winograd2' cannot compute it: winograd2 needs stride 1, got 2x2; use another one, or 'auto'";
    expect(() => strided().dataSync()).toThrow(message);
    const plain = () => F.conv2d(image, randn([4, 4, 1, 1]), null, { algorithm: 'direct' });
    expect(() => plain().dataSync()).toThrow("the algorithm 'direct' cannot compute it");
  });

  it('follows a gradient as far as the algorithm fits', async () => {
    const options = { stride: 2, algorithm: 'direct' } as const;
    expect(difference(await computed(options), await computed({ stride: 2 }))).toBeLessThan(1e-5);
  });

  it.each([2, 3])(
    'has the gradient of a 1x1 window of stride %i where its inputs are, and zeros elsewhere',
    async (stride) => {
      const x = randn([2, 5, 12, 18]).requiresGrad_();
      const w = randn([7, 5, 1, 1]);
      const every = `::${stride}`;
      const strided = F.silu(F.conv2d(x, w, null, { stride }))
        .square()
        .sum();
      const picked = F.silu(F.conv2d(x.index(':', ':', every, every), w))
        .square()
        .sum();
      const [actual, expected] = [strided, picked].map((loss) => grad([loss], [x])[0].mul(3).data());
      expect(
        difference(Float32Array.from(await actual, Number), Float32Array.from(await expected, Number)),
      ).toBeLessThan(1e-6);
    },
  );

  it('keeps to the least memory where the user allows none', async () => {
    const moved = Object.fromEntries(
      await Promise.all(
        Object.entries(inputs).map(async ([key, tensor]) => [
          key,
          (await tensor.detach().toDevice('frugal')).requiresGrad_(),
        ]),
      ),
    ) as typeof inputs;
    expect(difference(await computed({}, moved), await computed({}))).toBeLessThan(1e-5);
  });
});

describe('Conv2d', () => {
  it('hands its algorithm and precision on', async () => {
    const layer = new nn.Conv2d(8, 12, 3, { padding: 1, algorithm: 'winograd2', precision: 'high' });
    layer.loadStateDict(new Map([['weight', inputs.w], ['bias', inputs.b]])); // prettier-ignore
    const options = { padding: 1, algorithm: 'winograd2' } as const;
    const expected = await F.conv2d(inputs.x, inputs.w, inputs.b, options).data();
    expect(await layer.forward(inputs.x).data()).toEqual(expected);
  });
});
