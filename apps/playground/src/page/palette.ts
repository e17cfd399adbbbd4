/** The colours of the style sheet for what is drawn by hand, and a word when light turns to dark. */

export type ColorName = 'ink' | 'muted' | 'line' | 'accent' | 'warm' | 'warm-soft' | 'field';

export function color(name: ColorName): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export function onColorsChange(redraw: () => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
}
