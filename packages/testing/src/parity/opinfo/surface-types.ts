/**
 * The public surface of Tenfold as plain data: which functions, methods and classes there are, and how each is called.
 * `tools/parity/surface.ts` reads it from the source.
 */

/**
 * How an argument is passed: by position, as a key of the options object (which comes after the positional ones), or as all
 * that follow.
 */
export type ParameterKind = 'positional' | 'option' | 'rest';

export interface SurfaceParameter {
  readonly name: string;
  readonly kind: ParameterKind;
  readonly optional: boolean;
  /** The default as it is written, where it can be read from the source: `false`, `1e-5`, `'mean'`, `[0.9, 0.999]`. */
  readonly default?: string;
  /** The type as it is written: `number | readonly number[]`. */
  readonly type?: string;
}

/** One way of calling; overloaded functions have several. */
export type SurfaceSignature = readonly SurfaceParameter[];

/**
 * Signatures by module, then by name. The modules are `tensor` (functions), `Tensor` (methods, without `self`), `linalg`,
 * `fft`, `special`, `distributions`, `nn` (constructors), `functional`, `init`, `utils`, `optim` (constructors and
 * functions), `lrScheduler` and `autograd`. A class is called through `new`.
 */
export type Surface = Readonly<Record<string, Readonly<Record<string, readonly SurfaceSignature[]>>>>;
