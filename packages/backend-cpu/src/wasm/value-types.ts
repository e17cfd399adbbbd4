/**
 * The value types of WebAssembly and the shapes of functions, as TypeScript types and as the bytes that
 * encode them.
 */

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

/** The byte of each value type in the binary format. */
export const valueTypeByte: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/** Parameter types, and the one result type or `void`. */
export interface FunctionType<
  P extends readonly ValueType[] = readonly ValueType[],
  R extends ValueType | 'void' = ValueType | 'void',
> {
  readonly params: P;
  readonly result: R;
}

/** A number or bigint literal that may stand wherever an expression of type `T` is expected. */
export type Literal<T extends ValueType> = T extends 'i64' ? bigint : T extends 'v128' ? never : number;
