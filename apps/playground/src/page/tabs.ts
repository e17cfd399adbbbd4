/** The two tasks as tabs: by click, by arrow keys, and by the address (#text), so that a tab can be linked to. */

import { TASKS } from '../protocol.ts';
import type { Task } from '../protocol.ts';
import { byId } from './elements.ts';

export class Tabs {
  readonly #tabs = new Map(TASKS.map((task) => [task, byId(`tab-${task}`, HTMLButtonElement)]));
  readonly #panel = byId('workbench', HTMLElement);
  readonly #changed: (task: Task) => void;
  #task: Task = 'digits';

  constructor(changed: (task: Task) => void) {
    this.#changed = changed;
    for (const [task, tab] of this.#tabs) {
      tab.addEventListener('click', () => this.select(task));
      tab.addEventListener('keydown', (event) => this.#onKey(event));
    }
    addEventListener('hashchange', () => this.#followAddress());
    this.#show();
    this.#followAddress();
  }

  get task(): Task {
    return this.#task;
  }

  select(task: Task): void {
    if (task === this.#task) return;
    this.#task = task;
    history.replaceState(null, '', `#${task}`);
    this.#show();
    this.#changed(task);
  }

  #onKey(event: KeyboardEvent): void {
    const moves: Readonly<Record<string, number>> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      Home: -Infinity,
      End: Infinity,
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    const last = TASKS.length - 1;
    const place = TASKS.indexOf(this.#task) + move;
    const task = TASKS[Number.isFinite(move) ? (place + TASKS.length) % TASKS.length : move < 0 ? 0 : last];
    this.select(task);
    this.#tabs.get(task)?.focus();
  }

  #followAddress(): void {
    const task = TASKS.find((name) => `#${name}` === location.hash);
    if (task) this.select(task);
  }

  #show(): void {
    for (const [task, tab] of this.#tabs) {
      tab.setAttribute('aria-selected', String(task === this.#task));
      tab.tabIndex = task === this.#task ? 0 : -1;
    }
    this.#panel.setAttribute('aria-labelledby', `tab-${this.#task}`);
    for (const element of document.querySelectorAll<HTMLElement>('[data-task]')) {
      element.hidden = element.dataset.task !== this.#task;
    }
  }
}
