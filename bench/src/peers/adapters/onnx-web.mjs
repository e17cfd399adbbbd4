// ONNX Runtime for the web: WebAssembly, with threads also in Node.

import { worksOf } from './onnx.mjs';

export function load(require, threads) {
  const ort = require('onnxruntime-web');
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = 'error';
  return { version: ort.env.versions.web ?? '', threads, works: worksOf(ort, 'wasm', threads) };
}
