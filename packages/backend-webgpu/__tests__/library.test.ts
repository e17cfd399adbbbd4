/** Every function of the WGSL library, validated by Dawn's null backend, which executes nothing. */

import { create } from 'webgpu';
import { describe, expect, it } from 'vitest';
import { Library, functionNames } from '../src/wgsl/library.ts';
import { MINIMUM_TARGET } from '../src/target.ts';

/** Dawn crashes the process when its instance is collected. */
const gpu = create(['backend=null']);
Object.assign(globalThis, { dawnOfLibraryTest: gpu });
const adapter = await gpu.requestAdapter();
const device = await adapter!.requestDevice();

describe('the WGSL library', () => {
  it.each(functionNames())('%s is valid by itself', async (name) => {
    const lib = new Library();
    lib.use(name);
    const code = `${lib.code()}\n@compute @workgroup_size(1) fn main() {}`;
    const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
    expect(messages.map(({ lineNum, message }) => `line ${lineNum}: ${message}`)).toEqual([]);
  });

  it('is made for devices with no more than the minimum limits', () => {
    expect(device.limits.maxStorageBufferBindingSize).toBe(MINIMUM_TARGET.bindingBytes);
    expect(device.limits.maxComputeWorkgroupStorageSize).toBe(MINIMUM_TARGET.workgroupBytes);
    expect(device.limits.maxStorageBuffersPerShaderStage).toBe(MINIMUM_TARGET.storageBuffers);
  });
});
