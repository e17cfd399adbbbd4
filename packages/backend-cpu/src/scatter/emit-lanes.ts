/** The code of a scatter: tasks, each a lane, or a piece of lanes that lie side by side. */

import type { AxisId, Guard, LoopStmt } from '@tenfold/ir';
import { locate, sizeOf } from '../codegen/grid.ts';
import { conditionOf } from '../codegen/guards.ts';
import type { KernelEmitter, Range } from '../codegen/kernel-emitter.ts';
import { when } from '../codegen/load.ts';
import { i32, lesser } from '../wasm/index.ts';
import type { Local } from '../wasm/index.ts';

/** A loop of which each task takes a piece. */
export interface Cut {
  readonly loop: LoopStmt;
  /** Iterations of a piece. */
  readonly width: number;
  /** The axis whose loops go through the piece alone, where there is one. */
  readonly through: AxisId | undefined;
}

/** A nest of loops of which the innermost one runs where guards hold that do not depend on it. */
export interface GuardedLoop {
  readonly loop: LoopStmt;
  readonly guards: readonly Guard[];
}

/** What one task takes of the cut loop. */
interface Piece {
  readonly cut: Cut;
  readonly first: Local<'i32'>;
  readonly last: Local<'i32'>;
}

/** Emits the tasks `begin` to `end`: `lane`, nest after nest, for an iteration of the loops `apart` and for a piece. */
export function emitLanes(
  e: KernelEmitter,
  apart: readonly LoopStmt[],
  lane: readonly GuardedLoop[],
  cut: Cut | undefined,
  begin: Local<'i32'>,
  end: Local<'i32'>,
): void {
  const { code } = e;
  const [task, number, first, last] = Array.from({ length: 4 }, () => code.local('i32'));
  const variables = apart.map(() => code.local('i32'));
  const extents = apart.map((loop) => sizeOf(e, [loop]));
  const length = cut && sizeOf(e, [cut.loop]);
  e.open({ body: e.kernel.body, variable: task });
  e.scope.code.push(() => {
    code.set(number, task);
    if (cut && length) {
      const pieces = code.let(i32.div_u(i32.add(length, cut.width - 1), cut.width));
      code.set(first, i32.mul(i32.rem_u(task, pieces), cut.width));
      code.set(last, lesser(code.let(i32.add(first, cut.width)), length));
      code.set(number, i32.div_u(task, pieces));
    }
    if (variables.length > 0) locate(e, variables, extents, number);
  });
  const around = apart.map((loop, i) => ({ loop, variable: variables[i] }));
  if (cut && cut.loop.axis !== cut.through) around.push({ loop: cut.loop, variable: first });
  for (const { loop, variable } of around) e.open({ loop, body: loop.body, variable });
  for (const { loop, guards } of lane) nest(e, loop, guards, cut && { cut, first, last });
  for (const _ of around) {
    const write = e.close();
    e.scope.code.push(write);
  }
  const write = e.close();
  e.scope.code.push(() => {
    code.set(task, begin);
    code.countedLoop(task, end, 1, write);
  });
}

/** Loops around each other, which go through the piece where they are cut. */
function nest(e: KernelEmitter, loop: LoopStmt, guards: readonly Guard[], piece: Piece | undefined): void {
  const { code } = e;
  const [inner] = loop.body;
  if (inner.kind !== 'loop') return innermost(e, loop, guards, piece);
  const { variable, limit } = rangeOf(e, loop, piece);
  e.open({ loop, body: loop.body, variable });
  nest(e, inner, guards, piece);
  const write = e.close();
  e.scope.code.push(() =>
    code.countedLoop(variable, typeof limit === 'number' ? limit : code.let(limit), 1, write),
  );
}

function innermost(
  e: KernelEmitter,
  loop: LoopStmt,
  guards: readonly Guard[],
  piece: Piece | undefined,
): void {
  const { flag } = conditionOf(e, guards);
  e.open({ body: [loop] });
  e.loopOver(loop, rangeOf(e, loop, piece));
  const write = e.close();
  e.scope.code.push(() => when(e, flag, write));
}

/** The iterations of a loop that the piece has. */
function rangeOf(e: KernelEmitter, loop: LoopStmt, piece: Piece | undefined): Range {
  const { code } = e;
  const variable = code.local('i32');
  const extent = e.extent(loop.axis);
  const count = typeof extent === 'number' ? extent : undefined;
  if (piece?.cut.through !== loop.axis) {
    e.scope.code.push(() => code.set(variable, 0));
    return { variable, limit: extent, divisor: count ?? 1, count };
  }
  const { cut, first, last } = piece;
  e.scope.code.push(() => code.set(variable, first));
  const isEven = count !== undefined && count % cut.width === 0;
  return { variable, limit: last, divisor: isEven ? cut.width : 1, count: undefined };
}
