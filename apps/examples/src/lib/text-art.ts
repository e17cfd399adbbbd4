/** Images as text, for terminals. */

const INK = ' .:-=+*#%@';

/** Images side by side, each cut to its ink and with a caption; a character stands for two pixels, one above the other. */
export function textArt(images: readonly Uint8Array[], width: number, captions: readonly string[]): string {
  const height = images[0].length / width;
  const indices = (count: number) => Array.from({ length: count }, (_, i) => i);
  const isDark = (row: number) =>
    images.some((image) => image.subarray(row * width, (row + 1) * width).some(Boolean));
  const rows = between(indices(height).filter(isDark));
  const blocks = images.map((image, i) => {
    const hasInk = (column: number) => indices(height).some((row) => image[row * width + column] > 0);
    const columns = between(indices(width).filter(hasInk));
    const lines = rows
      .filter((_, line) => line % 2 === 0)
      .map((row) => columns.map((column) => character(image, width, row, column)).join(''));
    return [...lines, '', captions[i]];
  });
  const widths = blocks.map((lines) => Math.max(...lines.map((line) => line.length)));
  const text = blocks[0].map((_, line) =>
    blocks
      .map((lines, i) => lines[line].padEnd(widths[i]))
      .join('   ')
      .trimEnd(),
  );
  return text.join('\n');
}

/** All whole numbers from the first to the last of an ascending list. */
function between(found: readonly number[]): number[] {
  if (found.length === 0) return [];
  const [first, last] = [found[0], found[found.length - 1]];
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function character(image: Uint8Array, width: number, row: number, column: number): string {
  const ink = (image[row * width + column] + (image[(row + 1) * width + column] ?? 0)) / 2;
  return INK[Math.min(Math.floor((ink / 256) * INK.length), INK.length - 1)];
}
