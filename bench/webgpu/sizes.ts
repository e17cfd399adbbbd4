/** How large the work is: for a graphics card, and for a software adapter, where only that it runs is of interest. */

export interface Sizes {
  /** Side of the matrices that are multiplied. */
  readonly matmul: number;
  /** Of the elementwise chain. */
  readonly elements: number;
  /** Of the softmax. */
  readonly rows: number;
  readonly columns: number;
  /** Of the convolution: images of `channels` planes, `pixels` wide and high. */
  readonly images: number;
  readonly channels: number;
  readonly pixels: number;
  /** Of the training step: sequences of `tokens`. */
  readonly sequences: number;
  readonly tokens: number;
  /** Of both transformers; the hidden layer is four times as wide. */
  readonly width: number;
  readonly heads: number;
  /** Of the decoder. */
  readonly layers: number;
  readonly vocabulary: number;
  readonly context: number;
}

/** Far beyond any card's cache where memory counts; ResNet-50's first stage; GPT-2 with 124 million parameters. */
export const FULL: Sizes = {
  matmul: 4096,
  elements: 2 ** 26,
  rows: 2 ** 14,
  columns: 2 ** 12,
  images: 32,
  channels: 64,
  pixels: 56,
  sequences: 8,
  tokens: 512,
  width: 768,
  heads: 12,
  layers: 12,
  vocabulary: 50_257,
  context: 1024,
};

export const QUICK: Sizes = {
  matmul: 64,
  elements: 2 ** 14,
  rows: 32,
  columns: 128,
  images: 1,
  channels: 8,
  pixels: 8,
  sequences: 2,
  tokens: 16,
  width: 32,
  heads: 2,
  layers: 2,
  vocabulary: 64,
  context: 16,
};

/** `matmul=2048,rows=64` over `base`. Raises an Error that says what is wrong. */
export function withSizes(base: Sizes, text: string): Sizes {
  const changes = text.split(',').map((entry) => {
    const [name, value] = entry.split('=');
    if (!(name in base)) {
      throw new Error(`there is no size "${name}"; there are: ${Object.keys(base).join(', ')}`);
    }
    const number = Number(value);
    if (!Number.isInteger(number) || number < 1) {
      throw new Error(`--sizes: ${name} takes a whole number above 0, got "${value ?? ''}"`);
    }
    return [name, number] as const;
  });
  const sizes = { ...base, ...Object.fromEntries(changes) };
  if (sizes.width % sizes.heads !== 0) {
    throw new Error(`--sizes: width ${sizes.width} is no multiple of heads ${sizes.heads}`);
  }
  if (sizes.context < 8) throw new Error(`--sizes: context is ${sizes.context}, expected at least 8`);
  return sizes;
}
