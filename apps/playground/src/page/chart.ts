/**
 * The loss curve on the screen. Losses fall by powers of ten, so the chart is one of their logarithms; only its labels
 * speak of losses.
 */

import uPlot from 'uplot';
import type { LossHistory } from './loss-history.ts';
import { formatShort } from './format.ts';
import { color, onColorsChange } from './palette.ts';

export class Chart {
  readonly #host: HTMLElement;
  readonly #plot: uPlot;
  #history: LossHistory;
  #pending = false;

  constructor(host: HTMLElement, history: LossHistory) {
    this.#host = host;
    this.#history = history;
    this.#plot = new uPlot(options(host), dataOf(history), host);
    new ResizeObserver(() => this.#plot.setSize(sizeOf(host))).observe(host);
    // Axes and lines ask for their colours when they are drawn.
    onColorsChange(() => this.#plot.redraw(false, true));
  }

  /** Shows another history, or the same one when it has grown. */
  show(history = this.#history): void {
    this.#history = history;
    if (this.#pending) return;
    this.#pending = true;
    requestAnimationFrame(() => {
      this.#pending = false;
      this.#plot.setData(dataOf(this.#history));
      this.#host.setAttribute('aria-label', this.#history.describe());
    });
  }
}

function dataOf({ steps, losses, smooth }: LossHistory): uPlot.AlignedData {
  return [steps, losses.map(Math.log10), smooth.map(Math.log10)];
}

/** Where the axis has labels: at powers of ten, and at 2 and 5 times those where few powers are in sight. */
function powersWithin(low: number, high: number): number[] {
  const factors = high - low < 1.8 ? [1, 2, 5] : [1];
  const every = Math.ceil((high - low) / 7);
  const places: number[] = [];
  for (let power = Math.floor(low); power <= high; power++) {
    if (power % every !== 0) continue;
    places.push(...factors.map((factor) => power + Math.log10(factor)));
  }
  return places.filter((place) => place >= low && place <= high);
}

function formatPower(logarithm: number): string {
  return logarithm > -2.01
    ? `${Number((10 ** logarithm).toPrecision(1))}`
    : (10 ** logarithm).toExponential(0);
}

function sizeOf({ clientWidth, clientHeight }: HTMLElement): { width: number; height: number } {
  return { width: clientWidth, height: clientHeight };
}

function options(host: HTMLElement): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: () => color('muted'),
    grid: { stroke: () => color('line'), width: 1 },
    ticks: { stroke: () => color('line'), width: 1, size: 4 },
    font: '12px system-ui, sans-serif',
  };
  return {
    ...sizeOf(host),
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: (_, low, high) => [low === high ? 0 : low, Math.max(high, low + 10)] },
      y: { range: (_, low, high) => (Number.isFinite(high) ? [low - 0.1, high + 0.1] : [-1, 1]) },
    },
    axes: [
      {
        ...axis,
        size: 28,
        gap: 2,
        values: (_, steps) => steps.map((step) => (step >= 1e4 ? formatShort(step) : `${step}`)),
      },
      {
        ...axis,
        size: 44,
        gap: 4,
        splits: (_, __, low, high) => powersWithin(low, high),
        values: (_, places) => places.map(formatPower),
      },
    ],
    series: [
      {},
      { label: 'loss', stroke: () => color('warm-soft'), width: 1, points: { show: false } },
      { label: 'smoothed', stroke: () => color('warm'), width: 2.5, points: { show: false } },
    ],
  };
}
