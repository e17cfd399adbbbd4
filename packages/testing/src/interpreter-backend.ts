/**
 * A backend that executes kernels literally on host memory: slow, checked, in double precision. It is the oracle for
 * kernels, as the reference engine is for graphs. Independent iterations may be run backwards or shuffled, which
 * makes a loop that is wrongly called `parallel` or `reduce` give a wrong result instead of a right one by luck.
 */

import type { AttentionKernel, AxisId, Backend, BufferId, Capabilities, ContractKernel, Dispatch, DispatchObserver, Extent, HostKernel, Kernel, Launch, LoopKernel, OperandRef, Program, RoutineKernel, Stmt, Value } from '@tenfold/ir'; // prettier-ignore
import { DTYPES, OutOfMemoryError, byteSize, isFloat, touchedElements, unreachable } from '@tenfold/ir';
import type { AttentionInput } from './attention-loops.ts';
import { attentionLoops } from './attention-loops.ts';
import type { IterationOrder } from './kernel-interpreter.ts';
import { KernelInterpreter } from './kernel-interpreter.ts';
import type { ElementView } from './number-format.ts';
import { conform, elementView } from './number-format.ts';
import { sortPositions } from './scalar-ops.ts';
import { SeededRandom } from './seeded-random.ts';
import { stridedOffsets } from './strided.ts';

export interface InterpreterOptions {
  /** How independent iterations and launches are ordered. Default 'forward'. */
  readonly order?: 'forward' | 'reverse' | 'shuffle';
  /** Seed of the shuffled order. */
  readonly seed?: number;
  /** What the backend is to claim and to insist on. */
  readonly caps?: Partial<Capabilities>;
  /** Bytes that all buffers together may take. */
  readonly memoryBytes?: number;
}

interface InterpretedProgram extends Program {
  run(operands: readonly ElementView[], launch: Launch): void;
}

/** Fresh memory holds this byte everywhere: NaN in every float format, so that a read before a write shows. */
const POISON = 0xff;

export class InterpreterBackend implements Backend {
  readonly name = 'interpreter';
  readonly caps: Capabilities;
  observer?: DispatchObserver;

  readonly #order: IterationOrder;
  readonly #memoryBytes: number;
  readonly #buffers = new Map<BufferId, ArrayBuffer>();
  readonly #programs = new WeakMap<Program, InterpretedProgram>();
  #held = 0;
  #next = 1;
  disposed = false;

  constructor(options: InterpreterOptions = {}) {
    this.caps = {
      dtypes: new Set(DTYPES),
      threads: 1,
      subgroups: false,
      f16: true,
      attention: new Set(DTYPES.filter(isFloat)),
      hostRoutines: true,
      maxOperands: Infinity,
      maxBufferBytes: 2 ** 31,
      alignment: 16,
      ...options.caps,
    };
    this.#memoryBytes = options.memoryBytes ?? Infinity;
    this.#order = iterationOrder(options.order ?? 'forward', options.seed ?? 0);
  }

  /** Buffers alive. */
  get bufferCount(): number {
    return this.#buffers.size;
  }

  /** Bytes of the buffers alive. */
  get bufferBytes(): number {
    return this.#held;
  }

  alloc(bytes: number): BufferId {
    this.#alive();
    if (bytes > this.caps.maxBufferBytes) {
      throw new OutOfMemoryError(
        `interpreter: a buffer of ${bytes} bytes exceeds the limit of ${this.caps.maxBufferBytes} bytes a buffer`,
      );
    }
    if (this.#held + bytes > this.#memoryBytes) {
      throw new OutOfMemoryError(
        `interpreter: ${bytes} bytes do not fit: ${this.#held} of ${this.#memoryBytes} bytes are in use; free some buffers`,
      );
    }
    const memory = new ArrayBuffer(bytes);
    new Uint8Array(memory).fill(POISON);
    this.#buffers.set(this.#next, memory);
    this.#held += bytes;
    return this.#next++;
  }

  free(id: BufferId): void {
    this.#held -= this.#buffer(id).byteLength;
    this.#buffers.delete(id);
  }

  write(id: BufferId, data: Uint8Array, offset = 0): void {
    const memory = this.#range(id, offset, data.byteLength, 'write');
    memory.set(data);
  }

  readSync(id: BufferId, offset = 0, bytes = this.#buffer(id).byteLength - offset): Uint8Array {
    return this.#range(id, offset, bytes, 'read').slice();
  }

  read(id: BufferId, offset?: number, bytes?: number): Promise<Uint8Array> {
    return Promise.resolve(this.readSync(id, offset, bytes));
  }

  compile(kernels: readonly Kernel[]): readonly Program[] {
    this.#alive();
    return kernels.map((kernel) => {
      const program: InterpretedProgram = { kernel, run: compileKernel(kernel, this.#order) };
      this.#programs.set(program, program);
      return program;
    });
  }

  submit(batch: readonly Dispatch[]): void {
    this.#alive();
    for (const dispatch of batch) {
      const { program, launches } = dispatch;
      const begin = performance.now();
      const interpreted = this.#programs.get(program);
      if (!interpreted) unreachable(`program '${program.kernel.name}' was compiled by another backend`);
      checkIndependent(program.kernel, launches);
      const order = this.#order(launches.length) ?? launches.keys();
      for (const i of order) interpreted.run(this.#bind(program.kernel, launches[i]), launches[i]);
      this.observer?.(dispatch, begin, performance.now());
    }
  }

  synchronize(): Promise<void> {
    return Promise.resolve();
  }

  dispose(): void {
    this.#buffers.clear();
    this.#held = 0;
    this.disposed = true;
  }

  #alive(): void {
    if (this.disposed) unreachable('the interpreter backend was disposed of');
  }

  #buffer(id: BufferId): ArrayBuffer {
    this.#alive();
    return this.#buffers.get(id) ?? unreachable(`buffer ${id} does not exist or was freed`);
  }

  #range(id: BufferId, offset: number, bytes: number, verb: string): Uint8Array<ArrayBuffer> {
    const memory = this.#buffer(id);
    if (offset < 0 || bytes < 0 || offset + bytes > memory.byteLength) {
      unreachable(
        `${verb} of bytes ${offset} to ${offset + bytes} of buffer ${id}, which has ${memory.byteLength}`,
      );
    }
    return new Uint8Array(memory, offset, bytes);
  }

  #bind(kernel: Kernel, launch: Launch): ElementView[] {
    const { operands, scalars } = kernel;
    const fail = (what: string) => unreachable(`kernel '${kernel.name}': ${what}`);
    if (launch.operands.length !== operands.length)
      fail(`${launch.operands.length} operands bound, ${operands.length} declared`);
    if (launch.scalars.length !== scalars.length)
      fail(`${launch.scalars.length} scalars bound, ${scalars.length} declared`);
    const slabs = new Set(launch.operands.map((ref) => ref.buffer)).size;
    if (slabs > this.caps.maxOperands) fail(`binds ${slabs} buffers, at most ${this.caps.maxOperands}`);
    return operands.map((operand, i) => {
      const { dtype } = operand;
      const elements = touchedElements(operand, launch.extents);
      const { buffer, offset } = launch.operands[i];
      if (!this.caps.dtypes.has(dtype)) fail(`operand ${i} is ${dtype}, which the backend does not hold`);
      if (offset % this.caps.alignment !== 0)
        fail(`operand ${i} at byte ${offset} is not aligned to ${this.caps.alignment}`);
      this.#range(buffer, offset, elements * byteSize(dtype), `kernel '${kernel.name}': operand ${i}`);
      return elementView(dtype, this.#buffer(buffer), offset, elements);
    });
  }
}

function iterationOrder(order: 'forward' | 'reverse' | 'shuffle', seed: number): IterationOrder {
  const random = new SeededRandom(seed);
  return (count) => {
    if (order === 'forward') return undefined;
    const indices = Array.from({ length: count }, (_, i) => i);
    return order === 'reverse' ? indices.reverse() : random.shuffle(indices);
  };
}

function compileKernel(kernel: Kernel, order: IterationOrder): InterpretedProgram['run'] {
  if (kernel.kind === 'routine') return (operands) => argsort(kernel, operands);
  if (kernel.kind === 'host') return (operands) => hostRoutine(kernel, operands);
  if (kernel.kind === 'attention') return (operands, launch) => attention(kernel, operands, launch);
  const interpreter = new KernelInterpreter(kernel.kind === 'loop' ? kernel : contractAsLoops(kernel), order);
  return (operands, { scalars, extents }) => interpreter.run({ operands, scalars, extents });
}

/** A contraction written out: loops over batch, m, n; a sum over k in double precision; the epilogue. */
function contractAsLoops(kernel: ContractKernel): LoopKernel {
  const { accumulators, batch, m, n, k, epilogue } = kernel;
  const { dtype } = accumulators[0];
  const wide = isFloat(dtype) ? 'float64' : dtype;
  const first = kernel.values.length;
  const values: Value[] = [
    ...kernel.values,
    { op: 'cast', dtype: wide, inputs: [kernel.a] },
    { op: 'cast', dtype: wide, inputs: [kernel.b] },
    { op: 'mul', dtype: wide, inputs: [first, first + 1] },
    { op: 'acc', dtype: wide, acc: 1 },
    { op: 'cast', dtype, inputs: [first + 3] },
  ];
  const nest = (
    axes: readonly number[],
    order: 'parallel' | 'reduce',
    body: readonly Stmt[],
  ): readonly Stmt[] =>
    axes.reduceRight<readonly Stmt[]>((inner, axis) => [{ kind: 'loop', axis, order, body: inner }], body);
  const body = nest([...batch, ...m, ...n], 'parallel', [
    { kind: 'init', acc: 1 },
    ...nest(k, 'reduce', [{ kind: 'accumulate', acc: 1, value: first + 2 }]),
    { kind: 'init', acc: 0 },
    { kind: 'accumulate', acc: 0, value: first + 4 },
    ...epilogue,
  ]);
  return {
    ...kernel,
    kind: 'loop',
    values,
    accumulators: [accumulators[0], { kind: 'sum', dtype: wide }],
    body,
  };
}

/** Attention over its inputs written out: each as an array of its own, whatever the strides at which it is read. */
function attention(kernel: AttentionKernel, operands: readonly ElementView[], { scalars }: Launch): void {
  const { batch, query, key, depth, width, values, axes } = kernel;
  const rows = kernel.result === 'output' ? [] : [[query, width], [query], [query]];
  const along = [[query, depth], [key, depth], [key, width], [], ...rows, [query, key]];
  const inputs = kernel.inputs.map((id, i): AttentionInput => {
    const value = values[id];
    if (value.op === 'const') return { shape: [], data: [conform(value.dtype, value.value)] };
    if (value.op === 'scalar') return { shape: [], data: [conform(value.dtype, scalars[value.slot])] };
    if (value.op !== 'load') return unreachable(`kernel '${kernel.name}': input ${i} is no load`);
    const over: readonly AxisId[] = along[i].length > 0 ? [...batch, ...along[i]] : [];
    const shape = over.map((axis) => extentOf(axes[axis]));
    const step = (axis: AxisId) =>
      value.index.terms.reduce(
        (sum, { atom, coefficient }) => (atom.kind === 'var' && atom.axis === axis ? sum + coefficient : sum),
        0,
      );
    const offsets = stridedOffsets(shape, over.map(step), value.index.constant);
    return { shape, data: offsets.map((offset) => operands[value.operand].read(offset)) };
  });
  const { dtype } = kernel.operands[kernel.output];
  attentionLoops(kernel, inputs, dtype).forEach((x, i) => operands[kernel.output].write(i, x));
}

function extentOf(extent: Extent): number {
  return typeof extent === 'number' ? extent : unreachable('attention over an extent that is not fixed');
}

/** Row `r` starts at `(r div stride)·length·stride + (r mod stride)`; its elements are `stride` apart. */
function argsort({ routine }: RoutineKernel, [input, output]: readonly ElementView[]): void {
  const { rows, length, stride, descending } = routine;
  const [first, end] = routine.ranks ?? [0, length];
  for (let row = 0; row < rows; row++) {
    const start = Math.floor(row / stride) * length * stride + (row % stride);
    const values = Array.from({ length }, (_, i) => input.read(start + i * stride));
    const order = sortPositions(values, descending);
    for (let i = first; i < end; i++) output.write(start + i * stride, order[i]);
  }
}

function hostRoutine({ routine, operands, rows }: HostKernel, [input, output]: readonly ElementView[]): void {
  const [from, to] = operands.map(({ elements }) => elements / rows);
  for (let row = 0; row < rows; row++) {
    const result = new Float64Array(to);
    const numbers = Float64Array.from({ length: from }, (_, i) => Number(input.read(row * from + i)));
    routine.run(numbers, result, routine.sizes);
    result.forEach((x, i) => output.write(row * to + i, conform(operands[1].dtype, x)));
  }
}

interface Span extends OperandRef {
  readonly end: number;
  readonly writes: boolean;
}

/** No launch of a dispatch may write where another one reads or writes. */
function checkIndependent(kernel: Kernel, launches: readonly Launch[]): void {
  if (launches.length < 2) return;
  const spans = launches.map((launch) =>
    launch.operands.map(({ buffer, offset }, i): Span => {
      const { dtype, access } = kernel.operands[i];
      const bytes = touchedElements(kernel.operands[i], launch.extents) * byteSize(dtype);
      return { buffer, offset, end: offset + bytes, writes: access !== 'read' };
    }),
  );
  const clash = (a: Span, b: Span) =>
    (a.writes || b.writes) && a.buffer === b.buffer && a.offset < b.end && b.offset < a.end;
  spans.forEach((one, i) => {
    for (const other of spans.slice(i + 1)) {
      if (one.some((a) => other.some((b) => clash(a, b)))) {
        unreachable(`kernel '${kernel.name}': launches of one dispatch overlap`);
      }
    }
  });
}
