/**
 * From dispatches to steps of the GPU: shaders chosen, slabs bound, launches put into the rows of a table. All of it
 * happens once for a batch.
 */

import type { BufferId, Dispatch, DType, Launch } from '@tenfold/ir';
import { byteSize } from '@tenfold/ir';
import { launchRow } from '../lowering/launch-row.ts';
import type { LaunchRow } from '../lowering/launch-row.ts';
import type { Pass, Workspace } from '../lowering/pass.ts';
import { ROW_ALIGNMENT } from '../memory/launch-ring.ts';
import type { GpuProgram } from '../program.ts';
import { shaderOf } from '../program.ts';
import { powerAtLeast, powerAtMost } from '../powers.ts';
import type { Target } from '../target.ts';
import type { BoundPass, PassLaunch } from './bindings.ts';
import { WORKSPACE, bindPass, operandBytes } from './bindings.ts';
import type { Part } from './parts.ts';
import { gridOf, millisecondsOf, partsOf } from './parts.ts';
import type { Pipeline, Pipelines } from './pipelines.ts';

/** A dispatch of the GPU, whose bindings are made when it is known which buffer the workspace is. */
export interface DispatchStep {
  readonly kind: 'dispatch';
  readonly pipeline: Pipeline;
  readonly bound: BoundPass;
  /** Bytes of launch rows that the shader's binding shows, and where they begin in the batch's table. */
  readonly rowBytes: number;
  readonly rowsAt: number;
  readonly grid: readonly [number, number, number];
  /** How long it may take. */
  readonly milliseconds: number;
}

/** A copy between a buffer and the workspace. */
export interface CopyStep {
  readonly kind: 'copy';
  readonly source: BufferId;
  readonly sourceOffset: number;
  readonly target: BufferId;
  readonly targetOffset: number;
  readonly bytes: number;
}

export type Step = DispatchStep | CopyStep;

/** Where a launch's run-time numbers go in the table, and from where they are taken. */
export interface ScalarSlots {
  readonly launch: Launch;
  readonly dtypes: readonly DType[];
  /** Words of the table, by slot. */
  readonly words: readonly number[];
}

/** A launch of a pass, and the launch of the dispatch that it belongs to. */
interface PassOfLaunch extends PassLaunch {
  readonly launch: Launch;
}

/** More rows than one uniform holds, or than is worth finding a row among, are several dispatches. */
const MOST_ROWS = 1024;
/** Workgroups are counted in 32 bits, and what a grid has too many of has to fit besides. */
const MOST_GROUPS = 2 ** 31;

export class BatchBuilder {
  readonly scalars: ScalarSlots[] = [];
  readonly words: number[] = [];
  /** Bytes of workspace that the dispatch needs which needs most. */
  workspaceBytes = 0;
  readonly #target: Target;
  readonly #pipelines: Pipelines;
  readonly #milliseconds: number;

  /** `milliseconds`: how long one dispatch of the GPU may take. */
  constructor(target: Target, pipelines: Pipelines, milliseconds: number) {
    this.#target = target;
    this.#pipelines = pipelines;
    this.#milliseconds = milliseconds;
  }

  add(dispatch: Dispatch): Step[] {
    const { kernel, lowered } = dispatch.program as GpuProgram;
    const bytesOf = operandBytes(kernel, lowered.workspaces);
    const launches = placesOf(dispatch);
    const own = workspaceBytes(lowered.workspaces) * launches.length;
    this.#reserve(own);
    const guess = remembered((extents) => millisecondsOf(kernel, extents, this.#target.adapter));
    const steps: Step[] = [];
    for (const pass of lowered.passes) {
      const row = launchRow(kernel, pass.operands, pass.constants.length);
      const wanted = launches
        .filter(({ launch }) => pass.groups(launch.extents) > 0)
        .map(({ launch, operands }): PassOfLaunch => ({
          launch,
          places: pass.operands.map(({ operand }) => operands[operand]),
          extents: launch.extents,
        }));
      for (const bound of bindPass(pass, wanted, bytesOf, this.#target, own)) {
        for (const { from, to, bytes } of bound.gathered) {
          this.#reserve(to + bytes);
          steps.push({ kind: 'copy', source: from.buffer, sourceOffset: from.offset, target: WORKSPACE, targetOffset: to, bytes }); // prettier-ignore
        }
        const demands = bound.launches.map(({ extents }) => ({
          groups: pass.groups(extents),
          milliseconds: guess(extents),
        }));
        const limits = { rows: this.#mostRows(row), groups: this.#mostGroups(), milliseconds: this.#milliseconds }; // prettier-ignore
        for (const part of partsOf(demands, limits)) steps.push(this.#step(dispatch, pass, row, bound, part));
        for (const { from, to, bytes, written } of bound.gathered) {
          if (!written) continue;
          steps.push({ kind: 'copy', source: WORKSPACE, sourceOffset: to, target: from.buffer, targetOffset: from.offset, bytes }); // prettier-ignore
        }
      }
    }
    return steps;
  }

  #reserve(bytes: number): void {
    this.workspaceBytes = Math.max(this.workspaceBytes, bytes);
  }

  #mostRows(row: LaunchRow): number {
    const fitting = Math.floor(this.#target.uniformBytes / (4 * row.words));
    // A table has a power of two of rows.
    return Math.min(MOST_ROWS, powerAtMost(fitting));
  }

  #mostGroups(): number {
    return Math.min(this.#target.gridWidth ** 3, MOST_GROUPS);
  }

  #step(
    dispatch: Dispatch,
    pass: Pass,
    row: LaunchRow,
    bound: BoundPass<PassOfLaunch>,
    part: Part,
  ): DispatchStep {
    const { kernel } = dispatch.program;
    const { first, count, from, to } = part;
    const rows = powerAtLeast(count);
    const { slabs } = bound.layout;
    const code = shaderOf(dispatch.program as GpuProgram, pass, { ...bound.layout, rows });
    const pipeline = this.#pipelines.get(pass.name, code, slabs);
    while (this.words.length % (ROW_ALIGNMENT / 4) !== 0) this.words.push(0);
    const rowsAt = this.words.length * 4;
    // A shader takes the first workgroup's number off its own: less than nothing where the part begins later.
    let groups = -from;
    for (let l = first; l < first + count; l++) {
      const { extents, launch } = bound.launches[l];
      const at = this.words.length;
      const words = new Array<number>(row.words).fill(0);
      const own = pass.groups(extents);
      words[0] = groups;
      words[1] = Math.min(own, to);
      groups += own;
      pass.operands.forEach((_, position) => (words[row.operand(position)] = bound.offsets[l][position]));
      extents.forEach((extent, param) => (words[row.extent(param)] = extent));
      pass.constants.forEach((constant, i) => (words[row.constant(i)] = constant));
      this.words.push(...words);
      if (kernel.scalars.length > 0) {
        this.scalars.push({
          launch,
          dtypes: kernel.scalars,
          words: kernel.scalars.map((_, slot) => at + row.scalar(slot)),
        });
      }
    }
    // What is left of the table belongs to no workgroup.
    for (let l = count; l < rows; l++)
      this.words.push(0xffffffff, ...new Array<number>(row.words - 1).fill(0));
    return {
      kind: 'dispatch',
      pipeline,
      bound,
      rowBytes: rows * row.words * 4,
      rowsAt,
      grid: gridOf(to - from, this.#target.gridWidth),
      milliseconds: part.milliseconds,
    };
  }
}

/** Launches of one dispatch may run at the same time, so each has workspaces of its own. */
function placesOf({ program, launches }: Dispatch) {
  const { workspaces } = (program as GpuProgram).lowered;
  const each = workspaceBytes(workspaces);
  return launches.map((launch, l) => {
    let offset = l * each;
    const own = workspaces.map((workspace) => {
      const place = { buffer: WORKSPACE, offset };
      offset += alignedBytes(workspace);
      return place;
    });
    return { launch, operands: [...launch.operands, ...own] };
  });
}

function alignedBytes({ dtype, elements }: Workspace): number {
  return Math.ceil((elements * byteSize(dtype)) / 256) * 256;
}

/** Bytes of one launch's workspaces. */
function workspaceBytes(workspaces: readonly Workspace[]): number {
  return workspaces.reduce((sum, workspace) => sum + alignedBytes(workspace), 0);
}

/** Remembers results by extents: most launches of a dispatch have the same. */
function remembered(compute: (extents: readonly number[]) => number): (extents: readonly number[]) => number {
  const known = new Map<string, number>();
  return (extents) => {
    const key = extents.join();
    const value = known.get(key) ?? compute(extents);
    known.set(key, value);
    return value;
  };
}
