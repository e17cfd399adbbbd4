/**
 * One library in a process of its own: checks and times the work that it can do, and says what it found. Only right results
 * are timed.
 */

import { timeBatches } from './batches.ts';
import { errorOf, isRight } from './check.ts';
import type { About, Answer, Job } from './job.ts';
import { messageOf, readJob, tell } from './job.ts';
import type { WorkName } from './works.ts';

export interface Work {
  /** Submits one call; resolves when there is room for the next. */
  run(): unknown;
  /** From the start: the result's elements; of a training step the losses of the first three; of the decoder the last logits. */
  result(): ArrayLike<number> | Promise<ArrayLike<number>>;
}

export interface Library extends About {
  /** What the library can do. */
  readonly works: { readonly [work in WorkName]?: () => Work | Promise<Work> };
  /** Resolves when everything submitted is done. */
  wait(): Promise<void>;
  /** An error of the device that the library did not raise. */
  complaint?(): string | undefined;
  /** Milliseconds of a call on the device's own clock, where it has one. */
  deviceMilliseconds?(run: Work['run'], calls: number): Promise<number | undefined>;
}

export async function serve(load: (job: Job) => Promise<Library>): Promise<never> {
  const job = readJob();
  const library = await load(job);
  const { name, version, device } = library;
  tell({ name, version, device } satisfies About);
  for (const work of job.works) tell({ work, ...(await measured(work, library, job)) } satisfies Answer);
  process.exit(0);
}

async function measured(work: WorkName, library: Library, job: Job): Promise<Omit<Answer, 'work'>> {
  const make = library.works[work];
  const expected = job.expected[work];
  if (!make) return { problem: 'the library has no such thing' };
  if (!expected) return { problem: 'there is nothing to compare its result with' };
  try {
    const { run, result } = await make();
    const error = errorOf(await result(), expected);
    const complaint = library.complaint?.();
    if (complaint !== undefined) return { error, problem: complaint };
    if (!isRight(error, expected)) {
      return { error, problem: `wrong by ${error.toExponential(1)} of the greatest magnitude` };
    }
    const timing = await timeBatches(run, () => library.wait(), job.timing);
    const later = library.complaint?.();
    if (later !== undefined) return { error, problem: later };
    const deviceMilliseconds = await library.deviceMilliseconds?.(run, Math.min(timing.calls, 20));
    return { error, timing, deviceMilliseconds };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}
