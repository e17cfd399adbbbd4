/**
 * What a call of a module means to the lazy graph. A program calls modules inside modules; only the outermost call
 * counts: on entry it lets a graph that has grown too long, or that still holds initialisations, run, so that every
 * later step is the same plan; on leaving it marks the results as kept, so that reading them later computes nothing
 * again. The modules themselves are elsewhere.
 */

import type { Device } from '@tenfold/ir';
import { cut } from './cut.ts';
import { inside } from './exposure.ts';
import { Tensor } from './tensor.ts';

let depth = 0;

/** Runs the body of a module's call; the tensors among `inputs` tell the devices. */
export function moduleCall<R>(inputs: readonly unknown[], body: () => R): R {
  if (depth === 0) for (const device of devicesOf(inputs)) settle(device);
  depth++;
  let result: R;
  try {
    result = inside(body);
  } finally {
    depth--;
  }
  if (depth === 0) for (const tensor of tensorsIn(result)) keep(tensor);
  return result;
}

/** Runs what is pending when the graph is overdue, or when a variable waits for its first value. */
function settle(device: Device): void {
  if (device.overdue) cut(device);
  else if (awaitsFirstValue(device)) device.run();
}

function awaitsFirstValue({ graph }: Device): boolean {
  for (const storage of graph.effects.keys()) if (!storage.filled) return true;
  return false;
}

/** Makes the next run keep a pending result whatever its size. */
export function keep(tensor: Tensor): void {
  const { source, home } = tensor;
  if (source.kind === 'node' && source.graph === home.graph) home.graph.keep.add(source.node);
}

function devicesOf(inputs: readonly unknown[]): Set<Device> {
  const devices = new Set<Device>();
  for (const input of inputs) for (const tensor of tensorsIn(input)) devices.add(tensor.home);
  return devices;
}

/** The tensors in a value: itself, or those in an array, a Map or a plain object, however nested. */
export function* tensorsIn(value: unknown): Generator<Tensor> {
  if (value instanceof Tensor) yield value;
  else if (Array.isArray(value) || value instanceof Map) {
    for (const item of value.values()) yield* tensorsIn(item);
  } else if (
    typeof value === 'object' &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype
  ) {
    for (const item of Object.values(value)) yield* tensorsIn(item);
  }
}
