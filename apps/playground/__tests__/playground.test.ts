/**
 * The page in Chromium, built and served as it would be anywhere: what somebody does there, with a mouse, a finger or the
 * keyboard, with and without a GPU. Without Chromium there is nothing to see.
 */

import { findChromium } from '@tenfold/tools/browser';
import { chromium } from 'playwright';
import type { Browser, BrowserContextOptions, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPage } from './support/server.ts';
import type { BuiltPage } from './support/server.ts';
import { Visit } from './support/visit.ts';

/** Before the worker's own script: the GPU's device is kept where a test can reach it. */
const KEEP_DEVICE = `
  const request = globalThis.GPUAdapter?.prototype.requestDevice;
  if (request) {
    GPUAdapter.prototype.requestDevice = async function (...args) {
      return (globalThis.gpuDevice = await request.apply(this, args));
    };
  }
`;

async function keepGpuDevice(page: Page): Promise<void> {
  await page.route(/\/assets\/main-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: KEEP_DEVICE + (await response.text()) });
  });
}

const executablePath = findChromium();
if (!executablePath)
  console.warn('The playground is not tested: there is no Chromium; install one or set CHROMIUM.');

const ARGS = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', '--no-first-run'];
const GPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

describe.skipIf(!executablePath)('the playground', { timeout: 120_000 }, () => {
  let built: BuiltPage;
  let url: string;
  let browser: Browser;
  let withGpu: Browser;

  beforeAll(async () => {
    built = await buildPage();
    url = await built.serve();
    browser = await chromium.launch({ executablePath, args: ARGS });
    withGpu = await chromium.launch({ executablePath, args: [...ARGS, ...GPU] });
  });

  afterAll(async () => {
    await Promise.all([browser?.close(), withGpu?.close()]);
    await built?.remove();
  });

  const visit = (options?: BrowserContextOptions) => Visit.start(browser, url, options);

  test('learns digits, reads a 3 that is drawn, pauses and begins anew', async () => {
    const page = await visit();
    await page.drawThree();
    await page.until(async () => (await page.text('verdict')).includes('not been trained'));
    await page.trainUntil(async () => (await page.figure('accuracy')) > 97);
    expect(await page.text('status')).toBe('Training on the CPU');
    expect(await page.figure('loss')).toBeLessThan(0.5);
    expect(await page.figure('speed')).toBeGreaterThan(0);
    expect(await page.figure('memory')).toBeGreaterThan(0);
    expect(await page.page.getAttribute('#chart', 'aria-label')).toMatch(
      /^Loss curve, from 2\.\d\d at step 1 to 0\.\d\d at step \d+$/,
    );
    expect(await page.page.locator('#exam .right').count()).toBeGreaterThan(17);
    await page.until(async () => (await page.text('verdict')) === '3\nsure of it');
    await page.pause();
    await page.page.click('#clear');
    await page.until(async () => (await page.text('verdict')) === 'Draw a digit from 0 to 9.');
    await page.drawThree();
    await page.until(async () => (await page.verdict()) === '3');

    await page.page.click('#reset');
    await page.until(async () => (await page.text('figure-step')) === '0');
    expect(await page.text('status')).toBe('Not trained yet');
    expect(await page.end()).toEqual([]);
  });

  test('learns to write, and writes on from a beginning', async () => {
    const page = await visit();
    await page.page.click('#tab-text');
    await page.trainUntil(async () => (await page.figure('loss')) < 2.4);
    expect(await page.page.getAttribute('#chart', 'aria-label')).toMatch(
      /^Loss curve, from [34]\.\d\d at step 1/,
    );
    await page.until(async () => (await page.text('sample-title')).startsWith('Of itself, after'));
    await page.page.fill('#prompt', 'The old bear');
    await page.page.click('#write-button');
    await page.until(async () => (await page.page.getAttribute('#answer', 'aria-busy')) === 'false');
    expect((await page.text('answer')).length).toBeGreaterThan(300);
    expect(await page.text('answer')).toMatch(/^The old bear/);

    // Another task stops this one; nothing is trained that is not shown.
    await page.page.click('#tab-digits');
    await page.page.click('#tab-text');
    await page.until(async () => (await page.text('status')) === 'Paused');
    const text = 'to be or not to be, that is what is asked here; '.repeat(20);
    await page.page.setInputFiles('#corpus-file', {
      name: 'own.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from(text),
    });
    await page.until(async () =>
      (await page.text('corpus')).startsWith(`own.txt: ${text.length} characters`),
    );
    expect(await page.text('figure-step')).toBe('0');
    expect(await page.end()).toEqual([]);
  });

  test('goes on from the same weights on another device', async () => {
    const page = await Visit.start(withGpu, url);
    await page.trainUntil(async () => (await page.figure('accuracy')) > 97);
    await page.pause();
    const steps = await page.figure('step');
    await page.useDevice('webgpu');
    await page.drawThree();
    await page.until(async () => (await page.verdict()) === '3');
    await page.trainUntil(async () => (await page.figure('step')) > steps);
    expect(await page.text('status')).toBe('Training on WebGPU');
    expect(await page.figure('loss')).toBeLessThan(0.5);
    expect(await page.figure('memory')).toBeGreaterThan(0);
    await page.useDevice('cpu');
    const after = await page.figure('step');
    await page.until(async () => (await page.figure('step')) > after + 20);
    expect(await page.figure('loss')).toBeLessThan(0.5);
    expect(await page.end()).toEqual([]);
  });

  test('says that the GPU was lost, and begins anew on the CPU', async () => {
    const page = await Visit.start(withGpu, url, {}, keepGpuDevice);
    await page.useDevice('webgpu');
    await page.trainUntil(async () => (await page.figure('step')) > 0);
    await page.page.workers()[0].evaluate('gpuDevice.destroy()');
    await page.until(async () => (await page.text('notices')).includes('the device was lost'));
    await page.until(async () => (await page.text('status')) === 'Not trained yet');
    expect(await page.page.locator('input[value="cpu"]').isChecked()).toBe(true);
    expect(await page.page.locator('input[value="webgpu"]').isDisabled()).toBe(true);
    await page.trainUntil(async () => (await page.figure('step')) > 20);
    expect(await page.text('notices')).toMatch(/^No WebGPU here, .* reload the page to open it again\.$/);
    expect(await page.end()).toEqual([]);
  });

  describe('says what is missing', () => {
    test('without WebGPU', async () => {
      const page = await visit();
      expect(await page.page.locator('input[value="webgpu"]').isDisabled()).toBe(true);
      expect(await page.text('notices')).toMatch(/^No WebGPU here, so the CPU does all the work: /);
      expect(await page.text('notices')).not.toContain('isolated');
      expect(await page.end()).toEqual([]);
    });

    test('without isolation, and works all the same', async () => {
      const page = await Visit.start(browser, await built.serve(false));
      expect(await page.text('notices')).toContain('Cross-Origin-Embedder-Policy: require-corp');
      expect(await page.page.locator('label:has(input[value="cpu"])').innerText()).toBe('CPU, 1 thread');
      await page.trainUntil(async () => (await page.figure('step')) > 20);
      expect(await page.end()).toEqual([]);
    });

    test('when a text is too short to learn from', async () => {
      const page = await visit();
      await page.page.click('#tab-text');
      const file = { name: 'short.txt', mimeType: 'text/plain', buffer: Buffer.from('short') };
      await page.page.setInputFiles('#corpus-file', file);
      await page.until(async () => (await page.text('notices')).includes('"short.txt" has 5 characters'));
      await page.trainUntil(async () => (await page.figure('step')) > 2);
      expect(await page.end()).toEqual([]);
    });
  });

  test('works with the keyboard alone', async () => {
    const visitor = await visit();
    const { keyboard } = visitor.page;
    const focused = () => visitor.page.evaluate(() => document.activeElement?.id ?? '');
    const tabTo = (id: string) =>
      visitor.until(async () => {
        await keyboard.press('Tab');
        return (await focused()) === id;
      });
    await tabTo('tab-digits');
    await keyboard.press('ArrowRight');
    expect(await focused()).toBe('tab-text');
    expect(await visitor.page.locator('#write').isVisible()).toBe(true);
    await keyboard.press('ArrowLeft');
    await tabTo('toggle');
    await keyboard.press('Enter');
    await visitor.until(async () => (await visitor.figure('accuracy')) > 97);
    await keyboard.press('Space');
    await visitor.until(async () => (await visitor.text('status')) === 'Paused');

    // A 7: along the top, then down to the left, which takes two keys at once.
    await tabTo('pad');
    const press = async (key: string, times: number) => {
      for (let i = 0; i < times; i++) await keyboard.press(key);
    };
    await press('Shift+ArrowUp', 4);
    await press('Shift+ArrowLeft', 3);
    await keyboard.press('Space');
    await press('Shift+ArrowRight', 6);
    await press('Shift+ArrowDown', 3);
    await keyboard.down('ArrowLeft');
    await press('Shift+ArrowDown', 5);
    await keyboard.up('ArrowLeft');
    await keyboard.press('Space');
    await visitor.until(async () => (await visitor.verdict()) === '7');
    await keyboard.press('Delete');
    await visitor.until(async () => (await visitor.text('verdict')) === 'Draw a digit from 0 to 9.');
    expect(await visitor.end()).toEqual([]);
  });

  test('fits a phone, and is drawn on with a finger', async () => {
    const phone = {
      viewport: { width: 375, height: 667 },
      hasTouch: true,
      isMobile: true,
      deviceScaleFactor: 2,
    };
    const page = await visit(phone);
    expect(await page.overflow()).toBe(0);
    await page.page.locator('#pad').tap({ position: { x: 100, y: 100 } });
    await page.until(async () => page.page.locator('#clear').isEnabled());
    const heights = await page.page
      .locator('button:visible, select:visible, .segments label:visible')
      .evaluateAll((elements) => elements.map((element) => element.getBoundingClientRect().height));
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(36);
    await page.page.click('#tab-text');
    expect(await page.overflow()).toBe(0);
    expect(await page.end()).toEqual([]);
  });

  test.each(['light', 'dark'] as const)(
    'can be read and used by everybody when the system is %s',
    async (colorScheme) => {
      const page = await visit({ colorScheme });
      const paper = await page.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const [red] = paper.match(/\d+/g)!.map(Number);
      expect(red > 128 ? 'light' : 'dark').toBe(colorScheme);
      expect(await page.barriers()).toEqual([]);
      await page.page.click('#tab-text');
      expect(await page.barriers()).toEqual([]);
      expect(await page.end()).toEqual([]);
    },
  );
});
