/**
 * Runs one loop kernel as it is written: statement by statement, element by element, on views of memory. Values are
 * computed where the Kernel type says (at the innermost loop they depend on) and kept until one of their variables or
 * accumulators changes. It optimises nothing, and checks every access.
 */

import type { Atom, AxisId, Guard, IndexExpr, LoopKernel, Stmt, Value, ValueId } from '@tenfold/ir';
import { unreachable } from '@tenfold/ir';
import { checkKernel } from './kernel-checks.ts';
import type { Dependencies } from './kernel-dependencies.ts';
import { dependenciesOf, readsOf } from './kernel-dependencies.ts';
import type { ElementView, Scalar } from './number-format.ts';
import { castScalar, castTo, conform, recast } from './number-format.ts';
import { binaryFunction, isMoreExtreme, isUnaryOp, reducerOf, unaryFunction } from './scalar-ops.ts';
import { randomBits } from './threefry.ts';

/** What one launch binds. */
export interface LaunchMemory {
  readonly operands: readonly ElementView[];
  readonly scalars: readonly number[];
  readonly extents: readonly number[];
}

/** The order in which `count` independent iterations run; nothing for their own. */
export type IterationOrder = (count: number) => readonly number[] | undefined;

type Action = () => void;
type Compute = () => Scalar;

/** A kernel made ready to run many times. */
export class KernelInterpreter {
  readonly #kernel: LoopKernel;
  readonly #order: IterationOrder;
  readonly #dependencies: readonly Dependencies[];
  readonly #compute: readonly Compute[];
  readonly #body: readonly Action[];
  readonly #stored: ReadonlySet<number>;

  #memory: LaunchMemory = { operands: [], scalars: [], extents: [] };
  /** Ticks whenever a variable or an accumulator changes; a kept value is valid while it is newer than both. */
  #clock = 0;
  readonly #axis: number[];
  readonly #axisChanged: number[];
  readonly #acc: (Scalar | undefined)[];
  readonly #accPosition: number[];
  readonly #accChanged: number[];
  readonly #kept: Scalar[];
  readonly #keptAt: number[];

  constructor(kernel: LoopKernel, order: IterationOrder) {
    checkKernel(kernel);
    this.#kernel = kernel;
    this.#order = order;
    this.#axis = kernel.axes.map(() => 0);
    this.#axisChanged = kernel.axes.map(() => 0);
    this.#acc = kernel.accumulators.map(() => undefined);
    this.#accPosition = kernel.accumulators.map(() => 0);
    this.#accChanged = kernel.accumulators.map(() => 0);
    this.#kept = kernel.values.map(() => 0);
    this.#keptAt = kernel.values.map(() => -1);
    this.#dependencies = dependenciesOf(kernel.values);
    this.#stored = new Set(storedOperands(kernel.body));
    this.#compute = kernel.values.map((value, id) => this.#keeping(id, this.#computeOf(value)));
    const first = this.#loadsAt(undefined, kernel.body, new Set());
    this.#body = [...first, ...this.#actions(kernel.body, new Set())];
  }

  run(memory: LaunchMemory): void {
    this.#memory = memory;
    this.#keptAt.fill(-1);
    this.#acc.fill(undefined);
    for (const action of this.#body) action();
  }

  #fail(what: string): never {
    const axes = this.#axis.map((i, axis) => `i${axis}=${i}`).join(', ');
    return unreachable(`kernel '${this.#kernel.name}': ${what} (at ${axes})`);
  }

  #extent(axis: number): number {
    const extent = this.#kernel.axes[axis];
    if (typeof extent === 'number') return extent;
    const count = this.#memory.extents[extent.param];
    if (!(count >= 0 && count <= extent.max))
      this.#fail(`extent parameter ${extent.param} is ${count}, at most ${extent.max}`);
    return count;
  }

  /** A value is computed again only when a variable or an accumulator that it depends on has changed. */
  #keeping(id: ValueId, compute: Compute): Compute {
    const axes = [...this.#dependencies[id].axes];
    const accumulators = [...this.#dependencies[id].accumulators];
    const [kept, keptAt, axisChanged, accChanged] = [
      this.#kept,
      this.#keptAt,
      this.#axisChanged,
      this.#accChanged,
    ];
    const isValid = (at: number): boolean => {
      for (const axis of axes) if (axisChanged[axis] > at) return false;
      for (const acc of accumulators) if (accChanged[acc] > at) return false;
      return at >= 0;
    };
    return () => {
      if (!isValid(keptAt[id])) {
        kept[id] = compute();
        keptAt[id] = this.#clock;
      }
      return kept[id];
    };
  }

  /** An index expression made ready, checked against the bounds that it promises. */
  #indexOf(expr: IndexExpr): () => number {
    const { min, max } = expr;
    const sum = this.#sumOf(expr);
    return () => {
      const x = sum();
      return x >= min && x <= max ? x : this.#fail(`index ${expr.key} is ${x}, promised in [${min}, ${max}]`);
    };
  }

  #sumOf({ terms, constant }: IndexExpr): () => number {
    const atoms = terms.map(({ atom }) => this.#atomOf(atom));
    const coefficients = terms.map(({ coefficient }) => coefficient);
    return () => {
      let sum = constant;
      for (let i = 0; i < atoms.length; i++) sum += coefficients[i] * atoms[i]();
      return sum;
    };
  }

  #atomOf(atom: Atom): () => number {
    if (atom.kind === 'var') return () => this.#axis[atom.axis];
    if (atom.kind === 'value') return () => Number(this.#compute[atom.value]());
    const of = this.#sumOf(atom.of);
    if (atom.kind === 'div') return () => Math.floor(of() / atom.by);
    return () => {
      const x = of();
      return x - Math.floor(x / atom.by) * atom.by;
    };
  }

  #insideOf(guards: readonly Guard[]): () => boolean {
    if (guards.length === 0) return () => true;
    const tests = guards.map(({ index, lo, hi }) => {
      const at = this.#indexOf(index);
      return () => {
        const x = at();
        return x >= lo && x < hi;
      };
    });
    return () => tests.every((test) => test());
  }

  /** An operand's index, checked against its size. */
  #placeOf(operand: number, expr: IndexExpr, verb: string): () => number {
    const at = this.#indexOf(expr);
    const { elements } = this.#kernel.operands[operand];
    return () => {
      const i = at();
      if (i < 0 || i >= elements)
        this.#fail(`${verb} of operand ${operand} at ${i}, which has ${elements} elements`);
      return i;
    };
  }

  #computeOf(value: Value): Compute {
    const { dtype } = value;
    const inputs = 'inputs' in value ? value.inputs : [];
    const input =
      (i: number): Compute =>
      () =>
        this.#compute[inputs[i]]();
    const [x, y, z] = [input(0), input(1), input(2)];
    const inputType = inputs.length > 0 ? this.#kernel.values[inputs[0]].dtype : dtype;
    switch (value.op) {
      case 'const': {
        const number = castScalar('float64', dtype, value.value);
        return () => number;
      }
      case 'scalar':
        return () => castScalar('float64', dtype, this.#memory.scalars[value.slot]);
      case 'index':
        return this.#indexOf(value.index);
      case 'load': {
        const inside = this.#insideOf(value.guards);
        const place = this.#placeOf(value.operand, value.index, 'load');
        const outside = castScalar('float64', dtype, 0);
        return () => (inside() ? this.#memory.operands[value.operand].read(place()) : outside);
      }
      case 'inside': {
        const inside = this.#insideOf(value.guards);
        return () => (inside() ? 1 : 0);
      }
      case 'acc':
        return () => this.#accumulated(value.acc);
      case 'cast': {
        const cast = castTo(inputType, dtype);
        return () => cast(x());
      }
      case 'bitcast':
        return () => recast(inputType, dtype, x());
      case 'where':
        return () => {
          const [a, b] = [y(), z()];
          return x() !== 0 ? a : b;
        };
      case 'random':
        return () => randomBits(Number(x()), Number(y()), Number(z()));
      default: {
        if (isUnaryOp(value.op)) {
          const apply = unaryFunction(value.op, inputType);
          return () => apply(x());
        }
        const apply = binaryFunction(value.op, inputType);
        return () => apply(x(), y());
      }
    }
  }

  #accumulated(acc: number): Scalar {
    const { kind, dtype } = this.#kernel.accumulators[acc];
    const content = this.#acc[acc] ?? this.#fail(`accumulator ${acc} is read before it is initialised`);
    return kind === 'argmax' || kind === 'argmin'
      ? Math.max(this.#accPosition[acc], 0)
      : conform(dtype, content);
  }

  #actions(body: readonly Stmt[], open: ReadonlySet<AxisId>): Action[] {
    return body.map((stmt) => this.#action(stmt, open));
  }

  #action(stmt: Stmt, open: ReadonlySet<AxisId>): Action {
    switch (stmt.kind) {
      case 'loop':
        return this.#loop(stmt, open);
      case 'init':
        return this.#init(stmt.acc);
      case 'accumulate':
        return this.#accumulate(stmt);
      case 'store':
        return this.#store(stmt);
    }
  }

  #loop({ axis, order, body }: Extract<Stmt, { kind: 'loop' }>, open: ReadonlySet<AxisId>): Action {
    const inside = new Set([...open, axis]);
    const actions = [...this.#loadsAt(axis, body, inside), ...this.#actions(body, inside)];
    return () => {
      const count = this.#extent(axis);
      const iterations = order === 'serial' ? undefined : this.#order(count);
      for (let n = 0; n < count; n++) {
        this.#axis[axis] = iterations ? iterations[n] : n;
        this.#axisChanged[axis] = ++this.#clock;
        for (const action of actions) action();
      }
    };
  }

  /**
   * Loads from operands that the kernel also writes belong to the loop they depend on: they happen as its iteration
   * begins, before any store of that iteration.
   */
  #loadsAt(axis: AxisId | undefined, body: readonly Stmt[], open: ReadonlySet<AxisId>): Compute[] {
    const used = new Set(usedValues(body).flatMap((id) => [...this.#dependencies[id].values]));
    return [...used]
      .filter((id) => {
        const value = this.#kernel.values[id];
        const { axes, accumulators } = this.#dependencies[id];
        return (
          value.op === 'load' &&
          this.#stored.has(value.operand) &&
          accumulators.size === 0 &&
          (axis === undefined ? axes.size === 0 : axes.has(axis)) &&
          [...axes].every((a) => open.has(a))
        );
      })
      .map((id) => this.#compute[id]);
  }

  #init(acc: number): Action {
    const { kind, dtype } = this.#kernel.accumulators[acc];
    const first = kind === 'argmax' || kind === 'argmin' ? 0 : reducerOf(kind, dtype).identity;
    return () => {
      this.#acc[acc] = first;
      this.#accPosition[acc] = -1;
      this.#accChanged[acc] = ++this.#clock;
    };
  }

  #accumulate({ acc, value, position }: Extract<Stmt, { kind: 'accumulate' }>): Action {
    const { kind, dtype } = this.#kernel.accumulators[acc];
    const read = this.#compute[value];
    const content = () => this.#acc[acc] ?? this.#fail(`accumulator ${acc} is used before it is initialised`);
    if (kind === 'argmax' || kind === 'argmin') {
      const readPosition = position === undefined ? () => 0 : this.#compute[position];
      return () => {
        const [best, x, at] = [content(), read(), Number(readPosition())];
        const empty = this.#accPosition[acc] < 0;
        if (!empty && !isMoreExtreme(kind, x, at, best, this.#accPosition[acc])) return;
        this.#acc[acc] = x;
        this.#accPosition[acc] = at;
        this.#accChanged[acc] = ++this.#clock;
      };
    }
    const { combine } = reducerOf(kind, dtype);
    return () => {
      this.#acc[acc] = combine(content(), read());
      this.#accChanged[acc] = ++this.#clock;
    };
  }

  #store({ operand, index, guards, value, combine }: Extract<Stmt, { kind: 'store' }>): Action {
    const inside = this.#insideOf(guards);
    const place = this.#placeOf(operand, index, 'store');
    const read = this.#compute[value];
    const { dtype } = this.#kernel.operands[operand];
    const merge = combine ? reducerOf(combine, dtype).combine : undefined;
    return () => {
      if (!inside()) return;
      const view = this.#memory.operands[operand];
      const at = place();
      view.write(at, conform(dtype, merge ? merge(view.read(at), read()) : read()));
    };
  }
}

function storedOperands(body: readonly Stmt[]): number[] {
  return body.flatMap((stmt) => {
    if (stmt.kind === 'loop') return storedOperands(stmt.body);
    return stmt.kind === 'store' ? [stmt.operand] : [];
  });
}

/** The values that statements read, in nested bodies as well. */
function usedValues(body: readonly Stmt[]): ValueId[] {
  return body.flatMap((stmt) => (stmt.kind === 'loop' ? usedValues(stmt.body) : readsOf(stmt)));
}
