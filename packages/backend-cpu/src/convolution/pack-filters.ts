/** Packs filters for a direct convolution: [group][panel][channel, tap row, tap column][filters of the panel]. */

import { addTask } from '../codegen/functions.ts';
import type { FunctionTarget, Phase } from '../codegen/functions.ts';
import { i32 } from '../wasm/index.ts';
import type { Expr, Local } from '../wasm/index.ts';
import { bytesAt, digitsOf } from './addresses.ts';
import type { DirectPlan } from './direct-plan.ts';
import type { Convolution } from './recognise.ts';

export function emitPackFilters(
  target: FunctionTarget,
  { filter, groups, filters, channels }: Convolution,
  plan: DirectPlan,
  weightsOf: (args: Local<'i32'>) => Expr<'i32'>,
): Phase {
  const { steps } = filter;
  const { panelRows, panels } = plan;
  const { index, code, args, begin, end } = addTask(target);
  const base = code.let(i32.add(filter.address(args), 4 * steps.offset));
  const weights = code.let(weightsOf(args));
  const taps = plan.rows.taps * plan.columns.taps;
  // One unit is a panel's row of one channel: the taps of a filter.
  const unit = code.let(begin);
  code.countedLoop(unit, end, 1, () => {
    const [group, panel, channel, row] = digitsOf(code, unit, [panels, plan.channels, panelRows]);
    const f = code.let(i32.add(i32.mul(panel, panelRows), row));
    // The last panel repeats the last filter.
    code.if(i32.ge_u(f, plan.filters), () => code.set(f, plan.filters - 1));
    const place = bytesAt(code, args, 4, [
      [groups, steps.groups, group],
      [channels, steps.channels, channel],
      [filters, steps.filters, f],
    ]);
    const source = code.let(i32.add(base, place));
    const panelIndex = i32.add(i32.mul(group, panels), panel);
    const term = i32.mul(i32.add(i32.mul(panelIndex, plan.channels), channel), taps);
    const out = code.let(i32.add(weights, i32.shl(i32.add(i32.mul(term, panelRows), row), 2)));
    const r = code.let(i32.const(0));
    code.countedLoop(r, plan.rows.taps, 1, () => {
      const from = code.let(source);
      const c = code.let(i32.const(0));
      code.countedLoop(c, plan.columns.taps, 1, () => {
        code.emit(i32.store(out, i32.load(from)));
        code.increment(from, 4 * steps.column);
        code.increment(out, 4 * panelRows);
      });
      code.increment(source, 4 * steps.row);
    });
  });
  const units = plan.groups * panels * plan.channels * panelRows;
  return { function: index, grid: () => units, grain: 1, nanoseconds: 5 + taps };
}
