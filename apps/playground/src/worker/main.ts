/**
 * The worker: everything that computes. One loop takes requests in order and trains in between, so that nothing is ever
 * done to a network in the middle of a step, and the page stays free.
 */

import { TenfoldError } from 'tenfold';
import type { Report, Request } from '../protocol.ts';
import { findDevices } from './devices.ts';
import { Mailbox, letMessagesIn } from './mailbox.ts';
import { Studio } from './studio.ts';

const tell = (report: Report) => postMessage(report);

const mailbox = new Mailbox();
addEventListener('message', ({ data }: MessageEvent<Request>) => mailbox.put(data));

/** What went wrong, for the user: Tenfold's own messages are sentences, others say better where they come from. */
function reasonOf(error: unknown): string {
  if (error instanceof TenfoldError) return error.message;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

async function serve(): Promise<never> {
  tell({ type: 'devices', devices: await findDevices() });
  const studio = new Studio(tell, () => mailbox.isEmpty);
  for (;;) {
    const request = mailbox.take();
    try {
      if (request) await studio.handle(request);
      else if (studio.isTraining) await studio.train();
      else await mailbox.arrival();
    } catch (error) {
      tell({ type: 'failed', message: reasonOf(error) });
      studio.recoverFrom(error);
    }
    await letMessagesIn();
  }
}

serve().catch((error: unknown) => tell({ type: 'failed', message: reasonOf(error) }));
