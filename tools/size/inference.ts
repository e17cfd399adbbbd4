/**
 * What a page downloads that runs a small trained network: tensors with the everyday methods, the CPU
 * backend, one layer type and the safetensors reader. Measured by tools/size.ts.
 */
import '@tenfold/backend-cpu/base';
import { loadSafetensors } from '@tenfold/io';
import { Linear, Module, ReLU, Sequential } from '@tenfold/nn';
import { tensor } from '@tenfold/tensor/base';

export { Linear, loadSafetensors, Module, ReLU, Sequential, tensor };
