// TensorFlow.js on its WebAssembly backend, which has one thread in Node.

import { dirname, sep } from 'node:path';
import { CONVOLUTION, MLP, values } from '../works.ts';

export async function load(require) {
  const tf = require('@tensorflow/tfjs');
  const wasm = require('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep);
  if (!(await tf.setBackend('wasm'))) throw new Error('the wasm backend did not start');
  await tf.ready();

  const forward = (compute) => ({
    run: () => tf.tidy(compute).dispose(),
    result: () => tf.tidy(compute).dataSync(),
  });
  const product = (n) => {
    const [a, b] = [1, 2].map((seed) => tf.tensor(values(n * n, seed), [n, n]));
    return forward(() => tf.matMul(a, b));
  };
  const rows = () => tf.tensor(values(512 * 4096, 1), [512, 4096]);
  const fresh = () => {
    const x = tf.tensor(MLP.input(), [MLP.batch, 784]);
    const labels = tf.oneHot(tf.tensor1d(MLP.labels(), 'int32'), 10);
    const layers = MLP.layers().map(({ inputs, outputs, weight, bias }) => ({
      weight: tf.variable(tf.tensor(weight, [inputs, outputs])),
      bias: tf.variable(tf.tensor(bias, [outputs])),
    }));
    const optimizer = tf.train.sgd(MLP.learningRate);
    const loss = () => {
      const logits = layers.reduce((h, { weight: b, bias }, i) => {
        const activation = i < layers.length - 1 ? 'relu' : 'linear';
        return tf.fused.matMul({ a: h, b, bias, activation });
      }, x);
      return tf.losses.softmaxCrossEntropy(labels, logits);
    };
    return () => optimizer.minimize(loss, true);
  };
  const step = fresh();
  return {
    version: tf.version_core,
    threads: wasm.getThreadsCount(),
    works: {
      'matmul 256': () => product(256),
      'matmul 1024': () => product(1024),
      'softmax 512x4096': () => {
        const x = rows();
        return forward(() => x.softmax());
      },
      'layer norm 512x4096': () => {
        const x = rows();
        return forward(() => {
          const centred = x.sub(x.mean(-1, true));
          return centred.mul(centred.square().mean(-1, true).add(1e-5).rsqrt());
        });
      },
      // Channels come last here; the images are put into that order beforehand.
      'convolution 8x64x56x56, 64 of 3x3': () => {
        const { image, weight } = CONVOLUTION;
        const x = tf.tensor(image.data(), image.shape).transpose([0, 2, 3, 1]);
        const w = tf.tensor(weight.data(), weight.shape).transpose([2, 3, 1, 0]);
        return forward(() => tf.conv2d(x, w, 1, 'same'));
      },
      'training step of an MLP 784-512-256-10, batch 128': () => ({
        run: () => step().dispose(),
        result: () => {
          const again = fresh();
          return [1, 2, 3].map(() => again().dataSync()[0]);
        },
      }),
    },
  };
}
