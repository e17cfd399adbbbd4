/**
 * TensorFlow.js on its WebGPU backend. It runs every operation by itself; what is multiplied and then added to and activated
 * is one operation where it has such.
 */

import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { nameOf, startDawn } from '../dawn.ts';
import { valuesOf } from '../parameters.ts';
import { serve } from '../serve.ts';
import { values } from '../values.ts';

const sizeOf = (shape) => shape.reduce((a, b) => a * b, 1);
const input = (seed, shape) => tf.tensor(values(sizeOf(shape), seed), shape);

function forward(compute) {
  return {
    run: () => tf.tidy(compute).dispose(),
    result: async () => {
      const result = tf.tidy(compute);
      const elements = await result.data();
      result.dispose();
      return elements;
    },
  };
}

const dense = (x, w, name) => tf.add(tf.matMul(x, w[`${name}.weight`]), w[`${name}.bias`]);

function normalised(x, w, name) {
  const { mean, variance } = tf.moments(x, -1, true);
  const plain = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)));
  return tf.add(tf.mul(plain, w[`${name}.gain`]), w[`${name}.bias`]);
}

/** Its tanh form. */
function gelu(x) {
  const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
}

/** A block around any attention: of `[..., 3 · width]` to `[..., width]`. */
function block(x, w, prefix, attend) {
  const attended = attend(dense(normalised(x, w, `${prefix}norm1`), w, `${prefix}qkv`));
  const y = tf.add(x, dense(attended, w, `${prefix}proj`));
  const inner = gelu(dense(normalised(y, w, `${prefix}norm2`), w, `${prefix}fc1`));
  return tf.add(y, dense(inner, w, `${prefix}fc2`));
}

/** Of operands `[..., rows, width of a head]`; `hidden` is added to the scores. */
function attention(q, k, v, hidden) {
  const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(q.shape[q.rank - 1]));
  return tf.matMul(tf.softmax(tf.add(scores, hidden)), v);
}

/** What is added to a score that must not count. */
const HIDDEN = -1e9;

function trainer({ sizes, block: parameters, learningRate }) {
  const { sequences, tokens, width, heads } = sizes;
  const rows = [sequences * tokens, width];
  const [x, target] = [input(1, rows), input(2, rows)];
  const weights = Object.fromEntries(
    parameters.map((p) => [p.name, tf.variable(tf.tensor(valuesOf(p), p.shape))]),
  );
  const places = tf.range(0, tokens, 1, 'int32');
  const later = tf.greater(tf.reshape(places, [1, tokens]), tf.reshape(places, [tokens, 1]));
  const hidden = tf.mul(tf.cast(later, 'float32'), HIDDEN);
  const attend = (qkv) => {
    const parts = tf.split(qkv, 3, 1);
    const [q, k, v] = parts.map((part) =>
      tf.transpose(tf.reshape(part, [sequences, tokens, heads, width / heads]), [0, 2, 1, 3]),
    );
    return tf.reshape(tf.transpose(attention(q, k, v, hidden), [0, 2, 1, 3]), rows);
  };
  const optimizer = tf.train.sgd(learningRate);
  const loss = () => tf.mean(tf.square(tf.sub(block(x, weights, '', attend), target)));
  return () => optimizer.minimize(loss, true);
}

function decoder({ sizes, decoder: parameters }) {
  const { layers, context, width, heads } = sizes;
  const weights = Object.fromEntries(parameters.map((p) => [p.name, tf.tensor(valuesOf(p), p.shape)]));
  const caches = Array.from({ length: 2 * layers }, () => tf.variable(tf.zeros([context, width])));
  const places = tf.range(0, context, 1, 'int32');
  const byHead = (rows) => tf.transpose(tf.reshape(rows, [-1, heads, width / heads]), [1, 0, 2]);
  return (token, position) =>
    tf.tidy(() => {
      const here = tf.reshape(tf.equal(places, position), [context, 1]);
      const later = tf.reshape(tf.greater(places, position), [1, 1, context]);
      const hidden = tf.mul(tf.cast(later, 'float32'), HIDDEN);
      let x = tf.add(tf.gather(weights.tokens, token), tf.gather(weights.positions, position));
      for (let layer = 0; layer < layers; layer++) {
        x = block(x, weights, `${layer}.`, (qkv) => {
          const [query, key, value] = tf.split(qkv, 3, 1);
          const [keys, all] = [caches[2 * layer], caches[2 * layer + 1]];
          keys.assign(tf.where(here, key, keys));
          all.assign(tf.where(here, value, all));
          const attended = attention(byHead(query), byHead(keys), byHead(all), hidden);
          return tf.reshape(tf.transpose(attended, [1, 0, 2]), [1, width]);
        });
      }
      const logits = tf.matMul(normalised(x, weights, 'norm'), weights.tokens, false, true);
      return [logits, tf.argMax(logits, -1)];
    });
}

async function load(job) {
  const dawn = startDawn(job.dawn);
  // It looks for WebGPU when it is loaded.
  await import('@tensorflow/tfjs-backend-webgpu');
  if (!(await tf.setBackend('webgpu'))) throw new Error('its WebGPU backend did not start');
  await tf.ready();
  const backend = tf.backend();
  const { matmul, elements, rows, columns, images, channels, pixels, context } = job.sizes;
  return {
    name: 'TensorFlow.js',
    version: tf.version_core,
    device: nameOf(dawn.opened().adapter.info),
    wait: () => {
      if (backend.commandEncoder) {
        backend.endComputePassEncoder();
        backend.submitQueue();
      }
      return dawn.wait();
    },
    complaint: dawn.complaint,
    works: {
      'matmul float32': () => {
        const [a, b] = [1, 2].map((seed) => input(seed, [matmul, matmul]));
        return forward(() => tf.matMul(a, b));
      },
      'elementwise chain': () => {
        const x = input(1, [elements]);
        return forward(() => {
          const h = tf.sub(tf.mul(x, 1.25), 0.1);
          const gated = tf.mul(h, tf.sigmoid(h));
          return tf.sub(tf.add(gated, tf.mul(tf.tanh(tf.mul(x, 0.8)), x)), tf.mul(x, 0.5));
        });
      },
      softmax: () => {
        const x = input(1, [rows, columns]);
        return forward(() => tf.softmax(x));
      },
      // Channels come last here. The images are put into that order beforehand, the result afterwards, and only for the check.
      convolution: () => {
        const x = tf.transpose(input(1, [images, channels, pixels, pixels]), [0, 2, 3, 1]);
        const w = tf.transpose(input(2, [channels, channels, 3, 3]), [2, 3, 1, 0]);
        const { run } = forward(() => tf.conv2d(x, w, 1, 'same'));
        return { run, result: forward(() => tf.transpose(tf.conv2d(x, w, 1, 'same'), [0, 3, 1, 2])).result };
      },
      'training step': () => {
        const step = trainer(job);
        return {
          run: () => step().dispose(),
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
        const at = (number) => tf.tensor1d([number], 'int32');
        let position = 0;
        let token = at(job.prompt[0]);
        return {
          run: () => {
            const here = at(position);
            const [logits, next] = step(token, here);
            for (const done of [logits, token, here]) done.dispose();
            token = next;
            position = (position + 1) % context;
          },
          result: async () => {
            let logits;
            for (const [i, prompted] of job.prompt.entries()) logits = step(at(prompted), at(i))[0];
            return logits.data();
          },
        };
      },
    },
  };
}

await serve(load);
