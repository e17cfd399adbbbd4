/**
 * A line search for a step that satisfies the strong Wolfe conditions: a sufficient decrease, and a slope much smaller than
 * at the start. First an interval that contains one is bracketed, then it is narrowed by cubic interpolation. Plain numbers;
 * what a point is, is up to the caller. Nocedal and Wright, Numerical Optimization, 3.5.
 */

/** A step length with what was found there: the value, its slope along the line, and the caller's gradient. */
export interface LinePoint<G> {
  readonly step: number;
  readonly value: number;
  readonly slope: number;
  readonly gradient: G;
}

export interface LineSearchOptions {
  /** How much of the decrease that the first slope promises is asked for. */
  readonly decrease?: number;
  /** How much of the first slope may remain. */
  readonly curvature?: number;
  /** An interval below this, measured in the greatest change of an element, is not narrowed further. */
  readonly toleranceChange: number;
  readonly maxEvaluations?: number;
}

export interface LineSearchResult<G> {
  readonly point: LinePoint<G>;
  readonly evaluations: number;
}

/** Searches from `start` (step 0), beginning with a step length. `reach` is the greatest element of the direction. */
export async function strongWolfe<G>(
  evaluate: (step: number) => Promise<LinePoint<G>>,
  start: LinePoint<G>,
  firstStep: number,
  reach: number,
  { decrease = 1e-4, curvature = 0.9, toleranceChange, maxEvaluations = 25 }: LineSearchOptions,
): Promise<LineSearchResult<G>> {
  const tooHigh = ({ step, value }: LinePoint<G>) => value > start.value + decrease * step * start.slope;
  const flatEnough = ({ slope }: LinePoint<G>) => Math.abs(slope) <= -curvature * start.slope;
  let latest = await evaluate(firstStep);
  let evaluations = 1;
  const probe = async (step: number) => {
    latest = await evaluate(step);
    evaluations++;
    return latest;
  };

  let previous = start;
  let bracket: [LinePoint<G>, LinePoint<G>] = [start, latest];
  let found = false;
  let rounds = 0;
  for (; rounds < maxEvaluations; rounds++) {
    bracket = [previous, latest];
    if (tooHigh(latest) || (rounds > 1 && latest.value >= previous.value)) break;
    if (flatEnough(latest)) {
      bracket = [latest, latest];
      found = true;
      break;
    }
    if (latest.slope >= 0) break;
    const least = latest.step + 0.01 * (latest.step - previous.step);
    const next = interpolate(previous, latest, [least, latest.step * 10]);
    previous = latest;
    await probe(next);
  }
  if (rounds === maxEvaluations) bracket = [start, latest];

  let [low, high] = bracket[0].value <= bracket[1].value ? bracket : [bracket[1], bracket[0]];
  let isStuck = false;
  while (!found && rounds < maxEvaluations) {
    const [from, to] = [Math.min(low.step, high.step), Math.max(low.step, high.step)];
    if ((to - from) * reach < toleranceChange) break;
    let step = interpolate(low, high);
    const margin = 0.1 * (to - from);
    if (Math.min(to - step, step - from) < margin) {
      // Near an end twice in a row: the step is moved inwards, so that the interval keeps shrinking.
      if (isStuck || step >= to || step <= from) {
        step = Math.abs(step - to) < Math.abs(step - from) ? to - margin : from + margin;
        isStuck = false;
      } else {
        isStuck = true;
      }
    } else {
      isStuck = false;
    }
    const point = await probe(step);
    rounds++;
    if (tooHigh(point) || point.value >= low.value) {
      high = point;
      if (low.value > high.value) [low, high] = [high, low];
      continue;
    }
    if (flatEnough(point)) found = true;
    else if (point.slope * (high.step - low.step) >= 0) high = low;
    low = point;
  }
  return { point: low, evaluations };
}

/** Where the cubic through two points with their slopes is least, within bounds; the middle where there is no such place. */
function interpolate<G>(
  one: LinePoint<G>,
  other: LinePoint<G>,
  bounds: readonly [number, number] = [Math.min(one.step, other.step), Math.max(one.step, other.step)],
): number {
  const [a, b] = one.step <= other.step ? [one, other] : [other, one];
  const [least, most] = bounds;
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.step - b.step);
  const square = d1 ** 2 - a.slope * b.slope;
  if (!(square >= 0)) return (least + most) / 2;
  const d2 = Math.sqrt(square);
  const step = b.step - (b.step - a.step) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2));
  return Math.min(Math.max(step, least), most);
}
