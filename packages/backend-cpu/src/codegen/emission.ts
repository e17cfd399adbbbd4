/**
 * The state that all emitters share: the function under construction and its open loops. Each loop is a scope with a
 * list of code that has still to be written down; a value is appended to the outermost scope in which everything it
 * needs is known, which is all that hoisting takes.
 */

import type {
  AxisId,
  ContractKernel,
  Dependencies,
  IndexExpr,
  LoopKernel,
  LoopStmt,
  ValueId,
} from '@tenfold/ir';
import { unreachable } from '@tenfold/ir';
import type { Address, MathContext } from '../math/index.ts';
import type { Expr, FunctionBuilder, Local } from '../wasm/index.ts';
import type { Kind, Lanes } from './lanes.ts';
import { registersOf } from './lanes.ts';

/** A vector loop's present iteration: `units` times four consecutive values of its axis. */
export interface Block {
  readonly axis: AxisId;
  readonly units: number;
  /** In the last, incomplete block: which of the four elements exist, as a lane mask and as bits. */
  readonly active?: { readonly mask: Local<'v128'>; readonly bits: Local<'i32'> };
}

/** A kernel whose values are emitted. */
export type ValueTable = LoopKernel | ContractKernel;

export interface Scope {
  readonly depth: number;
  /** The loop, its axis and variable; none at the root. In a block the variable is that of its first element. */
  readonly loop?: LoopStmt;
  readonly axis?: AxisId;
  readonly variable?: Expr<'i32'>;
  /** Accumulators that change within. */
  readonly changes: ReadonlySet<number>;
  readonly block?: Block;
  readonly code: (() => void)[];
  readonly values: Map<ValueId, Lanes>;
  /** Index expressions and addresses computed here, by key. */
  readonly numbers: Map<string, Expr<'i32'>>;
}

export abstract class Emission {
  readonly kernel: ValueTable;
  readonly code: FunctionBuilder;
  readonly math: MathContext;
  readonly dependencies: readonly Dependencies[];
  protected readonly scopes: Scope[] = [];

  constructor(kernel: ValueTable, math: MathContext, dependencies: readonly Dependencies[]) {
    this.kernel = kernel;
    this.code = math.code;
    this.math = math;
    this.dependencies = dependencies;
  }

  /** The value, computed where it belongs and only once there. */
  abstract value(id: ValueId): Lanes;
  /** The address of an operand's first element. */
  abstract operand(operand: number): Expr<'i32'>;
  /** By how much an index grows from one element of a block to the next; undefined where that is not constant. */
  abstract strideOf(index: IndexExpr): number | undefined;
  /** The address of an operand's element, for element `element` of the block. */
  abstract address(operand: number, index: IndexExpr, element?: number): Address;

  /** The innermost open scope. */
  get scope(): Scope {
    return this.scopes.at(-1) ?? unreachable('no open scope');
  }

  /** The outermost scope in which everything is known. */
  scopeOf({ axes, accumulators }: Dependencies): Scope {
    for (let i = this.scopes.length - 1; i > 0; i--) {
      const scope = this.scopes[i];
      if (scope.axis !== undefined && axes.has(scope.axis)) return scope;
      for (const acc of accumulators) if (scope.changes.has(acc)) return scope;
    }
    return this.scopes[0];
  }

  /** The axes of the open loops inside the scope at `depth`, outermost first. */
  axesWithin(depth: number): AxisId[] {
    return this.scopes.slice(depth + 1).flatMap(({ axis }) => axis ?? []);
  }

  scopeOfAxis(axis: AxisId): Scope {
    return (
      this.scopes.find((scope) => scope.axis === axis) ?? unreachable(`axis ${axis} is read outside its loop`)
    );
  }

  /** An integer computed once in its scope, under a key that says what it is. */
  number(scope: Scope, key: string, make: () => Expr<'i32'>): Expr<'i32'> {
    const found = scope.numbers.get(key);
    if (found) return found;
    const local = this.code.local('i32');
    const value = make();
    scope.code.push(() => this.code.set(local, value));
    scope.numbers.set(key, local);
    return local;
  }

  /** Registers of a new value; `make(i)` gives register `i`, and may emit statements when it is called. */
  lanes(scope: Scope, kind: Kind, uniform: boolean, make: (i: number) => Expr<'v128'>): Lanes {
    const count = uniform ? 1 : (scope.block?.units ?? 1) * registersOf(kind);
    const registers = Array.from({ length: count }, () => this.code.local('v128'));
    scope.code.push(() => registers.forEach((register, i) => this.code.set(register, make(i))));
    return { kind, uniform, registers };
  }

  /**
   * What takes registers through memory, where the engine pairs neighbouring vectors: it finds pairs from stores at
   * neighbouring addresses backwards, so sums that end in a register, or go on one by one, have to be stored first.
   */
  barrier(): (registers: readonly Local<'v128'>[]) => void {
    return () => undefined;
  }

  /** Values that read an accumulator are computed anew after it changed. */
  protected forget(acc: number): void {
    for (const { values, numbers } of this.scopes) {
      for (const id of values.keys()) if (this.dependencies[id].accumulators.has(acc)) values.delete(id);
      for (const key of numbers.keys()) if (key.includes('%')) numbers.delete(key);
    }
  }
}
