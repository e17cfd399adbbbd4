/**
 * Evaluates WGSL expressions on a device: one shader reads an element of each input, computes every expression from them,
 * and writes the results. Elements go in and come out through the library's own reading and writing.
 */

import type { DType } from '@tenfold/ir';
import { byteSize } from '@tenfold/ir';
import type { Scalar } from '@tenfold/testing';
import { decode, encode } from '@tenfold/testing';
import { Library } from '../../src/wgsl/library.ts';
import { decodeElement, encodeElement } from '../../src/wgsl/elements.ts';
import { valueType } from '../../src/wgsl/types.ts';

export interface Input {
  readonly dtype: DType;
  readonly values: readonly Scalar[];
}

/** What is computed from inputs, given as the names of variables: the expression, and its dtype. */
export interface Expression {
  readonly dtype: DType;
  text(lib: Library, ...inputs: readonly string[]): string;
}

const WORKGROUP = 64;
const NAMES = ['a', 'b', 'c', 'd'];

/** The shader; inputs and output are arrays of words, each result takes one word, or two where it has 64 bits. */
export function shaderOf(
  inputs: readonly DType[],
  count: number,
  expressions: readonly Expression[],
): string {
  const lib = new Library();
  const names = NAMES.slice(0, inputs.length);
  const reads = inputs.map((dtype, i) => {
    const text = decodeElement(lib, dtype, (index) => `input${i}[${index}]`, 'i');
    return `  let ${names[i]}: ${valueType(dtype)} = ${text};`;
  });
  let base = 0;
  const writes = expressions.flatMap(({ dtype, text }, k) => {
    const value = `  let v${k}: ${valueType(dtype)} = ${text(lib, ...names)};`;
    const bits = `  let r${k} = ${encodeElement(lib, dtype, `v${k}`)};`;
    const at = base;
    base += count * wordsOf(dtype);
    if (wordsOf(dtype) === 1) return [value, bits, `  output[${at}u + i] = r${k};`];
    return [value, bits, `  output[${at}u + 2u * i] = r${k}.x;`, `  output[${at}u + 2u * i + 1u] = r${k}.y;`];
  });
  return [
    ...inputs.map((_, i) => `@group(0) @binding(${i}) var<storage, read> input${i}: array<u32>;`),
    `@group(0) @binding(${inputs.length}) var<storage, read_write> output: array<u32>;`,
    lib.code(),
    `@compute @workgroup_size(${WORKGROUP})`,
    'fn main(@builtin(global_invocation_id) id: vec3u) {',
    '  let i = id.x;',
    `  if (i >= ${count}u) {\n    return;\n  }`,
    ...reads,
    ...writes,
    '}',
  ].join('\n');
}

function wordsOf(dtype: DType): number {
  return Math.ceil(byteSize(dtype) / 4);
}

/** The values of each expression at each position of the inputs. */
export async function evaluate(
  device: GPUDevice,
  inputs: readonly Input[],
  expressions: readonly Expression[],
): Promise<Scalar[][]> {
  const count = inputs[0].values.length;
  const code = shaderOf(
    inputs.map(({ dtype }) => dtype),
    count,
    expressions,
  );
  device.pushErrorScope('validation');
  const pipeline = device.createComputePipeline({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code }), entryPoint: 'main' },
  });
  const words = expressions.reduce((sum, { dtype }) => sum + count * wordsOf(dtype), 0);
  const buffers = inputs.map(({ dtype, values }) => upload(device, encode(dtype, values)));
  const output = device.createBuffer({
    size: 4 * words,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC,
  });
  const staging = device.createBuffer({
    size: 4 * words,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  const entries = [...buffers, output].map((buffer, binding) => ({ binding, resource: { buffer } }));
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(Math.ceil(count / WORKGROUP));
  pass.end();
  encoder.copyBufferToBuffer(output, 0, staging, 0, 4 * words);
  device.queue.submit([encoder.finish()]);
  const error = await device.popErrorScope();
  if (error) throw new Error(`${error.message}\n${code}`);
  await staging.mapAsync(GPUMapMode.READ);
  const result = new Uint32Array(staging.getMappedRange().slice(0));
  for (const buffer of [...buffers, output, staging]) buffer.destroy();
  let at = 0;
  return expressions.map(({ dtype }) => {
    const part = result.slice(at, (at += count * wordsOf(dtype)));
    const width = byteSize(dtype);
    const bytes = new Uint8Array(part.buffer).filter((_, i) => i % Math.max(width, 4) < width);
    return decode(dtype, bytes);
  });
}

function upload(device: GPUDevice, bytes: Uint8Array): GPUBuffer {
  const size = Math.ceil(bytes.length / 4) * 4;
  const buffer = device.createBuffer({ size, usage: GPUBufferUsage.STORAGE, mappedAtCreation: true });
  new Uint8Array(buffer.getMappedRange()).set(bytes);
  buffer.unmap();
  return buffer;
}
