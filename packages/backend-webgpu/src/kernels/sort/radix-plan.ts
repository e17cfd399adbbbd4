/**
 * The rounds of a radix sort, least significant digit first, of eight bits each. A round reads keys and positions in the
 * order of the round before, counts digits tile by tile, adds the counts up and moves every element to its place: three
 * passes, none of which waits for another workgroup. That reads and writes 20 bytes an element and round; a bitonic
 * network over a million elements would take some fifty passes of 16 bytes.
 */

import type { RoutineKernel } from '@tenfold/ir';
import type { PassOperand, Workspace } from '../../lowering/pass.ts';
import type { Digit } from './keys.ts';
import { digitsOf } from './keys.ts';
import type { Argsort } from './rows.ts';

/** Different digits, and invocations of a workgroup. */
export const DIGITS = 256;
/** Elements that a workgroup sorts by one digit. */
export const TILE = 1024;

export interface Round {
  readonly digit: Digit;
  /** Keys are made of the input in order, of the input where the positions say, or were moved by the round before. */
  readonly keys: 'input' | 'gathered' | 'moved';
  /** Whether the next round wants the keys moved. */
  readonly keepsKeys: boolean;
  /** Whether the positions are the result. */
  readonly last: boolean;
  /** Which of two workspaces keys and positions are read from; they are written to the other one. */
  readonly from: 0 | 1;
}

export interface RadixPlan {
  readonly kernel: RoutineKernel;
  readonly routine: Argsort;
  readonly tiles: number;
  readonly rounds: readonly Round[];
  readonly workspaces: readonly Workspace[];
}

type Role = 'input' | 'output' | 'keys' | 'positions' | 'keysMoved' | 'positionsMoved' | 'counts' | 'totals';

export function planRadix(kernel: RoutineKernel): RadixPlan {
  const { routine, operands } = kernel;
  const { rows, length } = routine;
  const digits = digitsOf(operands[0].dtype);
  const continues = (i: number) => i > 0 && digits[i]?.word === digits[i - 1].word;
  const rounds = digits.map((digit, i): Round => ({
    digit,
    keys: i === 0 ? 'input' : continues(i) ? 'moved' : 'gathered',
    keepsKeys: continues(i + 1),
    last: i === digits.length - 1,
    from: i % 2 === 0 ? 0 : 1,
  }));
  const tiles = Math.ceil(length / TILE);
  const moved = rounds.length > 1 ? rows * length : 1;
  const sizes = [moved, moved, moved, moved, rows * DIGITS * tiles, rows * DIGITS];
  const workspaces = sizes.map((elements): Workspace => ({ dtype: 'int32', elements }));
  return { kernel, routine, tiles, rounds, workspaces };
}

/** The operands that a pass of a round uses, and their positions by role. */
export function operandsFor(
  { kernel }: RadixPlan,
  { from }: Pick<Round, 'from'>,
  uses: { readonly [R in Role]?: PassOperand['access'] },
): { operands: PassOperand[]; position(role: Role): number } {
  const numbers: { readonly [R in Role]: number } = {
    input: 0,
    output: 1,
    keys: 2 + from,
    keysMoved: 3 - from,
    positions: 4 + from,
    positionsMoved: 5 - from,
    counts: 6,
    totals: 7,
  };
  const roles: Role[] = [];
  const operands: PassOperand[] = [];
  for (const role of [
    'input',
    'output',
    'keys',
    'keysMoved',
    'positions',
    'positionsMoved',
    'counts',
    'totals',
  ] as const) {
    const access = uses[role];
    if (!access) continue;
    roles.push(role);
    operands.push({
      operand: numbers[role],
      dtype: role === 'input' ? kernel.operands[0].dtype : 'int32',
      access,
    });
  }
  return { operands, position: (role) => roles.indexOf(role) };
}
