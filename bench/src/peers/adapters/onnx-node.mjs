// ONNX Runtime's native library.

import { worksOf } from './onnx.mjs';

export function load(require, threads) {
  const ort = require('onnxruntime-node');
  return {
    version: require('onnxruntime-common').env.versions.node ?? '',
    threads,
    works: worksOf(ort, 'cpu', threads),
  };
}
