/**
 * Emits kernels whose nests were shaped. Loads at neighbouring places, a row apart from one element of the block to the
 * next, are read row by row and turned in registers; stores of neighbours, a few elements apart from one element of the
 * block to the next, are dealt out in registers and written as whole vectors.
 */

import type { IndexExpr, Stmt, Value, ValueId } from '@tenfold/ir';
import { statementsIn } from '@tenfold/ir';
import { KernelEmitter } from '../codegen/kernel-emitter.ts';
import { kindOf, register, registersOf, UNIT } from '../codegen/lanes.ts';
import { elementAddress } from '../codegen/load.ts';
import { decode, encode, widthOf } from '../math/index.ts';
import { interleave } from './interleave.ts';
import type { Store } from './remake.ts';

type Load = Extract<Value, { op: 'load' }>;

export class FamilyEmitter extends KernelEmitter {
  readonly #loads = loadFamilies(this.kernel.values);
  readonly #stores = storeFamilies(this.kernel.body);

  override value(id: ValueId) {
    const family = this.#loads.get(id);
    if (family) this.#loadFamily(family);
    return super.value(id);
  }

  override statement(stmt: Stmt): void {
    const family = this.#stores.get(stmt);
    const { block } = this.scope;
    const stride = family && block && !block.active ? this.strideOf(family[0].index) : undefined;
    if (family === undefined || stride !== family.length) super.statement(stmt);
    else if (stmt === family[0]) this.#storeFamily(family);
  }

  /** Puts the values of a family where they belong, if the elements of a block are rows apart there. */
  #loadFamily(family: readonly ValueId[]): void {
    const scope = this.scopeOf(this.dependencies[family[0]]);
    if (scope.values.has(family[0]) || !scope.block || scope.block.active) return;
    const inner = this.scopes.splice(scope.depth + 1);
    const first = this.kernel.values[family[0]] as Load;
    const stride = this.strideOf(first.index);
    // A vector lies along the block, or across a pair of elements: those have a way of their own.
    const isApart = stride !== undefined && stride !== 0 && Math.abs(stride) >= family.length;
    if (isApart && !(stride === 2 && registersOf(kindOf(first.dtype)) === 1))
      this.#readRows(family, first, stride);
    this.scopes.push(...inner);
  }

  #readRows(family: readonly ValueId[], first: Load, stride: number): void {
    const { code, math, scope } = this;
    const { dtype, operand } = first;
    const kind = kindOf(dtype);
    const each = registersOf(kind);
    const units = scope.block?.units ?? 1;
    const width = widthOf(dtype);
    const columns = family.map(() => Array.from({ length: units * each }, () => code.local('v128')));
    const rows = Array.from({ length: units * UNIT }, (_, row) =>
      Array.from({ length: each }, (__, half) =>
        elementAddress(this, operand, first, row * stride + half * width.perRegister),
      ),
    );
    scope.code.push(() => {
      for (let unit = 0; unit < units; unit++) {
        const read = rows
          .slice(unit * UNIT, (unit + 1) * UNIT)
          .map((row) => row.map((at) => code.let(decode(math, dtype, width.load(at)))));
        const turned = interleave(code, read);
        columns.forEach((column, k) => {
          for (let i = 0; i < each; i++) code.set(column[unit * each + i], turned[k * each + i]);
        });
      }
    });
    family.forEach((id, k) => scope.values.set(id, { kind, uniform: false, registers: columns[k] }));
  }

  #storeFamily(family: readonly Store[]): void {
    const { code, math, scope } = this;
    const [first] = family;
    const { dtype } = this.kernel.operands[first.operand];
    const width = widthOf(dtype);
    const each = UNIT / width.perRegister;
    const values = family.map((stmt) => this.value(stmt.value));
    const units = scope.block?.units ?? 1;
    const addresses = Array.from({ length: units * family.length * each }, (_, i) =>
      elementAddress(this, first.operand, first, i * width.perRegister),
    );
    scope.code.push(() => {
      for (let unit = 0; unit < units; unit++) {
        const bits = values.map((value) =>
          Array.from({ length: each }, (_, i) =>
            code.let(encode(math, dtype, register(value, unit * each + i))),
          ),
        );
        interleave(code, bits).forEach((vector, i) => {
          code.emit(width.store(addresses[unit * family.length * each + i], vector));
        });
      }
    });
  }
}

/** Accesses of an operand at up to four places side by side, by each of them. */
function families<T>(
  accesses: readonly T[],
  of: (access: T) => { readonly operand: number; readonly index: IndexExpr },
): Map<T, readonly T[]> {
  const found = new Map<T, readonly T[]>();
  const alike = new Map<string, Map<number, T>>();
  for (const access of accesses) {
    const { operand, index } = of(access);
    const key = `${operand} ${index.terms.map(({ atom, coefficient }) => `${coefficient}*${atom.key}`).join('+')}`;
    alike.set(key, (alike.get(key) ?? new Map<number, T>()).set(index.constant, access));
  }
  for (const places of alike.values()) {
    let family: T[] = [];
    let end = NaN;
    for (const [at, access] of [...places].sort(([a], [b]) => a - b)) {
      if (at !== end || family.length === UNIT) family = [];
      family.push(access);
      end = at + 1;
      if (family.length > 1) for (const member of family) found.set(member, family);
    }
  }
  return found;
}

function loadFamilies(values: readonly Value[]): Map<ValueId, readonly ValueId[]> {
  const free = [...values.keys()].filter((id) => isFree(values[id]));
  return families(free, (id) => values[id] as Load);
}

function isFree(value: Value): boolean {
  return value.op === 'load' && value.guards.length === 0;
}

/** Stores of one body only: all of them happen in the same iteration. */
function storeFamilies(body: readonly Stmt[]): Map<Stmt, readonly Store[]> {
  const loops = statementsIn(body).flatMap((stmt) => (stmt.kind === 'loop' ? [stmt.body] : []));
  return new Map(
    loops.flatMap((statements) => {
      const free = statements.flatMap((stmt) =>
        stmt.kind === 'store' && stmt.guards.length === 0 && stmt.combine === undefined ? [stmt] : [],
      );
      return [...families<Store>(free, (stmt) => stmt)];
    }),
  );
}
