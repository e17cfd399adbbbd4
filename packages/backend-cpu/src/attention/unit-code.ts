/**
 * What the functions for a unit of work share. A unit is one batch index and a block of tokens that stay (queries, or
 * keys for the gradients of keys), as lanes in the thread's memory, while the others stream past them block by block
 * in panels.
 */

import { mapAt, mergeAxes } from '../gemm/axes.ts';
import { readers } from '../gemm/element-reader.ts';
import { float32Lanes } from '../gemm/lane-type.ts';
import { emitPackStrided } from '../gemm/pack-strided.ts';
import type { PackStrided } from '../gemm/pack-strided.ts';
import { tileRows } from '../gemm/tile-kernel.ts';
import { call, i32, lesser, memory } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, Local, ModuleBuilder } from '../wasm/index.ts';
import type { AttentionSpec, Matrix } from './spec.ts';
import { emitMultiply } from './tiles.ts';
import type { Multiply, Shape } from './tiles.ts';

/** An exported function over units of work that do not depend on each other. */
export interface AttentionPhase {
  /** Units of all batch indices. */
  readonly units: number;
  /** Floating-point operations of all of them. */
  readonly operations: number;
}

/** What the generated functions are, in the order in which they run, and the memory they take. */
export interface Attention {
  readonly phases: readonly AttentionPhase[];
  /** Memory that all units share. */
  readonly scratchBytes: number;
  /** Memory of each thread. */
  readonly workspaceBytes: number;
}

/** How an attention is cut up. */
export interface Blocking {
  /** Tokens that stay while the others stream past: a multiple of the lanes. */
  readonly staying: number;
  /** Parts into which the tokens of a batch index should at least be cut, so that threads can share them. */
  readonly parts: number;
  /** Tokens that stream past in a block: a multiple of the panels' rows. */
  readonly streaming: number;
}

/** Bytes of what stays that still leave room for panels in the second cache. */
const STAYING_BYTES = 256 * 1024;
const MOST_STAYING = 256;
const FEWEST_STAYING = 32;
/** Units there should be, on whatever number of threads, so that results do not depend on that. */
const ENOUGH_UNITS = 16;
const PANELS_IN_BLOCK = 32;

/** `features`: numbers that each staying token keeps. */
export function chooseBlocking(
  tokens: number,
  batch: number,
  features: number,
  { lanes, relaxed }: Shape,
): Blocking {
  const whole = (n: number) => Math.ceil(n / lanes) * lanes;
  const most = Math.floor(STAYING_BYTES / (4 * features) / lanes) * lanes;
  const limit = Math.max(lanes, Math.min(MOST_STAYING, most));
  const parts = Math.ceil(ENOUGH_UNITS / Math.max(1, batch));
  const part = Math.max(FEWEST_STAYING, whole(Math.ceil(tokens / parts)));
  return {
    staying: Math.min(limit, part, whole(tokens)),
    parts,
    streaming: PANELS_IN_BLOCK * tileRows(relaxed),
  };
}

type UnitFunction = FunctionBuilder<readonly ['i32', 'i32', 'i32'], 'void'>;

/** A unit: its number, the batch index, the first staying token and how many there are. */
interface Unit {
  readonly unit: Local<'i32'>;
  readonly batch: Local<'i32'>;
  readonly first: Local<'i32'>;
  readonly count: Local<'i32'>;
}

/** The function over units of an attention, under construction, with its parts of a thread's memory. */
export class UnitCode {
  readonly code: UnitFunction;
  readonly args: Local<'i32'>;
  readonly panelRows: number;
  readonly multiply: Multiply;
  /** What the regions take together. */
  workspaceBytes = 0;
  readonly #module: ModuleBuilder;
  readonly #spec: AttentionSpec;
  readonly #base: Local<'i32'>;
  readonly #packs = new Map<string, PackStrided>();

  constructor(module: ModuleBuilder, spec: AttentionSpec) {
    this.#module = module;
    this.#spec = spec;
    this.panelRows = tileRows(spec.relaxed);
    this.multiply = emitMultiply(module, `${spec.name}_multiply`, spec);
    this.code = module.func(spec.name, { params: ['i32', 'i32', 'i32'], export: true });
    this.args = this.code.params[0];
    this.#base = this.code.let(spec.workspace());
  }

  /** A part of the thread's memory. */
  region(bytes: number): Local<'i32'> {
    const start = this.workspaceBytes;
    this.workspaceBytes += Math.ceil(bytes / 64) * 64;
    return this.code.let(i32.add(this.#base, start));
  }

  /** The address of an element, `step` bytes from one to the next. */
  at(start: Expr<'i32'>, index: Expr<'i32'>, step: number): Local<'i32'> {
    return this.code.let(i32.add(start, i32.mul(index, step)));
  }

  /** Goes through the units from `begin` to `end`, each of `perUnit` tokens of a batch index. */
  overUnits(tokens: number, perUnit: number, body: (at: Unit) => void): void {
    const { code } = this;
    const units = Math.ceil(tokens / perUnit);
    const [, begin, end] = code.params;
    const unit = code.let(begin);
    code.countedLoop(unit, end, 1, () => {
      const batch = code.let(i32.div_u(unit, units));
      const first = code.let(i32.mul(i32.rem_u(unit, units), perUnit));
      body({ unit, batch, first, count: code.let(lesser(code.let(i32.sub(tokens, first)), perUnit)) });
    });
  }

  /** Goes through `count` in steps; `body` gets where a step begins and how much of it there is. */
  inSteps(count: Expr<'i32'>, step: number, body: (start: Local<'i32'>, valid: Local<'i32'>) => void): void {
    const { code } = this;
    const start = code.let(i32.const(0));
    const all = code.let(count);
    code.countedLoop(start, all, step, () => {
      body(start, code.let(lesser(code.let(i32.sub(all, start)), step)));
    });
  }

  /** The address of a matrix's first element in a batch index. */
  base(matrix: Matrix, batch: Local<'i32'>): Local<'i32'> {
    const axes = mergeAxes(this.#spec.batch, [matrix.batch]);
    const start = i32.add(matrix.address(this.args), 4 * matrix.offset);
    return this.code.let(i32.add(start, mapAt(this.code as FunctionBuilder, axes, 0, batch, 4, this.args)));
  }

  /** Packs tokens as lanes or as the rows of panels, `width` of them side by side, feature after feature. */
  packTokens(
    target: Local<'i32'>,
    matrix: Matrix,
    from: Local<'i32'>,
    count: Expr<'i32'>,
    features: number,
    width: number,
  ): void {
    const { code } = this;
    const pack = this.pack(width, matrix.row, matrix.column);
    const panel = code.let(target);
    this.inSteps(count, width, (start, valid) => {
      code.emit(call(pack, panel, this.at(from, start, 4 * matrix.row), features, valid));
      code.increment(panel, 4 * features * width);
    });
  }

  /** Packs features as the rows of panels, token after token. */
  packFeatures(
    target: Local<'i32'>,
    matrix: Matrix,
    from: Local<'i32'>,
    count: Local<'i32'>,
    features: number,
  ): void {
    const { code, panelRows } = this;
    const pack = this.pack(panelRows, matrix.column, matrix.row);
    const panel = code.let(target);
    this.inSteps(i32.const(features), panelRows, (start, valid) => {
      code.emit(call(pack, panel, this.at(from, start, 4 * matrix.column), count, valid));
      code.increment(panel, i32.mul(count, 4 * panelRows));
    });
  }

  /** Packs panels of lanes `laneStride` apart, in steps `stepStride` apart. */
  pack(width: number, laneStride: number, stepStride: number): PackStrided {
    const key = `${width},${laneStride},${stepStride}`;
    let pack = this.#packs.get(key);
    if (!pack) {
      pack = emitPackStrided(this.#module, {
        name: `${this.#spec.name}_pack${this.#packs.size}`,
        type: float32Lanes,
        reader: readers.float32,
        width,
        laneStride,
        kStride: stepStride,
        relaxed: this.#spec.relaxed,
      });
      this.#packs.set(key, pack);
    }
    return pack;
  }

  /**
   * Runs `store` on the place of a block's tokens in the result, or, where there are fewer, on spare memory from which
   * those are copied.
   */
  storeBlock(
    target: Expr<'i32'>,
    valid: Local<'i32'>,
    pitch: number,
    spare: Local<'i32'>,
    store: (to: Local<'i32'>) => void,
  ): void {
    const { code } = this;
    const place = code.let(target);
    const isWhole = code.let(i32.eq(valid, this.#spec.lanes));
    const to = code.let(spare);
    code.if(isWhole, () => code.set(to, place));
    store(to);
    code.if(i32.eqz(isWhole), () => code.emit(memory.copy(place, spare, i32.mul(valid, 4 * pitch))));
  }
}
