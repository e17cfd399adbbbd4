/**
 * An adapter and a device on it, with all the useful features and limits that the adapter offers. What is missing is
 * left out; nothing here fails because an adapter has less than another.
 */

import { DeviceError } from '@tenfold/ir';
import type { AdapterClass, SubgroupMatrix, Target } from '../target.ts';
import { findGpu } from './find-gpu.ts';

export interface DeviceOptions {
  /** Which adapter to prefer where there are several. Default: `high-performance`. */
  readonly powerPreference?: GPUPowerPreference;
  /** Features to use of those that the adapter has. Default: all that are useful. */
  readonly features?: readonly GPUFeatureName[];
  /** Limits to keep below the adapter's own, as of an adapter that has less. Default: the adapter's. */
  readonly limits?: Partial<Record<LimitName, number>>;
  /** Options of Dawn in Node, such as `backend=vulkan`. */
  readonly dawn?: readonly string[];
}

export interface OpenDevice {
  readonly device: GPUDevice;
  readonly info: GPUAdapterInfo;
  readonly target: Target;
  readonly limits: Readonly<Record<LimitName, number>>;
  readonly timestamps: boolean;
}

const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxUniformBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
] as const;
type LimitName = (typeof LIMITS)[number];

/** `chromium-experimental-subgroup-matrix` is not in the types of WebGPU yet. */
const SUBGROUP_MATRIX = 'chromium-experimental-subgroup-matrix' as GPUFeatureName;
const FEATURES: readonly GPUFeatureName[] = ['shader-f16', 'subgroups', 'timestamp-query', SUBGROUP_MATRIX];

/** Raises DeviceError where there is no WebGPU, no adapter, or no device on it. */
export async function openDevice(options: DeviceOptions = {}): Promise<OpenDevice> {
  const gpu = await findGpu(options.dawn);
  const adapter = await gpu.requestAdapter({
    powerPreference: options.powerPreference ?? 'high-performance',
  });
  if (!adapter) {
    throw new DeviceError(
      'webgpu: there is WebGPU, but no adapter for it; see chrome://gpu in Chrome, or that a Vulkan, Metal or Direct3D 12 driver is installed',
    );
  }
  const wanted = options.features ?? FEATURES;
  const features = FEATURES.filter((name) => wanted.includes(name) && adapter.features.has(name));
  const limits = limitsOf(adapter.limits, options.limits);
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({
      requiredFeatures: [...features],
      requiredLimits: limits,
      label: 'tenfold',
    });
  } catch (cause) {
    throw new DeviceError(`webgpu: the adapter gave no device: ${messageOf(cause)}`, { cause });
  }
  const { info } = adapter;
  return {
    device,
    info,
    target: targetOf(gpu, device, info, limits),
    limits,
    timestamps: device.features.has('timestamp-query'),
  };
}

function limitsOf(
  offered: GPUSupportedLimits,
  asked: DeviceOptions['limits'] = {},
): Record<LimitName, number> {
  const entries = LIMITS.map((name) => [name, Math.min(offered[name], asked[name] ?? Infinity)] as const);
  return Object.fromEntries(entries) as Record<LimitName, number>;
}

function targetOf(
  gpu: GPU,
  device: GPUDevice,
  info: GPUAdapterInfo,
  limits: Readonly<Record<LimitName, number>>,
): Target {
  const has = (name: GPUFeatureName) => device.features.has(name);
  const ids = gpu.wgslLanguageFeatures?.has('subgroup_id') ?? false;
  return {
    ...(has('subgroups') && { subgroups: { min: info.subgroupMinSize, max: info.subgroupMaxSize, ids } }),
    f16: has('shader-f16'),
    ...(has(SUBGROUP_MATRIX) && { subgroupMatrix: matrixOf(info) }),
    storageBuffers: limits.maxStorageBuffersPerShaderStage,
    bindingBytes: limits.maxStorageBufferBindingSize,
    uniformBytes: limits.maxUniformBufferBindingSize,
    workgroupBytes: limits.maxComputeWorkgroupStorageSize,
    workgroupSize: Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX),
    gridWidth: limits.maxComputeWorkgroupsPerDimension,
    adapter: classOf(info),
  };
}

/** The adapter's matrix shapes, of which the first that multiplies float16 into float32 is taken. */
function matrixOf(info: GPUAdapterInfo): SubgroupMatrix | undefined {
  const { subgroupMatrixConfigs = [] } = info as {
    subgroupMatrixConfigs?: readonly { componentType: string; resultComponentType: string; M: number; N: number; K: number }[]; // prettier-ignore
  };
  const config = subgroupMatrixConfigs.find(
    ({ componentType, resultComponentType }) => componentType === 'f16' && resultComponentType === 'f32',
  );
  return config && { m: config.M, n: config.N, k: config.K };
}

/** By what drivers are called: WebGPU says no more than these names. */
function classOf({ vendor, architecture, description, isFallbackAdapter }: GPUAdapterInfo): AdapterClass {
  const names = `${vendor} ${architecture} ${description}`.toLowerCase();
  if (isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|software|basic render/.test(names))
    return 'software';
  return /nvidia|radeon rx|radeon pro|arc\b|geforce/.test(names) ? 'discrete' : 'integrated';
}

export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
