/**
 * A group: the bodies that share one kernel, and how they are laid over its rows.
 *
 * A group has `rows` rows. Each member has digits that spell its row, and the rest of its variables, which run inside
 * the row. A member with none of the latter computes one number a row. A reduction over the rows themselves meets
 * across them, and what follows from it is computed once, after the last row.
 */

import type { Body, Digit } from './body.ts';
import { digitsOver, span } from './body.ts';

/** `row`: once for each row (and each place inside it). `across`: accumulated over all rows. `after`: once, after them. */
export type Phase = 'row' | 'across' | 'after';

export interface Member {
  readonly body: Body;
  readonly phase: Phase;
  /** Spell the row; empty in phase `after`. */
  readonly rows: readonly Digit[];
  /** Spell the place inside the row. */
  readonly local: readonly Digit[];
}

/** `single`: scan, scatter, routines, attention: kernels of one member. */
export type GroupKind = 'loop' | 'contract' | 'single';

export interface Group {
  readonly kind: GroupKind;
  readonly rows: number;
  /** Ascending by node, so that producers come first. */
  readonly members: readonly Member[];
}

/** The group of a body by itself. */
export function groupOf(body: Body): Group {
  const rows = digitsOver(body, body.space);
  const local = digitsOver(body, body.inner);
  return { kind: groupKind(body), rows: span(rows), members: [{ body, phase: 'row', rows, local }] };
}

function groupKind({ kind }: Body): GroupKind {
  if (kind === 'pointwise' || kind === 'reduce') return 'loop';
  return kind === 'contract' ? 'contract' : 'single';
}
