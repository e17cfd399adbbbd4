/** Numbers as the page shows them: short, with units, and of steady width. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export function formatCount(value: number): string {
  return whole.format(value);
}

/** A rate or a size with three digits at most: `950`, `12.3k`, `1.20M`. */
export function formatShort(value: number): string {
  for (const [unit, size] of [
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    // prettier-ignore
    if (value >= size) return `${(value / size).toPrecision(3)}${unit}`;
  }
  return value >= 10 ? value.toFixed(0) : value.toPrecision(2);
}

export function formatLoss(value: number): string {
  return value >= 0.01 || value === 0 ? value.toFixed(3) : value.toExponential(1);
}

export function formatPercent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

export function formatBytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
