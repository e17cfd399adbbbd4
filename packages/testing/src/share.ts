/** A share of many cases, for devices that take turns: each runs some, and all of them together run all. */

export interface Share {
  /** Which of `of` equal parts; all unless given. */
  readonly parts?: readonly number[];
  readonly of?: number;
}

/** Whether the case at a place belongs to the share. */
export function inShare({ parts = [0], of = 1 }: Share, place: number): boolean {
  return parts.includes(place % of);
}
