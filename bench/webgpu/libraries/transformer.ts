/**
 * The two transformers in Tenfold, on any device: the training step that is measured, a decoder with a cache of fixed length
 * that is measured, and the same decoder without a cache, which says what the other must give.
 */

import '@tenfold/autograd';
import { functional as F } from '@tenfold/nn';
import { SGD } from '@tenfold/optim';
import { arange, compile, fromBuffer, noGrad, tensor, zeros } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import type { Job } from '../job.ts';
import { valuesOf } from '../parameters.ts';
import type { Parameter } from '../parameters.ts';
import { values } from '../values.ts';

export interface Place {
  readonly device: string;
  readonly dtype: 'float32' | 'float64';
}

type Weights = ReadonlyMap<string, Tensor>;

function weightsOf(
  parameters: readonly Parameter[],
  { device, dtype }: Place,
  requiresGrad = false,
): Weights {
  return new Map(
    parameters.map((parameter) => {
      const weight = fromBuffer(valuesOf(parameter), parameter.shape, { device }).to(dtype).realize();
      return [parameter.name, requiresGrad ? weight.requiresGrad_() : weight] as const;
    }),
  );
}

function normalised(x: Tensor, w: Weights, name: string): Tensor {
  const [weight, bias] = [w.get(`${name}.gain`), w.get(`${name}.bias`)];
  return F.layerNorm(x, x.shape[x.ndim - 1], { weight, bias });
}

function dense(x: Tensor, w: Weights, name: string): Tensor {
  return x.matmul(w.get(`${name}.weight`)!).add(w.get(`${name}.bias`)!);
}

/** A block around any attention: of `[..., 3 · width]` to `[..., width]`. */
function block(x: Tensor, w: Weights, prefix: string, attend: (qkv: Tensor) => Tensor): Tensor {
  const qkv = dense(normalised(x, w, `${prefix}norm1`), w, `${prefix}qkv`);
  const y = x.add(dense(attend(qkv), w, `${prefix}proj`));
  const inner = F.gelu(dense(normalised(y, w, `${prefix}norm2`), w, `${prefix}fc1`), { approximate: 'tanh' });
  return y.add(dense(inner, w, `${prefix}fc2`));
}

function causally(sequences: number, tokens: number, heads: number) {
  return (qkv: Tensor): Tensor => {
    const width = qkv.shape[qkv.ndim - 1] / 3;
    const split = qkv.reshape(sequences, tokens, 3, heads, width / heads);
    const [q, k, v] = [0, 1, 2].map((i) => split.select(2, i).permute(0, 2, 1, 3));
    const attended = F.scaledDotProductAttention(q, k, v, { isCausal: true });
    return attended.permute(0, 2, 1, 3).reshape(sequences * tokens, width);
  };
}

/** A function that takes a step of training when it is called, and gives its loss. */
export function trainer({ sizes, block: parameters, learningRate }: Job, place: Place): () => Tensor {
  const { sequences, tokens, width, heads } = sizes;
  const input = (seed: number) =>
    fromBuffer(values(sequences * tokens * width, seed), [sequences * tokens, width], {
      device: place.device,
    })
      .to(place.dtype)
      .realize();
  const [x, target] = [input(1), input(2)];
  const weights = weightsOf(parameters, place, true);
  const optimizer = new SGD(weights.values(), { lr: learningRate });
  const attend = causally(sequences, tokens, heads);
  return () => {
    const loss = F.mseLoss(block(x, weights, '', attend), target);
    optimizer.zeroGrad();
    loss.backward();
    void optimizer.step();
    return loss;
  };
}

export async function losses(step: () => Tensor, steps: number): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < steps; i++) found.push(Number(await step().item()));
  return found;
}

/** The logits after the prompt, all of it at once. */
export function logitsOfPrompt({ sizes, decoder, prompt }: Job, place: Place): Tensor {
  return noGrad(() => {
    const w = weightsOf(decoder, place);
    const { device } = place;
    const tokens = tensor([...prompt], { device });
    const places = arange(prompt.length, { device });
    let x = F.embedding(tokens, w.get('tokens')!).add(F.embedding(places, w.get('positions')!));
    const attend = causally(1, prompt.length, sizes.heads);
    for (let layer = 0; layer < sizes.layers; layer++) x = block(x, w, `${layer}.`, attend);
    return normalised(x, w, 'norm')
      .matmul(w.get('tokens')!.t())
      .select(0, prompt.length - 1);
  });
}

/** A decoder that reads a token at a position `[1]` and gives the logits `[1, vocabulary]` after it, compiled. */
export function decoder({ sizes, decoder: parameters }: Job, place: Place) {
  const { layers, context, width, heads } = sizes;
  const { device, dtype } = place;
  const w = weightsOf(parameters, place);
  const cache = () => zeros([context, width], { device, dtype }).realize();
  const caches = Array.from({ length: layers }, () => [cache(), cache()] as const);
  const places = arange(context, { device }).realize();
  const byHead = (rows: Tensor) => rows.reshape(-1, heads, width / heads).permute(1, 0, 2);
  const step = (token: Tensor, position: Tensor): readonly [Tensor, Tensor] => {
    const here = places.eq(position).unsqueeze(1);
    const seen = places.le(position).unsqueeze(0);
    let x = F.embedding(token, w.get('tokens')!).add(F.embedding(position, w.get('positions')!));
    for (const [layer, [keys, all]] of caches.entries()) {
      x = block(x, w, `${layer}.`, (qkv) => {
        const [query, key, value] = qkv.chunk(3, 1);
        keys.assign(key.where(here, keys));
        all.assign(value.where(here, all));
        const attended = F.scaledDotProductAttention(byHead(query), byHead(keys), byHead(all), {
          attnMask: seen,
        });
        return attended.permute(1, 0, 2).reshape(1, width);
      });
    }
    const logits = normalised(x, w, 'norm').matmul(w.get('tokens')!.t());
    return [logits, logits.argmax(-1)];
  };
  return compile((token: Tensor, position: Tensor) => noGrad(() => step(token, position)));
}
