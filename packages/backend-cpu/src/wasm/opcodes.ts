/**
 * The instruction table: the name and opcode of every WebAssembly instruction that Tenfold emits, grouped by value
 * type and by the shape of its operands. Names and order are those of the specification, where the instructions of a
 * group mostly follow one another, so a group is written as its first opcode and its names.
 *
 * An opcode below 0x100 is one byte; `0xfc_xxx`, `0xfd_xxx` and `0xfe_xxx` are a prefix byte and a
 * sub-opcode of up to twelve bits (saturating conversions and bulk memory, SIMD, threads).
 */

type Names<Text extends string> = Text extends `${infer First} ${infer Rest}` ? First | Names<Rest> : Text;
type Row<Text extends string> = { readonly [Name in Names<Text>]: number };

/** Instructions with consecutive opcodes, from `first` on. */
function row<Text extends string>(first: number, names: Text): Row<Text> {
  return Object.fromEntries(names.split(' ').map((name, i) => [name, first + i])) as Row<Text>;
}

const integerCompare = 'eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u';
const integerArithmetic = 'add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u';
const shifts = 'shl shr_s shr_u';
const floatCompare = 'eq ne lt gt le ge';
const vectorArithmetic = 'add sub mul div min max pmin pmax';

// prettier-ignore
export const opcodes = {
  control: { ...row(0x02, 'block loop if else'), end: 0x0b, br: 0x0c, br_if: 0x0d, return: 0x0f, call: 0x10, drop: 0x1a, select: 0x1b, unreachable: 0x00 },
  local: row(0x20, 'get set tee'),
  constant: { ...row(0x41, 'i32 i64 f32 f64'), v128: 0xfd_00c },
  memory: { size: 0x3f, ...row(0xfc_00a, 'copy fill') },

  i32: {
    unary: { eqz: 0x45 },
    binary: row(0x6a, integerArithmetic),
    compare: row(0x46, integerCompare),
    load: { load: 0x28, ...row(0x2c, 'load8_s load8_u load16_s load16_u') },
    store: { store: 0x36, ...row(0x3a, 'store8 store16') },
  },
  i64: {
    binary: row(0x7c, integerArithmetic),
    compare: row(0x51, integerCompare),
    test: { eqz: 0x50 },
    load: { load: 0x29 },
    store: { store: 0x37 },
    fromF32: { trunc_sat_f32_s: 0xfc_004 },
    fromF64: { trunc_sat_f64_s: 0xfc_006 },
  },
  f32: {
    load: { load: 0x2a },
    store: { store: 0x38 },
    fromI64: { convert_i64_s: 0xb4 },
    fromF64: { demote_f64: 0xb6 },
  },
  f64: {
    load: { load: 0x2b },
    store: { store: 0x39 },
    fromI64: { convert_i64_s: 0xb9 },
    fromF32: { promote_f32: 0xbb },
  },

  v128: {
    unary: { not: 0xfd_04d },
    binary: row(0xfd_04e, 'and andnot or xor'),
    ternary: { bitselect: 0xfd_052 },
    test: { any_true: 0xfd_053 },
    load: { load: 0xfd_000, load16x4_u: 0xfd_004, ...row(0xfd_009, 'load32_splat load64_splat'), ...row(0xfd_05c, 'load32_zero load64_zero') },
    store: { store: 0xfd_00b },
    loadLane: row(0xfd_056, 'load32_lane load64_lane'),
    storeLane: row(0xfd_05a, 'store32_lane store64_lane'),
  },
  i8x16: {
    binary: { swizzle: 0xfd_00e, add: 0xfd_06e },
    shuffle: { shuffle: 0xfd_00d },
    splat: { splat: 0xfd_00f },
  },
  i16x8: {
    unary: { extend_low_i8x16_s: 0xfd_087, extend_low_i8x16_u: 0xfd_089 },
    binary: { eq: 0xfd_02d },
    shift: row(0xfd_08b, shifts),
  },
  i32x4: {
    unary: { ...row(0xfd_0a0, 'abs neg'), extend_low_i16x8_s: 0xfd_0a7, extend_low_i16x8_u: 0xfd_0a9, trunc_sat_f32x4_s: 0xfd_0f8, trunc_sat_f64x2_s_zero: 0xfd_0fc },
    binary: { ...row(0xfd_037, integerCompare), add: 0xfd_0ae, sub: 0xfd_0b1, mul: 0xfd_0b5, min_s: 0xfd_0b6, max_s: 0xfd_0b8 },
    shift: row(0xfd_0ab, shifts),
    test: { bitmask: 0xfd_0a4 },
    splat: { splat: 0xfd_011 },
    extract: { extract_lane: 0xfd_01b },
    replace: { replace_lane: 0xfd_01c },
  },
  i64x2: {
    unary: { ...row(0xfd_0c0, 'abs neg'), ...row(0xfd_0c7, 'extend_low_i32x4_s extend_high_i32x4_s') },
    binary: { ...row(0xfd_0d6, 'eq ne lt_s gt_s le_s ge_s'), add: 0xfd_0ce, sub: 0xfd_0d1, mul: 0xfd_0d5 },
    shift: row(0xfd_0cb, shifts),
    splat: { splat: 0xfd_012 },
    extract: { extract_lane: 0xfd_01d },
    replace: { replace_lane: 0xfd_01e },
  },
  f32x4: {
    unary: { ...row(0xfd_067, 'ceil floor trunc nearest'), ...row(0xfd_0e0, 'abs neg'), sqrt: 0xfd_0e3, convert_i32x4_s: 0xfd_0fa, demote_f64x2_zero: 0xfd_05e },
    binary: { ...row(0xfd_041, floatCompare), ...row(0xfd_0e4, vectorArithmetic) },
    ternary: row(0xfd_105, 'relaxed_madd relaxed_nmadd'),
    splat: { splat: 0xfd_013 },
    extract: { extract_lane: 0xfd_01f },
    replace: { replace_lane: 0xfd_020 },
  },
  f64x2: {
    unary: { ceil: 0xfd_074, floor: 0xfd_075, trunc: 0xfd_07a, nearest: 0xfd_094, ...row(0xfd_0ec, 'abs neg'), sqrt: 0xfd_0ef, convert_low_i32x4_s: 0xfd_0fe, promote_low_f32x4: 0xfd_05f },
    binary: { ...row(0xfd_047, floatCompare), ...row(0xfd_0f0, vectorArithmetic) },
    ternary: row(0xfd_107, 'relaxed_madd relaxed_nmadd'),
    splat: { splat: 0xfd_014 },
    extract: { extract_lane: 0xfd_021 },
    replace: { replace_lane: 0xfd_022 },
  },
} as const;

/** Instructions on shared memory; apart, because only code that synchronises threads itself has them. */
// prettier-ignore
export const atomicOpcodes = {
  ...row(0xfe_000, 'notify wait32'),
  fence: 0xfe_003,
  i32: { load: 0xfe_010, store: 0xfe_017, add: 0xfe_01e, sub: 0xfe_025, and: 0xfe_02c, or: 0xfe_033, xor: 0xfe_03a, xchg: 0xfe_041, cmpxchg: 0xfe_048 },
  i64: { load: 0xfe_011, store: 0xfe_018, add: 0xfe_01f, sub: 0xfe_026, and: 0xfe_02d, or: 0xfe_034, xor: 0xfe_03b, xchg: 0xfe_042, cmpxchg: 0xfe_049 },
} as const;
