/**
 * Values as WGSL: each is written down once, in the outermost open scope in which everything it reads is known, which
 * is all that hoisting takes. A scope is a list of lines; the lines of an inner scope are put into the outer one when it
 * is closed, so what is hoisted meanwhile stands before it.
 *
 * Axes are bound to names by whoever opens the loops: a plain loop, a grid, the tile of a product.
 */

import type { AxisId, BinaryOp, Dependencies, Guard, IndexExpr, Kernel, ScanKind, Stmt, Term, UnaryOp, ValueId } from '@tenfold/ir'; // prettier-ignore
import {
  UNARY,
  accumulatorsChangedIn,
  dependenciesOf,
  dependenciesOfIndex,
  sumOf,
  unreachable,
  usefulGuards,
  valuesNeeded,
} from '@tenfold/ir';
import { beats, combine, constant, identity } from '../wgsl/constants.ts';
import { indexText } from '../wgsl/indices.ts';
import { binary, bitcast, cast, random, unary, where } from '../wgsl/operations.ts';
import type { ShaderBuilder } from '../wgsl/shader.ts';
import { valueType } from '../wgsl/types.ts';

interface Scope {
  readonly axes: ReadonlySet<AxisId>;
  /** Accumulators that change within. */
  readonly changes: ReadonlySet<number>;
  readonly lines: string[];
  readonly values: Map<ValueId, string>;
  /** Index expressions, by key. */
  readonly indices: Map<string, string>;
}

type Accumulate = Extract<Stmt, { kind: 'accumulate' }>;
type Store = Extract<Stmt, { kind: 'store' }>;

const UNARY_OPS: ReadonlySet<string> = new Set(UNARY);

export class Emission {
  readonly kernel: Kernel;
  readonly shader: ShaderBuilder;
  readonly #dependencies: readonly Dependencies[];
  readonly #positions: ReadonlyMap<number, number>;
  readonly #stored: ReadonlySet<number>;
  readonly #scopes: Scope[] = [];
  readonly #axes = new Map<AxisId, string>();
  /** Names of the variables that hold the accumulators. */
  readonly #accumulators = new Map<number, string>();

  /** `operands` are the numbers of the kernel's operands, in the order of the pass. */
  constructor(kernel: Kernel, shader: ShaderBuilder, operands: readonly number[], body: readonly Stmt[]) {
    this.kernel = kernel;
    this.shader = shader;
    this.#dependencies = dependenciesOf(kernel.values);
    this.#positions = new Map(operands.map((operand, position) => [operand, position]));
    this.#stored = new Set(kernel.operands.flatMap(({ access }, i) => (access === 'read' ? [] : [i])));
    this.open([], body);
  }

  /**
   * Opens a scope in which axes get their names; `lines` define them. Values in `known` have names already. Loads that
   * later stores may overwrite are done at once.
   */
  open(
    axes: readonly (readonly [AxisId, string])[],
    body: readonly Stmt[],
    lines: readonly string[] = [],
    known: ReadonlyMap<ValueId, string> = new Map(),
  ): void {
    for (const [axis, name] of axes) this.#axes.set(axis, name);
    this.#scopes.push({
      axes: new Set(axes.map(([axis]) => axis)),
      changes: accumulatorsChangedIn(body),
      lines: [...lines],
      values: new Map(known),
      indices: new Map(),
    });
    this.#loadBeforeStores(body);
  }

  /** Closes the innermost scope and gives its lines. */
  close(): string[] {
    const scope = this.#scopes.pop() ?? unreachable('no scope to close');
    for (const axis of scope.axes) this.#axes.delete(axis);
    return scope.lines;
  }

  /** Appends lines to the innermost scope. */
  write(...lines: readonly string[]): void {
    this.#scope.lines.push(...lines);
  }

  /** A name that nothing else in the shader has. */
  fresh(stem: string): string {
    return this.shader.fresh(stem);
  }

  /** The extent of an axis: a number, or an i32 expression. */
  extent(axis: AxisId): string {
    const extent = this.kernel.axes[axis];
    return typeof extent === 'number' ? String(extent) : this.shader.extent(extent.param);
  }

  /** The value, as an identifier or a literal. */
  value(id: ValueId): string {
    const value = this.kernel.values[id];
    if (value.op === 'const') return constant(this.shader.lib, value.value, value.dtype);
    if (value.op === 'scalar') return this.shader.scalar(value.slot);
    const scope = this.#scopeOf(this.#dependencies[id]);
    const found = scope.values.get(id);
    if (found !== undefined) return found;
    const name = this.#within(scope, () => this.#emit(id));
    scope.values.set(id, name);
    return name;
  }

  /** An index expression, as an i32 expression. */
  index(index: IndexExpr): string {
    if (index.terms.length === 0) return String(index.constant);
    const scope = this.#scopeOf(dependenciesOfIndex(index, this.#dependencies));
    const found = scope.indices.get(index.key);
    if (found !== undefined) return found;
    const name = this.#within(scope, () => {
      const text = this.#sum(index, scope);
      const name = this.fresh('i');
      this.write(`let ${name} = ${text};`);
      return name;
    });
    scope.indices.set(index.key, name);
    return name;
  }

  /** An index expression in the scope in which all of it is known; what is known further out is added up there. */
  #sum(index: IndexExpr, scope: Scope): string {
    const names = {
      axis: (axis: AxisId) => this.#axes.get(axis) ?? unreachable(`axis ${axis} is read outside its loop`),
      value: (id: ValueId) => this.value(id),
    };
    const isInner = (term: Term) =>
      this.#scopeOf(dependenciesOfIndex(sumOf([term], 0), this.#dependencies)) === scope;
    const outer = index.terms.filter((term) => !isInner(term));
    if (outer.length === 0) return indexText(index, names);
    const before = this.index(sumOf(outer, index.constant));
    return `${before} + ${indexText(sumOf(index.terms.filter(isInner), 0), names)}`;
  }

  /** Four neighbouring elements from where a load reads, as a vector; zeros where its guards fail. */
  loadVector(id: ValueId): string {
    const value = this.kernel.values[id];
    if (value.op !== 'load') return unreachable(`${value.op} is no load`);
    const guard = this.guard(value.guards);
    const vector = this.shader.loadVector(this.position(value.operand), this.index(value.index));
    const name = this.fresh('q');
    if (guard === undefined) this.write(`let ${name} = ${vector};`);
    else {
      this.write(
        `var ${name} = vec4<${valueType(value.dtype)}>();`,
        `if (${guard}) { ${name} = ${vector}; }`,
      );
    }
    return name;
  }

  /** Whether all guards hold: a bool expression; undefined where they always do. */
  guard(guards: readonly Guard[]): string | undefined {
    const useful = usefulGuards(guards);
    if (useful === undefined) return 'false';
    const tests = useful.flatMap(({ index, lo, hi }) => {
      const at = this.index(index);
      // One comparison does for both ends: what is below the range is a large number without a sign.
      if (index.min < lo && index.max >= hi && hi > lo) {
        return [`u32(${lo === 0 ? at : `${at} - ${lo}`}) < ${hi - lo}u`];
      }
      return [...(index.min < lo ? [`${at} >= ${lo}`] : []), ...(index.max >= hi ? [`${at} < ${hi}`] : [])];
    });
    return tests.length > 0 ? tests.join(' && ') : undefined;
  }

  /** The dtype of what is accumulated, and how. */
  #accumulator(acc: number) {
    return 'accumulators' in this.kernel
      ? this.kernel.accumulators[acc]
      : unreachable(`${this.kernel.kind} kernels have no accumulators`);
  }

  /** Declares an accumulator's variables, holding the identity. */
  declareAccumulator(acc: number): void {
    const name = this.fresh('acc');
    this.#accumulators.set(acc, name);
    this.#declare(acc, name);
  }

  /** Gives an accumulator variables that were declared elsewhere, and says which it had. */
  renameAccumulator(acc: number, name: string): string | undefined {
    const before = this.#accumulators.get(acc);
    this.#accumulators.set(acc, name);
    this.#forget(acc);
    return before;
  }

  accumulatorName(acc: number): string {
    return this.#accumulators.get(acc) ?? unreachable(`accumulator ${acc} is read before it is initialised`);
  }

  /** Declares further variables of an accumulator's kind, holding the identity, under a name. */
  #declare(acc: number, name: string): void {
    const { kind, dtype } = this.#accumulator(acc);
    const { lib } = this.shader;
    if (kind === 'argmax' || kind === 'argmin') {
      const worst = identity(lib, kind === 'argmax' ? 'max' : 'min', dtype);
      this.write(`var ${name}_best: ${valueType(dtype)} = ${worst};`, `var ${name} = 0x7fffffffi;`);
    } else this.write(`var ${name}: ${valueType(dtype)} = ${identity(lib, kind, dtype)};`);
  }

  /** A partial accumulator beside the real one: declared here, used until `restore`. */
  partial(acc: number): { readonly name: string; restore(): void } {
    const name = this.fresh('part');
    this.#declare(acc, name);
    const before = this.renameAccumulator(acc, name);
    return {
      name,
      restore: () => {
        if (before !== undefined) this.renameAccumulator(acc, before);
      },
    };
  }

  /** A statement that folds `from` (variables as an accumulator's) into `into`. */
  fold(acc: number, into: string, from: string, fromBest = `${from}_best`): string {
    const { kind, dtype } = this.#accumulator(acc);
    const { lib } = this.shader;
    if (kind !== 'argmax' && kind !== 'argmin') return `${into} = ${combine(lib, kind, dtype, into, from)};`;
    const wins = beats(lib, kind, dtype, fromBest, from, `${into}_best`, into);
    return `if (${wins}) { ${into}_best = ${fromBest}; ${into} = ${from}; }`;
  }

  accumulate(stmt: Accumulate): void {
    const name = this.accumulatorName(stmt.acc);
    const value = this.value(stmt.value);
    if (stmt.position === undefined) this.write(this.fold(stmt.acc, name, value));
    else this.write(this.fold(stmt.acc, name, this.value(stmt.position), value));
    this.#forget(stmt.acc);
  }

  /** Writes an element, where the guards hold and `condition` does. */
  store(stmt: Store, condition?: string): void {
    const guard = this.guard(stmt.guards);
    const value = this.value(stmt.value);
    const at = this.index(stmt.index);
    const tests = [condition, guard].filter((test) => test !== undefined);
    const line = stmt.combine
      ? this.#combined(stmt, at, value, stmt.combine)
      : this.shader.store(this.position(stmt.operand), at, value);
    this.write(tests.length > 0 ? `if (${tests.join(' && ')}) { ${line} }` : line);
  }

  #combined(stmt: Store, at: string, value: string, kind: ScanKind): string {
    const position = this.position(stmt.operand);
    const { dtype } = this.kernel.operands[stmt.operand];
    const old = this.fresh('old');
    const sum = combine(this.shader.lib, kind, dtype, old, value);
    return `let ${old} = ${this.shader.load(position, at)}; ${this.shader.store(position, at, sum)}`;
  }

  /** Where an operand of the kernel stands among those of the pass. */
  position(operand: number): number {
    return this.#positions.get(operand) ?? unreachable(`operand ${operand} is not one of this pass`);
  }

  get #scope(): Scope {
    return this.#scopes.at(-1) ?? unreachable('no open scope');
  }

  /** The outermost scope in which everything is known. */
  #scopeOf({ axes, accumulators }: Dependencies): Scope {
    for (let i = this.#scopes.length - 1; i > 0; i--) {
      const scope = this.#scopes[i];
      for (const axis of axes) if (scope.axes.has(axis)) return scope;
      for (const acc of accumulators) if (scope.changes.has(acc)) return scope;
    }
    return this.#scopes[0];
  }

  /** Does something in an outer scope: the inner ones step aside meanwhile. */
  #within<T>(scope: Scope, act: () => T): T {
    const inner = this.#scopes.splice(this.#scopes.indexOf(scope) + 1);
    const result = act();
    this.#scopes.push(...inner);
    return result;
  }

  #emit(id: ValueId): string {
    const value = this.kernel.values[id];
    const name = this.fresh('v');
    if (value.op === 'load' && usefulGuards(value.guards)?.length !== 0) {
      const guard = this.guard(value.guards);
      const { lib } = this.shader;
      this.write(`var ${name}: ${valueType(value.dtype)} = ${constant(lib, 0, value.dtype)};`);
      // Memory is not touched where the guard fails; its index is computed inside.
      if (guard !== 'false') {
        const at = this.index(value.index);
        this.write(`if (${guard}) { ${name} = ${this.shader.load(this.position(value.operand), at)}; }`);
      }
      return name;
    }
    this.write(`let ${name} = ${this.#expression(id)};`);
    return name;
  }

  #expression(id: ValueId): string {
    const { values } = this.kernel;
    const value = values[id];
    const { lib } = this.shader;
    switch (value.op) {
      case 'load':
        return this.shader.load(this.position(value.operand), this.index(value.index));
      case 'index':
        return this.index(value.index);
      case 'inside':
        return this.guard(value.guards) ?? 'true';
      case 'acc':
        return this.accumulatorName(value.acc);
      case 'cast':
        return cast(lib, values[value.inputs[0]].dtype, value.dtype, this.value(value.inputs[0]));
      case 'bitcast':
        return bitcast(lib, values[value.inputs[0]].dtype, value.dtype, this.value(value.inputs[0]));
      case 'where': {
        const [condition, yes, no] = value.inputs.map((input) => this.value(input));
        return where(lib, value.dtype, condition, yes, no);
      }
      case 'random': {
        const [counter, key0, key1] = value.inputs.map((input) => this.value(input));
        return random(lib, counter, key0, key1);
      }
      case 'const':
      case 'scalar':
        return this.value(id);
      default: {
        const [a, b] = value.inputs.map((input) => this.value(input));
        const { dtype } = values[value.inputs[0]];
        return isUnary(value.op) ? unary(lib, value.op, dtype, a) : binary(lib, value.op, dtype, a, b);
      }
    }
  }

  /** Values that read an accumulator are computed anew after it changed. */
  #forget(acc: number): void {
    for (const { values, indices } of this.#scopes) {
      for (const id of values.keys()) if (this.#dependencies[id].accumulators.has(acc)) values.delete(id);
      for (const key of indices.keys()) if (key.includes('%')) indices.delete(key);
    }
  }

  /**
   * Loads from operands that the kernel also writes happen as the iteration begins that they belong to, before any of
   * its stores: an update in place reads the old contents.
   */
  #loadBeforeStores(body: readonly Stmt[]): void {
    if (this.#stored.size === 0) return;
    for (const id of valuesNeeded(body, this.kernel.values)) {
      const value = this.kernel.values[id];
      if (value.op !== 'load' || !this.#stored.has(value.operand)) continue;
      const { axes, accumulators } = this.#dependencies[id];
      const known = accumulators.size === 0 && [...axes].every((axis) => this.#axes.has(axis));
      if (known && this.#scopeOf(this.#dependencies[id]) === this.#scope) this.value(id);
    }
  }
}

function isUnary(op: UnaryOp | BinaryOp): op is UnaryOp {
  return UNARY_OPS.has(op);
}
