/**
 * Every error that Tenfold raises on purpose. A message names the operation, the offending shapes, keys or
 * numbers, what was expected, and the remedy. A message that starts with `internal:` reports a defect of
 * Tenfold itself, never a mistake of the caller.
 */

/** Base class: `error instanceof TenfoldError` tells Tenfold's errors from everybody else's. */
export class TenfoldError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Shapes, ranks, sizes or axes that an operation cannot accept. */
export class ShapeError extends TenfoldError {}
/** Two shapes that do not broadcast together. */
export class BroadcastError extends ShapeError {}
/** A data type that an operation, a format or a device does not take. */
export class DTypeError extends TenfoldError {}
/** An unknown device, or operands on different devices. */
export class DeviceError extends TenfoldError {}
/** An index or an axis out of range. */
export class IndexError extends TenfoldError {}
/** A misuse of automatic differentiation. */
export class GradError extends TenfoldError {}
/** A value asked for after the memory it was to be computed from had changed or been disposed of. */
export class StaleValueError extends TenfoldError {}
/** An option or argument outside the range it must be in (a NaN learning rate, an empty parameter list). */
export class ArgumentError extends TenfoldError {}
/** A state dict whose keys or shapes do not fit. */
export class StateDictError extends TenfoldError {}
/** A file or buffer that does not follow its format. */
export class FormatError extends TenfoldError {}
/** A device that cannot give the memory asked for. */
export class OutOfMemoryError extends TenfoldError {}
/** A device that went away while it was in use. */
export class DeviceLostError extends TenfoldError {}

/** Throws an `internal:` error: for states that correct code cannot reach. */
export function unreachable(what: string): never {
  throw new TenfoldError(`internal: ${what}`);
}
