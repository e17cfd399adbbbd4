/**
 * What a benchmark is: a set of variants that are measured in turn, so that whatever else the machine does meets all of
 * them alike. A variant is timed, or it is a figure that needs no clock.
 */

/** One call of the work; a promise where it has to be awaited. */
export type Call = () => unknown;

export interface TimedVariant {
  readonly name: string;
  /** Prepares the data and gives what is timed; the result is there when a call returns or resolves. */
  setup(): Call | Promise<Call>;
  /** Of one call, for rates: floating-point operations, bytes that have to move, samples. */
  readonly flops?: number;
  readonly bytes?: number;
  readonly samples?: number;
}

export interface FigureVariant {
  readonly name: string;
  readonly unit: string;
  /** Less is better. */
  figure(): number | Promise<number>;
}

export type Variant = TimedVariant | FigureVariant;

/** Where a set stands in a plot: one line a variant, over `x`. */
export interface PlotPoint {
  readonly plot: string;
  readonly axis: string;
  readonly x: number;
}

export interface BenchmarkSet {
  readonly group: string;
  readonly name: string;
  readonly variants: readonly Variant[];
  readonly point?: PlotPoint;
}

/** `group/set/variant`: the name under which a result is saved and compared. */
export function idOf({ group, name }: BenchmarkSet, variant: Variant): string {
  return `${group}/${name}/${variant.name}`;
}

export function isTimed(variant: Variant): variant is TimedVariant {
  return 'setup' in variant;
}
