/**
 * PyTorch's second names for operations.
 * https://pytorch.org/docs/stable/torch.html#pointwise-ops
 */

export {
  abs as absolute,
  div as divide,
  mul as multiply,
  neg as negative,
  sign as sgn,
  sub as subtract,
} from './arithmetic.ts';
export { clamp as clip } from './clamp.ts';
export {
  ge as greaterEqual,
  gt as greater,
  le as lessEqual,
  lt as less,
  ne as notEqual,
} from './comparison.ts';
export {
  acos as arccos,
  acosh as arccosh,
  asin as arcsin,
  asinh as arcsinh,
  atan as arctan,
  atanh as arctanh,
} from './inverse-trigonometric.ts';
export { trunc as fix } from './rounding.ts';
export { atan2 as arctan2 } from './trigonometric.ts';
