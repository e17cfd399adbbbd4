/** Images as text, for terminals. */

const INK = ' .:-=+*#%@';

/** Two rows of pixels a line of text; several images side by side, each with a caption. */
export function textArt(images: readonly Uint8Array[], width: number, captions: readonly string[]): string {
  const height = images[0].length / width;
  const lines: string[] = [];
  for (let row = 0; row < height; row += 2) {
    lines.push(images.map((image) => textRow(image, width, row)).join('  '));
  }
  lines.push(captions.map((caption) => caption.padEnd(width)).join('  '));
  return lines.join('\n');
}

function textRow(image: Uint8Array, width: number, row: number): string {
  let text = '';
  for (let column = 0; column < width; column++) {
    const ink = (image[row * width + column] + (image[(row + 1) * width + column] ?? 0)) / 2;
    text += INK[Math.min(Math.floor((ink / 256) * INK.length), INK.length - 1)];
  }
  return text;
}
