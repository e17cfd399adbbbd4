/** The stored results of PyTorch: what each file holds, and how to read it. The README describes the records. */

import type { DType } from '@tenfold/ir';
import type { Scalar } from './number-format.ts';
import { decode, encode } from './number-format.ts';

/** A number, or the name of one that JSON does not have. */
export type FixtureNumber = number | boolean | 'NaN' | 'Infinity' | '-Infinity';

/** An array; float32 unless it says otherwise. The data are numbers, or the base64 of their little-endian bytes. */
export interface ArrayRecord {
  readonly dtype?: DType;
  readonly shape: readonly number[];
  readonly data: readonly FixtureNumber[] | string;
}

/** A call with its result and gradients. */
export interface CallRecord {
  readonly call: string;
  readonly args: readonly unknown[];
  readonly inputs: readonly ArrayRecord[];
  readonly out: readonly ArrayRecord[];
  readonly grads?: readonly (ArrayRecord | null)[];
}

export interface LayerCallRecord {
  readonly mode: 'train' | 'eval';
  readonly input: ArrayRecord;
  readonly out: ArrayRecord;
  readonly grad?: ArrayRecord;
  /** Gradients of the parameters. */
  readonly params: Readonly<Record<string, ArrayRecord>>;
  /** The state dict afterwards, where the call changes it. */
  readonly state?: Readonly<Record<string, ArrayRecord>>;
}

export interface LayerRecord {
  readonly layer: string;
  readonly args: readonly unknown[];
  /** How it is printed, where that is compared. */
  readonly text?: string;
  readonly state: Readonly<Record<string, ArrayRecord>>;
  readonly calls: readonly LayerCallRecord[];
}

/** A call of a module with any arguments; see CallRecord. */
export interface ModuleCallRecord extends Omit<CallRecord, 'call'> {
  readonly mode: 'train' | 'eval';
  /** Gradients of the parameters. */
  readonly params: Readonly<Record<string, ArrayRecord>>;
}

/** A layer whose calls take and give more than one tensor. */
export interface ModuleRecord {
  readonly layer: string;
  readonly args: readonly unknown[];
  readonly state: Readonly<Record<string, ArrayRecord>>;
  /** How PyTorch prints it, if it has it. */
  readonly text?: string;
  readonly calls: readonly ModuleCallRecord[];
}

export interface InitStatistics {
  readonly shape: readonly number[];
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  readonly max: number;
}

export interface InitRecord {
  readonly layer: string;
  readonly args: readonly unknown[];
  readonly parameters: Readonly<Record<string, InitStatistics>>;
}

export interface OptimizerRecords {
  readonly problem: {
    readonly params: Readonly<Record<string, ArrayRecord>>;
    readonly x: ArrayRecord;
    readonly y: ArrayRecord;
  };
  readonly trajectories: readonly {
    readonly optimizer: string;
    readonly options: Readonly<Record<string, unknown>>;
    readonly steps: readonly number[];
    readonly losses: readonly number[];
    readonly params: readonly Readonly<Record<string, ArrayRecord>>[];
  }[];
  readonly clipping: readonly {
    readonly call: string;
    readonly args: readonly unknown[];
    readonly norm: number | null;
    readonly grads: Readonly<Record<string, ArrayRecord>>;
  }[];
}

/** Optimizers and schedulers in float64; see `optim_cases.py`. */
export interface OptimRecords {
  readonly problem: OptimizerRecords['problem'];
  readonly trajectories: readonly (OptimizerRecords['trajectories'][number] & {
    /** What PyTorch's own float32 is off by, as a share of the greatest magnitude. */
    readonly errors: readonly number[];
    /** The parameters that are optimized; all if absent. */
    readonly only?: readonly ('a' | 'b' | 'c')[];
  })[];
  readonly closures: readonly {
    readonly options: Readonly<Record<string, unknown>>;
    readonly losses: readonly number[];
    readonly errors: readonly number[];
    readonly params: readonly Readonly<Record<string, ArrayRecord>>[];
  }[];
  readonly schedules: readonly ScheduleRecord[];
}

export interface ScheduleRecord {
  readonly scheduler: string;
  readonly args: readonly unknown[];
  readonly optimizer: 'SGD' | 'Adam';
  readonly values?: readonly number[];
  /** Of two groups, at first and after each step. */
  readonly rates: readonly (readonly number[])[];
  readonly momenta?: readonly (readonly number[])[];
}

export interface StateDictRecord {
  readonly x: ArrayRecord;
  readonly labels: ArrayRecord;
  readonly logits: ArrayRecord;
  readonly loss: ArrayRecord;
  readonly grads: Readonly<Record<string, ArrayRecord>>;
}

/** A module as nested constructor calls: [layer, args]; the args of a container are its children. */
export type ModuleDescription = readonly [layer: string, args: readonly unknown[]];

export interface SemanticsRecord {
  readonly description: string;
  readonly given: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
}

/** A call in PyTorch's convention: arguments by the names of its parameters, `{ $: i }` for tensor `i`. */
export interface OpCall {
  readonly op: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly inputs: readonly ArrayRecord[];
}

/** A sample of PyTorch's table of operations, with its result. */
export interface OpSample extends OpCall {
  /** The tensors that come back, without data if they are `random`; those of a named tuple are called `fields`. */
  readonly out?: readonly ArrayRecord[];
  readonly fields?: readonly string[];
  readonly random?: true;
  /** A result that is no tensor. */
  readonly value?: unknown;
  /** The error of PyTorch's own float32, relative to the largest magnitude, where it is more than usual. */
  readonly errors?: readonly (number | null)[];
  readonly grads?: readonly (ArrayRecord | null)[];
  readonly gradErrors?: readonly (number | null)[];
  /** Derivatives that may be checked against differences here: the first, or the second too. */
  readonly check?: 1 | 2;
}

/** A call that PyTorch refuses. */
export interface OpError extends OpCall {
  readonly error: string;
  readonly message: string;
}

export interface OpFile {
  /** By operation: other names of it, and why samples were left out, with their number. */
  readonly ops: Readonly<
    Record<string, { readonly aliases?: readonly string[]; readonly left?: Readonly<Record<string, number>> }>
  >;
  readonly samples: readonly OpSample[];
  readonly errors: readonly OpError[];
}

/** A sample of PyTorch's table of modules: `args` are the constructor's. */
export interface ModuleSample extends OpCall {
  /** What is passed to `forward` by position, and by name. */
  readonly forward: readonly unknown[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly mode: 'train' | 'eval';
  readonly state: Readonly<Record<string, ArrayRecord>>;
  readonly out: readonly ArrayRecord[];
  readonly errors?: readonly (number | null)[];
  readonly grads: readonly (ArrayRecord | null)[];
  readonly gradErrors?: readonly (number | null)[];
  readonly params: Readonly<Record<string, ArrayRecord | null>>;
  readonly paramErrors?: Readonly<Record<string, number | null>>;
}

/** The files of PyTorch's table of operations. */
export const OP_FAMILIES = [
  'activations',
  'binary',
  'creation',
  'fft',
  'indexing',
  'linalg',
  'losses',
  'products',
  'reductions',
  'shapes',
  'special',
  'unary',
  'windowed',
] as const;

export type OpFamily = (typeof OP_FAMILIES)[number];

/** The files, by name. */
export interface Fixtures extends Readonly<Record<`opinfo/${OpFamily}`, OpFile>> {
  readonly tensor: readonly CallRecord[];
  readonly functional: readonly CallRecord[];
  readonly distributions: readonly CallRecord[];
  /** Those that need matrix decompositions. */
  readonly 'matrix-distributions': readonly CallRecord[];
  readonly shapes: readonly CallRecord[];
  readonly vision: readonly CallRecord[];
  readonly 'vision-layers': readonly LayerRecord[];
  readonly 'sequence-inits': readonly InitRecord[];
  readonly 'vision-inits': readonly InitRecord[];
  /** Operation, left dtype, right dtype (of a 0-d tensor: `0-d float32`) or number, and the result's dtype. */
  readonly promotion: readonly (readonly [string, DType, string | number | boolean, DType])[];
  readonly layers: readonly LayerRecord[];
  readonly sequence: readonly ModuleRecord[];
  readonly inits: readonly InitRecord[];
  readonly losses: { readonly calls: readonly CallRecord[]; readonly modules: readonly ModuleRecord[] };
  readonly optim: OptimRecords;
  readonly optimizers: OptimizerRecords;
  readonly 'tensor-prints': readonly { readonly input: ArrayRecord; readonly text: string }[];
  readonly 'module-prints': readonly { readonly module: ModuleDescription; readonly text: string }[];
  readonly 'state-dicts': Readonly<Record<'mlp' | 'cnn', StateDictRecord>>;
  readonly 'opinfo/modules': readonly ModuleSample[];
  readonly semantics: Readonly<Record<string, SemanticsRecord>>;
}

/** A file of the fixtures' folder: from the disk in Node, from where this module came from in a page. */
export async function fixtureBytes(file: string): Promise<Uint8Array> {
  // Bundlers would look for the files of one folder only.
  const url = new URL(/* @vite-ignore */ `../fixtures/${file}`, import.meta.url);
  if (url.protocol === 'file:') return (await import('node:fs/promises')).readFile(url);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} cannot be had: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

export async function loadFixture<K extends keyof Fixtures>(name: K): Promise<Fixtures[K]> {
  return JSON.parse(new TextDecoder().decode(await fixtureBytes(`${name}.json`))) as Fixtures[K];
}

/** The elements of a record as scalars of its dtype. */
export function recordScalars({ dtype, data }: ArrayRecord): Scalar[] {
  if (typeof data === 'string') return decode(dtype ?? 'float32', fromBase64(data));
  return data.map((x) => (dtype === 'int64' ? BigInt(Number(x)) : Number(x)));
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** The bytes of a record. */
export function recordBytes(record: ArrayRecord): Uint8Array {
  if (typeof record.data === 'string') return fromBase64(record.data);
  return encode(record.dtype ?? 'float32', recordScalars(record));
}
