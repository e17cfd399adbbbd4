/**
 * Stores, the mirror of loads: one vector for consecutive elements, lane by lane otherwise. A combining store at
 * computed indices reads, combines and writes one element after another, so that equal indices within a block add up.
 */

import type { Stmt } from '@tenfold/ir';
import { i32, i32x4, i64x2 } from '../wasm/index.ts';
import type { Local } from '../wasm/index.ts';
import { combine } from './combine.ts';
import type { Address } from '../math/index.ts';
import type { Emission } from './emission.ts';
import { conditionOf } from './guards.ts';
import type { Lanes } from './lanes.ts';
import { register, UNIT } from './lanes.ts';
import { bitsOf, elementAddress, when } from './load.ts';
import { decode, encode, widthOf } from '../math/index.ts';

type Store = Extract<Stmt, { kind: 'store' }>;

export function store(e: Emission, stmt: Store): void {
  const { code, scope } = e;
  const value = e.value(stmt.value);
  const { flag, masks, whole } = conditionOf(e, stmt.guards);
  const stride = e.strideOf(stmt.index);
  if (scope.block === undefined) {
    const at = e.address(stmt.operand, stmt.index);
    scope.code.push(() => when(e, flag, () => storeElement(e, stmt, value, 0, at)));
    return;
  }
  const vectors = stride === 1 && !scope.block.active ? storeConsecutive(e, stmt, value) : undefined;
  if (vectors && masks === undefined) {
    scope.code.push(() => when(e, flag, vectors));
    return;
  }
  const { units } = scope.block;
  const addresses = Array.from({ length: units * UNIT }, (_, i) =>
    stride === undefined
      ? e.address(stmt.operand, stmt.index, i)
      : elementAddress(e, stmt.operand, stmt, i * stride),
  );
  const bits = Array.from({ length: units }, (_, unit) => bitsOf(e, masks, unit));
  const write = stmt.combine ? storeElement : storeLanes(e, stmt, value);
  const single = () =>
    bits.forEach((expression, unit) => {
      const present = expression && code.let(expression());
      for (let lane = 0; lane < UNIT; lane++) {
        const i = unit * UNIT + lane;
        when(e, present && i32.and(present, 1 << lane), () => write(e, stmt, value, i, addresses[i]));
      }
    });
  scope.code.push(() =>
    when(e, flag, () => {
      if (vectors && whole) code.if(whole, vectors, single);
      else single();
    }),
  );
}

function dtypeOf(e: Emission, { operand }: Store) {
  return e.kernel.operands[operand].dtype;
}

function storeConsecutive(e: Emission, stmt: Store, value: Lanes): () => void {
  const { code, math, scope } = e;
  const dtype = dtypeOf(e, stmt);
  const width = widthOf(dtype);
  const count = ((scope.block?.units ?? 1) * UNIT) / width.perRegister;
  const addresses = Array.from({ length: count }, (_, i) =>
    elementAddress(e, stmt.operand, stmt, i * width.perRegister),
  );
  return () => {
    addresses.forEach((at, i) => {
      let result = register(value, i);
      if (stmt.combine) {
        const present = code.let(decode(math, dtype, width.load(at)));
        result = code.let(combine(math, stmt.combine, dtype, present, result));
      }
      code.emit(width.store(at, code.let(encode(math, dtype, result))));
    });
  };
}

/** Writes elements whose bits are made once for the whole block. */
function storeLanes(e: Emission, stmt: Store, value: Lanes): typeof storeElement {
  const { code, math, scope } = e;
  const dtype = dtypeOf(e, stmt);
  const { perRegister, storeLane } = widthOf(dtype);
  const bits = value.registers.map(() => code.local('v128'));
  scope.code.push(() => {
    value.registers.forEach((lanes, i) => code.set(bits[i], encode(math, dtype, lanes)));
  });
  return (_e, _stmt, _value, i, at) => {
    const from = value.uniform ? bits[0] : bits[Math.floor(i / perRegister)];
    code.emit(storeLane(at, from, i % perRegister));
  };
}

/** Writes element `i` of the block, combined with what is there if the statement says so. */
function storeElement(e: Emission, stmt: Store, value: Lanes, i: number, at: Address): void {
  const { code, math } = e;
  const dtype = dtypeOf(e, stmt);
  const { perRegister, splat, storeLane } = widthOf(dtype);
  const lane = value.uniform ? 0 : i % perRegister;
  const from = register(value, Math.floor(i / perRegister));
  let result = from;
  if (stmt.combine) {
    const present = code.let(decode(math, dtype, splat(at)));
    const all = code.let(perRegister === UNIT ? splatLane32(from, lane) : splatLane64(from, lane));
    result = code.let(combine(math, stmt.combine, dtype, present, all));
  }
  const bits = code.let(encode(math, dtype, result));
  code.emit(storeLane(at, bits, stmt.combine ? 0 : lane));
}

function splatLane32(x: Local<'v128'>, lane: number) {
  return i32x4.shuffle(x, x, [lane, lane, lane, lane]);
}

function splatLane64(x: Local<'v128'>, lane: number) {
  return i64x2.shuffle(x, x, [lane, lane]);
}
