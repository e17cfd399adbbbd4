/**
 * `compile(fn)`: trace a function twice, then run its plans without building any graph. Each signature (shapes, dtypes
 * and devices of tensor arguments, the places of numeric ones, the modes) is traced on its own. Both traces
 * are ordinary calls.
 */

import { sameShape } from '@tenfold/ir';
import type { Device } from '@tenfold/ir';
import { scalar } from '../core/apply.ts';
import { inside } from '../core/exposure.ts';
import { autocastDType } from '../core/autocast.ts';
import { isGradEnabled } from '../core/grad-mode.ts';
import { keepTogether } from '../core/realize-all.ts';
import { Tensor, deviceOf } from '../core/tensor.ts';
import { reconcile } from './reconcile.ts';
import type { Trace } from './reconcile.ts';
import { record } from './recorder.ts';
import { replay } from './replay.ts';
import type { Replay } from './replay.ts';

/** What a compiled function may return. */
export type Compilable = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>> | void;

type Argument = Tensor | number;

/** What a signature says of a tensor. */
type Input = Pick<Tensor, 'shape' | 'dtype' | 'home' | 'requiresGrad'>;

interface Signature<R> {
  /** By argument; absent for numbers. */
  readonly inputs: readonly (Input | undefined)[];
  readonly modes: string;
  trace: Trace | undefined;
  replay: Replay | undefined;
  /** Puts output tensors into the form in which `fn` returns them. */
  rebuild: (tensors: readonly Tensor[]) => R;
  /** Present values of the numeric arguments, by place. */
  readonly numbers: number[];
}

/**
 * A function that does what `fn` does, without tracing it again after two calls. A number passed for a tensor reaches
 * `fn` as a 0-d float32 tensor, so that it can change from call to call. Results are computed when the call returns.
 * @throws ArgumentError when a captured number or tensor, or the work done, differed between the first two calls.
 */
export function compile<A extends readonly Tensor[], R extends Compilable>(
  fn: (...args: A) => R,
): (...args: { [K in keyof A]: Argument }) => R {
  const signatures = new Map<string, Signature<R>>();
  const find = (args: readonly Argument[]): Signature<R> => {
    const modes = presentModes();
    const key = args.map(describe).join(';') + modes;
    let signature = signatures.get(key);
    if (!signature) {
      const inputs = args.map((arg) => (typeof arg === 'number' ? undefined : inputOf(arg)));
      signature = {
        inputs,
        modes,
        trace: undefined,
        replay: undefined,
        rebuild: () => unbuilt(),
        numbers: [],
      };
      signatures.set(key, signature);
    }
    return signature;
  };
  let latest: Signature<R> | undefined;
  return (...args: readonly Argument[]) => {
    const signature = latest && hasSignature(args, latest) ? latest : find(args);
    latest = signature;
    let home: Device | undefined;
    for (let i = 0; i < args.length; i++) {
      const arg = args[i];
      if (typeof arg === 'number') signature.numbers[i] = arg;
      else home ??= arg.home;
    }
    const device = home ?? deviceOf(undefined);
    // What was traced before the call runs before it: the replay may overwrite what it reads.
    if (device.graph.size > 0) device.run();
    if (signature.replay) return signature.rebuild(replay(device, signature.replay, args));
    return traceCall(device, fn, args, signature);
  };
}

/** What else decides what a function traces: whether for gradients, and in which precision. */
function presentModes(): string {
  return `;${isGradEnabled()} ${autocastDType()}`;
}

function unbuilt(): never {
  throw new TypeError('internal: a compiled function was replayed before it was traced');
}

function inputOf({ shape, dtype, home, requiresGrad }: Tensor): Input {
  return { shape, dtype, home, requiresGrad };
}

/** Whether the arguments are as `signature` says: quicker than to make a key and look it up. */
function hasSignature(
  args: readonly Argument[],
  { inputs, modes }: Pick<Signature<unknown>, 'inputs' | 'modes'>,
): boolean {
  if (args.length !== inputs.length || presentModes() !== modes) return false;
  for (let i = 0; i < args.length; i++) {
    const [arg, input] = [args[i], inputs[i]];
    if (typeof arg === 'number' || input === undefined) {
      if (typeof arg === 'number' && input === undefined) continue;
      return false;
    }
    const { shape, dtype, home, requiresGrad } = input;
    if (arg.dtype !== dtype || arg.home !== home || arg.requiresGrad !== requiresGrad) return false;
    if (!sameShape(arg.shape, shape)) return false;
  }
  return true;
}

function describe(arg: Argument): string {
  if (typeof arg === 'number') return 'number';
  return `${arg.dtype}[${arg.shape.join(',')}]@${arg.device}${arg.requiresGrad ? '!' : ''}`;
}

function traceCall<A extends readonly Tensor[], R extends Compilable>(
  device: Device,
  fn: (...args: A) => R,
  args: readonly Argument[],
  signature: Signature<R>,
): R {
  const { numbers } = signature;
  const argumentStorages = args.map((arg) => (typeof arg === 'number' ? undefined : arg.materialize()));
  const { result, steps } = record(device, () => {
    const tensors = args.map((arg, i) =>
      typeof arg === 'number' ? scalar(device, () => numbers[i], 'float32') : arg,
    );
    // What the function makes on its way does not leave it.
    const value = inside(() => fn(...(tensors as readonly Tensor[] as A)));
    const outputs = tensorsOf(value);
    keepTogether(outputs);
    for (const tensor of outputs) tensor.materialize('owned');
    if (device.graph.size > 0) device.run();
    return value;
  });
  const trace: Trace = {
    steps,
    argumentStorages,
    outputs: tensorsOf(result).map((tensor) => tensor.materialize()),
  };
  if (!signature.trace) {
    signature.trace = trace;
    return result;
  }
  signature.replay = reconcile(signature.trace, trace);
  signature.rebuild = rebuilder(result);
  signature.trace = undefined;
  return result;
}

function tensorsOf(value: Compilable): readonly Tensor[] {
  if (value === undefined) return [];
  return value instanceof Tensor ? [value] : Object.values(value);
}

/** The inverse of `tensorsOf` for values of the form of `value`. */
function rebuilder<R extends Compilable>(value: R): (tensors: readonly Tensor[]) => R {
  if (value === undefined) return () => value;
  if (value instanceof Tensor) return (tensors) => tensors[0] as R;
  if (Array.isArray(value)) return (tensors) => tensors as Compilable as R;
  const names = Object.keys(value);
  return (tensors) => Object.fromEntries(names.map((name, i) => [name, tensors[i]])) as Compilable as R;
}
