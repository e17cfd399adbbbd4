/**
 * Where an operation of PyTorch's table is called otherwise here than its name says, each with the reason. Everything else
 * is found by its name in camelCase, and its arguments by theirs.
 */

interface Exception {
  /** Our name. */
  readonly name?: string;
  /** Our names of parameters, or null where there is nothing to pass. */
  readonly parameters?: Readonly<Record<string, string | null>>;
  /** Rewrites the arguments, by PyTorch's names. */
  readonly adapt?: (args: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  readonly reason: string;
}

export const EXCEPTIONS: Readonly<Record<string, Exception>> = {
  __getitem__: {
    name: 'index',
    parameters: { indices: 'items' },
    reason: 'JavaScript has no operator of its own for []',
  },
  einsum: {
    adapt: ({ args }) => (Array.isArray(args) ? { equation: args[0], operands: args[1] } : {}),
    reason: 'the samples give the equation and the operands as one list',
  },
  std: { adapt: correctionOf, reason: 'unbiased is the older way to say correction' },
  std_mean: { adapt: correctionOf, reason: 'as std' },
  var_mean: { adapt: correctionOf, reason: 'as var' },
  var: {
    name: 'variance',
    adapt: correctionOf,
    reason: 'var is a word of JavaScript; unbiased is correction',
  },
};

/** `unbiased` as `correction`. */
function correctionOf({
  unbiased,
  ...others
}: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return unbiased === undefined ? others : { ...others, correction: Number(unbiased) };
}

/** Arguments that a function here may lack, and the values with which they change nothing. */
export const WITHOUT_EFFECT: Readonly<Record<string, readonly unknown[]>> = {
  // The p of max_norm, without one.
  norm_type: [2],
  // Sorted results are, and sorting keeps the order of equals.
  sorted: [true],
  stable: [true, false],
};
