/**
 * Builds the body of one WebAssembly function: locals, assignments, structured control flow, and a prologue
 * for values that are computed once (constants, splats of parameters).
 *
 * Statements are encoded at once, in the order of the calls that make them.
 */

import { ByteWriter } from './byte-writer.ts';
import { ConstantPool } from './constant-pool.ts';
import { CodeWriter, localVariable, operation, toExpr } from './expression.ts';
import type { Expr, FunctionSymbol, Local, Operand, Statement } from './expression.ts';
import { opcodes } from './opcodes.ts';
import { i32 } from './scalar-instructions.ts';
import { valueTypeByte } from './value-types.ts';
import type { FunctionType, ValueType } from './value-types.ts';

/** A function that can be called: defined in the module or imported. */
export interface FunctionRef<
  P extends readonly ValueType[] = readonly ValueType[],
  R extends ValueType | 'void' = ValueType | 'void',
> extends FunctionSymbol {
  readonly type: FunctionType<P, R>;
}

/** The target of a branch: the end of a block, the start of a loop. */
export interface Label {
  readonly depth: number;
}

type Locals<P extends readonly ValueType[]> = { readonly [K in keyof P]: Local<P[K]> };
type Arguments<P extends readonly ValueType[]> = { readonly [K in keyof P]: Operand<P[K]> };

const voidBlock = 0x40;

export class FunctionBuilder<
  P extends readonly ValueType[] = readonly ValueType[],
  R extends ValueType | 'void' = ValueType | 'void',
> implements FunctionRef<P, R> {
  readonly name: string;
  readonly type: FunctionType<P, R>;
  /** The parameters, in order. */
  readonly params: Locals<P>;
  /** Constants that live in locals set before the body. */
  readonly constants: ConstantPool;

  readonly #localTypes: ValueType[] = [];
  readonly #prologue = new CodeWriter();
  readonly #body = new CodeWriter();
  #depth = 0;

  constructor(name: string, type: FunctionType<P, R>) {
    this.name = name;
    this.type = type;
    this.params = type.params.map((param, index) => localVariable(param, index)) as Locals<P>;
    this.constants = new ConstantPool((value) => this.hoist(value));
  }

  /** A fresh local, zero until it is set. */
  local<T extends ValueType>(type: T): Local<T> {
    this.#localTypes.push(type);
    return localVariable(type, this.type.params.length + this.#localTypes.length - 1);
  }

  /** A fresh local that holds the value of `value` here. */
  let<T extends ValueType>(value: Expr<T>): Local<T> {
    const local = this.local(value.type);
    this.set(local, value);
    return local;
  }

  /**
   * A fresh local set in the prologue, before anything of the body. The value may depend on parameters that
   * the body does not change, on constants and on other hoisted values.
   */
  hoist<T extends ValueType>(value: Expr<T>): Local<T> {
    const local = this.local(value.type);
    setLocal(this.#prologue, local, value);
    return local;
  }

  set<T extends ValueType>(local: Local<T>, value: Operand<T>): void {
    setLocal(this.#body, local, toExpr(local.type, value));
  }

  /** Sets the local and gives the value, inside a larger expression. */
  tee<T extends ValueType>(local: Local<T>, value: Operand<T>): Expr<T> {
    return operation(local.type, opcodes.local.tee, [toExpr(local.type, value)], (out) =>
      out.unsigned(local.index),
    );
  }

  /** `local += amount` for i32 counters and addresses. */
  increment(local: Local<'i32'>, amount: Operand<'i32'>): void {
    this.set(local, i32.add(local, amount));
  }

  /** Runs a store or a call without result here. */
  emit(statement: Statement): void {
    statement.encode(this.#body);
  }

  /** Evaluates an expression for its effect. */
  drop(value: Expr): void {
    value.encode(this.#body);
    this.#body.opcode(opcodes.control.drop);
  }

  /** A block; a branch to its label leaves it. */
  block(body: (exit: Label) => void): void {
    this.#nest(opcodes.control.block, body);
  }

  /** A loop; a branch to its label starts the next iteration, and without one the loop ends. */
  loop(body: (next: Label) => void): void {
    this.#nest(opcodes.control.loop, body);
  }

  if(condition: Operand<'i32'>, then: () => void, otherwise?: () => void): void {
    toExpr('i32', condition).encode(this.#body);
    this.#nest(opcodes.control.if, () => {
      then();
      if (otherwise === undefined) return;
      this.#body.opcode(opcodes.control.else);
      otherwise();
    });
  }

  br(label: Label): void {
    this.#branch(opcodes.control.br, label);
  }

  brIf(label: Label, condition: Operand<'i32'>): void {
    toExpr('i32', condition).encode(this.#body);
    this.#branch(opcodes.control.br_if, label);
  }

  #branch(opcode: number, label: Label): void {
    this.#body.opcode(opcode);
    this.#body.unsigned(this.#depth - label.depth);
  }

  /**
   * Counts `counter` upwards by `step` while it is below `limit` (signed), from its present value. The test
   * stands in front once and then at the end of the body, the form that engines optimise best.
   */
  countedLoop(counter: Local<'i32'>, limit: Operand<'i32'>, step: number, body: () => void): void {
    this.block((exit) => {
      this.brIf(exit, i32.ge_s(counter, limit));
      this.loop((next) => {
        body();
        this.brIf(next, i32.lt_s(this.tee(counter, i32.add(counter, step)), limit));
      });
    });
  }

  return(value?: R extends ValueType ? Operand<R> : never): void {
    const type: ValueType | 'void' = this.type.result;
    if (value !== undefined && type !== 'void') toExpr(type, value as Operand<ValueType>).encode(this.#body);
    this.#body.opcode(opcodes.control.return);
  }

  unreachable(): void {
    this.#body.opcode(opcodes.control.unreachable);
  }

  /** The function's code: local declarations, prologue, body. `indexOf` resolves the calls. */
  encode(indexOf: (target: FunctionSymbol) => number): Uint8Array {
    if (this.#depth !== 0) throw new Error(`internal: unclosed block in ${this.name}`);
    const out = new ByteWriter();
    writeLocals(out, this.#localTypes);
    for (const part of [this.#prologue, this.#body]) {
      for (const { position, target } of part.calls) part.patch(position, indexOf(target));
      out.append(part.toBytes());
    }
    // A body that leaves through `return` needs something of the result type at its end for validation.
    if (this.type.result !== 'void') out.byte(opcodes.control.unreachable);
    out.byte(opcodes.control.end);
    return out.toBytes();
  }

  #nest(opcode: number, body: (label: Label) => void): void {
    this.#body.opcode(opcode);
    this.#body.byte(voidBlock);
    this.#depth++;
    body({ depth: this.#depth });
    this.#depth--;
    this.#body.opcode(opcodes.control.end);
  }
}

function setLocal(out: CodeWriter, local: Local, value: Expr): void {
  value.encode(out);
  out.opcode(opcodes.local.set);
  out.unsigned(local.index);
}

/** A call whose result is used as an expression. */
export function call<P extends readonly ValueType[], R extends ValueType>(
  target: FunctionRef<P, R>,
  ...args: Arguments<P>
): Expr<R>;
/** A call of a function without result. */
export function call<P extends readonly ValueType[]>(
  target: FunctionRef<P, 'void'>,
  ...args: Arguments<P>
): Statement;
export function call(target: FunctionRef, ...args: readonly Operand<ValueType>[]): Expr | Statement {
  const operands = target.type.params.map((type, i) => toExpr(type, args[i]));
  return {
    type: target.type.result,
    encode(out: CodeWriter) {
      for (const operand of operands) operand.encode(out);
      out.call(target);
    },
  } as Expr | Statement;
}

/** Local declarations: runs of equal types, each of one. */
function writeLocals(out: ByteWriter, types: readonly ValueType[]): void {
  out.unsigned(types.length);
  for (const type of types) {
    out.unsigned(1);
    out.byte(valueTypeByte[type]);
  }
}
