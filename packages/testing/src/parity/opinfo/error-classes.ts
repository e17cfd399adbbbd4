/**
 * Which of our errors fits one of PyTorch's, and what its message has to say. PyTorch's exception says little, since nearly
 * everything is a RuntimeError, so its words decide: the first line that fits is taken.
 */

import { ArgumentError, DTypeError, IndexError, ShapeError, TenfoldError } from '@tenfold/ir';
import type { OpError } from '../../fixtures.ts';

interface Fit {
  /** PyTorch's exception; any without. */
  readonly error?: string;
  /** What its message says; anything without. */
  readonly words?: RegExp;
  readonly when?: (call: OpError) => boolean;
  readonly expected: new (message: string) => TenfoldError;
  /** Why it is another class than PyTorch's exception or words suggest. */
  readonly reason?: string;
}

const FITS: readonly Fit[] = [
  {
    words: /^reduction/,
    expected: ShapeError,
    reason: 'the axis is there, and empty: of that there is no extremum',
  },
  {
    words: /selected number k out of range/,
    expected: ArgumentError,
    reason: 'k is an argument, and neither an axis nor an index',
  },
  {
    words: /multiple times in the list of dims|dimensions must align|rotation dims/,
    expected: ArgumentError,
    reason: 'a list of axes that is wrong for any tensor',
  },
  {
    words: /value cannot be converted/,
    expected: ShapeError,
    reason: 'PyTorch stumbles over the number of elements of a value that has an axis',
  },
  { error: 'IndexError', expected: IndexError },
  { error: 'ValueError', expected: ArgumentError },
  { words: /dtype|floating-point|bool tensor/, expected: DTypeError },
  { words: /should be the same$/, when: hasSeveralDTypes, expected: DTypeError },
  { words: /out of bounds/, expected: IndexError },
  { words: /TensorList|list of Tensors|spacing|edge_order|`shifts`/, expected: ArgumentError },
  { words: /^(?:pad|stride|step|bound|dilation|kernel_size)\b/, expected: ArgumentError },
  {
    words: /dim|shape|size|tensor|length|matrix|numel|\dD|\d-D|>= \d-d|^[mn] must be|should be the same$/,
    expected: ShapeError,
  },
  { expected: ArgumentError },
];

function hasSeveralDTypes({ inputs }: OpError): boolean {
  return new Set(inputs.map(({ dtype }) => dtype)).size > 1;
}

/** The class that an error here must be of. */
export function expectedClass(call: OpError): Fit['expected'] {
  const fits = ({ error, words, when }: Fit) =>
    (error ?? call.error) === call.error && (words?.test(call.message) ?? true) && (when?.(call) ?? true);
  return FITS.find(fits)?.expected ?? ArgumentError;
}

/** What a message has to say beside the name of the operation. */
const CONTENTS: readonly { readonly of: Fit['expected']; readonly words: RegExp; readonly what: string }[] = [
  { of: ShapeError, words: /\[[-\d, ]*\]|without axes/, what: 'a shape' },
  { of: IndexError, words: /\d/, what: 'the index' },
  { of: DTypeError, words: /float\d|int\d|bool/, what: 'the dtype' },
  { of: ArgumentError, words: /\d|'|at least one/, what: 'what was given' },
  { of: TenfoldError, words: /expected|needs|; |must/, what: 'what was expected, or what to do' },
];

/** What is missing from an error's message. */
export function missingFrom(error: TenfoldError): string | undefined {
  return CONTENTS.find(({ of, words }) => error instanceof of && !words.test(error.message))?.what;
}
