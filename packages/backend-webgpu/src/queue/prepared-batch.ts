/**
 * A batch of dispatches made ready: pipelines, bind groups, and a table of rows in which only run-time numbers change
 * from one time to the next. A plan hands over the same batch each time, so all of this happens once.
 */

import type { BufferId, Dispatch, DType, Launch } from '@tenfold/ir';
import { byteSize, unreachable } from '@tenfold/ir';
import type { LaunchRing } from '../memory/launch-ring.ts';
import { ROW_ALIGNMENT } from '../memory/launch-ring.ts';
import { launchRow } from '../lowering/launch-row.ts';
import type { LaunchRow } from '../lowering/launch-row.ts';
import type { Pass, Workspace } from '../lowering/pass.ts';
import type { GpuProgram } from '../program.ts';
import { shaderOf } from '../program.ts';
import type { Target } from '../target.ts';
import type { BoundPass, PassLaunch } from './bindings.ts';
import { bindPass, operandBytes } from './bindings.ts';
import type { Pipeline, Pipelines } from './pipelines.ts';

/** One dispatch of the GPU. */
export interface Command {
  readonly dispatch: Dispatch;
  readonly pipeline: Pipeline;
  readonly slabs: GPUBindGroup;
  /** Bytes of launch rows that the shader's binding shows, and where they begin in the batch's table. */
  readonly rowBytes: number;
  readonly rowsAt: number;
  readonly grid: readonly [number, number];
}

/** Where a launch's run-time numbers go in the table, and from where they are taken. */
interface ScalarSlots {
  readonly launch: Launch;
  readonly dtypes: readonly DType[];
  /** Words of the table, by slot. */
  readonly words: readonly number[];
}

export interface BatchContext {
  readonly device: GPUDevice;
  readonly target: Target;
  readonly pipelines: Pipelines;
  readonly buffer: (id: BufferId) => GPUBuffer;
  /** A buffer for the workspaces of one dispatch; dispatches run one after another, so all share it. */
  readonly workspace: (bytes: number) => BufferId;
}

/** More rows than one uniform holds, or than is worth finding a row among, are several dispatches. */
const MOST_ROWS = 1024;

export class PreparedBatch {
  readonly commands: readonly Command[];
  /** Resolves when all pipelines are compiled; undefined once they are. */
  ready: Promise<unknown> | undefined;
  /** The buffer in which its workspaces stand, if it has any. */
  readonly workspace: BufferId | undefined;
  readonly #table: Uint32Array<ArrayBuffer>;
  readonly #floats: Float32Array<ArrayBuffer>;
  readonly #scalars: readonly ScalarSlots[];
  readonly #mostRowBytes: number;

  constructor(batch: readonly Dispatch[], context: BatchContext) {
    const builder = new BatchBuilder(context);
    builder.reserve(batch);
    for (const dispatch of batch) builder.add(dispatch);
    this.commands = builder.commands;
    this.workspace = builder.workspace;
    this.#table = new Uint32Array(builder.words);
    this.#floats = new Float32Array(this.#table.buffer);
    this.#scalars = builder.scalars;
    this.#mostRowBytes = Math.max(0, ...builder.commands.map(({ rowBytes }) => rowBytes));
    const { waits } = builder;
    if (waits.length > 0) {
      this.ready = Promise.all(waits).finally(() => {
        this.ready = undefined;
      });
      // Raised where the queue waits for it.
      this.ready.catch(() => undefined);
    }
  }

  /** Puts the present run-time numbers into the table. They are captured: what changes later is for the next time. */
  capture(): Uint32Array<ArrayBuffer> {
    for (const { launch, dtypes, words } of this.#scalars) {
      for (let slot = 0; slot < words.length; slot++) {
        this.#put(words[slot], dtypes[slot], launch.scalars[slot]);
      }
    }
    return this.#table;
  }

  /** Writes the table, and gives the byte of the ring at which it begins. */
  writeRows(ring: LaunchRing, table: Uint32Array<ArrayBuffer>): number {
    return ring.write(table, this.#mostRowBytes);
  }

  #put(word: number, dtype: DType, value: number): void {
    switch (dtype) {
      case 'float32':
      case 'float16':
      case 'bfloat16':
        this.#floats[word] = value;
        return;
      case 'int64': {
        const whole = BigInt.asUintN(64, BigInt(Math.trunc(Number.isFinite(value) ? value : 0)));
        this.#table[word] = Number(whole & 0xffffffffn);
        this.#table[word + 1] = Number(whole >> 32n);
        return;
      }
      case 'bool':
        this.#table[word] = value !== 0 ? 1 : 0;
        return;
      default:
        this.#table[word] = value;
    }
  }
}

class BatchBuilder {
  readonly commands: Command[] = [];
  readonly scalars: ScalarSlots[] = [];
  readonly words: number[] = [];
  readonly waits: Promise<void>[] = [];
  workspace: BufferId | undefined;
  readonly #context: BatchContext;
  readonly #groups = new Map<string, GPUBindGroup>();

  constructor(context: BatchContext) {
    this.#context = context;
  }

  add(dispatch: Dispatch): void {
    const { kernel, lowered } = dispatch.program as GpuProgram;
    const bytesOf = operandBytes(kernel, lowered.workspaces);
    const launches = lowered.workspaces.length > 0 ? this.#withWorkspaces(dispatch) : dispatch.launches.map((launch) => ({ launch, operands: launch.operands })); // prettier-ignore
    for (const pass of lowered.passes) {
      const row = launchRow(kernel, pass.operands, pass.constants.length);
      const most = Math.min(MOST_ROWS, Math.floor(this.#context.target.uniformBytes / (4 * row.words)));
      const wanted = launches
        .filter(({ launch }) => pass.groups(launch.extents) > 0)
        .map(({ launch, operands }): PassLaunch & { readonly launch: Launch } => ({
          launch,
          places: pass.operands.map(({ operand }) => operands[operand]),
          scalars: launch.scalars,
          extents: launch.extents,
        }));
      for (const bound of bindPass(pass, wanted, bytesOf, this.#context.target)) {
        for (let i = 0; i < bound.launches.length; i += most) {
          this.#command(dispatch, pass, row, bound, i, Math.min(most, bound.launches.length - i));
        }
      }
    }
  }

  /** Takes the workspaces of the dispatch that needs most; dispatches run one after another. */
  reserve(batch: readonly Dispatch[]): void {
    const bytes = Math.max(
      0,
      ...batch.map(({ program, launches }) => workspaceBytes(program as GpuProgram) * launches.length),
    );
    if (bytes > 0) this.workspace = this.#context.workspace(bytes);
  }

  /** Launches of one dispatch may run at the same time, so each has workspaces of its own. */
  #withWorkspaces({ program, launches }: Dispatch) {
    const { lowered } = program as GpuProgram;
    const sizes = lowered.workspaces.map(alignedBytes);
    const each = workspaceBytes(program as GpuProgram);
    const buffer = this.workspace ?? unreachable('workspaces are reserved first');
    return launches.map((launch, l) => {
      let offset = l * each;
      const own = sizes.map((size) => {
        const place = { buffer, offset };
        offset += size;
        return place;
      });
      return { launch, operands: [...launch.operands, ...own] };
    });
  }

  #command(
    dispatch: Dispatch,
    pass: Pass,
    row: LaunchRow,
    bound: BoundPass,
    first: number,
    count: number,
  ): void {
    const { kernel } = dispatch.program;
    const rows = count === 1 ? 1 : 2 ** Math.ceil(Math.log2(count));
    const { slabs, slabOf } = bound.layout;
    const code = shaderOf(dispatch.program as GpuProgram, pass, { slabs, slabOf, rows });
    const pipeline = this.#context.pipelines.get(pass.name, code, slabs, this.waits);
    while (this.words.length % (ROW_ALIGNMENT / 4) !== 0) this.words.push(0);
    const rowsAt = this.words.length * 4;
    let groups = 0;
    for (let l = first; l < first + count; l++) {
      const { extents, launch } = bound.launches[l] as PassLaunch & { readonly launch: Launch };
      const at = this.words.length;
      const words = new Array<number>(row.words).fill(0);
      const own = pass.groups(extents);
      words[0] = groups;
      words[1] = own;
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
    const width = Math.min(groups, this.#context.target.gridWidth);
    const grid = [width, Math.ceil(groups / width)] as const;
    this.commands.push({
      dispatch,
      pipeline,
      slabs: this.#group(pipeline, bound),
      rowBytes: rows * row.words * 4,
      rowsAt,
      grid,
    });
  }

  #group({ slabLayout }: Pipeline, { slabs, layout }: BoundPass): GPUBindGroup {
    const key = slabs
      .map(({ buffer, offset, size }, i) => `${buffer}:${offset}:${size}:${layout.slabs[i].access}`)
      .join();
    const known = this.#groups.get(key);
    if (known) return known;
    const group = this.#context.device.createBindGroup({
      layout: slabLayout,
      entries: slabs.map(({ buffer, offset, size }, binding) => ({
        binding,
        resource: { buffer: this.#context.buffer(buffer), offset, size },
      })),
    });
    this.#groups.set(key, group);
    return group;
  }
}

function alignedBytes({ dtype, elements }: Workspace): number {
  return Math.ceil((elements * byteSize(dtype)) / 256) * 256;
}

/** Bytes of one launch's workspaces. */
function workspaceBytes({ lowered }: GpuProgram): number {
  return lowered.workspaces.reduce((sum, workspace) => sum + alignedBytes(workspace), 0);
}
