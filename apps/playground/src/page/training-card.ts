/** The training: start and stop, device and learning rate, the figures and the curve of the task that is shown. */

import { DEVICES, TASKS } from '../protocol.ts';
import type { DeviceName, DeviceStatus, Progress, Request, Task } from '../protocol.ts';
import { Chart } from './chart.ts';
import { byId, setText } from './elements.ts';
import { formatBytes, formatCount, formatLoss, formatPercent, formatShort } from './format.ts';
import { LossHistory } from './loss-history.ts';

/** What is remembered of a task while the other one is shown. */
class Course {
  readonly history = new LossHistory();
  learningRate: string;
  latest: Progress | undefined;
  parameters = 0;
  /** Nothing has come from this network on this device yet: its kernels are still to be compiled. */
  isFirst = true;

  constructor(learningRate: string) {
    this.learningRate = learningRate;
  }
}

const TITLES: Readonly<Record<DeviceName, string>> = { cpu: 'CPU', webgpu: 'WebGPU' };
const IN_WORDS: Readonly<Record<DeviceName, string>> = { cpu: 'the CPU', webgpu: 'WebGPU' };

export class TrainingCard {
  readonly #ask: (request: Request) => void;
  readonly #courses: Readonly<Record<Task, Course>> = {
    digits: new Course('0.001'),
    text: new Course('0.003'),
  };
  readonly #toggle = byId('toggle', HTMLButtonElement);
  readonly #reset = byId('reset', HTMLButtonElement);
  readonly #status = byId('status', HTMLElement);
  readonly #learningRate = byId('learning-rate', HTMLSelectElement);
  readonly #chart: Chart;
  readonly #radios: ReadonlyMap<DeviceName, HTMLInputElement>;
  #task: Task;
  #running: Task | undefined;
  #device: DeviceName = 'cpu';
  #busy = '';

  constructor(ask: (request: Request) => void, task: Task) {
    this.#ask = ask;
    this.#task = task;
    this.#chart = new Chart(byId('chart', HTMLElement), this.#courses[task].history);
    this.#radios = new Map(DEVICES.map((device) => [device, radioOf(device)]));
    this.#toggle.addEventListener('click', () => this.#startOrStop());
    this.#reset.addEventListener('click', () => ask({ type: 'reset', task: this.#task }));
    this.#learningRate.addEventListener('change', () => this.#changeLearningRate());
    for (const [device, radio] of this.#radios) {
      radio.addEventListener('change', () => {
        ask({ type: 'device', device });
        this.setBusy(`Moving to ${IN_WORDS[device]} …`);
      });
    }
    this.show(task);
  }

  get running(): Task | undefined {
    return this.#running;
  }

  hasTrained(task: Task): boolean {
    return this.#courses[task].latest !== undefined;
  }

  /** Shows the figures of a task. */
  show(task: Task): void {
    this.#task = task;
    const { learningRate, history } = this.#courses[task];
    this.#learningRate.value = learningRate;
    setText(byId('speed-label', HTMLElement), task === 'digits' ? 'Images a second' : 'Tokens a second');
    this.#showFigures();
    this.#showState();
    this.#chart.show(history);
  }

  ready(devices: readonly DeviceStatus[]): void {
    for (const { device, missing, detail } of devices) {
      const radio = this.#radios.get(device);
      if (!radio) continue;
      radio.disabled = missing !== undefined;
      const label = radio.nextElementSibling;
      if (label) label.textContent = detail ? `${TITLES[device]}, ${detail}` : TITLES[device];
    }
    this.#toggle.disabled = false;
    this.#reset.disabled = false;
    this.#showState();
  }

  setRunning(task: Task | undefined): void {
    this.#running = task;
    this.#showState();
  }

  setDevice(device: DeviceName): void {
    this.#device = device;
    for (const task of TASKS) this.#courses[task].isFirst = true;
    const radio = this.#radios.get(device);
    if (radio) radio.checked = true;
    this.setBusy('');
  }

  setBusy(text: string): void {
    this.#busy = text;
    this.#showState();
  }

  begunAnew(task: Task, parameters: number): void {
    const course = this.#courses[task];
    course.history.clear();
    course.latest = undefined;
    course.parameters = parameters;
    course.isFirst = true;
    if (task === this.#task) this.show(task);
  }

  add(task: Task, progress: Progress): void {
    const course = this.#courses[task];
    const wasFirst = course.isFirst;
    course.isFirst = false;
    course.latest = progress;
    course.history.add(progress.step, progress.loss);
    if (task !== this.#task) return;
    this.#showFigures();
    this.#chart.show();
    if (wasFirst) this.#showState();
  }

  /** Undefined when the network is another one, and nobody knows. */
  setAccuracy(accuracy: number | undefined): void {
    setText(byId('figure-accuracy', HTMLElement), accuracy === undefined ? '–' : formatPercent(accuracy));
  }

  #startOrStop(): void {
    this.#ask(this.#running === this.#task ? { type: 'stop' } : { type: 'start', task: this.#task });
  }

  #changeLearningRate(): void {
    const { value } = this.#learningRate;
    this.#courses[this.#task].learningRate = value;
    this.#ask({ type: 'learningRate', task: this.#task, value: Number(value) });
  }

  #showFigures(): void {
    const { latest, parameters } = this.#courses[this.#task];
    const figure = (name: string, text: string) => setText(byId(`figure-${name}`, HTMLElement), text);
    figure('step', formatCount(latest?.step ?? 0));
    figure('loss', latest ? formatLoss(latest.loss) : '–');
    figure('speed', latest ? formatShort(latest.perSecond) : '–');
    figure('memory', latest?.memory ? formatBytes(latest.memory.used) : '–');
    figure('parameters', parameters > 0 ? formatShort(parameters) : '–');
    byId('figure-memory', HTMLElement).title = latest?.memory
      ? `At most ${formatBytes(latest.memory.peak)} so far`
      : '';
  }

  #showState(): void {
    const runs = this.#running === this.#task;
    const course = this.#courses[this.#task];
    setText(this.#toggle, runs ? 'Pause' : course.latest ? 'Go on' : 'Train');
    setText(this.#status, this.#busy || this.#stateInWords(runs, course));
  }

  #stateInWords(runs: boolean, { latest, isFirst }: Course): string {
    if (this.#toggle.disabled) return 'Starting …';
    if (runs && isFirst) return `Compiling for ${IN_WORDS[this.#device]} …`;
    if (runs) return `Training on ${IN_WORDS[this.#device]}`;
    return latest ? 'Paused' : 'Not trained yet';
  }
}

function radioOf(device: DeviceName): HTMLInputElement {
  const radio = document.querySelector<HTMLInputElement>(`input[name="device"][value="${device}"]`);
  if (!radio) throw new Error(`the page has no choice of the device "${device}"`);
  return radio;
}
