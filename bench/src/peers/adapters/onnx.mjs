// ONNX Runtime, which only infers: the native library (onnxruntime-node) and the WebAssembly one (onnxruntime-web).

import { onnxModel } from '../onnx-model.ts';
import { CONVOLUTION, values } from '../works.ts';

/** `provider`: 'cpu' for onnxruntime-node, 'wasm' for onnxruntime-web. */
export function worksOf(ort, provider, threads) {
  const forward = async (operation, inputs, output, attributes) => {
    const session = await ort.InferenceSession.create(onnxModel(operation, inputs, output, attributes), {
      executionProviders: [provider],
      intraOpNumThreads: threads,
    });
    const feeds = Object.fromEntries(
      inputs.map(({ name, shape, data }) => [name, new ort.Tensor('float32', data, shape)]),
    );
    return {
      run: async () => void (await session.run(feeds)),
      result: async () => (await session.run(feeds)).y.data,
    };
  };
  const product = (n) => {
    const inputs = ['a', 'b'].map((name, i) => ({ name, shape: [n, n], data: values(n * n, i + 1) }));
    return forward('MatMul', inputs, [n, n]);
  };
  const shape = [512, 4096];
  const rows = { name: 'x', shape, data: values(512 * 4096, 1) };
  return {
    'matmul 256': () => product(256),
    'matmul 1024': () => product(1024),
    'softmax 512x4096': () => forward('Softmax', [rows], shape, { axis: -1 }),
    'layer norm 512x4096': () => {
      const scale = { name: 'scale', shape: [4096], data: new Float32Array(4096).fill(1) };
      return forward('LayerNormalization', [rows, scale], shape, { axis: -1 });
    },
    'convolution 8x64x56x56, 64 of 3x3': () => {
      const { image, weight } = CONVOLUTION;
      const inputs = [
        { name: 'x', shape: image.shape, data: image.data() },
        { name: 'w', shape: weight.shape, data: weight.data() },
      ];
      return forward('Conv', inputs, image.shape, { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
    },
  };
}
