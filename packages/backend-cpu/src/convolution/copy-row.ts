/**
 * Copies one row of an image into the rows of its columns' remainders modulo the stride. What lies in the padding is not
 * written: the places are the same for each row, and are zero from the beginning.
 */

import { i32, i32x4, v128 } from '../wasm/index.ts';
import type { Expr, FunctionRef, ModuleBuilder } from '../wasm/index.ts';
import type { Window } from './recognise.ts';

/** (row of the image at column zero, target). */
export type CopyRow = FunctionRef<readonly ['i32', 'i32'], 'void'>;

/** `pitch`: bytes from the row of one remainder to that of the next. */
export function emitCopyRow(module: ModuleBuilder, name: string, columns: Window, pitch: number): CopyRow {
  const { stride, origin, extent } = columns;
  const code = module.func(name, { params: ['i32', 'i32'] });
  const [source, target] = code.params;
  for (let phase = 0; phase < stride; phase++) {
    // Element i is column stride · i + phase + origin; those from `first` to `end` are inside.
    const start = phase + origin;
    const first = Math.max(0, Math.ceil(-start / stride));
    const room = pitch / 4;
    const end = Math.min(room, Math.floor((extent - 1 - start) / stride) + 1);
    if (end <= first) continue;
    const from = code.let(i32.add(source, 4 * (stride * first + start)));
    const to = code.let(i32.add(target, phase * pitch + 4 * first));
    const step = (elements: number, value: Expr<'v128'>): void => {
      code.emit(elements === 4 ? v128.store(to, value) : v128.store32_lane(to, value, 0));
      code.increment(to, 4 * elements);
      code.increment(from, 4 * elements * stride);
    };
    const i = code.let(i32.const(first));
    // Four elements of stride 2 are picked from eight, of which the last must still be inside.
    const whole =
      stride === 1 ? end - 3 : stride === 2 ? Math.min(end - 3, Math.floor((extent - 8 - start) / 2) + 1) : 0;
    if (stride <= 2) {
      code.countedLoop(i, whole, 4, () => {
        const low = v128.load(from);
        step(4, stride === 1 ? low : i32x4.shuffle(low, v128.load(from, 16), [0, 2, 4, 6]));
      });
    }
    code.countedLoop(i, end, 1, () => step(1, v128.load32_zero(from)));
  }
  return code;
}
