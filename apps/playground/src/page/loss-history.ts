/**
 * The losses of one training as a curve: as they came, smoothed, and never more points than a chart can show. The chart's
 * axis is one of powers, so it is logarithms that are averaged.
 */

const MOST_POINTS = 1200;
/** How much of the smoothed curve stays at each report. */
const INERTIA = 0.75;
/** A loss below this counts as this, so that it has a logarithm. */
const LEAST = 1e-8;

export class LossHistory {
  /** The last step of each point; its mean loss; the smoothed loss there. */
  steps: number[] = [];
  losses: number[] = [];
  smooth: number[] = [];
  #first: { readonly step: number; readonly loss: number } | undefined;
  /** Reports that make a point, and those that the last point has so far. */
  #reports = 1;
  #inLast = 0;
  /** The running mean of logarithms, and how much of the past it has seen: it starts at zero, which is made up for. */
  #mean = 0;
  #weight = 0;

  /** A loss that is a number. */
  add(step: number, lossAsIs: number): void {
    const loss = Math.max(lossAsIs, LEAST);
    this.#first ??= { step, loss };
    this.#mean = INERTIA * this.#mean + (1 - INERTIA) * Math.log(loss);
    this.#weight = INERTIA * this.#weight + (1 - INERTIA);
    const smooth = Math.exp(this.#mean / this.#weight);
    if (this.#inLast === 0 || this.#inLast === this.#reports) this.#addPoint(step, loss, smooth);
    else this.#addToPoint(step, loss, smooth);
  }

  clear(): void {
    this.steps = [];
    this.losses = [];
    this.smooth = [];
    this.#first = undefined;
    this.#reports = 1;
    this.#inLast = 0;
    this.#mean = 0;
    this.#weight = 0;
  }

  /** The curve in words, for those who do not see it. */
  describe(): string {
    const [step, smooth] = [this.steps.at(-1), this.smooth.at(-1)];
    if (!this.#first || step === undefined || smooth === undefined) return 'Loss curve, empty so far';
    const { step: firstStep, loss } = this.#first;
    return `Loss curve, from ${loss.toFixed(2)} at step ${firstStep} to ${smooth.toFixed(2)} at step ${step}`;
  }

  #addPoint(step: number, loss: number, smooth: number): void {
    if (this.steps.length === MOST_POINTS) this.#mergePairs();
    this.steps.push(step);
    this.losses.push(loss);
    this.smooth.push(smooth);
    this.#inLast = 1;
  }

  #addToPoint(step: number, loss: number, smooth: number): void {
    const last = this.steps.length - 1;
    const count = this.#inLast;
    this.steps[last] = step;
    this.losses[last] = Math.exp((count * Math.log(this.losses[last]) + Math.log(loss)) / (count + 1));
    this.smooth[last] = smooth;
    this.#inLast++;
  }

  /** Two points become one, and from now on a point stands for twice as many reports. */
  #mergePairs(): void {
    const seconds = (values: readonly number[]) => values.filter((_, i) => i % 2 === 1);
    this.losses = seconds(this.losses.map((loss, i) => Math.sqrt(loss * (this.losses[i - 1] ?? loss))));
    this.steps = seconds(this.steps);
    this.smooth = seconds(this.smooth);
    this.#reports *= 2;
  }
}
