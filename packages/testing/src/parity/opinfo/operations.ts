/** Finds our function for an operation of PyTorch's table, with its signatures, among functions and methods. */

import { functional } from '@tenfold/nn';
import * as tensor from '@tenfold/tensor';
import { Tensor } from '@tenfold/tensor';
import * as fft from '@tenfold/tensor/fft';
import * as linalg from '@tenfold/tensor/linalg';
import * as special from '@tenfold/tensor/special';
import { EXCEPTIONS } from './exceptions.ts';
import type { Surface, SurfaceSignature } from './surface-types.ts';
import { camelCase } from './translate.ts';

export interface Operation {
  /** Our name. */
  readonly name: string;
  readonly signatures: readonly SurfaceSignature[];
  readonly call: (args: readonly unknown[]) => unknown;
}

/** The modules by the names that the surface gives them. */
const MODULES: Readonly<Record<string, object>> = { fft, functional, linalg, special, tensor };

/** In which modules an operation is looked for, by what stands before its name in PyTorch. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  '': ['tensor', 'Tensor', 'functional'],
  'nn.functional': ['functional'],
};

/** Our operation, or undefined where there is none. */
export function findOperation(surface: Surface, op: string): Operation | undefined {
  const [, prefix, short] = /^(?:(.*)\.)?([^.]*)$/.exec(op) ?? [];
  const name = EXCEPTIONS[op]?.name ?? camelCase(short);
  for (const module of PLACES[prefix ?? ''] ?? [prefix]) {
    const signatures = surface[module]?.[name];
    if (!signatures) continue;
    return module === 'Tensor' ? method(name, signatures) : fromModule(module, name, signatures);
  }
  return undefined;
}

function fromModule(
  module: string,
  name: string,
  signatures: readonly SurfaceSignature[],
): Operation | undefined {
  const f: unknown = Reflect.get(MODULES[module] ?? {}, name);
  if (typeof f !== 'function') throw new Error(`the module ${module} has no function ${name}`);
  return { name, signatures, call: (args) => Reflect.apply(f, undefined, args) };
}

const SELF = { name: 'self', kind: 'positional', optional: false } as const;

function method(name: string, signatures: readonly SurfaceSignature[]): Operation {
  return {
    name,
    signatures: signatures.map((signature) => [SELF, ...signature]),
    call([self, ...others]) {
      const f: unknown = self instanceof Tensor ? Reflect.get(self, name) : undefined;
      // A property is there without a call.
      if (f instanceof Tensor && others.length === 0) return f;
      if (typeof f !== 'function') throw new Error(`there is no method ${name} of ${String(self)}`);
      return Reflect.apply(f, self, others);
    },
  };
}
