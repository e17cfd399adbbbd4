/** Builds the modules that records describe, and loads recorded states into them. */

import * as nn from '@tenfold/nn';
import type { Tensor } from '@tenfold/tensor';
import type { ArrayRecord, ModuleDescription } from '../fixtures.ts';
import { tensorOf } from './calls.ts';

function isDescription(value: unknown): value is ModuleDescription {
  return Array.isArray(value) && typeof value[0] === 'string' && Array.isArray(value[1]);
}

function childOf(value: unknown): nn.Module {
  if (!isDescription(value)) throw new Error(`${JSON.stringify(value)} describes no module`);
  return buildModule(value);
}

/** A module in the place of its description, in options too. */
function nested(arg: unknown): unknown {
  if (isDescription(arg)) return buildModule(arg);
  const isOptions = typeof arg === 'object' && arg !== null && !Array.isArray(arg);
  return isOptions
    ? Object.fromEntries(Object.entries(arg).map(([key, value]) => [key, nested(value)]))
    : arg;
}

/** A module of nested constructor calls. */
export function buildModule([layer, args]: ModuleDescription): nn.Module {
  const children = () => args.map(childOf);
  if (layer === 'Sequential') return new nn.Sequential(...children().map(unary));
  if (layer === 'ModuleList') return new nn.ModuleList(children());
  if (layer === 'ModuleDict') {
    const named = args.map((entry) => (Array.isArray(entry) ? [String(entry[0]), childOf(entry[1])] : []));
    return new nn.ModuleDict(Object.fromEntries(named));
  }
  const constructor: unknown = Reflect.get(nn, layer);
  if (typeof constructor !== 'function') throw new Error(`there is no layer ${layer}`);
  const made: unknown = Reflect.construct(constructor, args.map(nested));
  if (!(made instanceof nn.Module)) throw new Error(`${layer} is no module`);
  return made;
}

/** A module that takes and gives one tensor, as every recorded layer does. */
export function unary(module: nn.Module): nn.UnaryModule {
  if (!isUnary(module)) throw new Error('the module cannot be called');
  return module;
}

function isUnary(module: nn.Module): module is nn.UnaryModule {
  return 'forward' in module && typeof module.forward === 'function';
}

export function stateOf(records: Readonly<Record<string, ArrayRecord>>): Map<string, Tensor> {
  return new Map(Object.entries(records).map(([name, record]) => [name, tensorOf(record)]));
}
