/**
 * Several neighbouring elements in one invocation. What is narrower than a word of memory is then stored by whole words,
 * instead of by exchanges with other invocations; float32 is read and written four elements at a time. An axis is taken
 * in blocks where stores go along it element by element and the rest of their index is a multiple of the block.
 */

import type {
  AxisId,
  Dependencies,
  Guard,
  IndexExpr,
  LoopKernel,
  LoopStmt,
  Stmt,
  ValueId,
  ValueOp,
} from '@tenfold/ir';
import {
  byteSize,
  dependenciesOf,
  dependenciesOfIndex,
  statementsIn,
  unreachable,
  usefulGuards,
  valuesNeeded,
} from '@tenfold/ir';
import { decodeBits, encodeElement } from '../wgsl/elements.ts';
import type { Emission } from './emission.ts';
import type { Nest } from './grid.ts';
import { nestOf } from './grid.ts';
import { emitStatements, indent } from './statements.ts';

type Store = Extract<Stmt, { kind: 'store' }>;

export interface Block {
  readonly axis: AxisId;
  readonly size: number;
  /** Whether the last block of the axis is shorter. */
  readonly partial: boolean;
  /** Stores of whole words, or of four elements of float32. */
  readonly stores: readonly Store[];
  /** Loads of words, or of four elements of float32. */
  readonly loads: readonly ValueId[];
  /** Whether float32 is accessed by fours only. */
  readonly vectors: boolean;
}

/** Fewer iterations than this are spread over as many invocations as there can be. */
const WORTH_VECTORS = 4096;

/**
 * How the innermost loop of a nest is taken in blocks, if it is worth that. `trips` is how often the body runs; without it,
 * float32 is not read and written by fours.
 */
export function blockOf(kernel: LoopKernel, { axes, body }: Nest, trips = 0): Block | undefined {
  const axis = axes.at(-1);
  const extent = axis === undefined ? undefined : kernel.axes[axis];
  if (axis === undefined || extent === undefined) return undefined;
  const ends = (size: number) => typeof extent === 'number' && extent % size === 0;
  const widths = body.flatMap((stmt) => (stmt.kind === 'store' ? [perWord(kernel, stmt.operand)] : []));
  const least = Math.max(2, ...widths);
  // What is more than stores is written out once for each element, so there are no more than have to be.
  const sizes = body.every(({ kind }) => kind === 'store') && least === 2 ? [4, 2] : [least];
  for (const size of sizes) {
    if (axes.length > 1 && !ends(size)) continue;
    const block = blockOfSize(kernel, body, axis, size, trips);
    if (block) return { ...block, partial: !ends(size) };
  }
  return undefined;
}

/** Elements to a word. */
function perWord(kernel: Pick<LoopKernel, 'operands'>, operand: number): number {
  return 4 / byteSize(kernel.operands[operand].dtype);
}

function blockOfSize(
  kernel: LoopKernel,
  body: readonly Stmt[],
  axis: AxisId,
  size: number,
  trips: number,
): Omit<Block, 'partial'> | undefined {
  const dependencies = dependenciesOf(kernel.values);
  const stores = body.filter((stmt): stmt is Store => stmt.kind === 'store');
  const often = new Map<number, number>();
  for (const stmt of statementsIn(kernel.body))
    if (stmt.kind === 'store') often.set(stmt.operand, (often.get(stmt.operand) ?? 0) + 1);
  const narrow = (operand: number) => perWord(kernel, operand) > 1;
  const float = (operand: number) => kernel.operands[operand].dtype === 'float32';
  const inStep = ({ index, guards }: { index: IndexExpr; guards: readonly Guard[] }) =>
    usefulGuards(guards)?.length === 0 && goesAlong(index, axis, size, dependencies);
  const aligned = stores.filter(
    (stmt) =>
      !stmt.combine &&
      often.get(stmt.operand) === 1 &&
      inStep(stmt) &&
      (narrow(stmt.operand) || float(stmt.operand)),
  );
  const simple = stores.length === body.length;
  const loads = new Set<ValueId>();
  let vectors = simple && size === 4 && trips >= WORTH_VECTORS;
  for (const id of valuesNeeded(body, kernel.values)) {
    const value = kernel.values[id];
    if (value.op !== 'load' || (!narrow(value.operand) && !float(value.operand))) continue;
    if (inStep(value) && (size === 4 || !float(value.operand)) && perWord(kernel, value.operand) <= size)
      loads.add(id);
    else if (float(value.operand) && dependencies[id].axes.has(axis)) vectors = false;
  }
  const floats = stores.filter(({ operand }) => float(operand));
  vectors &&= floats.length > 0 && floats.every((stmt) => aligned.includes(stmt));
  const words = aligned.filter(({ operand }) => narrow(operand));
  if (!vectors && words.length === 0) return undefined;
  return { axis, size, stores: vectors ? aligned : words, loads: simple ? [...loads] : [], vectors };
}

/** Whether an index is the axis' variable and multiples of `by`. */
function goesAlong(
  { terms, constant }: IndexExpr,
  axis: AxisId,
  by: number,
  dependencies: readonly Dependencies[],
): boolean {
  let found = false;
  for (const { atom, coefficient } of terms) {
    if (atom.kind === 'var' && atom.axis === axis) {
      if (coefficient !== 1) return false;
      found = true;
    } else {
      if (coefficient % by !== 0) return false;
      const inside = atom.kind === 'value' ? dependencies[atom.value] : atom.kind === 'var' ? undefined : dependenciesOfIndex(atom.of, dependencies); // prettier-ignore
      if (inside?.axes.has(axis)) return false;
    }
  }
  return found && constant % by === 0;
}

/** By the loop whose iterations lanes share; undefined stands for the grid. */
export type Blocks = ReadonlyMap<LoopStmt | undefined, Block>;

/** The parallel loops of a row that are taken in blocks, so that whole words are stored. */
export function blocksOfRow(kernel: LoopKernel, body: readonly Stmt[]): Blocks {
  const blocks = new Map<LoopStmt, Block>();
  for (const stmt of body) {
    const block =
      stmt.kind === 'loop' && stmt.order === 'parallel' ? blockOf(kernel, nestOf(stmt)) : undefined;
    if (block && stmt.kind === 'loop') blocks.set(stmt, block);
  }
  return blocks;
}

/** The operands that are stored by whole words. */
export function wordOperands(kernel: LoopKernel, blocks: Iterable<Block>): ReadonlySet<number> {
  const operands = [...blocks].flatMap(({ stores }) => stores.map(({ operand }) => operand));
  return new Set(operands.filter((operand) => perWord(kernel, operand) > 1));
}

/** What an axis was called where a nest was opened. */
export function boundName(bound: readonly (readonly [AxisId, string])[], axis: AxisId): string {
  return bound.find(([id]) => id === axis)?.[1] ?? unreachable('a block of an axis without a loop');
}

/** The statements of a block, in the scope in which its axis is bound to the name of its first iteration, `start`. */
export function emitBlock(e: Emission, block: Block, start: string, body: readonly Stmt[]): void {
  const { axis, size, partial, stores, loads } = block;
  const present = partial ? e.fresh('present') : undefined;
  if (present) e.write(`let ${present} = ${e.extent(axis)} - ${start};`);
  const parts = loads.map((id) => loadBlock(e, id, size));
  const places = stores.map(({ index }) => e.index(index));
  const keepers = stores.map(({ operand }) => keeperOf(e, operand, size));
  const step = (k: Step): string[] => {
    const name = e.fresh('x');
    const given = new Map(loads.map((id) => [id, e.fresh('v')]));
    const lets = loads.map((id, i) => `let ${given.get(id)} = ${parts[i](k)};`);
    e.open([[axis, name]], body, [`let ${name} = ${start} + ${k};`, ...lets], given);
    for (const stmt of body) {
      const at = stmt.kind === 'store' ? stores.indexOf(stmt) : -1;
      if (stmt.kind === 'store' && at >= 0) e.write(keepers[at].keep(k, e.value(stmt.value)));
      else emitStatements(e, [stmt]);
    }
    return e.close();
  };
  if (weightOf(e.kernel, body) > HEAVY) {
    const k = e.fresh('k');
    const end = present ? `min(${size}, ${present})` : String(size);
    e.write(`for (var ${k} = 0; ${k} < ${end}; ${k}++) {`, ...indent(step(k)), '}');
  } else {
    for (let k = 0; k < size; k++) {
      const lines = step(k);
      e.write(present && k > 0 ? `if (${k} < ${present}) {` : '{', ...indent(lines), '}');
    }
  }
  keepers.forEach(({ store }, i) => e.write(...store(places[i], present)));
}

/** An element of a block: a number where the block is written out, the name of a variable (i32) where it is a loop. */
type Step = number | string;

/** Bodies of more operations than this are not written out for every element: compilers have enough to do with them. */
const HEAVY = 24;
/** Operations that are one instruction or so; others are functions. */
const LIGHT: ReadonlySet<ValueOp> = new Set<ValueOp>([
  ...([
    'const',
    'scalar',
    'index',
    'load',
    'inside',
    'acc',
    'cast',
    'bitcast',
    'where',
    'neg',
    'abs',
    'not',
  ] as const),
  ...(['add', 'sub', 'mul', 'max', 'min', 'lt', 'le', 'eq', 'ne', 'and', 'or', 'xor'] as const),
]);

function weightOf(kernel: Pick<LoopKernel, 'values'>, body: readonly Stmt[]): number {
  if (body.some(({ kind }) => kind === 'loop')) return Infinity;
  return [...valuesNeeded(body, kernel.values)].reduce(
    (sum, id) => sum + (LIGHT.has(kernel.values[id].op) ? 1 : 8),
    0,
  );
}

/** In which of the words that hold `each` elements an element of a block stands, and how far up. */
function wordOf(k: Step, each: number): readonly [Step, string] {
  const bits = 32 / each;
  if (typeof k === 'number') return [Math.floor(k / each), `${(k % each) * bits}u`];
  return [`${k} / ${each}`, `u32(${k} % ${each}) * ${bits}u`];
}

/** Loads a block of a value's elements; gives the expression of each. */
function loadBlock(e: Emission, id: ValueId, size: number): (k: Step) => string {
  const { kernel, shader } = e;
  const value = kernel.values[id];
  if (value.op !== 'load') return unreachable('a block of what is not in memory');
  const position = e.position(value.operand);
  const { dtype } = kernel.operands[value.operand];
  const at = e.index(value.index);
  const name = e.fresh('four');
  if (dtype === 'float32') {
    e.write(`let ${name} = ${shader.loadVector(position, at)};`);
    return (k) => `${name}[${k}]`;
  }
  const each = perWord(kernel, value.operand);
  const words = Array.from({ length: size / each }, (_, w) => shader.loadWord(position, at, w));
  e.write(`let ${name} = ${words.length === 1 ? words[0] : `vec2u(${words.join(', ')})`};`);
  return (k) => {
    const [w, shift] = wordOf(k, each);
    const word = words.length === 1 ? name : `${name}[${w}]`;
    return decodeBits(shader.lib, dtype, `(${word} >> (${shift}))`);
  };
}

/** Where the values of a block wait until they are stored together. */
interface Keeper {
  keep(k: Step, value: string): string;
  store(at: string, present: string | undefined): string[];
}

function keeperOf(e: Emission, operand: number, size: number): Keeper {
  const { kernel, shader } = e;
  const position = e.position(operand);
  const { dtype } = kernel.operands[operand];
  const name = e.fresh('all');
  if (dtype === 'float32') {
    e.write(`var ${name} = vec4f();`);
    return {
      keep: (k, value) => `${name}[${k}] = ${value};`,
      store: (at, present) => [shader.storeVector(position, at, name, present)],
    };
  }
  const each = perWord(kernel, operand);
  // At most four elements of at least a byte: one word or two.
  const count = size / each;
  e.write(`var ${name} = ${count === 1 ? '0u' : 'vec2u()'};`);
  const wordAt = (w: Step) => (count === 1 ? name : `${name}[${w}]`);
  return {
    keep: (k, value) => {
      const [w, shift] = wordOf(k, each);
      return `${wordAt(w)} |= ${encodeElement(shader.lib, dtype, value)} << (${shift});`;
    },
    store: (at, present) =>
      Array.from({ length: count }, (_, w) =>
        shader.storeWord(position, at, w, wordAt(w), present && `${present} - ${w * each}`),
      ),
  };
}
