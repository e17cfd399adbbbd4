/** Results as lines of text. */

import type { Result } from './results.ts';

const WIDTHS = { name: 52, value: 13, noise: 9, rate: 19 };

export function heading(): string {
  const { name, value, noise, rate } = WIDTHS;
  return `${''.padEnd(name)}${'median'.padStart(value)}${'noise'.padStart(noise)}${'rate'.padStart(rate)}`;
}

export function setHeading({ group, set }: Result): string {
  return `${group}: ${set}`;
}

export function line({ variant, value, unit, timing, rate }: Result): string {
  return [
    `  ${variant}`.padEnd(WIDTHS.name),
    quantity(value, unit).padStart(WIDTHS.value),
    (timing ? `±${(timing.noise * 100).toFixed(1)} %` : '').padStart(WIDTHS.noise),
    (rate ? `${short(rate.value)} ${rate.unit}` : '').padStart(WIDTHS.rate),
  ]
    .join('')
    .trimEnd();
}

/** What the automatic choice lost against the best of the forced ones, where a set has such variants. */
export function choice(results: readonly Result[]): string | undefined {
  const auto = results.find(({ variant }) => variant === 'auto');
  const forced = results.filter(({ variant, timing }) => timing && !variant.startsWith('auto'));
  if (!auto || forced.length === 0) return undefined;
  const best = forced.reduce((a, b) => (b.value < a.value ? b : a));
  return `  auto takes ${(auto.value / best.value).toFixed(2)} times as long as ${best.variant}, the best forced one`;
}

export function quantity(value: number, unit: string): string {
  if (unit === 'ms' && value < 0.1) return `${short(value * 1000)} µs`;
  return `${short(value)} ${unit}`.trimEnd();
}

/** Four digits. */
export function short(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const digits = Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 6));
}
