/**
 * The rules a kernel must keep before it runs: values in order, dtypes that agree, operands used as they are declared,
 * variables read only inside their loops. A violation is a defect of whatever built the kernel.
 */

import type { DType, LoopKernel, Stmt, Value, ValueId } from '@tenfold/ir';
import { BINARY, UNARY, byteSize, unreachable } from '@tenfold/ir';
import { axesOf, dependenciesOf, indicesOf, inputsOf, readsOf } from './kernel-dependencies.ts';

const UNARY_OPS: ReadonlySet<string> = new Set(UNARY);
const BINARY_OPS: ReadonlySet<string> = new Set(BINARY);
const COMPARISONS: ReadonlySet<string> = new Set(['lt', 'le', 'eq', 'ne']);

type Fail = (what: string) => never;

/** Raises an `internal:` error that names the kernel and the rule it breaks. */
export function checkKernel(kernel: LoopKernel): void {
  const fail: Fail = (what) => unreachable(`kernel '${kernel.name}': ${what}`);
  kernel.values.forEach((value, id) => checkValue(kernel, value, id, fail));
  checkStatements(kernel, kernel.body, fail);
}

function expectDType(found: DType, expected: DType, what: string, fail: Fail): void {
  if (found !== expected) fail(`${what} is ${found}, expected ${expected}`);
}

function checkValue(kernel: LoopKernel, value: Value, id: ValueId, fail: Fail): void {
  const label = `value %${id} (${value.op})`;
  for (const input of inputsOf(value)) if (input >= id || input < 0) fail(`${label} reads %${input}`);
  const inputs = 'inputs' in value ? value.inputs.map((input) => kernel.values[input].dtype) : [];
  switch (value.op) {
    case 'const':
      return;
    case 'scalar':
      return expectDType(value.dtype, kernel.scalars[value.slot], label, fail);
    case 'load': {
      const operand = kernel.operands[value.operand] ?? fail(`${label}: no operand ${value.operand}`);
      if (operand.access === 'write') fail(`${label} reads operand ${value.operand}, which is write only`);
      return expectDType(value.dtype, operand.dtype, label, fail);
    }
    case 'inside':
      return expectDType(value.dtype, 'bool', label, fail);
    case 'index':
      return expectDType(value.dtype, 'int32', label, fail);
    case 'acc': {
      const acc = kernel.accumulators[value.acc] ?? fail(`${label}: no accumulator ${value.acc}`);
      const positional = acc.kind === 'argmax' || acc.kind === 'argmin';
      return expectDType(value.dtype, positional ? 'int32' : acc.dtype, label, fail);
    }
    case 'random':
      for (const dtype of inputs) expectDType(dtype, 'int32', `an input of ${label}`, fail);
      return expectDType(value.dtype, 'int32', label, fail);
    case 'cast':
      return;
    case 'bitcast':
      if (byteSize(inputs[0]) !== byteSize(value.dtype)) fail(`${label}: ${inputs[0]} to ${value.dtype}`);
      return;
    case 'where':
      expectDType(inputs[0], 'bool', `the condition of ${label}`, fail);
      expectDType(inputs[1], value.dtype, `input 1 of ${label}`, fail);
      return expectDType(inputs[2], value.dtype, `input 2 of ${label}`, fail);
    default:
      if (UNARY_OPS.has(value.op)) return expectDType(inputs[0], value.dtype, `the input of ${label}`, fail);
      if (!BINARY_OPS.has(value.op)) fail(`${label}: unknown operation`);
      expectDType(inputs[1], inputs[0], `input 1 of ${label}`, fail);
      return expectDType(value.dtype, COMPARISONS.has(value.op) ? 'bool' : inputs[0], label, fail);
  }
}

function checkStatements(kernel: LoopKernel, body: readonly Stmt[], fail: Fail): void {
  const dependencies = dependenciesOf(kernel.values);
  const open = new Set<number>();
  const checkOpen = (axes: Iterable<number>, what: string) => {
    for (const axis of axes) if (!open.has(axis)) fail(`${what} reads i${axis} outside its loop`);
  };
  const visit = (stmt: Stmt): void => {
    for (const id of readsOf(stmt)) checkOpen(dependencies[id].axes, `${stmt.kind} of value %${id}`);
    switch (stmt.kind) {
      case 'loop':
        if (kernel.axes[stmt.axis] === undefined) fail(`loop over unknown axis ${stmt.axis}`);
        if (open.has(stmt.axis)) fail(`axis ${stmt.axis} is looped over inside itself`);
        open.add(stmt.axis);
        stmt.body.forEach(visit);
        open.delete(stmt.axis);
        return;
      case 'init':
        if (!kernel.accumulators[stmt.acc]) fail(`init of unknown accumulator ${stmt.acc}`);
        return;
      case 'accumulate': {
        const acc = kernel.accumulators[stmt.acc] ?? fail(`unknown accumulator ${stmt.acc}`);
        const positional = acc.kind === 'argmax' || acc.kind === 'argmin';
        if (positional !== (stmt.position !== undefined)) fail(`${acc.kind} and its position do not fit`);
        return expectDType(kernel.values[stmt.value].dtype, acc.dtype, `accumulated %${stmt.value}`, fail);
      }
      case 'store': {
        checkOpen(axesOf(indicesOf(stmt)), 'store');
        const operand = kernel.operands[stmt.operand] ?? fail(`store to unknown operand ${stmt.operand}`);
        if (operand.access === 'read') fail(`store to operand ${stmt.operand}, which is read only`);
        if (stmt.combine && operand.access !== 'readwrite')
          fail(`a combining store needs a readwrite operand`);
        return expectDType(kernel.values[stmt.value].dtype, operand.dtype, `stored %${stmt.value}`, fail);
      }
    }
  };
  body.forEach(visit);
}
