/** The page: starts the worker, and brings its reports to the cards and their wishes to it. */

import { DigitsCard } from './page/digits-card.ts';
import { byId } from './page/elements.ts';
import { checkIsolation, notice, withdrawNotice } from './page/notices.ts';
import { Tabs } from './page/tabs.ts';
import { TextCard } from './page/text-card.ts';
import { TrainingCard } from './page/training-card.ts';
import type { DeviceStatus, Report, Request, Task } from './protocol.ts';

const worker = new Worker(new URL('./worker/main.ts', import.meta.url), { type: 'module' });
const ask = (request: Request) => worker.postMessage(request);

checkIsolation();
const digits = new DigitsCard(ask);
const text = new TextCard(ask);
const training = new TrainingCard(ask, 'digits');
const tabs = new Tabs((task) => show(task));
show(tabs.task);

const network = byId('network', HTMLSelectElement);
network.addEventListener('change', () => {
  ask({ type: 'network', network: network.value === 'lenet' ? 'lenet' : 'mlp' });
});

worker.addEventListener('message', ({ data }: MessageEvent<Report>) => receive(data));
worker.addEventListener('error', ({ message }) => {
  notice(
    'worker',
    `The worker that computes has stopped: ${message || 'it could not be loaded'}. Reload the page.`,
    true,
  );
});

/** Nothing is trained that is not shown. */
function show(task: Task): void {
  if (training.running !== undefined && training.running !== task) ask({ type: 'stop' });
  training.show(task);
}

function receive(report: Report): void {
  switch (report.type) {
    case 'devices':
      sayWhatIsMissing(report.devices);
      training.ready(report.devices);
      text.ready();
      break;
    case 'running':
      if (report.task !== undefined) withdrawNotice('failed');
      training.setRunning(report.task);
      break;
    case 'device':
      training.setDevice(report.device);
      break;
    case 'fresh':
      training.begunAnew(report.task, report.parameters);
      if (report.task !== 'digits') break;
      training.setAccuracy(undefined);
      digits.forgetExam();
      digits.networkChanged(false);
      break;
    case 'progress':
      training.add(report.task, report);
      break;
    case 'examples':
      digits.showExamples(report.images, report.labels);
      break;
    case 'exam':
      training.setAccuracy(report.accuracy);
      digits.showExam(report);
      digits.networkChanged(training.hasTrained('digits'));
      break;
    case 'recognised':
      digits.recognised(report.probabilities);
      break;
    case 'corpus':
      text.showCorpus(report.name, report.characters, report.different);
      break;
    case 'written':
      text.showWriting(report.text, report.step, report.asked, report.done);
      break;
    case 'busy':
      training.setBusy(report.text);
      break;
    case 'failed':
      digits.gaveUp();
      notice('failed', report.message, true);
      break;
  }
}

function sayWhatIsMissing(devices: readonly DeviceStatus[]): void {
  for (const { device, missing } of devices) {
    if (missing === undefined) continue;
    notice(device, `No WebGPU here, so the CPU does all the work: ${missing.replace(/^webgpu: /, '')}.`);
  }
}
