/**
 * Finds scatters among loop kernels: parallel loops around two nests, one that fills a lane of the target and one that
 * writes into it at computed positions, in order.
 */

import type { Guard, LoopKernel, LoopStmt, Stmt } from '@tenfold/ir';

type Store = Extract<Stmt, { kind: 'store' }>;

/** Loops, each the only statement of the one around it, and the store inside. */
export interface Nest {
  readonly loops: readonly LoopStmt[];
  readonly store: Store;
}

export interface Scatter {
  /** Independent of each other, outermost first. */
  readonly lanes: readonly LoopStmt[];
  /** What a lane begins with; undefined where that is there already. */
  readonly fill: Nest | undefined;
  readonly write: Nest;
  /** The position along the scattered axis, and the bounds of those that are written. */
  readonly position: Guard;
}

export function recognise(kernel: LoopKernel): Scatter | undefined {
  const lanes: LoopStmt[] = [];
  let { body } = kernel;
  for (
    let [next] = body;
    body.length === 1 && next.kind === 'loop' && next.order === 'parallel';
    [next] = body
  ) {
    lanes.push(next);
    ({ body } = next);
  }
  if (body.length !== 2) return undefined;
  const [fill, write] = body.map(nestOf);
  if (!fill || !write || fill.store.operand !== write.store.operand) return undefined;
  if (fill.store.combine !== undefined || fill.store.guards.length > 0) return undefined;
  if (!write.loops.every(({ order }) => order === 'serial')) return undefined;
  const position = write.store.guards.find(({ index }) =>
    index.terms.some(({ atom }) => atom.kind === 'value'),
  );
  if (position?.lo !== 0) return undefined;
  return { lanes, fill: isThere(kernel, fill) ? undefined : fill, write, position };
}

function nestOf(stmt: Stmt): Nest | undefined {
  const loops: LoopStmt[] = [];
  let inner = stmt;
  for (; inner.kind === 'loop'; [inner] = inner.body) {
    if (inner.body.length !== 1) return undefined;
    loops.push(inner);
  }
  return inner.kind === 'store' && loops.length > 0 ? { loops, store: inner } : undefined;
}

/** Whether a store writes what stands there: a scatter in place. */
function isThere({ values }: LoopKernel, { store }: Nest): boolean {
  const value = values[store.value];
  return (
    value.op === 'load' &&
    value.operand === store.operand &&
    value.index.key === store.index.key &&
    value.guards.length === 0
  );
}
