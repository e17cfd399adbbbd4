/** PyTorch's names for submodules that are fields in camelCase: `selfAttn` is `self_attn` in state dicts and when printed. */

import { Module } from './module.ts';

/** The fields of a module; those that hold modules under names in snake_case. */
export function* withSnakeCaseChildren(module: Module): Iterable<readonly [string, unknown]> {
  for (const [name, value] of Object.entries(module)) {
    yield [value instanceof Module ? snakeCase(name) : name, value];
  }
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
