/** A compiled kernel: its passes, and the shaders that were asked for so far. */

import type { Kernel, Program } from '@tenfold/ir';
import type { Lowered, Pass, ShaderLayout } from './lowering/pass.ts';

export interface GpuProgram extends Program {
  readonly kernel: Kernel;
  readonly lowered: Lowered;
  /** By pass and layout. */
  readonly shaders: Map<string, string>;
}

/** The text of a pass for a layout, made once. */
export function shaderOf({ lowered, shaders }: GpuProgram, pass: Pass, layout: ShaderLayout): string {
  const which = pass.shaderKey ?? lowered.passes.indexOf(pass);
  const key = `${which}|${layout.rows}|${layout.slabOf.join()}|${layout.slabs.map(({ type, access, parts = 1 }) => type + access + parts).join()}`;
  const known = shaders.get(key);
  if (known !== undefined) return known;
  const text = pass.shader(layout);
  shaders.set(key, text);
  return text;
}
