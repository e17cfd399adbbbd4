/** A visit to the page in Chromium: what somebody does there, and what they find. */

import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright';

declare global {
  /** In the page, once its source was run there. */
  var axe: typeof import('axe-core');
}

/** A 3 as a hand draws it, on an area of 1 x 1. */
const THREE = [[0.3, 0.2], [0.45, 0.12], [0.65, 0.15], [0.7, 0.3], [0.6, 0.42], [0.45, 0.47], [0.62, 0.52], [0.72, 0.65], [0.68, 0.8], [0.5, 0.88], [0.3, 0.82]] as const; // prettier-ignore

/** Milliseconds after which something that should become so has not. */
const PATIENCE = 100_000;

export class Visit {
  readonly page: Page;
  readonly #complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.#complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.#complaints.push(message.text());
    });
  }

  /** `prepare` comes before the page is opened. */
  static async start(
    browser: Browser,
    url: string,
    options: BrowserContextOptions = {},
    prepare: (page: Page) => Promise<void> = () => Promise.resolve(),
  ): Promise<Visit> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const visit = new Visit(await context.newPage());
    await prepare(visit.page);
    await visit.page.goto(url);
    await visit.until(() => visit.page.locator('#toggle').isEnabled());
    return visit;
  }

  /** Ends the visit and gives what the page complained of in the console. */
  async end(): Promise<readonly string[]> {
    await this.page.context().close();
    return this.#complaints;
  }

  text(id: string): Promise<string> {
    return this.page.locator(`#${id}`).innerText();
  }

  /** What the page says of itself, for messages. */
  async state(): Promise<string> {
    const [status, loss, notices] = await Promise.all(
      ['status', 'figure-loss', 'notices'].map((id) => this.text(id)),
    );
    return `status "${status}", loss ${loss}, notices "${notices}"`;
  }

  /** One of the figures as a number: `12.3k` is 12,300, and a dash is not one. */
  async figure(name: string): Promise<number> {
    const text = (await this.text(`figure-${name}`)).replaceAll(',', '');
    const unit = { k: 1e3, M: 1e6 }[/[kM]$/.exec(text)?.[0] ?? ''] ?? 1;
    return unit * Number.parseFloat(text);
  }

  /** Waits for something to become so; how long it takes is the machine's business. */
  async until(isSo: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + PATIENCE;
    while (!(await isSo())) {
      if (Date.now() > end)
        throw new Error(`it has not become so: ${isSo.toString()}; ${await this.state()}`);
      await this.page.waitForTimeout(50);
    }
  }

  async trainUntil(isSo: () => Promise<boolean>): Promise<void> {
    await this.page.click('#toggle');
    await this.until(isSo);
  }

  async pause(): Promise<void> {
    await this.page.click('#toggle');
    await this.until(async () => (await this.text('status')) === 'Paused');
  }

  async useDevice(device: 'cpu' | 'webgpu'): Promise<void> {
    await this.page.locator(`label:has(input[value="${device}"])`).click();
    await this.until(async () => !(await this.text('status')).startsWith('Moving'));
  }

  async drawThree(): Promise<void> {
    const pad = this.page.locator('#pad');
    await pad.scrollIntoViewIfNeeded();
    const box = await pad.boundingBox();
    if (!box) throw new Error('there is no area to draw on');
    const [first, ...rest] = THREE.map(([x, y]) => [box.x + x * box.width, box.y + y * box.height] as const);
    await this.page.mouse.move(...first);
    await this.page.mouse.down();
    for (const point of rest) await this.page.mouse.move(...point, { steps: 3 });
    await this.page.mouse.up();
  }

  /** The digit that the network reads. */
  verdict(): Promise<string> {
    return this.page.locator('#verdict strong').innerText();
  }

  /** What keeps somebody from using what is shown: contrast, names, roles and the rest of WCAG 2.2, as axe finds it. */
  async barriers(): Promise<readonly string[]> {
    await this.page.evaluate(axe.source);
    const { violations } = await this.page.evaluate(() => globalThis.axe.run());
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  }

  /** By how much the page is wider than the window. */
  overflow(): Promise<number> {
    return this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  }
}
