/**
 * Sorting in workgroup memory by a bitonic network (Batcher, "Sorting networks and their applications", 1968): the same
 * exchanges whatever the elements, all of a step independent. Elements that are all different come out in one order
 * only, so a network over (key, position) is stable.
 */

import { indent } from '../statements.ts';

export interface Network {
  /** Elements sorted together: a power of two. */
  readonly size: number;
  /** In how many places elements stand: a multiple of the size; each run of `size` is sorted on its own. */
  readonly places: number;
  readonly invocations: number;
  /** Whether the element at place `a` comes after the one at `b`: a bool expression. */
  after(a: string, b: string): string;
  /** Statements that exchange them. */
  exchange(a: string, b: string): readonly string[];
}

/** Statements for all invocations; elements stand in memory before (behind a barrier) and are visible to all after. */
export function bitonicSort({ size, places, invocations, after, exchange }: Network): string[] {
  if (size < 2) return [];
  return [
    `for (var run = 2u; run <= ${size}u; run = run * 2u) {`,
    '  for (var step = run / 2u; step > 0u; step = step / 2u) {',
    `    for (var pair = lane; pair < ${places / 2}u; pair += ${invocations}u) {`,
    '      let low = 2u * pair - (pair & (step - 1u));',
    '      let high = low + step;',
    // Runs go up and down by turns, but for the last one, which goes up.
    `      let down = (low & run & ${size - 1}u) != 0u;`,
    `      if (${after('low', 'high')} != down) {`,
    ...indent(indent(indent(indent(exchange('low', 'high'))))),
    '      }',
    '    }',
    '    workgroupBarrier();',
    '  }',
    '}',
  ];
}
