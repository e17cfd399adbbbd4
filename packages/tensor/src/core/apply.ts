/**
 * From a checked call to a node: the only file of this package that appends to the graph. It decides the device and
 * whether the result is traced; what an operation means is decided above, how it is computed below.
 */

import { DeviceError, isFloat } from '@tenfold/ir';
import type { DType, Device, NodeId, OpAttrs, OpName, ScalarSource } from '@tenfold/ir';
import { isGradEnabled } from './grad-mode.ts';
import { fromNode } from './tensor.ts';
import type { Tensor } from './tensor.ts';

/** Applies a primitive to tensors that already agree in what the op table demands. */
export function apply<K extends OpName>(op: K, inputs: readonly Tensor[], attrs: OpAttrs[K]): Tensor {
  const device = commonDevice(op, inputs);
  const { graph } = device;
  const nodes: NodeId[] = [];
  let tracked = false;
  // What hangs only on used-up history has none either: a running total of losses does not chain graphs together.
  let freed = true;
  for (const input of inputs) {
    const node = input.resolve();
    nodes.push(node);
    if (!graph.tracked[node]) continue;
    tracked = true;
    freed &&= graph.freed.has(node);
  }
  tracked &&= isGradEnabled() && op !== 'detach';
  const node = graph.add(op, nodes, attrs, tracked);
  if (tracked) {
    if (!isFloat(graph.types[node].dtype)) graph.tracked[node] = false;
    if (freed) graph.freed.add(node);
  }
  return fromNode(device, node);
}

/** Applies a primitive without inputs. */
export function source<K extends OpName>(device: Device, op: K, attrs: OpAttrs[K]): Tensor {
  return fromNode(device, device.graph.add(op, [], attrs));
}

/** A number that the library wrote: structural, may be folded. A 0-d tensor. */
export function constant(device: Device, value: number, dtype: DType): Tensor {
  return source(device, 'const', { value, dtype });
}

/** A number that came from the user or an optimizer: a run-time slot of the plan. A 0-d tensor. */
export function scalar(device: Device, value: ScalarSource, dtype: DType): Tensor {
  return fromNode(device, device.graph.scalar(value, dtype));
}

/** The one device of all operands. Raises DeviceError naming two that differ. */
export function commonDevice(op: string, inputs: readonly Tensor[]): Device {
  const device = inputs[0].home;
  for (const input of inputs) {
    if (input.home !== device) {
      throw new DeviceError(
        `${op}: operands are on different devices: '${device.name}' and '${input.device}'; move one with to()`,
      );
    }
  }
  return device;
}
