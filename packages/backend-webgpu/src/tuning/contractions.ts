/**
 * Which shape a contraction gets: a heuristic from its sizes and the class of adapter, and the list of what else could
 * be tried. Times are estimates in multiply-adds of one invocation while the whole device is busy; only their order
 * matters.
 */

import type { ContractKernel } from '@tenfold/ir';
import { axisOfFours } from '../kernels/contract/access.ts';
import { isAlongK } from '../kernels/contract/factors.ts';
import type { Sizes } from '../kernels/contract/product.ts';
import {
  isFloatProduct,
  isHalfProduct,
  sizesOf,
  withFewRows,
  withRowsOfResults,
} from '../kernels/contract/product.ts';
import type {
  ContractShape,
  LoopsShape,
  MatrixShape,
  RowsShape,
  TileShape,
} from '../kernels/contract/shapes.ts';
import { invocationsOf, matrixFits, tileFits } from '../kernels/contract/shapes.ts';
import { isPower, powerAtLeast, powerAtMost } from '../powers.ts';
import type { AdapterClass, Target } from '../target.ts';
import type { TuningStep } from './steps.ts';
import { contractShapeOf, stepsOfContract } from './steps.ts';

interface Adapter {
  /** Groups of 256 invocations that are at work at the same time. */
  readonly busy: number;
  /** What a second pass costs. */
  readonly pass: number;
  /** Steps along k written out in a tile's loop: more take the compiler longer. */
  readonly unroll: number;
  /** Multiply-adds of all products together that are too few for anything but plain loops, which compile fastest. */
  readonly small: number;
}

const ADAPTERS: { readonly [C in AdapterClass]: Adapter } = {
  discrete: { busy: 128, pass: 4000, unroll: 8, small: 2 ** 12 },
  integrated: { busy: 16, pass: 2000, unroll: 8, small: 2 ** 12 },
  software: { busy: 2, pass: 1000, unroll: 2, small: 2 ** 20 },
};

/** m, n, k of a tile, and m, n of an invocation. */
type Tile = readonly [m: number, n: number, k: number, registerM: number, registerN: number];

const TILES: readonly Tile[] = [
  [128, 128, 8, 8, 8],
  [128, 64, 8, 8, 4],
  [64, 128, 8, 4, 8],
  [64, 64, 16, 4, 4],
  [64, 64, 8, 8, 8],
  [128, 32, 16, 8, 4],
  [32, 128, 16, 4, 8],
  [32, 64, 8, 4, 8],
  [32, 32, 8, 4, 4],
  [16, 64, 16, 4, 4],
  [64, 16, 16, 4, 4],
];

/** Share of a device's arithmetic that a tile reaches: what an invocation reads for its multiply-adds costs time too. */
function efficiency([, , , m, n]: Tile): number {
  return (m * n) / (m * n + 2 * (m + n));
}

/** From so many steps along k on, lanes can share a sum, and tiles are worth their barriers. */
const LONG = 32;
const SHORT = 8;
/** Rows that are multiplied while an element of the matrix is in a register. */
const FEW = 8;
/** Multiply-adds of one product of a batch that are too few for a workgroup. */
const FEWEST = 2 ** 11;
/** Most parts of k that are chosen, and that can be asked for. */
const PARTS = 64;
const MOST = 1024;

const LOOPS: LoopsShape = { method: 'loops' };

/** The shape that steps ask for, if there are any that fit, else the heuristic's choice. */
export function contractShape(
  kernel: ContractKernel,
  target: Target,
  steps: readonly TuningStep[] | undefined,
): ContractShape {
  const asked = steps && contractShapeOf(steps);
  return asked && contractFits(kernel, asked, target) ? asked : chooseContract(kernel, target);
}

function chooseContract(kernel: ContractKernel, target: Target): ContractShape {
  const { batch, m, n, k } = sizesOf(kernel);
  const own = m * n * k;
  const tooSmall = k < SHORT || own < FEWEST || batch * own < ADAPTERS[target.adapter].small;
  if (!isFloatProduct(kernel) || kernel.hint?.algorithm === 'direct' || tooSmall) return LOOPS;
  if (Math.min(m, n) <= FEW) return k < LONG ? LOOPS : rowsShape(kernel, target);
  const [best = LOOPS] = [...matrixShapes(kernel, target), ...tilesByTime(kernel, target)];
  return best;
}

/** Whether a device can compute a contraction in a shape. */
function contractFits(kernel: ContractKernel, shape: ContractShape, target: Target): boolean {
  if (shape.method === 'loops') return true;
  if (!isFloatProduct(kernel) || shape.split > MOST) return false;
  if (shape.method === 'matrix') return takesMatrices(kernel) && matrixFits(shape, target);
  return shape.method === 'tile' ? tileFits(shape, target) : rowsFit(kernel, shape, target);
}

function rowsFit(kernel: ContractKernel, shape: RowsShape, target: Target): boolean {
  const { lanesK, lanesN, vectorK, vectorN, unroll } = shape;
  const oriented = withFewRows(kernel);
  const { m } = sizesOf(oriented);
  if (lanesK < 2 || lanesK * lanesN > target.workgroupSize || unroll > 8) return false;
  if (m > 2 * FEW || !isPower(lanesK) || !isPower(lanesN)) return false;
  if (m * lanesN * vectorN * 4 + lanesN * (lanesK + 1) * 4 > target.workgroupBytes) return false;
  const whole = vectorK === 1 || (vectorK === 4 && axisOfFours(oriented, oriented.k) !== undefined);
  return whole && (vectorN === 1 || vectorN === 4);
}

/** What a search may try: the heuristic's choice first, then others that it thinks less of. */
export function contractCandidates(kernel: ContractKernel, target: Target): TuningStep[][] {
  return candidates(kernel, target).map(stepsOfContract);
}

function candidates(kernel: ContractKernel, target: Target): readonly ContractShape[] {
  const chosen = chooseContract(kernel, target);
  switch (chosen.method) {
    case 'loops':
      return [chosen];
    case 'rows':
      return [chosen, ...[1, 2, 4, 8].map((unroll) => ({ ...chosen, unroll })), LOOPS];
    case 'matrix':
      return [...matrixShapes(kernel, target), ...tilesByTime(kernel, target).slice(0, 4)];
    case 'tile':
      return tilesByTime(kernel, target).slice(0, 12);
  }
}

/** Whether matrix units may be used: they round nothing that float16 factors have, but in which order they sum is theirs. */
function takesMatrices(kernel: ContractKernel): boolean {
  return isHalfProduct(kernel) && kernel.hint?.precision !== 'high';
}

/** Tiles for matrix units, where there are some and a product fills them, the likely fastest first. */
function matrixShapes(kernel: ContractKernel, target: Target): MatrixShape[] {
  const { batch, m, n, k } = sizesOf(kernel);
  if (!takesMatrices(kernel) || Math.min(m, n) < 32 || k < LONG) return [];
  const { busy } = ADAPTERS[target.adapter];
  const sides = batch * m * n >= busy * 64 * 64 ? [64, 32] : [32, 64];
  return sides.flatMap((side) => {
    const groups = batch * Math.ceil(m / side) * Math.ceil(n / side);
    const split = Math.max(1, powerAtMost(Math.min(busy / groups, k / 256, PARTS)));
    const shape: MatrixShape = { method: 'matrix', m: side, n: side, k: 32, split };
    return matrixFits(shape, target) ? [shape] : [];
  });
}

/** Tiles that fit, the fastest first. */
function tilesByTime(kernel: ContractKernel, target: Target): TileShape[] {
  const sizes = sizesOf(withRowsOfResults(kernel));
  const { unroll } = ADAPTERS[target.adapter];
  const shapes = TILES.flatMap(([m, n, k, registerM, registerN]) => {
    const shape: TileShape = { method: 'tile', m, n, k, registerM, registerN, split: 1, unroll };
    if (!tileFits(shape, target)) return [];
    return splitsOf(sizes.k, 4 * k).map((split) => ({ ...shape, split }));
  });
  const times = new Map(shapes.map((shape) => [shape, timeOf(shape, sizes, target)]));
  return shapes.sort((x, y) => (times.get(x) ?? 0) - (times.get(y) ?? 0));
}

/** Numbers of parts of k that leave each at least `least` long. */
function splitsOf(k: number, least: number): number[] {
  const splits = [1];
  for (let split = 2; split <= PARTS && k / split >= least; split *= 2) splits.push(split);
  return splits;
}

function timeOf(shape: TileShape, { batch, m, n, k }: Sizes, target: Target): number {
  const { busy, pass } = ADAPTERS[target.adapter];
  const { m: tileM, n: tileN, k: tileK, registerM, registerN, split } = shape;
  const invocations = invocationsOf(shape);
  const groups = batch * Math.ceil(m / tileM) * Math.ceil(n / tileN) * split;
  const together = Math.max(1, (busy * 256) / invocations);
  const steps = Math.ceil(k / split / tileK) * tileK;
  const own = registerM * registerN;
  const product = (own * steps) / efficiency([tileM, tileN, tileK, registerM, registerN]);
  // Adding up reads each part of each result.
  const finish = split === 1 ? 0 : pass + (batch * m * n * split * 8) / (busy * 256);
  return Math.ceil(groups / together) * (product + 4 * own) + finish;
}

/** Bytes of the matrix that one workgroup reads before it is worth to add up parts of several. */
const LONG_STRIP = 2 ** 18;

/** Lanes along k where the matrix is contiguous there, else along n. */
function rowsShape(kernel: ContractKernel, target: Target): RowsShape {
  const oriented = withFewRows(kernel);
  const { batch, m, n, k } = sizesOf(oriented);
  const { busy } = ADAPTERS[target.adapter];
  const invocations = Math.min(target.adapter === 'software' ? 64 : 256, target.workgroupSize);
  const vectorK = axisOfFours(oriented, oriented.k) === undefined ? 1 : 4;
  let lanesN: number;
  let vectorN = 4;
  if (isAlongK(oriented, 'b')) {
    const lanesK = Math.max(2, Math.min(powerAtMost(k / vectorK), n < 8 ? invocations : 32));
    lanesN = Math.min(invocations / lanesK, powerAtLeast(n));
    // Several columns for each invocation share what it reads of the rows, where enough workgroups are left.
    if (m > 4 || batch * n < 8 * lanesN * busy) vectorN = 1;
  } else {
    if (n < 16) vectorN = 1;
    // A strip of 128 bytes at least, and more where enough workgroups are left.
    lanesN = Math.max(Math.min(8, powerAtLeast(n)), Math.min(32, powerAtMost((batch * n) / (8 * busy))));
  }
  const lanesK = Math.max(2, invocations / lanesN);
  const unroll = Math.max(1, Math.min(4, powerAtMost(16 / (m * Math.min(vectorN, 2)))));
  const width = lanesN * vectorN;
  const groups = batch * Math.ceil(n / width);
  const parts = powerAtMost(Math.min(busy / groups, (k * width * 4) / LONG_STRIP, PARTS));
  return { method: 'rows', lanesK, lanesN, vectorK, vectorN, split: parts, unroll };
}
