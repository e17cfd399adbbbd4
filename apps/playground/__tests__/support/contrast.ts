/** Contrast of a text with what is behind it, as WCAG 2.2 computes it: 1 is none, 21 is black on white. */

import type { Page } from 'playwright';

/** The least contrast of the texts that the selector finds and that can be seen. */
export function leastContrast(page: Page, selector: string): Promise<number> {
  return page.locator(selector).evaluateAll((elements) => {
    const channels = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (color: string) => {
      const scale = color.startsWith('color(') ? 1 : 255;
      const [r, g, b] = channels(color)
        .slice(0, 3)
        .map((value) => value / scale)
        .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element: Element | null): string => {
      if (!element) return 'rgb(255, 255, 255)';
      const { backgroundColor } = getComputedStyle(element);
      return channels(backgroundColor)[3] === 0 ? behind(element.parentElement) : backgroundColor;
    };
    const contrasts = elements
      .filter((element) => element.getClientRects().length > 0)
      .map((element) => {
        const levels = [luminance(getComputedStyle(element).color), luminance(behind(element))];
        return (Math.max(...levels) + 0.05) / (Math.min(...levels) + 0.05);
      });
    return Math.min(...contrasts);
  });
}
