/**
 * The grid: a chain of loops, each the only statement of the one around it, whose iterations are numbered row by row. A
 * task runs the iterations from `begin` to `end`: it enters the loops in the middle, and leaves them as soon as it has
 * done its share.
 */

import type { LoopKernel, LoopOrder, LoopStmt, Stmt } from '@tenfold/ir';
import { i32, select } from '../wasm/index.ts';
import type { Expr, Label, Local } from '../wasm/index.ts';
import type { KernelEmitter } from './kernel-emitter.ts';
import type { LoopPlan } from './loop-plan.ts';
import { maxExtent } from './loop-plan.ts';
import { tuning } from '../tuning.ts';

/** The chain of loops of one order that starts at a statement; a vector loop ends it. */
export function chainFrom(stmt: Stmt, order: LoopOrder, plan: LoopPlan): LoopStmt[] {
  const chain: LoopStmt[] = [];
  for (let next: Stmt | undefined = stmt; next?.kind === 'loop' && next.order === order;) {
    chain.push(next);
    if (plan.units.has(next)) break;
    next = next.body.length === 1 ? next.body[0] : undefined;
  }
  return chain;
}

/** Iterations of a chain for given extent parameters. */
export function gridSize(kernel: LoopKernel, chain: readonly LoopStmt[], extents: readonly number[]): number {
  return chain.reduce((size, { axis }) => {
    const extent = kernel.axes[axis];
    return size * (typeof extent === 'number' ? extent : extents[extent.param]);
  }, 1);
}

/** The same for the greatest extents. */
export function maxGrid(kernel: LoopKernel, chain: readonly LoopStmt[]): number {
  return chain.reduce((size, { axis }) => size * maxExtent(kernel, axis), 1);
}

/** The same in code. */
export function sizeOf(e: KernelEmitter, chain: readonly LoopStmt[]): Expr<'i32'> {
  return chain
    .map(({ axis }) => asExpr(e.extent(axis)))
    .reduce<Expr<'i32'>>((a, b) => i32.mul(a, b), i32.const(1));
}

/** Ranges of a chain that ends in a vector loop begin at multiples of this many iterations. */
export function grainOf(chain: readonly LoopStmt[], plan: LoopPlan): number {
  return chain.some((loop) => plan.units.has(loop)) ? tuning.grain : 1;
}

/** Emits the iterations `begin` to `end` of the chain in the innermost scope. */
export function emitGrid(
  e: KernelEmitter,
  chain: readonly LoopStmt[],
  begin: Expr<'i32'>,
  end: Expr<'i32'>,
): void {
  const { code } = e;
  const outer = e.scope;
  const variables = chain.map(() => code.local('i32'));
  const remaining = code.local('i32');
  const reduction = e.beginReduction(chain[0]);
  const extents = chain.map(({ axis }) => asExpr(e.extent(axis)));
  let done: Label | undefined;
  const leave = () => {
    if (done) code.brIf(done, i32.eqz(remaining));
  };

  const innermost = (depth: number): void => {
    const variable = variables[depth];
    const limit = code.local('i32');
    const count = code.local('i32');
    e.scope.code.push(() => {
      const left = i32.sub(extents[depth], variable);
      code.set(count, select(left, remaining, i32.lt_u(left, remaining)));
      code.set(limit, i32.add(variable, count));
    });
    const extent = e.extent(chain[depth].axis);
    const divisor = typeof extent === 'number' ? commonDivisor(extent, tuning.grain) : 1;
    e.loopOver(chain[depth], { variable, limit, divisor, count: undefined });
    e.scope.code.push(() => {
      code.set(remaining, i32.sub(remaining, count));
      leave();
    });
  };

  const nest = (depth: number): void => {
    if (depth === chain.length - 1) return innermost(depth);
    e.open({ loop: chain[depth], body: chain[depth].body, variable: variables[depth] });
    nest(depth + 1);
    const write = e.close();
    const flush = e.flushOf(chain[depth]);
    e.scope.code.push(() =>
      code.loop((next) => {
        write();
        flush?.write();
        code.set(variables[depth + 1], 0);
        const more = i32.lt_u(e.code.tee(variables[depth], i32.add(variables[depth], 1)), extents[depth]);
        code.brIf(next, more);
      }),
    );
  };

  e.open({ body: chain });
  nest(0);
  const write = e.close();
  outer.code.push(() => {
    code.set(remaining, i32.sub(end, begin));
    locate(e, variables, extents, begin);
    code.block((exit) => {
      done = exit;
      leave();
      write();
    });
  });
  e.endReduction(reduction);
}

/** Sets the loop variables to those of iteration `begin`. */
export function locate(
  e: KernelEmitter,
  variables: readonly Local<'i32'>[],
  extents: readonly Expr<'i32'>[],
  begin: Expr<'i32'>,
): void {
  const { code } = e;
  const rest = code.let(begin);
  for (let depth = variables.length - 1; depth > 0; depth--) {
    code.set(variables[depth], i32.rem_u(rest, extents[depth]));
    code.set(rest, i32.div_u(rest, extents[depth]));
  }
  code.set(variables[0], rest);
}

function asExpr(extent: number | Expr<'i32'>): Expr<'i32'> {
  return typeof extent === 'number' ? i32.const(extent) : extent;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
