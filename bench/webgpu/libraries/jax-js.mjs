/**
 * jax-js on its WebGPU device. Arrays move when they are passed; `.ref` keeps them. Everything is under `jit`, which is how it
 * fuses. It is lazy: asking for the buffer of a result submits what makes it, without waiting.
 */
/* global PEER_VERSION -- put there when this is bundled */

import { defaultDevice, init, jit, lax, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { polyfillIterators } from '../../src/peers/iterator-helpers.mjs';
import { nameOf, startDawn } from '../dawn.ts';
import { valuesOf } from '../parameters.ts';
import { serve } from '../serve.ts';
import { values } from '../values.ts';

const sizeOf = (shape) => shape.reduce((a, b) => a * b, 1);
const input = (seed, shape) => np.array(values(sizeOf(shape), seed)).reshape(shape);
const weightsOf = (parameters) =>
  Object.fromEntries(parameters.map((p) => [p.name, np.array(valuesOf(p)).reshape([...p.shape])]));

/** Submits what makes an array, and lets it go. */
const submit = (x) => x.gpuBuffer();

function forward(compute, ...args) {
  const compiled = jit(compute);
  const call = () => compiled(...args.map((x) => x.ref));
  return { run: () => submit(call()), result: () => call().astype(np.float32).data() };
}

const dense = (x, p, name) => np.matmul(x, p[`${name}.weight`]).add(p[`${name}.bias`]);
const normalised = (x, p, name) =>
  nn.standardize(x, -1, { epsilon: 1e-5 }).mul(p[`${name}.gain`]).add(p[`${name}.bias`]);

/** A block around any attention: of `[..., 3 · width]` to `[..., width]`. */
function block(x, p, prefix, attend) {
  const attended = attend(dense(normalised(x.ref, p, `${prefix}norm1`), p, `${prefix}qkv`));
  const y = x.add(dense(attended, p, `${prefix}proj`));
  const inner = nn.gelu(dense(normalised(y.ref, p, `${prefix}norm2`), p, `${prefix}fc1`), {
    approximate: true,
  });
  return y.add(dense(inner, p, `${prefix}fc2`));
}

/** Three arrays of `[sequences, tokens, heads, width of a head]`. */
const split = (qkv, shape) => np.split(qkv, 3, -1).map((part) => part.reshape(shape));

function trainer({ sizes, block: parameters, learningRate }) {
  const { sequences, tokens, width, heads } = sizes;
  const shape = [sequences, tokens, heads, width / heads];
  const rows = [sequences * tokens, width];
  const [x, target] = [input(1, rows), input(2, rows)];
  const attend = (qkv) => nn.dotProductAttention(...split(qkv, shape), { isCausal: true }).reshape(rows);
  const lossOf = (p, a, b) => np.square(block(a, p, '', attend).sub(b)).mean();
  const step = jit((p, a, b) => {
    const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(p), a, b);
    const next = Object.keys(p).map((name) => [name, p[name].sub(gradients[name].mul(learningRate))]);
    return [loss, Object.fromEntries(next)];
  });
  let weights = weightsOf(parameters);
  return () => {
    const [loss, next] = step(weights, x.ref, target.ref);
    weights = next;
    return loss;
  };
}

function decoder({ sizes, decoder: parameters }) {
  const { layers, context, width, heads } = sizes;
  const weights = weightsOf(parameters);
  const perHead = [1, -1, heads, width / heads];
  const step = jit((p, caches, token, position) => {
    const places = np.arange(context);
    const here = np.equal(places.ref, position.ref).reshape([context, 1]);
    const seen = np.lessEqual(places, position.ref).reshape([1, 1, 1, context]);
    let x = np.take(p.tokens.ref, token, 0).add(np.take(p.positions, position, 0));
    const after = [];
    for (let layer = 0; layer < layers; layer++) {
      x = block(x, p, `${layer}.`, (qkv) => {
        const [query, key, value] = np.split(qkv, 3, -1);
        const keys = np.where(here.ref, key, caches[2 * layer]);
        const all = np.where(here.ref, value, caches[2 * layer + 1]);
        after.push(keys.ref, all.ref);
        const [q, k, v] = [query, keys, all].map((rows) => rows.reshape(perHead));
        return nn.dotProductAttention(q, k, v, { mask: seen.ref }).reshape([1, width]);
      });
    }
    here.dispose();
    seen.dispose();
    const logits = np.matmul(normalised(x, p, 'norm'), np.transpose(p.tokens));
    return [logits.ref, np.argmax(logits, -1), after];
  });
  let caches = Array.from({ length: 2 * layers }, () => np.zeros([context, width]));
  return (token, position) => {
    const [logits, next, after] = step(tree.ref(weights), caches, token, position);
    caches = after;
    return [logits, next];
  };
}

async function load(job) {
  polyfillIterators();
  const dawn = startDawn(job.dawn);
  if (!(await init('webgpu')).includes('webgpu')) throw new Error('its WebGPU device did not start');
  defaultDevice('webgpu');
  const { matmul, elements, rows, columns, images, channels, pixels, context } = job.sizes;
  const square = [matmul, matmul];
  return {
    name: 'jax-js',
    version: PEER_VERSION,
    device: nameOf(dawn.opened().adapter.info),
    wait: dawn.wait,
    complaint: dawn.complaint,
    works: {
      'matmul float32': () => forward((a, b) => np.matmul(a, b), input(1, square), input(2, square)),
      'matmul float16': () =>
        forward((a, b) => np.matmul(a, b), ...[1, 2].map((seed) => input(seed, square).astype(np.float16))),
      'elementwise chain': () =>
        forward(
          (x) => {
            const h = x.ref.mul(1.25).sub(0.1);
            const gated = h.ref.mul(nn.sigmoid(h));
            return gated.add(np.tanh(x.ref.mul(0.8)).mul(x.ref)).sub(x.mul(0.5));
          },
          input(1, [elements]),
        ),
      softmax: () => forward((x) => nn.softmax(x, -1), input(1, [rows, columns])),
      convolution: () =>
        forward(
          (x, w) => lax.conv(x, w, [1, 1], 'SAME'),
          input(1, [images, channels, pixels, pixels]),
          input(2, [channels, channels, 3, 3]),
        ),
      'training step': () => {
        const step = trainer(job);
        return {
          run: () => submit(step()),
          result: async () => {
            const again = trainer(job);
            const losses = [];
            for (let i = 0; i < 3; i++) losses.push((await again().data())[0]);
            return losses;
          },
        };
      },
      decode: () => {
        const step = decoder(job);
        const at = (number) => np.array([number], { dtype: np.int32 });
        let position = 0;
        let token = at(job.prompt[0]);
        return {
          run: async () => {
            const [logits, next] = step(token, at(position));
            token = next;
            position = (position + 1) % context;
            await submit(logits);
          },
          result: async () => {
            let logits;
            for (const [i, prompted] of job.prompt.entries()) {
              const [found, next] = step(at(prompted), at(i));
              next.dispose();
              logits?.dispose();
              logits = found;
            }
            return logits.data();
          },
        };
      },
    },
  };
}

await serve(load);
