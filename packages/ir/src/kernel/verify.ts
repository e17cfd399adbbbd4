/**
 * The rules that every kernel keeps, checked: values come before what reads them, dtypes agree, indices stay inside
 * their operands, variables are read inside their loops, accumulators are initialised before they are used. A
 * violation is a defect of what built the kernel. Runs in tests, and wherever TENFOLD_DEBUG is set.
 */

import type { DType } from '../dtype.ts';
import { byteSize } from '../dtype.ts';
import { unreachable } from '../errors.ts';
import { BINARY } from '../graph/ops.ts';
import type { IndexExpr } from '../index-expr/index-expr.ts';
import { forEachAtom } from '../index-expr/index-expr.ts';
import { forEachAxis, forEachIndex, forEachInput, forEachRead, isPlainLoad } from './inspect.ts';
import type { Accumulator, AttentionKernel, AxisId, Guard, Kernel, Stmt, Value, ValueId } from './kernel.ts';

/** Raises an `internal:` error that names the kernel and the rule it breaks. */
export function verifyKernel(kernel: Kernel): void {
  new Verifier(kernel).verify();
}

const COMPARISONS: ReadonlySet<string> = new Set(['lt', 'le', 'eq', 'ne']);
const BINARY_OPS: ReadonlySet<string> = new Set(BINARY);
const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };

class Verifier {
  readonly #kernel: Kernel;
  /** The variables that each value depends on, and the accumulators. */
  readonly #axes: Set<AxisId>[] = [];
  readonly #reads: Set<number>[] = [];
  readonly #open = new Set<AxisId>();
  readonly #looped = new Set<AxisId>();
  readonly #initialised = new Set<number>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  verify(): void {
    const kernel = this.#kernel;
    kernel.values.forEach((value, id) => this.#value(value, id));
    switch (kernel.kind) {
      case 'loop':
        this.#body(kernel.body);
        break;
      case 'contract': {
        const { batch, m, n, k } = kernel;
        for (const axis of [...batch, ...m, ...n, ...k]) this.#enter(axis);
        for (const axis of n)
          this.#check(!this.#axes[kernel.a].has(axis), `a depends on i${axis}, an axis of n`);
        for (const axis of m)
          this.#check(!this.#axes[kernel.b].has(axis), `b depends on i${axis}, an axis of m`);
        for (const factor of [kernel.a, kernel.b])
          this.#dtype(kernel.values[factor].dtype, kernel.accumulators[0].dtype, 'a factor');
        for (const axis of k) this.#open.delete(axis);
        this.#initialised.add(0);
        this.#check(
          kernel.epilogue.every((stmt) => stmt.kind === 'store'),
          'an epilogue only stores',
        );
        this.#body(kernel.epilogue);
        break;
      }
      case 'attention':
        this.#attention(kernel);
        break;
      case 'routine':
      case 'host':
        this.#check(kernel.operands.length === 2, 'a routine has an input and an output');
    }
  }

  #attention({
    inputs,
    batch,
    query,
    key,
    depth,
    width,
    output,
    result,
    operands,
    values,
  }: AttentionKernel): void {
    const target = operands[output];
    this.#check(target?.access === 'write', 'the result of attention is only written');
    const rows = result === 'output' ? [] : [[query, width], [query], [query]];
    const allowed = [[query, depth], [key, depth], [key, width], [], ...rows, [query, key]];
    const few = allowed.length - 1;
    this.#check(inputs.length === few || inputs.length === few + 1, `attention has ${inputs.length} inputs`);
    inputs.forEach((id, i) => {
      const value = values[id];
      this.#dtype(value.dtype, target.dtype, `input ${i}`);
      const number = value.op === 'const' || value.op === 'scalar';
      this.#check(
        isPlainLoad(value) || (number && i === 3),
        `input ${i} is neither a plain load nor the scale`,
      );
      for (const axis of this.#axes[id])
        this.#check([...batch, ...allowed[i]].includes(axis), `input ${i} depends on i${axis}`);
    });
  }

  #check(holds: boolean, what: string): void {
    if (!holds) unreachable(`kernel '${this.#kernel.name}': ${what}`);
  }

  #dtype(found: DType, expected: DType, what: string): void {
    this.#check(found === expected, `${what} is ${found}, expected ${expected}`);
  }

  #accumulator(acc: number): Accumulator {
    const kernel = this.#kernel;
    const found = 'accumulators' in kernel ? kernel.accumulators[acc] : undefined;
    return found ?? unreachable(`kernel '${kernel.name}': there is no accumulator ${acc}`);
  }

  #value(value: Value, id: ValueId): void {
    const label = `value %${id} (${value.op})`;
    const axes = new Set<AxisId>();
    const reads = new Set<number>(value.op === 'acc' ? [value.acc] : []);
    forEachInput(value, (input) => {
      this.#check(input >= 0 && input < id, `${label} reads %${input}, which does not come before it`);
      for (const axis of this.#axes[input]) axes.add(axis);
      for (const acc of this.#reads[input]) reads.add(acc);
    });
    forEachIndex(value, (index) => {
      this.#index(index, label);
      forEachAxis(index, (axis) => axes.add(axis));
    });
    this.#axes.push(axes);
    this.#reads.push(reads);
    this.#valueType(value, label);
  }

  #valueType(value: Value, label: string): void {
    const kernel = this.#kernel;
    const { dtype } = value;
    const inputs = 'inputs' in value ? value.inputs.map((input) => kernel.values[input].dtype) : [];
    switch (value.op) {
      case 'const':
      case 'cast':
        return;
      case 'scalar':
        return this.#dtype(dtype, kernel.scalars[value.slot], label);
      case 'index':
        return this.#dtype(dtype, 'int32', label);
      case 'inside':
        return this.#dtype(dtype, 'bool', label);
      case 'acc': {
        const { kind, dtype: compared } = this.#accumulator(value.acc);
        return this.#dtype(dtype, kind === 'argmax' || kind === 'argmin' ? 'int32' : compared, label);
      }
      case 'load':
        this.#check(
          kernel.operands[value.operand]?.access !== 'write',
          `${label} reads operand ${value.operand}, which is only written`,
        );
        this.#dtype(dtype, kernel.operands[value.operand].dtype, label);
        return this.#place(value.operand, value.index, value.guards, label);
      case 'random':
        inputs.forEach((input) => this.#dtype(input, 'int32', `an input of ${label}`));
        return this.#dtype(dtype, 'int32', label);
      case 'bitcast':
        return this.#check(
          byteSize(inputs[0]) === byteSize(dtype),
          `${label} turns ${inputs[0]} into ${dtype}`,
        );
      case 'where':
        this.#dtype(inputs[0], 'bool', `the condition of ${label}`);
        this.#dtype(inputs[1], dtype, `input 1 of ${label}`);
        return this.#dtype(inputs[2], dtype, `input 2 of ${label}`);
    }
    if (BINARY_OPS.has(value.op)) this.#dtype(inputs[1], inputs[0], `input 1 of ${label}`);
    this.#dtype(dtype, COMPARISONS.has(value.op) ? 'bool' : inputs[0], label);
  }

  /** Promised bounds of what is computed must follow from how it is computed. */
  #index(index: IndexExpr, label: string): void {
    forEachAtom(index, (atom) => {
      if (atom.kind === 'var') {
        const extent = this.#kernel.axes[atom.axis];
        const most = typeof extent === 'number' ? extent : extent?.max;
        this.#check(
          most !== undefined && atom.max < most,
          `${label}: i${atom.axis} runs to ${atom.max}, its loop to ${most}`,
        );
      } else if (atom.kind === 'value') {
        const { min, max } = this.#range(atom.value);
        this.#check(
          min >= atom.min && max <= atom.max,
          `${label}: %${atom.value} is promised in [${atom.min}, ${atom.max}], not held there`,
        );
      }
    });
  }

  /** Bounds of a computed int32, from clamps around it. */
  #range(id: ValueId): { min: number; max: number } {
    const value = this.#kernel.values[id];
    if (value.op === 'const') return { min: value.value, max: value.value };
    if (value.op === 'index') return value.index;
    if (value.op !== 'max' && value.op !== 'min') return INT32;
    const [a, b] = value.inputs.map((input) => this.#range(input));
    const pick = value.op === 'max' ? Math.max : Math.min;
    return { min: pick(a.min, b.min), max: pick(a.max, b.max) };
  }

  /** An unguarded access must stay inside its operand. */
  #place(operand: number, index: IndexExpr, guards: readonly Guard[], label: string): void {
    const { elements } = this.#kernel.operands[operand];
    const inside = index.min >= 0 && index.max < elements;
    this.#check(
      guards.length > 0 || inside,
      `${label}: index in [${index.min}, ${index.max}] of operand ${operand}, which has ${elements}`,
    );
  }

  #enter(axis: AxisId): void {
    this.#check(this.#kernel.axes[axis] !== undefined, `there is no axis ${axis}`);
    this.#check(!this.#looped.has(axis), `i${axis} has two loops`);
    this.#looped.add(axis);
    this.#open.add(axis);
  }

  #body(body: readonly Stmt[]): void {
    for (const stmt of body) this.#statement(stmt);
  }

  #statement(stmt: Stmt): void {
    const kernel = this.#kernel;
    forEachRead(stmt, (id) => {
      for (const axis of this.#axes[id])
        this.#check(this.#open.has(axis), `${stmt.kind} of %${id} reads i${axis} outside its loop`);
      for (const acc of this.#reads[id])
        this.#check(
          this.#initialised.has(acc),
          `${stmt.kind} of %${id} reads accumulator ${acc} before it is initialised`,
        );
    });
    switch (stmt.kind) {
      case 'loop':
        this.#enter(stmt.axis);
        this.#body(stmt.body);
        this.#open.delete(stmt.axis);
        return;
      case 'init':
        this.#accumulator(stmt.acc);
        this.#initialised.add(stmt.acc);
        return;
      case 'accumulate': {
        const { kind, dtype } = this.#accumulator(stmt.acc);
        this.#check(
          this.#initialised.has(stmt.acc),
          `accumulator ${stmt.acc} is used before it is initialised`,
        );
        const positional = kind === 'argmax' || kind === 'argmin';
        this.#check(positional === (stmt.position !== undefined), `${kind} and its position do not fit`);
        return this.#dtype(kernel.values[stmt.value].dtype, dtype, `accumulated %${stmt.value}`);
      }
      case 'store': {
        const label = `store to operand ${stmt.operand}`;
        const operand =
          kernel.operands[stmt.operand] ?? unreachable(`kernel '${kernel.name}': ${label}: there is none`);
        this.#check(operand.access !== 'read', `${label}, which is only read`);
        this.#check(
          !stmt.combine || operand.access === 'readwrite',
          `a combining ${label}, which is not readwrite`,
        );
        this.#dtype(kernel.values[stmt.value].dtype, operand.dtype, label);
        forEachIndex(stmt, (index) => {
          this.#index(index, label);
          forEachAxis(index, (axis) =>
            this.#check(this.#open.has(axis), `${label} reads i${axis} outside its loop`),
          );
        });
        this.#place(stmt.operand, stmt.index, stmt.guards, label);
      }
    }
  }
}
