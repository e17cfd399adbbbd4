/** Several results computed in one run, so that what they share is computed once. */

import { savedForBackward } from './tensor.ts';
import type { Tensor } from './tensor.ts';

/** Makes the next run of each device compute all of these. For Tenfold's own packages. */
export function keepTogether(tensors: readonly Tensor[]): void {
  for (const tensor of tensors) {
    if (tensor.source.kind !== 'node') continue;
    const node = tensor.resolve();
    const { graph } = tensor.home;
    if (graph.ops[node] === 'leaf') continue;
    graph.keep.add(node);
    for (const saved of savedForBackward(graph, [node])) graph.keep.add(saved);
  }
}

/**
 * Computes these tensors now, in one run a device, and keeps their values until the handles are disposed of or
 * collected: `realize()` of several, which would be a run each.
 */
export function realizeAll(...tensors: readonly Tensor[]): void {
  keepTogether(tensors);
  for (const tensor of tensors) tensor.realize();
}
