/**
 * Kernels as readable pseudo-code, for people and for the snapshots of tests. A value that is used once is written
 * where it is used; the others are named on first use.
 */

import type { IndexExpr } from '../index-expr/index-expr.ts';
import { unreachable } from '../errors.ts';
import { forEachComputed, forEachInput, forEachRead, forEachStmt, statementsOf } from './inspect.ts';
import type { AxisId, Extent, Guard, Kernel, Stmt, Value, ValueId } from './kernel.ts';

export function printKernel(kernel: Kernel): string {
  return new Printer(kernel).print();
}

const INFIX: { readonly [op: string]: string } = {
  add: '+', sub: '-', mul: '*', div: '/', lt: '<', le: '<=', eq: '==', ne: '!=', and: '&', or: '|', xor: '^', shl: '<<', shr: '>>',
}; // prettier-ignore

class Printer {
  readonly #kernel: Kernel;
  readonly #uses: number[];
  readonly #named = new Set<ValueId>();
  readonly #lines: string[] = [];

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#uses = countUses(kernel);
  }

  print(): string {
    const { name, kind, operands, axes } = this.#kernel;
    const types = operands.map(
      ({ dtype, access, elements }, i) => `${ACCESS[access]} b${i}: ${dtype}[${elements}]`,
    );
    this.#lines.push(`${kind} ${name}(${types.join(', ')})`);
    switch (this.#kernel.kind) {
      case 'loop':
        this.#block(this.#kernel.body, '  ');
        break;
      case 'contract': {
        const { batch, m, n, k, a, b, epilogue } = this.#kernel;
        const list = (label: string, ids: readonly AxisId[]) =>
          ids.length > 0
            ? ` ${label}(${ids.map((id) => `i${id}: ${printExtent(axes[id])}`).join(', ')})`
            : '';
        this.#lines.push(`  for${list('batch', batch)}${list('m', m)}${list('n', n)}`);
        this.#lines.push(`    acc0 = sum over${list('k', k)} of ${this.#value(a)} * ${this.#value(b)}`);
        this.#block(epilogue, '    ');
        break;
      }
      case 'attention': {
        const { batch, query, key, depth, width, inputs, output, result, causal } = this.#kernel;
        const loops = [...batch, query, key, depth, width].map((id) => `i${id}: ${printExtent(axes[id])}`);
        this.#lines.push(`  for (${loops.join(', ')})`);
        const values = inputs.map((input) => this.#value(input));
        this.#lines.push(`    b${output} = ${causal ? 'causal ' : ''}${result}(${values.join(', ')})`);
        break;
      }
      case 'routine': {
        const { name: routine, rows, length, stride, descending, ranks } = this.#kernel.routine;
        const order = `${descending ? ', descending' : ''}${ranks ? `, ranks ${ranks.join(' to ')}` : ''}`;
        this.#lines.push(`  ${routine}(b0 -> b1, rows ${rows}, length ${length}, stride ${stride}${order})`);
        break;
      }
      case 'host': {
        const { rows, routine } = this.#kernel;
        this.#lines.push(`  ${routine.algorithm}(b0 -> b1, rows ${rows}, sizes ${routine.sizes.join(', ')})`);
        break;
      }
    }
    return this.#lines.join('\n');
  }

  #block(body: readonly Stmt[], indent: string): void {
    for (const stmt of body) {
      switch (stmt.kind) {
        case 'loop':
          this.#lines.push(
            `${indent}${stmt.order} i${stmt.axis}: ${printExtent(this.#kernel.axes[stmt.axis])}`,
          );
          this.#block(stmt.body, `${indent}  `);
          break;
        case 'init': {
          const { kind, dtype } = this.#accumulator(stmt.acc);
          this.#lines.push(`${indent}acc${stmt.acc} = identity of ${kind} ${dtype}`);
          break;
        }
        case 'accumulate': {
          const { kind } = this.#accumulator(stmt.acc);
          const value = this.#value(stmt.value, indent);
          const position = stmt.position === undefined ? '' : ` at ${this.#value(stmt.position, indent)}`;
          this.#lines.push(`${indent}acc${stmt.acc} ${kind}= ${value}${position}`);
          break;
        }
        case 'store': {
          const value = this.#value(stmt.value, indent);
          const where = `b${stmt.operand}[${this.#index(stmt.index, indent)}]`;
          const guards = this.#guards(stmt.guards, indent);
          this.#lines.push(`${indent}${where} ${stmt.combine ?? ''}= ${value}${guards && ` if ${guards}`}`);
        }
      }
    }
  }

  #accumulator(acc: number) {
    return 'accumulators' in this.#kernel
      ? this.#kernel.accumulators[acc]
      : unreachable(`${this.#kernel.kind} kernels have no accumulators`);
  }

  /** A value as text: in place, or by its name after a line that defines it. */
  #value(id: ValueId, indent = '    '): string {
    if (this.#named.has(id)) return `%${id}`;
    const value = this.#kernel.values[id];
    const text = this.#expression(value, indent);
    const trivial =
      value.op === 'const' || value.op === 'scalar' || value.op === 'acc' || value.op === 'index';
    if (trivial || this.#uses[id] < 2) return text;
    this.#named.add(id);
    this.#lines.push(`${indent}%${id} = ${text}`);
    return `%${id}`;
  }

  #expression(value: Value, indent: string): string {
    switch (value.op) {
      case 'const':
        return Object.is(value.value, -0) ? '-0' : String(value.value);
      case 'scalar':
        return `scalar${value.slot}`;
      case 'index':
        return `(${this.#index(value.index, indent)})`;
      case 'load': {
        const guards = this.#guards(value.guards, indent);
        return `b${value.operand}[${this.#index(value.index, indent)}${guards && ` if ${guards}`}]`;
      }
      case 'inside':
        return `(${this.#guards(value.guards, indent)})`;
      case 'acc':
        return `acc${value.acc}`;
      default: {
        const inputs = value.inputs.map((input) => this.#value(input, indent));
        const infix = INFIX[value.op];
        if (infix) return `(${inputs.join(` ${infix} `)})`;
        const name = value.op === 'cast' || value.op === 'bitcast' ? `${value.op}.${value.dtype}` : value.op;
        return `${name}(${inputs.join(', ')})`;
      }
    }
  }

  #index(index: IndexExpr, indent: string): string {
    forEachComputed(index, (id) => {
      if (this.#named.has(id)) return;
      const text = this.#expression(this.#kernel.values[id], indent);
      this.#named.add(id);
      this.#lines.push(`${indent}%${id} = ${text}`);
    });
    return index.key;
  }

  #guards(guards: readonly Guard[], indent: string): string {
    return guards.map(({ index, lo, hi }) => `${lo} <= ${this.#index(index, indent)} < ${hi}`).join(' and ');
  }
}

const ACCESS = { read: 'in', write: 'out', readwrite: 'inout' } as const;

function printExtent(extent: Extent): string {
  return typeof extent === 'number' ? String(extent) : `n${extent.param} (at most ${extent.max})`;
}

/** How often each value is read. */
function countUses(kernel: Kernel): number[] {
  const uses = kernel.values.map(() => 0);
  const count = (id: ValueId) => uses[id]++;
  for (const value of kernel.values) forEachInput(value, count);
  forEachStmt(statementsOf(kernel), (stmt) => forEachRead(stmt, count));
  if (kernel.kind === 'contract') [kernel.a, kernel.b].forEach(count);
  if (kernel.kind === 'attention') kernel.inputs.forEach(count);
  return uses;
}
