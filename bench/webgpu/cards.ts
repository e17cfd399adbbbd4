/**
 * What cards can do at most: float32 operations a second without matrix units, and bytes a second of their memory, as their
 * makers say. What a share of the peak means depends on these, so a card that is not here is measured (`device.ts`).
 */

export interface Peaks {
  /** Floating-point operations a second, a multiply-add counted as two. */
  readonly flops: number;
  /** Bytes a second, read and written together. */
  readonly bandwidth: number;
}

interface Card extends Peaks {
  readonly name: string;
  /** Of the adapter's name in lower case, with spaces for all but letters and digits. */
  readonly pattern: RegExp;
}

/** TFLOP/s and GB/s, of the boards' data sheets. The first pattern that fits counts. */
const CARDS: readonly Card[] = [
  // NVIDIA H200 Tensor Core GPU, datasheet (2024).
  card('NVIDIA H200 NVL', /\bh200 nvl\b/, 60, 4800),
  card('NVIDIA H200 SXM', /\bh200\b/, 67, 4800),
  // NVIDIA H100 Tensor Core GPU, datasheet (2023); PCIe by the one of 2022.
  card('NVIDIA H100 NVL', /\bh100 nvl\b/, 60, 3900),
  card('NVIDIA H100 PCIe', /\bh100 pcie\b/, 51, 2000),
  card('NVIDIA H100 SXM', /\bh100\b/, 67, 3350),
  // NVIDIA A100 Tensor Core GPU, datasheet (2022).
  card('NVIDIA A100 80GB PCIe', /\ba100 (pcie 80gb|80gb pcie)\b/, 19.5, 1935),
  card('NVIDIA A100 80GB SXM', /\ba100 sxm4 80gb\b/, 19.5, 2039),
  card('NVIDIA A100 40GB', /\ba100\b/, 19.5, 1555),
  // NVIDIA L40S, L4 (2023), A10 (2021) and T4 (2018), datasheets.
  card('NVIDIA L40S', /\bl40s\b/, 91.6, 864),
  card('NVIDIA L4', /\bl4\b/, 30.3, 300),
  card('NVIDIA A10', /\ba10g?\b/, 31.2, 600),
  card('NVIDIA T4', /\bt4\b/, 8.1, 320),
  // NVIDIA RTX Blackwell (2025), Ada (2022) and Ampere GA102 (2021) GPU architecture, white papers.
  card('GeForce RTX 5090', /\brtx 5090\b/, 104.8, 1792),
  card('GeForce RTX 4090', /\brtx 4090\b/, 82.6, 1008),
  card('GeForce RTX 3090', /\brtx 3090\b/, 35.6, 936),
  // AMD Radeon RX 7900 XTX, product page (2022); its float32 rate counts the doubled issue.
  card('Radeon RX 7900 XTX', /\brx 7900 xtx\b/, 61.4, 960),
  // Apple, announcements of M1 (2020), M1 Pro and Max (2021), M2 (2022), M2 Pro and Max (2023).
  card('Apple M1 Max', /\bm1 max\b/, 10.4, 400),
  card('Apple M1 Pro', /\bm1 pro\b/, 5.2, 200),
  card('Apple M1', /\bapple m1$/, 2.6, 68.25),
  card('Apple M2 Max', /\bm2 max\b/, 13.6, 400),
  card('Apple M2 Pro', /\bm2 pro\b/, 6.8, 200),
  card('Apple M2', /\bapple m2$/, 3.6, 100),
];

function card(name: string, pattern: RegExp, teraflops: number, gigabytes: number): Card {
  return { name, pattern, flops: teraflops * 1e12, bandwidth: gigabytes * 1e9 };
}

/** The card that one of the names speaks of: the adapter's, or the driver's tool's. */
export function knownCard(names: readonly string[]): Card | undefined {
  const plain = names.map((name) =>
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, ' ')
      .trim(),
  );
  return CARDS.find(({ pattern }) => plain.some((name) => pattern.test(name)));
}
