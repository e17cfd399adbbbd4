/**
 * From a call in PyTorch's convention to one in ours: each argument goes where our signature has its name, by position or
 * in the options object. Positions that must be given and are called otherwise take what is left over, in order.
 */

import type { Tensor } from '@tenfold/tensor';
import { EXCEPTIONS, WITHOUT_EFFECT } from './exceptions.ts';
import type { SurfaceParameter, SurfaceSignature } from './surface-types.ts';

/** `index_add` is `indexAdd`, `atleast_1d` is `atleast1d`. */
export function camelCase(name: string): string {
  return name.replace(/(?<=[a-zA-Z0-9])_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** An argument of a record as a value: tensors in their places, dtypes by name, slices as `index` writes them. */
export function valueOf(arg: unknown, tensors: readonly Tensor[]): unknown {
  if (arg === 'Infinity' || arg === '-Infinity' || arg === 'NaN') return Number(arg);
  if (Array.isArray(arg)) return arg.map((item) => valueOf(item, tensors));
  if (typeof arg !== 'object' || arg === null) return arg;
  if ('$' in arg) return tensors[Number(arg.$)];
  if ('dtype' in arg) return arg.dtype;
  if ('slice' in arg && Array.isArray(arg.slice)) return arg.slice.map((bound) => bound ?? '').join(':');
  throw new Error(`${JSON.stringify(arg)} is no argument`);
}

/** The arguments of our call, or why no signature takes them. */
export function translate(
  op: string,
  signatures: readonly SurfaceSignature[],
  named: Readonly<Record<string, unknown>>,
): { readonly args: readonly unknown[] } | { readonly problem: string } {
  const problems = new Set<string>();
  const adapted = EXCEPTIONS[op]?.adapt?.(named) ?? named;
  for (const signature of signatures) {
    const found = place(op, signature, adapted);
    if (typeof found !== 'string') return { args: found };
    problems.add(found);
  }
  return { problem: [...problems].join('; ') };
}

function place(
  op: string,
  signature: SurfaceSignature,
  named: Readonly<Record<string, unknown>>,
): readonly unknown[] | string {
  const renamed = EXCEPTIONS[op]?.parameters ?? {};
  const byName = new Map(signature.map((parameter) => [parameter.name, parameter]));
  const given = new Map<SurfaceParameter, unknown>();
  const left: [string, unknown][] = [];
  for (const [key, value] of Object.entries(named)) {
    const name = key in renamed ? renamed[key] : camelCase(key);
    if (name === null) continue;
    const parameter = byName.get(name);
    if (parameter) given.set(parameter, value);
    else left.push([key, value]);
  }
  for (const parameter of signature) {
    if (given.has(parameter) || left.length === 0) continue;
    if (parameter.kind === 'rest' || (parameter.kind === 'positional' && !parameter.optional)) {
      const [, value] = left.shift() ?? [];
      given.set(parameter, value);
    }
  }
  const unplaced = left.filter(([key, value]) => !isWithoutEffect(key, value));
  if (unplaced.length > 0) return `there is no parameter ${unplaced.map(([key]) => key).join(', ')}`;
  const missing = signature.find((parameter) => !parameter.optional && !given.has(parameter));
  if (missing) return `${missing.name} is not given`;
  return written(signature, given);
}

/** `None` and `false` ask for nothing that a function without the parameter would do. */
function isWithoutEffect(key: string, value: unknown): boolean {
  return value === null || value === false || (WITHOUT_EFFECT[key]?.includes(value) ?? false);
}

function written(
  signature: SurfaceSignature,
  given: ReadonlyMap<SurfaceParameter, unknown>,
): readonly unknown[] {
  const args: unknown[] = [];
  const options: Record<string, unknown> = {};
  let rest: readonly unknown[] = [];
  let hasOptions = false;
  for (const parameter of signature) {
    const value = given.get(parameter) ?? undefined;
    if (parameter.kind === 'positional') args.push(value);
    else if (parameter.kind === 'rest') rest = Array.isArray(value) ? value : [value];
    else if (value !== undefined) {
      options[parameter.name] = value;
      hasOptions = true;
    }
  }
  if (hasOptions) return [...args, ...rest, options];
  const all = [...args, ...rest];
  while (all.length > 0 && all.at(-1) === undefined) all.pop();
  return all;
}
