/**
 * All of Tenfold in one import: tensors, gradients, layers, optimizers, files, the CPU as the default device, and WebGPU
 * for who asks for it.
 *
 *     import { tensor, nn, optim } from 'tenfold';
 */

import '@tenfold/backend-cpu';
import '@tenfold/ir/debug';

export * from '@tenfold/tensor';
export * as distributions from '@tenfold/tensor/distributions';
export * as fft from '@tenfold/tensor/fft';
export * as linalg from '@tenfold/tensor/linalg';
export * from '@tenfold/tensor/profile';
export * from '@tenfold/autograd';
export * from '@tenfold/io';
export * as special from '@tenfold/tensor/special';
export * as nn from '@tenfold/nn';
/** The functional operations of `nn`, under the name that PyTorch's users give them. */
export { functional as F } from '@tenfold/nn';
export * as optim from '@tenfold/optim';
export { exportTuning, recover, tuneKernels, webgpu } from '@tenfold/backend-webgpu';
export type { TuningRecord, WebGpuOptions } from '@tenfold/backend-webgpu';
