/** Arithmetic on shapes: sizes, strides, axes, broadcasting. A shape is a readonly list of sizes, outermost first. */

import { BroadcastError, IndexError } from './errors.ts';

export type Shape = readonly number[];

/** Number of elements. */
export function numel(shape: Shape): number {
  let n = 1;
  for (const size of shape) n *= size;
  return n;
}

/** Strides, in elements, of a contiguous row-major array. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** A negative axis counts from the end; raises IndexError when it is outside the rank. */
export function normalizeAxis(op: string, axis: number, rank: number): number {
  const span = Math.max(rank, 1);
  if (!Number.isInteger(axis) || axis < -span || axis >= span) {
    throw new IndexError(
      `${op}: axis ${axis} is out of range for a tensor of rank ${rank}; expected ${-span} to ${span - 1}`,
    );
  }
  return axis < 0 ? axis + span : axis;
}

/** The shape both operands broadcast to (NumPy's rules); raises BroadcastError naming both shapes. */
export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const x = i <= a.length ? a[a.length - i] : 1;
    const y = i <= b.length ? b[b.length - i] : 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new BroadcastError(
        `${op}: shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast: ` +
          `sizes ${x} and ${y} differ at axis ${-i}; expected equal sizes or a 1, so reshape or expand one operand`,
      );
    }
    out[rank - i] = x === 1 ? y : x;
  }
  return out;
}
