/**
 * The sizes at which work is cut up, all in one place. Times are estimates in nanoseconds. None of them changes what a
 * kernel means; tests set them low, so that small kernels go the ways of large ones.
 */

export const tuning = {
  /** Fewer rows than this are done in stages and parts, if all of it takes more than `split`. */
  fewRows: 8,
  split: 20_000,
  /** What a part should take, unless that makes more than `maxParts`. */
  part: 5_000,
  maxParts: 64,
  /** Ranges of vectorised grids begin at multiples of this many iterations. */
  grain: 64,
  /** A grid is shared between threads from here on. */
  shared: 6_000,
  /** What a task should take at least, and how many of them a thread gets: one that is held up can then be helped. */
  task: 4_000,
  tasksPerThread: 4,
  /** A batch wakes sleeping workers from here on: waking alone takes as long. */
  wake: 60_000,
};
