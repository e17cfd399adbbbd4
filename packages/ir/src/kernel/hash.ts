/** A kernel's identity as text: equal keys mean kernels that differ at most in their names. */

import type { Kernel } from './kernel.ts';

export function kernelKey(kernel: Kernel): string {
  return JSON.stringify(kernel, (field, value: unknown) => {
    if (field === 'name') return undefined;
    // An index expression says all of itself in its key.
    if (isIndex(value)) return value.key;
    if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
      return `#${Object.is(value, -0) ? '-0' : value}`;
    return value;
  });
}

function isIndex(value: unknown): value is { readonly key: string } {
  return typeof value === 'object' && value !== null && 'terms' in value && 'key' in value;
}
