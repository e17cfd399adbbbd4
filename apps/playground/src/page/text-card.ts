/** Letting the network write: after a beginning of one's own, and of itself while it learns. */

import type { Request } from '../protocol.ts';
import { byId, setText } from './elements.ts';
import { formatCount } from './format.ts';
import { notice } from './notices.ts';

const LENGTH = 400;
/** Longer texts are cut: numbering the characters of a book takes no time, those of a library do. */
const LONGEST = 4_000_000;

export class TextCard {
  readonly #ask: (request: Request) => void;
  readonly #answer = byId('answer', HTMLElement);
  readonly #sample = byId('sample', HTMLElement);
  readonly #prompt = byId('prompt', HTMLInputElement);
  readonly #temperature = byId('temperature', HTMLInputElement);
  readonly #button = byId('write-button', HTMLButtonElement);
  #asked = '';

  constructor(ask: (request: Request) => void) {
    this.#ask = ask;
    const value = byId('temperature-value', HTMLOutputElement);
    this.#temperature.addEventListener('input', () => setText(value, this.#temperature.value));
    byId('write', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      this.#write();
    });
    const file = byId('corpus-file', HTMLInputElement);
    file.addEventListener('change', () => void this.#read(file));
  }

  ready(): void {
    this.#button.disabled = false;
  }

  showCorpus(name: string, characters: number, different: number): void {
    setText(
      byId('corpus', HTMLElement),
      `${name}: ${formatCount(characters)} characters, ${different} of them different.`,
    );
  }

  showWriting(text: string, step: number, asked: boolean, done: boolean): void {
    if (!asked) {
      setText(this.#sample, `${text.trim()} …`);
      setText(byId('sample-title', HTMLElement), `Of itself, after ${formatCount(step)} steps`);
      return;
    }
    const beginning = document.createElement('mark');
    beginning.textContent = this.#asked;
    this.#answer.replaceChildren(beginning, text);
    this.#answer.setAttribute('aria-busy', String(!done));
  }

  #write(): void {
    this.#asked = this.#prompt.value;
    this.#answer.setAttribute('aria-busy', 'true');
    const temperature = Number(this.#temperature.value);
    this.#ask({ type: 'write', prompt: this.#asked, temperature, length: LENGTH });
  }

  async #read(input: HTMLInputElement): Promise<void> {
    const file = input.files?.[0];
    if (!file) return;
    try {
      const text = (await file.slice(0, LONGEST).text()).replaceAll('\r\n', '\n');
      this.#ask({ type: 'learnFrom', name: file.name, text });
    } catch (error) {
      notice(
        'file',
        `${file.name} could not be read: ${error instanceof Error ? error.message : String(error)}`,
        true,
      );
    }
    input.value = '';
  }
}
