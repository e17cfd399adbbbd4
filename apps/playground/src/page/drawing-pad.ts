/**
 * An area to draw on, with a mouse, a finger, a pen, or the keyboard: arrow keys move the pen, space sets it down and
 * lifts it. What is drawn is kept as strokes in the unit square, so it can be drawn again in any size and colour.
 */

import type { Point, Stroke } from '@tenfold/examples/pen';
import { context2d } from './elements.ts';
import { color, onColorsChange } from './palette.ts';

/** Width of the pen, and the way of one key press, as shares of the edge. */
const PEN = 0.06;
const STEP = 0.02;
const LONG_STEP = 0.08;
/** Points that are nearer than this to the last one are left out. */
const NEAREST = 0.004;

const ARROWS: Readonly<Record<string, Point>> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};

export class DrawingPad {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #changed: (strokes: readonly Stroke[]) => void;
  readonly #strokes: Point[][] = [];
  /** Where the keyboard's pen is; undefined while nobody uses it. */
  #cursor: Point | undefined;
  #isDown = false;
  readonly #held = new Set<string>();
  #pending = false;

  constructor(canvas: HTMLCanvasElement, changed: (strokes: readonly Stroke[]) => void) {
    this.#canvas = canvas;
    this.#context = context2d(canvas);
    this.#changed = changed;
    canvas.addEventListener('pointerdown', (event) => this.#pointerDown(event));
    canvas.addEventListener('pointermove', (event) => this.#pointerMove(event));
    canvas.addEventListener('keydown', (event) => this.#keyDown(event));
    canvas.addEventListener('keyup', ({ key }) => this.#held.delete(key));
    canvas.addEventListener('blur', () => this.#putDownKeyboard());
    onColorsChange(() => this.#draw());
    this.#draw();
  }

  get strokes(): readonly Stroke[] {
    return this.#strokes;
  }

  clear(): void {
    this.#strokes.length = 0;
    this.#isDown = false;
    this.#update();
  }

  undo(): void {
    this.#strokes.pop();
    this.#isDown = false;
    this.#update();
  }

  // --- mouse, finger, pen ----------------------------------------------------------------------------------------

  #pointerDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#cursor = undefined;
    this.#isDown = false;
    this.#strokes.push([this.#placeOf(event)]);
    this.#update();
  }

  #pointerMove(event: PointerEvent): void {
    if (!this.#canvas.hasPointerCapture(event.pointerId)) return;
    const between = event.getCoalescedEvents();
    for (const each of between.length > 0 ? between : [event]) this.#extend(this.#placeOf(each));
    this.#update();
  }

  #placeOf({ clientX, clientY }: PointerEvent): Point {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    return [within((clientX - left) / width), within((clientY - top) / height)];
  }

  #extend([x, y]: Point): void {
    const stroke = this.#strokes.at(-1);
    const last = stroke?.at(-1);
    if (!last || Math.hypot(x - last[0], y - last[1]) >= NEAREST) stroke?.push([x, y]);
  }

  // --- keyboard --------------------------------------------------------------------------------------------------

  #keyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in ARROWS) this.#move(event);
    else if (event.key === ' ') this.#setDownOrLift();
    else if (event.key === 'Backspace') this.undo();
    else if (event.key === 'Delete') this.clear();
    else return;
    event.preventDefault();
  }

  /** Two arrows at once make a diagonal. */
  #move({ key, shiftKey }: KeyboardEvent): void {
    this.#held.add(key);
    const step = shiftKey ? LONG_STEP : STEP;
    const [x, y] = this.#cursor ?? [0.5, 0.5];
    const [dx, dy] = [...this.#held].reduce<Point>(
      ([a, b], held) => [a + ARROWS[held][0], b + ARROWS[held][1]],
      [0, 0],
    );
    this.#cursor = [within(x + step * dx), within(y + step * dy)];
    if (this.#isDown) this.#extend(this.#cursor);
    this.#update();
  }

  #setDownOrLift(): void {
    this.#cursor ??= [0.5, 0.5];
    this.#isDown = !this.#isDown;
    if (this.#isDown) this.#strokes.push([this.#cursor]);
    this.#update();
  }

  #putDownKeyboard(): void {
    this.#cursor = undefined;
    this.#isDown = false;
    this.#held.clear();
    this.#draw();
  }

  // --- drawing ---------------------------------------------------------------------------------------------------

  /** Draws and tells, once a frame however many events there are. */
  #update(): void {
    if (this.#pending) return;
    this.#pending = true;
    requestAnimationFrame(() => {
      this.#pending = false;
      this.#draw();
      this.#changed(this.#strokes);
    });
  }

  #draw(): void {
    const { width } = this.#canvas;
    const context = this.#context;
    context.clearRect(0, 0, width, width);
    context.lineCap = 'round';
    context.lineJoin = 'round';
    context.lineWidth = PEN * width;
    context.strokeStyle = color('ink');
    for (const stroke of this.#strokes) {
      context.beginPath();
      // A line from a point to itself is drawn as a dot.
      context.moveTo(stroke[0][0] * width, stroke[0][1] * width);
      for (const [x, y] of stroke) context.lineTo(x * width, y * width);
      context.stroke();
    }
    if (this.#cursor) this.#drawCursor(this.#cursor, width);
  }

  /** A ring where the keyboard's pen is, filled while it is down. */
  #drawCursor([x, y]: Point, width: number): void {
    const context = this.#context;
    context.beginPath();
    context.arc(x * width, y * width, (PEN * width) / 2 + 4, 0, 2 * Math.PI);
    context.lineWidth = 4;
    context.strokeStyle = color('warm');
    context.fillStyle = color('warm');
    if (this.#isDown) context.fill();
    context.stroke();
  }
}

function within(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
