/** Multi-head attention and transformers, beyond what is compared with PyTorch. */

import { manualSeed, ones, randn, tensor, zeros } from '@tenfold/tensor';
import { describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import './support/reference-device.ts';

describe('MultiheadAttention', () => {
  it('gives the same with and without weights, causal or by a mask', async () => {
    const layer = new nn.MultiheadAttention(8, 2, { batchFirst: true });
    const x = randn([2, 9, 8]);
    const attnMask = ones([9, 9]).triu(1).bool();
    const [masked] = layer.forward(x, x, x, { attnMask });
    for (const options of [{ attnMask, needWeights: false }, { isCausal: true }, { isCausal: true, needWeights: false }]) {
      const [output, weights] = layer.forward(x, x, x, options);
      expect(await output.sub(masked).abs().amax().item()).toBeLessThan(1e-6);
      expect(weights?.shape).toEqual(options.needWeights === false ? undefined : [2, 9, 9]);
    }
  }); // prettier-ignore

  it('names what does not fit', () => {
    const layer = new nn.MultiheadAttention(4, 2);
    const x = randn([3, 2, 4]);
    expect(() => new nn.MultiheadAttention(5, 2)).toThrow('2 heads do not divide an embedding of 5');
    expect(() => layer.forward(randn([3, 2, 5]), x, x)).toThrow("the query's last axis must be 4");
    expect(() => layer.forward(x, x, randn([2, 2, 4]))).toThrow('keys and values must be as many');
    expect(() => layer.forward(x, randn([3, 1, 4]), randn([3, 1, 4]))).toThrow('the batches differ');
    expect(() => layer.forward(x, x, x, { attnMask: ones([3, 2]) })).toThrow('attnMask has shape [3, 2], expected [3, 3]');
    expect(() => layer.forward(x, x, x, { keyPaddingMask: ones([3, 2]).bool() })).toThrow('expected [2, 3]');
    expect(() => layer.forward(x, x, x, { attnMask: tensor([[1]]).expand(3, 3) })).toThrow('a mask is int64');
  }); // prettier-ignore

  it('drops weights in training only', async () => {
    const layer = new nn.MultiheadAttention(4, 2, { dropout: 0.5 });
    const x = randn([3, 2, 4]);
    const differ = async () =>
      (await layer
        .forward(x, x, x)[0]
        .sub(layer.forward(x, x, x)[0])
        .abs()
        .amax()
        .item()) > 0;
    expect(await differ()).toBe(true);
    layer.eval();
    expect(await differ()).toBe(false);
  });
});

describe('transformers', () => {
  it('are made of layers that start alike and are trained apart', async () => {
    manualSeed(1);
    const encoder = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 4 }), 2);
    const [first, second] = encoder.layers;
    const [a, b] = [first, second].map((layer) => layer.parameters()[0]);
    expect(await a.sub(b).abs().amax().item()).toBe(0);
    a.assign(zeros(a.shape));
    expect(await b.abs().amax().item()).toBeGreaterThan(0);
    expect(encoder.parameters()).toHaveLength(24);
  });

  it('see nothing that comes later when they are causal', async () => {
    const model = new nn.Transformer(4, 2, { numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 8 });
    model.eval();
    const [src, tgt] = [randn([3, 1, 4]), randn([4, 1, 4])];
    const whole = model.forward(src, tgt, { tgtIsCausal: true });
    const short = model.forward(src, tgt.slice(0, 0, 2), {
      tgtMask: nn.Transformer.generateSquareSubsequentMask(2),
    });
    expect(await whole.slice(0, 0, 2).sub(short).abs().amax().item()).toBeLessThan(1e-6);
  });

  it('know two activations by name, and take any function', () => {
    const layer = new nn.TransformerEncoderLayer(2, 1, { activation: (x) => x.sin(), bias: false });
    expect([...layer.stateDict().keys()].filter((key) => key.includes('bias'))).toEqual([]);
    expect(() => Reflect.construct(nn.TransformerEncoderLayer, [2, 1, { activation: 'tanh' }])).toThrow(
      "activation is 'tanh', expected one of 'relu', 'gelu'",
    );
  });
});
