/** What is done to a block of scores: scaled, masked, and hidden where there is no token or a causal query may not look. */

import type { AttentionParts } from './spec.ts';
import type { TileCode } from './tile-code.ts';
import { FOUR, overFour } from './tile-code.ts';

/** Which tokens stay with the workgroup. */
export type Staying = 'queries' | 'keys';

/** Turns products `s0`..`s3` into scores. */
export function finishScores(
  tile: TileCode,
  { mask }: AttentionParts,
  staying: Staying,
  start: string,
): string[] {
  return FOUR.flatMap((r) => {
    const scaled = `s${r} = s${r} * scale`;
    if (!mask) return [`${scaled};`];
    const stay = `(first + 4 * i32(a) + ${r})`;
    const stream = `(${start} + 4 * i32(b) + j)`;
    const [query, key] = staying === 'queries' ? [stay, stream] : [stream, stay];
    return [
      `var added${r} = vec4f();`,
      ...overFour(tile.element(mask, query, key, `added${r}[j]`)),
      `${scaled} + added${r};`,
    ];
  });
}

/** Declares `hidden0`..`hidden3`: which of the scores do not count. */
export function hiddenScores(
  { kernel, queries, keys }: AttentionParts,
  staying: Staying,
  start: string,
): string[] {
  const streams = staying === 'queries' ? keys : queries;
  return [
    `let streaming = vec4i(${start} + 4 * i32(b)) + vec4i(0, 1, 2, 3);`,
    ...FOUR.map((r) => {
      const own = `vec4i(first + 4 * i32(a) + ${r})`;
      const [query, key] = staying === 'queries' ? [own, 'streaming'] : ['streaming', own];
      const later = kernel.causal ? ` | (${key} > ${query})` : '';
      return `let hidden${r} = (streaming >= vec4i(${streams}))${later};`;
    }),
  ];
}
