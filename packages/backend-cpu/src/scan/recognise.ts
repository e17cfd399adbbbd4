/** What a scan is among loop kernels: parallel loops around one that accumulates and stores, place after place. */

import type { LoopKernel, LoopStmt, Stmt } from '@tenfold/ir';

export type Accumulate = Extract<Stmt, { kind: 'accumulate' }>;
export type Store = Extract<Stmt, { kind: 'store' }>;

export interface Scan {
  readonly kernel: LoopKernel;
  /** The loops over independent lanes, outermost first. */
  readonly lanes: readonly LoopStmt[];
  /** The loop along a lane. */
  readonly along: LoopStmt;
  readonly accumulate: Accumulate;
  readonly stores: readonly Store[];
}

export function scanOf(kernel: LoopKernel): Scan | undefined {
  const lanes: LoopStmt[] = [];
  let body = kernel.body;
  while (body.length === 1 && body[0].kind === 'loop' && body[0].order === 'parallel') {
    lanes.push(body[0]);
    body = body[0].body;
  }
  const [init, along] = body;
  if (body.length !== 2 || init.kind !== 'init' || along.kind !== 'loop' || along.order !== 'serial')
    return undefined;
  const [accumulate, ...stores] = along.body;
  if (accumulate?.kind !== 'accumulate' || accumulate.acc !== init.acc || kernel.accumulators.length > 1)
    return undefined;
  if (!stores.every((stmt) => stmt.kind === 'store')) return undefined;
  return { kernel, lanes, along, accumulate, stores };
}

/** The same statements under other loops, the first one outermost. */
export function nest(loops: readonly LoopStmt[], body: readonly Stmt[]): readonly Stmt[] {
  return loops.reduceRight<readonly Stmt[]>((inner, loop) => [{ ...loop, body: inner }], body);
}
