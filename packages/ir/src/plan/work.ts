/** What a plan has to do: the work of all its launches. */

import type { Work } from '../kernel/work.ts';
import { NO_WORK, addWork, workOf } from '../kernel/work.ts';
import type { Schedule, ScheduledDispatch } from '../schedule/dispatches.ts';

export function workOfDispatch({ kernel, launches }: ScheduledDispatch): Work {
  return launches.map(({ extents }) => workOf(kernel, extents)).reduce(addWork, NO_WORK);
}

export function workOfSchedule({ dispatches }: Schedule): Work {
  return dispatches.map(workOfDispatch).reduce(addWork, NO_WORK);
}
