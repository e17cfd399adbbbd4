/**
 * Evaluates WGSL expressions on a device: one shader reads an element of each input, computes every expression from them,
 * and writes the results. Elements go in and come out through the library's own reading and writing.
 */

import type { DType } from '@tenfold/ir';
import { byteSize } from '@tenfold/ir';
import type { Scalar } from '@tenfold/testing';
import { decode, encode } from '@tenfold/testing';
import { MAP_READ, USAGE } from '../../src/device/usage.ts';
import { decodeElement, encodeElement } from '../../src/wgsl/elements.ts';
import { Library } from '../../src/wgsl/library.ts';
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

/** The shader. Inputs and output are arrays of words; a result takes one word, or two where it has 64 bits. */
export function shaderOf(
  inputs: readonly DType[],
  count: number,
  expressions: readonly Expression[],
): string {
  const lib = new Library();
  const names = inputs.map((_, i) => `x${i}`);
  const reads = inputs.map((dtype, i) => {
    const text = decodeElement(lib, dtype, (index) => `input${i}[${index}]`, 'i');
    return `let ${names[i]}: ${valueType(dtype)} = ${text};`;
  });
  let base = 0;
  const writes = expressions.flatMap(({ dtype, text }, k) => {
    const at = base;
    base += count * wordsOf(dtype);
    const words =
      wordsOf(dtype) === 1
        ? [`output[${at}u + i] = bits${k};`]
        : [`output[${at}u + 2u * i] = bits${k}.x;`, `output[${at}u + 2u * i + 1u] = bits${k}.y;`];
    return [
      `let value${k}: ${valueType(dtype)} = ${text(lib, ...names)};`,
      `let bits${k} = ${encodeElement(lib, dtype, `value${k}`)};`,
      ...words,
    ];
  });
  return [
    ...inputs.map((_, i) => `@group(0) @binding(${i}) var<storage, read> input${i}: array<u32>;`),
    `@group(0) @binding(${inputs.length}) var<storage, read_write> output: array<u32>;`,
    lib.code(),
    `@compute @workgroup_size(${WORKGROUP})`,
    'fn main(@builtin(global_invocation_id) id: vec3u) {',
    'let i = id.x;',
    `if (i >= ${count}u) { return; }`,
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
  const dtypes = inputs.map(({ dtype }) => dtype);
  const module = device.createShaderModule({ code: shaderOf(dtypes, count, expressions) });
  const { messages } = await module.getCompilationInfo();
  if (messages.length > 0) throw new Error(messages.map(({ message }) => message).join('\n'));
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });

  const size = 4 * expressions.reduce((sum, { dtype }) => sum + count * wordsOf(dtype), 0);
  const buffers = inputs.map(({ dtype, values }) => upload(device, encode(dtype, values)));
  const output = device.createBuffer({ size, usage: USAGE.storage | USAGE.copySource });
  const staging = device.createBuffer({ size, usage: USAGE.mapRead | USAGE.copyTarget });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  const entries = [...buffers, output].map((buffer, binding) => ({ binding, resource: { buffer } }));
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(Math.ceil(count / WORKGROUP));
  pass.end();
  encoder.copyBufferToBuffer(output, 0, staging, 0, size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(MAP_READ);
  const words = new Uint32Array(staging.getMappedRange().slice(0));
  for (const buffer of [...buffers, output, staging]) buffer.destroy();

  let at = 0;
  return expressions.map(({ dtype }) => {
    const part = words.slice(at, (at += count * wordsOf(dtype)));
    const width = byteSize(dtype);
    return decode(
      dtype,
      new Uint8Array(part.buffer).filter((_, i) => i % Math.max(width, 4) < width),
    );
  });
}

function upload(device: GPUDevice, bytes: Uint8Array): GPUBuffer {
  const size = Math.ceil(bytes.length / 4) * 4;
  const buffer = device.createBuffer({ size, usage: USAGE.storage, mappedAtCreation: true });
  new Uint8Array(buffer.getMappedRange()).set(bytes);
  buffer.unmap();
  return buffer;
}
