/**
 * Loads: one vector where consecutive elements are wanted, one splat where all want the same, lane by lane otherwise.
 * Outside the guards a load gives 0 and touches no memory. The last block of a loop may read a few bytes past its last
 * element; the memory has room for that, and nothing uses those lanes.
 */

import type { Value } from '@tenfold/ir';
import { byteSize } from '@tenfold/ir';
import { i32, i32x4, v128 } from '../wasm/index.ts';
import type { Expr, Local } from '../wasm/index.ts';
import type { Address } from '../math/index.ts';
import type { Emission } from './emission.ts';
import type { Condition } from './guards.ts';
import { conditionOf } from './guards.ts';
import type { Lanes } from './lanes.ts';
import { kindOf, UNIT } from './lanes.ts';
import { decode, widthOf } from '../math/index.ts';

type Load = Extract<Value, { op: 'load' }>;

export function load(e: Emission, value: Load): Lanes {
  const condition = conditionOf(e, value.guards);
  const stride = e.strideOf(value.index);
  if (stride === 0) return loadOne(e, value, condition);
  const near =
    stride === 1 || (stride !== undefined && widthOf(value.dtype).perRegister === UNIT && stride in NEAR);
  return near ? loadNear(e, value, condition, stride) : loadLanes(e, value, condition, stride);
}

/** Strides whose elements are picked from whole vectors: where those start, and the lanes. */
const NEAR: { readonly [stride: number]: { readonly starts: readonly number[]; readonly lanes: Lanes4 } } = {
  [-1]: { starts: [-3, -3], lanes: [3, 2, 1, 0] },
  2: { starts: [0, 4], lanes: [0, 2, 4, 6] },
};
type Lanes4 = readonly [number, number, number, number];

/** The address of element `i` of the block, for indices that grow by a constant stride. */
export function elementAddress(
  e: Emission,
  operand: number,
  value: Pick<Load, 'index'>,
  step: number,
): Address {
  const { base, offset } = e.address(operand, value.index);
  const bytes = step * byteSize(e.kernel.operands[operand].dtype);
  return bytes >= 0 ? { base, offset: offset + bytes } : { base: i32.add(base, bytes), offset };
}

/** Runs `action` where the flag holds; always where there is none. */
export function when(e: Emission, flag: Expr<'i32'> | undefined, action: () => void): void {
  if (flag === undefined) action();
  else e.code.if(flag, action);
}

/** The same element for the whole block. */
function loadOne(e: Emission, { operand, index, dtype }: Load, { flag, masks }: Condition): Lanes {
  const { code, math, scope } = e;
  const at = e.address(operand, index);
  const bits = code.local('v128');
  const written = masks?.map(() => code.local('v128'));
  scope.code.push(() => {
    written?.forEach((mask, unit) => masks && code.set(mask, masks[unit]()));
    const anywhere = written?.map((mask) => v128.any_true(mask)).reduce((a, b) => i32.or(a, b));
    const condition = flag && anywhere ? i32.and(flag, anywhere) : (flag ?? anywhere);
    if (condition) code.set(bits, code.constants.i32x4(0));
    when(e, condition, () => code.set(bits, widthOf(dtype).splat(at)));
  });
  const kind = kindOf(dtype);
  const one = e.lanes(scope, kind, true, () => decode(math, dtype, bits));
  if (written === undefined) return one;
  return e.lanes(scope, kind, false, (i) => v128.and(one.registers[0], maskOf(written, i, dtype)));
}

function maskOf(masks: readonly Local<'v128'>[], register: number, dtype: Load['dtype']): Expr<'v128'> {
  if (widthOf(dtype).perRegister === UNIT) return masks[register];
  const mask = masks[register >> 1];
  return register % 2 === 0
    ? i32x4.shuffle(mask, mask, [0, 0, 1, 1])
    : i32x4.shuffle(mask, mask, [2, 2, 3, 3]);
}

function loadNear(e: Emission, value: Load, { flag, masks, whole }: Condition, stride: number): Lanes {
  const { code, math, scope } = e;
  const { dtype, operand } = value;
  const width = widthOf(dtype);
  const count = ((scope.block?.units ?? 1) * UNIT) / width.perRegister;
  const addresses = Array.from({ length: count }, (_, i) =>
    (NEAR[stride]?.starts ?? [0]).map((start) =>
      elementAddress(e, operand, value, i * width.perRegister * stride + start),
    ),
  );
  const read = (i: number) => {
    if (stride === 1) return decode(math, dtype, width.load(addresses[i][0]));
    const [low, high] = addresses[i].map((at) => code.let(width.load(at)));
    const picked = i32x4.shuffle(low, high, NEAR[stride].lanes);
    return decode(math, dtype, picked);
  };
  if (flag === undefined && masks === undefined) return e.lanes(scope, kindOf(dtype), false, read);
  const registers = addresses.map(() => code.local('v128'));
  scope.code.push(() => {
    for (const register of registers) code.set(register, code.constants.i32x4(0));
    const readAll = () => registers.forEach((register, i) => code.set(register, read(i)));
    const readInside = () => {
      const written = (masks ?? []).map((mask) => code.let(mask()));
      registers.forEach((register, i) => {
        // With one of the four inside, the others are near enough to be read and cleared.
        const unit = Math.floor((i * width.perRegister) / UNIT);
        code.if(v128.any_true(written[unit]), () => {
          code.set(register, v128.and(read(i), maskOf(written, i, dtype)));
        });
      });
    };
    when(e, flag, () => {
      if (masks === undefined) readAll();
      else if (whole === undefined) readInside();
      else code.if(whole, readAll, readInside);
    });
  });
  return { kind: kindOf(dtype), uniform: false, registers };
}

/** Writes down which elements of a unit may be touched, as bits; undefined: all of them. */
export function bitsOf(
  e: Emission,
  masks: Condition['masks'],
  unit: number,
): (() => Expr<'i32'>) | undefined {
  const active = e.scope.block?.active?.bits;
  const mask = masks?.[unit];
  if (!mask) return active && (() => active);
  return () => (active ? i32.and(i32x4.bitmask(mask()), active) : i32x4.bitmask(mask()));
}

/** Any other access: element by element. */
function loadLanes(e: Emission, value: Load, { flag, masks }: Condition, stride: number | undefined): Lanes {
  const { code, math, scope } = e;
  const { dtype, operand, index } = value;
  const width = widthOf(dtype);
  const units = scope.block?.units ?? 1;
  const count = (units * UNIT) / width.perRegister;
  const addresses = Array.from({ length: units * UNIT }, (_, i) =>
    stride === undefined ? e.address(operand, index, i) : elementAddress(e, operand, value, i * stride),
  );
  const raw = Array.from({ length: count }, () => code.local('v128'));
  const bits = Array.from({ length: units }, (_, unit) => bitsOf(e, masks, unit));
  scope.code.push(() => {
    for (const register of raw) code.set(register, code.constants.i32x4(0));
    when(e, flag, () => {
      bits.forEach((expression, unit) => {
        const present = expression && code.let(expression());
        for (let lane = 0; lane < UNIT; lane++) {
          const element = unit * UNIT + lane;
          const register = raw[Math.floor(element / width.perRegister)];
          const at = addresses[element];
          when(e, present && i32.and(present, 1 << lane), () =>
            code.set(register, width.loadLane(at, register, element % width.perRegister)),
          );
        }
      });
    });
  });
  return e.lanes(scope, kindOf(dtype), false, (i) => decode(math, dtype, raw[i]));
}
