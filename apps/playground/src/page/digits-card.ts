/** Drawing a digit and having it read: the pad, the verdict with its ten bars, and digits nobody trained on. */

import { drawStrokes } from '@tenfold/examples/pen';
import type { Stroke } from '@tenfold/examples/pen';
import type { Exam, Request } from '../protocol.ts';
import { DrawingPad } from './drawing-pad.ts';
import { byId, context2d, setText } from './elements.ts';
import { color, onColorsChange } from './palette.ts';

/** The pen's radius in pixels of the image that the network sees: the middle of those it was trained on. */
const PEN_RADIUS = 1.35;

interface Bar {
  readonly row: HTMLLIElement;
  readonly length: HTMLElement;
  readonly share: HTMLElement;
}

interface ShownDigit {
  readonly pixels: Uint8Array;
  readonly label: number;
  readonly canvas: HTMLCanvasElement;
  readonly caption: HTMLElement;
}

export class DigitsCard {
  readonly #ask: (request: Request) => void;
  readonly #pad: DrawingPad;
  readonly #verdict = byId('verdict', HTMLElement);
  readonly #seen = byId('seen', HTMLCanvasElement);
  readonly #undo = byId('undo', HTMLButtonElement);
  readonly #clear = byId('clear', HTMLButtonElement);
  readonly #bars = makeBars(byId('bars', HTMLOListElement));
  #shown: readonly ShownDigit[] = [];
  #pixels: Uint8Array<ArrayBuffer> | undefined;
  #isTrained = false;
  /** An answer is awaited; the drawing has changed since it was asked for. */
  #isAsking = false;
  #isStale = false;

  constructor(ask: (request: Request) => void) {
    this.#ask = ask;
    this.#pad = new DrawingPad(byId('pad', HTMLCanvasElement), (strokes) => this.#drawn(strokes));
    this.#undo.addEventListener('click', () => this.#pad.undo());
    this.#clear.addEventListener('click', () => this.#pad.clear());
    onColorsChange(() => this.#paint());
    this.#paint();
  }

  /** The network is another, or knows more: what does it say now? */
  networkChanged(isTrained: boolean): void {
    this.#isTrained = isTrained;
    this.#recognise();
  }

  recognised(probabilities: readonly number[]): void {
    this.#isAsking = false;
    if (this.#isStale) this.#recognise();
    if (this.#pixels) this.#showVerdict(probabilities);
  }

  /** The worker could not answer. */
  gaveUp(): void {
    this.#isAsking = false;
  }

  showExamples(images: Uint8Array, labels: readonly number[]): void {
    const list = byId('exam', HTMLOListElement);
    this.#shown = labels.map((label, i) => {
      const item = document.createElement('li');
      const canvas = document.createElement('canvas');
      canvas.width = canvas.height = 28;
      canvas.setAttribute('role', 'img');
      canvas.setAttribute('aria-label', `a ${label}`);
      const caption = document.createElement('span');
      item.append(canvas, caption);
      list.append(item);
      return { pixels: images.subarray(i * 784, (i + 1) * 784), label, canvas, caption };
    });
    this.forgetExam();
    this.#paint();
  }

  showExam({ guesses }: Exam): void {
    this.#shown.forEach(({ label, caption }, i) => {
      const right = guesses[i] === label;
      caption.className = right ? 'right' : 'wrong';
      setText(caption, right ? `${guesses[i]}` : `${guesses[i]} ✗`);
    });
  }

  forgetExam(): void {
    for (const { caption } of this.#shown) {
      caption.className = '';
      setText(caption, '–');
    }
  }

  #drawn(strokes: readonly Stroke[]): void {
    const isEmpty = strokes.length === 0;
    this.#undo.disabled = isEmpty;
    this.#clear.disabled = isEmpty;
    byId('pad-hint', HTMLElement).hidden = !isEmpty;
    this.#pixels = isEmpty
      ? undefined
      : Uint8Array.from(drawStrokes(strokes, PEN_RADIUS), (share) => Math.round(255 * share));
    this.#paint();
    if (isEmpty) this.#showNothing();
    else this.#recognise();
  }

  #recognise(): void {
    this.#isStale = this.#isAsking;
    if (this.#isAsking || !this.#pixels) return;
    this.#isAsking = true;
    this.#ask({ type: 'recognise', pixels: this.#pixels });
  }

  #showVerdict(probabilities: readonly number[]): void {
    const best = probabilities.indexOf(Math.max(...probabilities));
    probabilities.forEach((share, digit) => {
      const bar = this.#bars[digit];
      bar.row.classList.toggle('best', digit === best);
      bar.length.style.setProperty('--share', `${100 * share}%`);
      setText(bar.share, `${Math.round(100 * share)} %`);
    });
    const certainty = probabilities[best];
    const words = !this.#isTrained
      ? 'a guess: the network has not been trained yet'
      : certainty > 0.9
        ? 'sure of it'
        : certainty > 0.6
          ? 'fairly sure'
          : 'not sure at all';
    if (this.#verdict.textContent === `${best}${words}`) return;
    const [digit, comment] = [document.createElement('strong'), document.createElement('span')];
    digit.textContent = `${best}`;
    comment.textContent = words;
    this.#verdict.replaceChildren(digit, comment);
  }

  #showNothing(): void {
    for (const { row, length, share } of this.#bars) {
      row.classList.remove('best');
      length.style.removeProperty('--share');
      setText(share, '');
    }
    const hint = document.createElement('span');
    hint.textContent = 'Draw a digit from 0 to 9.';
    this.#verdict.replaceChildren(hint);
  }

  #paint(): void {
    paint(this.#seen, this.#pixels ?? new Uint8Array(784));
    for (const { canvas, pixels } of this.#shown) paint(canvas, pixels);
  }
}

function makeBars(list: HTMLOListElement): readonly Bar[] {
  return Array.from({ length: 10 }, (_, digit) => {
    const row = document.createElement('li');
    const [name, length, share] = ['span', 'i', 'span'].map((tag) => document.createElement(tag));
    name.textContent = `${digit}`;
    row.append(name, length, share);
    list.append(row);
    return { row, length, share };
  });
}

/** Grey values as ink on the colour of a field. */
function paint(canvas: HTMLCanvasElement, pixels: Uint8Array): void {
  const context = context2d(canvas);
  context.clearRect(0, 0, 28, 28);
  context.fillStyle = color('ink');
  pixels.forEach((value, i) => {
    if (value === 0) return;
    context.globalAlpha = value / 255;
    context.fillRect(i % 28, Math.floor(i / 28), 1, 1);
  });
  context.globalAlpha = 1;
}
