/** A kernel's identity as text: everything but its name. Equal keys mean equal code. */

import type { Kernel } from '@tenfold/ir';

/** Index expressions have a key of their own; it stands for the whole expression. */
function shorten(property: string, value: unknown): unknown {
  if (property === 'name' && typeof value === 'string') return undefined;
  if (typeof value === 'number' && !Number.isFinite(value)) return `${value}`;
  if (Object.is(value, -0)) return '-0';
  if (typeof value !== 'object' || value === null || !('key' in value && 'terms' in value)) return value;
  return 'min' in value && 'max' in value
    ? `${String(value.key)}[${String(value.min)},${String(value.max)}]`
    : value.key;
}

export function kernelKey(kernel: Kernel): string {
  return JSON.stringify({ ...kernel, name: '' }, shorten);
}
