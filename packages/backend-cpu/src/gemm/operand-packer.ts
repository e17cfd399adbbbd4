/**
 * Chooses how an operand is packed: matrices of fixed strides one way, everything else (tuples of axes, zero
 * padding) through tables of offsets, by a packer that the caller brings where it wants such products.
 */

import { unreachable } from '@tenfold/ir';
import { mergeAxes } from './axes.ts';
import type { EmitPacker } from './packer.ts';
import type { Extent, Source } from './spec.ts';
import { stridedOperand } from './strided-operand.ts';

/** Packs any operand; `tabled` does it for those that are no matrices. */
export function operandPacker(tabled?: EmitPacker): EmitPacker {
  return (module, operand) => {
    const strides = fixedStrides(operand.source, operand.outer, operand.k);
    if (strides) return stridedOperand(module, operand, ...strides);
    return tabled?.(module, operand) ?? unreachable(`operand ${operand.name} needs tables`);
  };
}

/** The strides of the lanes and of k, if each is a single one and nothing is padded. */
export function fixedStrides(
  source: Source,
  outer: readonly Extent[],
  k: readonly Extent[],
): readonly [number, number] | undefined {
  const lanes = mergeAxes(outer, [source.outer]);
  const steps = mergeAxes(k, [source.k]);
  if (source.guards.length > 0 || lanes.length > 1 || steps.length > 1) return undefined;
  return [lanes[0]?.steps[0] ?? 0, steps[0]?.steps[0] ?? 0];
}
