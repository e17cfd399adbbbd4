/**
 * The losses of one training as a curve: as they came, smoothed, and never more points than a chart can show. The chart's
 * axis is one of powers, so it is logarithms that are averaged.
 */

const MOST_POINTS = 1200;
/** How much of the smoothed curve stays at each report. */
const INERTIA = 0.75;

export class LossHistory {
  steps: number[] = [];
  losses: number[] = [];
  smooth: number[] = [];
  /** The running mean of logarithms, and how much of the past it has seen: it starts at zero, which is made up for. */
  #mean = 0;
  #weight = 0;

  add(step: number, loss: number): void {
    this.#mean = INERTIA * this.#mean + (1 - INERTIA) * Math.log(loss);
    this.#weight = INERTIA * this.#weight + (1 - INERTIA);
    this.steps.push(step);
    this.losses.push(loss);
    this.smooth.push(Math.exp(this.#mean / this.#weight));
    if (this.steps.length > MOST_POINTS) this.#thin();
  }

  clear(): void {
    this.steps = [];
    this.losses = [];
    this.smooth = [];
    this.#mean = 0;
    this.#weight = 0;
  }

  /** The curve in words, for those who do not see it. */
  describe(): string {
    if (this.steps.length === 0) return 'Loss curve, empty so far';
    const last = this.steps.length - 1;
    return (
      `Loss curve, from ${this.losses[0].toFixed(2)} at step ${this.steps[0]} ` +
      `to ${this.smooth[last].toFixed(2)} at step ${this.steps[last]}`
    );
  }

  /** Two points become one, but for the last one. */
  #thin(): void {
    const isKept = (i: number) => i % 2 === 1 || i === this.steps.length - 1;
    const mean = (value: number, i: number) => (i % 2 === 1 ? Math.sqrt(value * this.losses[i - 1]) : value);
    this.losses = this.losses.map(mean).filter((_, i) => isKept(i));
    this.smooth = this.smooth.filter((_, i) => isKept(i));
    this.steps = this.steps.filter((_, i) => isKept(i));
  }
}
