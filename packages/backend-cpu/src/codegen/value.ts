/** One value of a kernel's table as instructions: what each operation becomes, with its inputs already in registers. */

import type { ValueId } from '@tenfold/ir';
import { isFloat } from '@tenfold/ir';
import { bitcast, cast } from './casts.ts';
import { constantLanes } from './constant-lanes.ts';
import { binary, clamp, isBinary, unary, where } from './elementwise.ts';
import type { Emission } from './emission.ts';
import { tailOf } from './exp-tails.ts';
import { conditionLanes, conditionOf } from './guards.ts';
import { integer, integerLanes, varies } from './index-code.ts';
import { kindOf, register } from './lanes.ts';
import type { Lanes } from './lanes.ts';
import { load } from './load.ts';
import { threefry } from './random.ts';
import { exp, expOneTail } from '../math/index.ts';
import { i32x4 } from '../wasm/index.ts';

/** What a value needs besides the open loops. */
export interface ValueSources {
  /** The content of an accumulator. */
  accumulator(acc: number): Lanes;
  /** A run-time number of the launch in all lanes. */
  scalar(slot: number): Lanes;
}

/** Computes the value in the innermost open scope, which is the one it belongs to. */
export function emitValue(e: Emission, sources: ValueSources, id: ValueId): Lanes {
  const value = e.kernel.values[id];
  const { dtype } = value;
  switch (value.op) {
    case 'const':
      return { kind: kindOf(dtype), uniform: true, registers: [constantLanes(e.code, dtype, value.value)] };
    case 'scalar':
      return sources.scalar(value.slot);
    case 'index':
      return indexLanes(e, value.index);
    case 'load':
      return load(e, value);
    case 'inside':
      return conditionLanes(e, conditionOf(e, value.guards));
    case 'acc':
      return sources.accumulator(value.acc);
    case 'cast':
      return cast(e, e.kernel.values[value.inputs[0]].dtype, dtype, e.value(value.inputs[0]));
    case 'bitcast':
      return bitcast(e, e.kernel.values[value.inputs[0]].dtype, dtype, e.value(value.inputs[0]));
    case 'where': {
      const [condition, a, b] = value.inputs.map((input) => e.value(input));
      return where(e, dtype, condition, a, b);
    }
    case 'random': {
      const [counter, key0, key1] = value.inputs.map((input) => e.value(input));
      const uniform = counter.uniform && key0.uniform && key1.uniform;
      return e.lanes(e.scope, 'i32', uniform, (i) =>
        threefry(e.math, register(counter, i), register(key0, i), register(key1, i)),
      );
    }
    case 'exp': {
      const x = e.value(value.inputs[0]);
      if (x.kind !== 'f32') return unary(e, value.op, dtype, x);
      const tail = tailOf(e.kernel, id);
      return e.lanes(e.scope, x.kind, x.uniform, (i) =>
        tail ? expOneTail(e.math, register(x, i), tail) : exp(e.math, register(x, i)),
      );
    }
    default: {
      const inputType = e.kernel.values[value.inputs[0]].dtype;
      if (!isBinary(value.op)) return unary(e, value.op, dtype, e.value(value.inputs[0]));
      const [a, b] = value.inputs.map((input) => e.value(input));
      if ((value.op === 'max' || value.op === 'min') && isFloat(inputType)) {
        if (isNumber(e, value.inputs[1])) return clamp(e, value.op, a, b);
        if (isNumber(e, value.inputs[0])) return clamp(e, value.op, b, a);
      }
      return binary(e, value.op, inputType, a, b);
    }
  }
}

/** Whether a value is a constant other than NaN. */
function isNumber(e: Emission, id: ValueId): boolean {
  const value = e.kernel.values[id];
  return value.op === 'const' && !Number.isNaN(value.value);
}

function indexLanes(e: Emission, index: Parameters<typeof varies>[1]): Lanes {
  const { scope } = e;
  if (!varies(e, index)) {
    const number = integer(e, index);
    return e.lanes(scope, 'i32', true, () => i32x4.splat(number));
  }
  const units = Array.from({ length: scope.block?.units ?? 1 }, (_, unit) => integerLanes(e, index, unit));
  return e.lanes(scope, 'i32', false, (i) => units[i]());
}
