/**
 * How one operand gets into panels, as the loops over blocks see it: something that is told which block of k
 * and which block of lanes comes next, and then packs panels of that block.
 */

import { i32 } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, Local, ModuleBuilder } from '../wasm/index.ts';
import { mapAt, mergeAxes } from './axes.ts';
import { readers } from './element-reader.ts';
import type { LaneType } from './lane-type.ts';
import type { Extent, Source } from './spec.ts';

/** Packs one operand inside the function that loops over blocks. */
export interface PackSession {
  /** The next block of k: `count` steps from `first`. */
  startK(first: Local<'i32'>, count: Local<'i32'>): void;
  /** The next block of lanes: `count` of them from `first`. */
  startLanes(first: Local<'i32'>, count: Local<'i32'>): void;
  /** Packs the panel that begins `lane` lanes into the block, of which `valid` exist. */
  packPanel(target: Expr<'i32'>, lane: Local<'i32'>, valid: Local<'i32'>): void;
}

export interface OperandPacker {
  /** Memory for tables. */
  readonly workspaceBytes: number;
  open(code: FunctionBuilder, args: Local<'i32'>, batch: Local<'i32'>, workspace: Local<'i32'>): PackSession;
}

/** Writes the functions that pack an operand. */
export type EmitPacker = (module: ModuleBuilder, operand: PackedOperand) => OperandPacker;

export interface PackedOperand {
  readonly name: string;
  readonly type: LaneType;
  readonly relaxed: boolean;
  readonly source: Source;
  readonly batch: readonly Extent[];
  readonly outer: readonly Extent[];
  readonly k: readonly Extent[];
  /** Lanes of a panel. */
  readonly width: number;
  /** The most lanes and steps of k in a block. */
  readonly laneBlock: number;
  readonly kBlock: number;
}

/** The address of the operand's element at k = 0 and lane 0 of a batch. */
export function operandBase(
  code: FunctionBuilder,
  operand: Pick<PackedOperand, 'source' | 'batch'>,
  args: Local<'i32'>,
  batch: Local<'i32'>,
): Local<'i32'> {
  const { source } = operand;
  const { bytes } = readers[source.type];
  const axes = mergeAxes(operand.batch, [source.batch]);
  const start = i32.add(source.address(args), source.offset * bytes);
  return code.let(i32.add(start, mapAt(code, axes, 0, batch, bytes, args)));
}
