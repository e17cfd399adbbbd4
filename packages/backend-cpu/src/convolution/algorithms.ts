/**
 * What each algorithm would cost for a convolution: arithmetic, memory traffic, extra memory, rounding, and from those
 * an estimate of its time. Pure numbers from extents; the choice (`choose.ts`) and the benchmark both read them.
 */

import type { ConvolutionAlgorithm } from '@tenfold/ir';
import { chooseBlocking, float32Lanes, tableShape, workspaceLayout } from '../gemm/index.ts';
import { winogradError } from './accuracy.ts';
import { planDirect } from './direct-plan.ts';
import type { DirectShape } from './direct-plan.ts';
import type { Window } from './recognise.ts';
import { roundUp } from './sizes.ts';
import { planGradient } from './winograd-gradient-plan.ts';
import { planWinograd } from './winograd-plan.ts';
import type { TileSize } from './winograd-plan.ts';

/** A convolution as the algorithms see it: forward pass or gradient alike. */
export interface ConvolutionProblem extends DirectShape {
  /** Elements from one column of the image, and of the filter, to the next; the vector kernels need 1. */
  readonly imageColumnStep: number;
  readonly filterColumnStep: number;
  /** Whether both operands are float32 in memory. */
  readonly float32: boolean;
}

/** The machine as far as it matters here. */
export interface Machine extends TileSize {
  readonly threads: number;
}

export interface AlgorithmEstimate {
  readonly algorithm: ConvolutionAlgorithm;
  /** Why it cannot compute this convolution; the figures are then zero. */
  readonly refusal?: string;
  /** Floating-point operations that it really does, two for each multiply-add. */
  readonly flops: number;
  /** Bytes read and written outside of the first caches. */
  readonly bytes: number;
  /** Memory beside operands and result at its peak, over all threads. */
  readonly extraBytes: number;
  /** Expected greatest error relative to the greatest magnitude of the result, in float32. */
  readonly relativeError: number;
  /** Estimated time of one thread. */
  readonly nanoseconds: number;
}

/** All algorithms, in no particular order. */
export function estimates(problem: ConvolutionProblem, machine: Machine): AlgorithmEstimate[] {
  return [
    direct(problem, machine),
    im2col(problem, machine),
    implicitGemm(problem, machine),
    winograd('winograd2', 2, problem, machine),
    winograd('winograd4', 4, problem, machine),
  ];
}

/** Multiply-adds that one thread does in a nanosecond in the GEMM's tile. */
const TILE_SPEED = 30;

function size({ groups, images, channels, filters, rows, columns }: ConvolutionProblem) {
  const places = images * rows.outputs * columns.outputs;
  const taps = channels * rows.taps * columns.taps;
  return {
    places,
    taps,
    products: groups * places * taps * filters,
    operandBytes:
      4 * groups * (images * channels * rows.extent * columns.extent + filters * taps + places * filters),
  };
}

/** Rounding of plain float32 sums of that many terms, as it is in practice. */
function sumError(terms: number): number {
  return 6e-8 * Math.sqrt(terms);
}

/** What the template's blocks and tables take in each thread. */
function gemmBytes(
  filters: number,
  places: number,
  taps: number,
  { tileRows, tileColumns }: Machine,
): number {
  const form = { k: [taps], relaxed: tileRows === 6, paired: tileColumns > 8 };
  const blocking = chooseBlocking(filters, places, form, float32Lanes);
  const table = (entries: number) => tableShape([], [], [[], []], entries).bytes;
  const tables = table(blocking.columnBlock) + table(blocking.kBlock) + 16;
  return workspaceLayout(blocking, float32Lanes, tables, tables).bytes;
}

/** Nanoseconds to pack one element of a window, of neighbouring columns and of others. */
const PACK = [0.2, 1.2] as const;

function implicitGemm(problem: ConvolutionProblem, machine: Machine): AlgorithmEstimate {
  const { groups, filters, columns } = problem;
  const { places, taps, products, operandBytes } = size(problem);
  const padded = (products / filters) * roundUp(filters, machine.tileRows);
  const packed = groups * places * taps;
  return {
    algorithm: 'implicit-gemm',
    flops: 2 * products,
    bytes: operandBytes + 8 * packed,
    extraBytes: machine.threads * gemmBytes(filters, places, taps, machine),
    relativeError: sumError(taps),
    // What is too thin for the template runs as plain loops.
    nanoseconds:
      Math.min(places, filters) < 4
        ? products * 0.12
        : padded / TILE_SPEED + packed * PACK[columns.stride === 1 ? 0 : 1],
  };
}

/** Nanoseconds to write one element of the columns and to read it again. */
const COLUMN = 0.3;

function im2col(problem: ConvolutionProblem, machine: Machine): AlgorithmEstimate {
  if (problem.rows.taps * problem.columns.taps === 1) return refuse('im2col', PLAIN);
  const packing = implicitGemm({ ...problem, columns: { ...problem.columns, stride: 1 } }, machine);
  const { places, taps } = size(problem);
  const columns = problem.groups * places * taps;
  return {
    ...packing,
    algorithm: 'im2col',
    bytes: packing.bytes + 8 * columns,
    extraBytes: packing.extraBytes + roundUp(4 * columns, 64),
    nanoseconds: packing.nanoseconds + columns * COLUMN,
  };
}

/** Nanoseconds of one vector instruction where two can begin in each cycle. */
const INSTRUCTION = 0.125;
/** Nanoseconds to copy one element with its padding, by the stride of its columns. */
const COPY = [0.1, 0.2, 1] as const;

function direct(problem: ConvolutionProblem, machine: Machine): AlgorithmEstimate {
  const { groups, images, channels, rows, columns, float32, imageColumnStep } = problem;
  const algorithm = 'direct';
  if (isWeightGradient(problem)) return refuse(algorithm, `${algorithm} has no gradient of weights`);
  if (rows.taps * columns.taps === 1) return refuse(algorithm, PLAIN);
  if (!float32) return refuse(algorithm, `${algorithm} needs float32 operands`);
  if (imageColumnStep !== 1) return refuse(algorithm, `${algorithm} needs ${SIDE_BY_SIDE}`);
  const plan = planDirect(problem, machine.tileRows);
  const { panelRows, vectors, panels, terms } = plan;
  const { places, products, operandBytes } = size(problem);
  const tiles = groups * images * panels * rows.outputs * Math.ceil(columns.outputs / (4 * vectors));
  // Sums are either short of arithmetic or of loads.
  const term = INSTRUCTION * Math.max(panelRows * vectors, 2 + panelRows + vectors);
  const copied = groups * images * plan.bands * channels * plan.inputRows * columns.extent;
  return {
    algorithm,
    flops: 2 * products,
    bytes: operandBytes + 8 * copied + 2 * plan.weightBytes,
    extraBytes: plan.weightBytes + machine.threads * plan.workspace.bytes,
    relativeError: sumError(terms),
    nanoseconds:
      tiles * (terms * term + STRIP) +
      copied * COPY[Math.min(columns.stride, COPY.length) - 1] +
      groups * places * problem.filters * 0.3,
  };
}

/** Nanoseconds to transform one tile of one channel or filter, by the outputs of a tile. */
const TRANSFORM = { 2: { input: 1.5, output: 1.8 }, 4: { input: 5, output: 6.5 } } as const;
/** Nanoseconds that the accumulators of a tile cost beside their products. */
const STRIP = 3;

function winograd(
  algorithm: 'winograd2' | 'winograd4',
  outputs: 2 | 4,
  problem: ConvolutionProblem,
  machine: Machine,
): AlgorithmEstimate {
  const refusal = winogradRefusal(algorithm, problem);
  if (refusal) return refuse(algorithm, refusal);
  if (isWeightGradient(problem)) return winogradGradient(algorithm, outputs, problem, machine);
  const { rows, columns, channels, filters } = problem;
  const plan = planWinograd(
    { ...problem, height: rows.outputs, width: columns.outputs, inputWidth: columns.extent },
    outputs,
    machine,
  );
  const { groups, inputs, panels, panelRows } = plan;
  const positions = inputs * inputs;
  const tiles = groups * plan.tileRows * plan.tilesAcross;
  const columnsDone = groups * plan.blocks * plan.columnPanels * plan.tileColumns;
  const strips = (positions * columnsDone * panels) / plan.tileColumns;
  const cost = TRANSFORM[outputs];
  const weightTiles = groups * panels * panelRows * channels;
  return {
    algorithm,
    flops: 2 * positions * tiles * channels * filters,
    bytes: size(problem).operandBytes + 2 * plan.weightBytes + plan.weightBytes * plan.blocks,
    extraBytes: plan.weightBytes + machine.threads * plan.workspace.bytes,
    relativeError: winogradError(outputs, channels),
    nanoseconds:
      (strips * panelRows * plan.tileColumns * channels) / TILE_SPEED +
      strips * STRIP +
      tiles * (channels * cost.input * plan.filterParts + filters * cost.output) +
      weightTiles * positions * 0.25,
  };
}

function winogradGradient(
  algorithm: 'winograd2' | 'winograd4',
  outputs: 2 | 4,
  problem: ConvolutionProblem,
  machine: Machine,
): AlgorithmEstimate {
  const { images: channels, channels: images, filters, rows, columns } = problem;
  const shape = { height: rows.taps, width: columns.taps, inputWidth: columns.extent };
  const plan = planGradient({ ...problem, images, channels, ...shape }, outputs, machine);
  const { groups, filterBlocks, channelBlocks, panelRows, tileColumns } = plan;
  const positions = plan.inputs * plan.inputs;
  const tiles = groups * plan.tileRows * plan.tilesAcross;
  const blocksOfTiles = Math.ceil(plan.partStrips / plan.blockRows) * plan.parts;
  const strips =
    groups * positions * blocksOfTiles * Math.ceil(filters / panelRows) * Math.ceil(channels / tileColumns);
  const cost = TRANSFORM[outputs];
  return {
    algorithm,
    flops: 2 * positions * tiles * channels * filters,
    bytes: size(problem).operandBytes + 2 * plan.parts * plan.partBytes,
    extraBytes: plan.parts * plan.partBytes + machine.threads * plan.workspace.bytes,
    relativeError: winogradError(outputs, (images * rows.taps * columns.taps) / 9),
    nanoseconds:
      (strips / blocksOfTiles) * (tiles / groups) * ((panelRows * tileColumns) / TILE_SPEED) +
      2 * strips * STRIP +
      tiles * cost.input * (channels * filterBlocks + filters * channelBlocks) +
      plan.parts * groups * channels * filters * positions * 0.3,
  };
}

const PLAIN = 'a window of 1x1 is a plain product already';
const SIDE_BY_SIDE = 'neighbouring columns side by side in memory';

/** Nothing but the reason. */
function refuse(algorithm: ConvolutionAlgorithm, refusal: string): AlgorithmEstimate {
  return { algorithm, refusal, flops: 0, bytes: 0, extraBytes: 0, relativeError: 0, nanoseconds: 0 };
}

/** The gradient of a filter slides the outputs' gradients over the inputs: more taps than outputs. */
export function isWeightGradient({ rows, columns }: Pick<ConvolutionProblem, 'rows' | 'columns'>): boolean {
  return rows.taps > rows.outputs && columns.taps > columns.outputs;
}

function winogradRefusal(algorithm: string, problem: ConvolutionProblem): string | undefined {
  const { rows, columns, imageColumnStep, filterColumnStep, float32 } = problem;
  const gradient = isWeightGradient(problem);
  const windows = [rows, columns];
  const pair = (of: (window: Window) => number) => windows.map(of).join('x');
  const size = (window: Window) => (gradient ? window.outputs : window.taps);
  const step = (window: Window) => (gradient ? window.dilation : window.stride);
  const spread = (window: Window) => (gradient ? window.stride : window.dilation);
  if (windows.some((window) => size(window) !== 3))
    return `${algorithm} needs windows of 3x3, got ${pair(size)}`;
  if (windows.some((window) => step(window) !== 1)) return `${algorithm} needs stride 1, got ${pair(step)}`;
  if (windows.some((window) => spread(window) !== 1))
    return `${algorithm} needs dilation 1, got ${pair(spread)}`;
  if (!float32) return `${algorithm} needs float32 operands`;
  if (imageColumnStep !== 1 || (gradient && filterColumnStep !== 1))
    return `${algorithm} needs ${SIDE_BY_SIDE}`;
  const width = gradient ? Math.min(columns.extent, columns.taps) : columns.extent;
  if (width < 4) return `${algorithm} needs rows of at least 4, got ${width}`;
  return undefined;
}
