/** The two sessions, which of them is training, and what is told of it how often. */

import { DeviceLostError } from 'tenfold';
import { TASKS } from '../protocol.ts';
import type { DeviceName, Report, Request, Task } from '../protocol.ts';
import { devicesAfterLoss } from './devices.ts';
import { DigitsSession } from './digits-session.ts';
import { letMessagesIn } from './mailbox.ts';
import { TextSession, corpusOf, tales } from './text-session.ts';

/** Milliseconds between two reports of a kind, at least. */
const EVERY = { progress: 50, exam: 1000, writing: 2500 };
/** An exam or a writing that takes long comes so much more seldom that this many times as long goes into training. */
const TRAINING_SHARE = 8;
/** The first steps, in which most is learned, are reported one by one. */
const FIRST_STEPS = 20;
/** What is written while learning ends after so many characters, or milliseconds. */
const SAMPLE = { length: 160, milliseconds: 400 };
/** Milliseconds between two tellings of how far a writing is. */
const TELLING = 50;

export class Studio {
  readonly #tell: (report: Report) => void;
  /** Whether nobody waits. */
  readonly #isIdle: () => boolean;
  readonly #digits = new DigitsSession('cpu', 'mlp', 1e-3);
  #text = new TextSession('cpu', tales(), 3e-3);
  #training: Task | undefined;
  /** When the next report of a kind is due. */
  readonly #due = { progress: 0, exam: 0, writing: 0 };

  constructor(tell: (report: Report) => void, isIdle: () => boolean) {
    this.#tell = tell;
    this.#isIdle = isIdle;
    const { images, labels } = this.#digits.shown;
    tell({ type: 'examples', images, labels });
    this.#tellFresh('digits');
    this.#tellFresh('text');
    this.#tellCorpus();
  }

  get isTraining(): boolean {
    return this.#training !== undefined;
  }

  async handle(request: Request): Promise<void> {
    switch (request.type) {
      case 'start':
        this.#start(request.task);
        break;
      case 'stop':
        await this.#reportAll();
        this.stop();
        break;
      case 'reset':
        this.#session(request.task).reset();
        this.#tellFresh(request.task);
        break;
      case 'device':
        await this.#changeDevice(request.device);
        break;
      case 'learningRate':
        this.#session(request.task).learningRate = request.value;
        break;
      case 'network':
        this.#digits.changeNetwork(request.network);
        this.#tellFresh('digits');
        break;
      case 'recognise':
        this.#tell({ type: 'recognised', probabilities: await this.#digits.recognise(request.pixels) });
        break;
      case 'learnFrom': {
        const { device, learningRate } = this.#text;
        this.#text = new TextSession(device, corpusOf(request.name, request.text), learningRate);
        this.#tellCorpus();
        this.#tellFresh('text');
        break;
      }
      case 'write':
        await this.#write(request.prompt, request.temperature, { asked: true, length: request.length });
        break;
    }
  }

  /** One step, and what there is to tell of it. */
  async train(): Promise<void> {
    if (this.#training === undefined) return;
    const session = this.#session(this.#training);
    await session.train();
    if (session.step <= FIRST_STEPS || this.#isDue('progress')) await this.#tellProgress();
    if (this.#training === 'digits' && this.#isDue('exam')) await this.#tellExam();
    if (this.#training === 'text' && this.#isDue('writing')) await this.#tellSample();
  }

  stop(): void {
    this.#training = undefined;
    this.#tell({ type: 'running', task: undefined });
  }

  #session(task: Task): DigitsSession | TextSession {
    return task === 'digits' ? this.#digits : this.#text;
  }

  #start(task: Task): void {
    if (task === 'digits' && !this.#digits.hasData) {
      this.#busyWith('Drawing 12,000 digits to learn from', () => this.#digits.drawData());
    }
    this.#training = task;
    this.#tell({ type: 'running', task });
  }

  async #changeDevice(device: DeviceName): Promise<void> {
    await this.#digits.carryTo(device);
    await this.#text.carryTo(device);
    this.#forgetPace();
    this.#tell({ type: 'device', device });
  }

  /** After an error nothing goes on by itself. A device that is lost takes its networks with it. */
  recoverFrom(error: unknown): void {
    this.stop();
    if (error instanceof DeviceLostError) {
      this.#tell({ type: 'devices', devices: devicesAfterLoss() });
      for (const task of TASKS) {
        this.#session(task).reset('cpu');
        this.#tellFresh(task);
      }
    }
    this.#tell({ type: 'device', device: this.#digits.device });
  }

  #busyWith(text: string, work: () => void): void {
    this.#tell({ type: 'busy', text });
    work();
    this.#tell({ type: 'busy', text: '' });
  }

  #tellFresh(task: Task): void {
    this.#forgetPace();
    this.#tell({ type: 'fresh', task, parameters: this.#session(task).parameterCount });
  }

  #tellCorpus(): void {
    const { name, numbers, vocabulary } = this.#text.corpus;
    this.#tell({ type: 'corpus', name, characters: numbers.length, different: vocabulary.size });
  }

  /** Everything about what is being trained, as it is now, but for an exam where that takes long. */
  async #reportAll(): Promise<void> {
    if (this.#training === undefined) return;
    await this.#tellProgress();
    if (this.#training === 'digits' && this.#due.exam <= performance.now() + EVERY.exam)
      await this.#tellExam();
  }

  async #tellProgress(): Promise<void> {
    const task = this.#training!;
    const progress = await this.#session(task).progress();
    if (progress && !Number.isFinite(progress.loss)) {
      throw new RangeError(
        `after step ${progress.step} the loss is no longer a finite number; begin anew with a smaller learning rate`,
      );
    }
    if (progress) this.#tell({ type: 'progress', task, ...progress });
    this.#due.progress = performance.now() + EVERY.progress;
  }

  #tellExam(): Promise<void> {
    return this.#paced('exam', async () => this.#tell({ type: 'exam', ...(await this.#digits.exam()) }));
  }

  #tellSample(): Promise<void> {
    return this.#paced('writing', () => this.#write('', 0.6, { asked: false, ...SAMPLE }));
  }

  /** How long reports took says nothing of another device or network. */
  #forgetPace(): void {
    Object.assign(this.#due, { progress: 0, exam: 0, writing: 0 });
  }

  #isDue(kind: keyof typeof EVERY): boolean {
    return performance.now() >= this.#due[kind];
  }

  /** Makes a report, and says when the next one is due. */
  async #paced(kind: 'exam' | 'writing', report: () => Promise<void>): Promise<void> {
    const start = performance.now();
    await report();
    const end = performance.now();
    this.#due[kind] = end + Math.max(EVERY[kind], TRAINING_SHARE * (end - start));
  }

  /** Tells the writing as it grows, until it is long enough, takes too long, or somebody asks for something else. */
  async #write(
    prompt: string,
    temperature: number,
    options: { readonly asked: boolean; readonly length: number; readonly milliseconds?: number },
  ): Promise<void> {
    const { asked, length, milliseconds = Infinity } = options;
    const { step } = this.#text;
    const start = performance.now();
    let [text, told] = ['', start];
    for await (const character of this.#text.write(prompt, temperature)) {
      text += character;
      const now = performance.now();
      if (text.length >= length || now - start >= milliseconds) break;
      if (now - told < TELLING) continue;
      told = now;
      this.#tell({ type: 'written', text, step, asked, done: false });
      await letMessagesIn();
      if (!this.#isIdle()) break;
    }
    this.#tell({ type: 'written', text, step, asked, done: true });
  }
}
