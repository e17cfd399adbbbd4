/**
 * The instruction table: the name of every WebAssembly instruction that Tenfold emits, its opcode, grouped
 * by value type and by the shape of its operands. Names are those of the specification.
 *
 * An opcode below 0x100 is one byte; `0xfc_xxx`, `0xfd_xxx` and `0xfe_xxx` are a prefix byte and a
 * sub-opcode of up to twelve bits (saturating conversions and bulk memory, SIMD, threads).
 */

// prettier-ignore
export const opcodes = {
  control: { block: 0x02, loop: 0x03, if: 0x04, else: 0x05, end: 0x0b, br: 0x0c, br_if: 0x0d, return: 0x0f, call: 0x10, drop: 0x1a, select: 0x1b, unreachable: 0x00 },
  local: { get: 0x20, set: 0x21, tee: 0x22 },
  constant: { i32: 0x41, i64: 0x42, f32: 0x43, f64: 0x44, v128: 0xfd_00c },
  memory: { size: 0x3f, copy: 0xfc_00a, fill: 0xfc_00b },

  i32: {
    unary: { clz: 0x67, ctz: 0x68, popcnt: 0x69, eqz: 0x45, extend8_s: 0xc0, extend16_s: 0xc1 },
    binary: { add: 0x6a, sub: 0x6b, mul: 0x6c, div_s: 0x6d, div_u: 0x6e, rem_s: 0x6f, rem_u: 0x70, and: 0x71, or: 0x72, xor: 0x73, shl: 0x74, shr_s: 0x75, shr_u: 0x76, rotl: 0x77, rotr: 0x78 },
    compare: { eq: 0x46, ne: 0x47, lt_s: 0x48, lt_u: 0x49, gt_s: 0x4a, gt_u: 0x4b, le_s: 0x4c, le_u: 0x4d, ge_s: 0x4e, ge_u: 0x4f },
    load: { load: 0x28, load8_s: 0x2c, load8_u: 0x2d, load16_s: 0x2e, load16_u: 0x2f },
    store: { store: 0x36, store8: 0x3a, store16: 0x3b },
    fromI64: { wrap_i64: 0xa7 },
    fromF32: { reinterpret_f32: 0xbc, trunc_sat_f32_s: 0xfc_000, trunc_sat_f32_u: 0xfc_001 },
    fromF64: { trunc_sat_f64_s: 0xfc_002, trunc_sat_f64_u: 0xfc_003 },
  },
  i64: {
    unary: { clz: 0x79, ctz: 0x7a, popcnt: 0x7b, extend8_s: 0xc2, extend16_s: 0xc3, extend32_s: 0xc4 },
    binary: { add: 0x7c, sub: 0x7d, mul: 0x7e, div_s: 0x7f, div_u: 0x80, rem_s: 0x81, rem_u: 0x82, and: 0x83, or: 0x84, xor: 0x85, shl: 0x86, shr_s: 0x87, shr_u: 0x88, rotl: 0x89, rotr: 0x8a },
    compare: { eq: 0x51, ne: 0x52, lt_s: 0x53, lt_u: 0x54, gt_s: 0x55, gt_u: 0x56, le_s: 0x57, le_u: 0x58, ge_s: 0x59, ge_u: 0x5a },
    test: { eqz: 0x50 },
    load: { load: 0x29, load8_s: 0x30, load8_u: 0x31, load16_s: 0x32, load16_u: 0x33, load32_s: 0x34, load32_u: 0x35 },
    store: { store: 0x37, store8: 0x3c, store16: 0x3d, store32: 0x3e },
    fromI32: { extend_i32_s: 0xac, extend_i32_u: 0xad },
    fromF32: { trunc_sat_f32_s: 0xfc_004, trunc_sat_f32_u: 0xfc_005 },
    fromF64: { reinterpret_f64: 0xbd, trunc_sat_f64_s: 0xfc_006, trunc_sat_f64_u: 0xfc_007 },
  },
  f32: {
    unary: { abs: 0x8b, neg: 0x8c, ceil: 0x8d, floor: 0x8e, trunc: 0x8f, nearest: 0x90, sqrt: 0x91 },
    binary: { add: 0x92, sub: 0x93, mul: 0x94, div: 0x95, min: 0x96, max: 0x97, copysign: 0x98 },
    compare: { eq: 0x5b, ne: 0x5c, lt: 0x5d, gt: 0x5e, le: 0x5f, ge: 0x60 },
    load: { load: 0x2a },
    store: { store: 0x38 },
    fromI32: { convert_i32_s: 0xb2, convert_i32_u: 0xb3, reinterpret_i32: 0xbe },
    fromI64: { convert_i64_s: 0xb4, convert_i64_u: 0xb5 },
    fromF64: { demote_f64: 0xb6 },
  },
  f64: {
    unary: { abs: 0x99, neg: 0x9a, ceil: 0x9b, floor: 0x9c, trunc: 0x9d, nearest: 0x9e, sqrt: 0x9f },
    binary: { add: 0xa0, sub: 0xa1, mul: 0xa2, div: 0xa3, min: 0xa4, max: 0xa5, copysign: 0xa6 },
    compare: { eq: 0x61, ne: 0x62, lt: 0x63, gt: 0x64, le: 0x65, ge: 0x66 },
    load: { load: 0x2b },
    store: { store: 0x39 },
    fromI32: { convert_i32_s: 0xb7, convert_i32_u: 0xb8 },
    fromI64: { convert_i64_s: 0xb9, convert_i64_u: 0xba, reinterpret_i64: 0xbf },
    fromF32: { promote_f32: 0xbb },
  },

  v128: {
    unary: { not: 0xfd_04d },
    binary: { and: 0xfd_04e, andnot: 0xfd_04f, or: 0xfd_050, xor: 0xfd_051 },
    ternary: { bitselect: 0xfd_052 },
    test: { any_true: 0xfd_053 },
    load: { load: 0xfd_000, load8x8_s: 0xfd_001, load8x8_u: 0xfd_002, load16x4_s: 0xfd_003, load16x4_u: 0xfd_004, load32x2_s: 0xfd_005, load32x2_u: 0xfd_006, load8_splat: 0xfd_007, load16_splat: 0xfd_008, load32_splat: 0xfd_009, load64_splat: 0xfd_00a, load32_zero: 0xfd_05c, load64_zero: 0xfd_05d },
    store: { store: 0xfd_00b },
    loadLane: { load8_lane: 0xfd_054, load16_lane: 0xfd_055, load32_lane: 0xfd_056, load64_lane: 0xfd_057 },
    storeLane: { store8_lane: 0xfd_058, store16_lane: 0xfd_059, store32_lane: 0xfd_05a, store64_lane: 0xfd_05b },
  },
  i8x16: {
    unary: { abs: 0xfd_060, neg: 0xfd_061, popcnt: 0xfd_062 },
    binary: { eq: 0xfd_023, ne: 0xfd_024, lt_s: 0xfd_025, lt_u: 0xfd_026, gt_s: 0xfd_027, gt_u: 0xfd_028, le_s: 0xfd_029, le_u: 0xfd_02a, ge_s: 0xfd_02b, ge_u: 0xfd_02c, swizzle: 0xfd_00e, narrow_i16x8_s: 0xfd_065, narrow_i16x8_u: 0xfd_066, add: 0xfd_06e, add_sat_s: 0xfd_06f, add_sat_u: 0xfd_070, sub: 0xfd_071, sub_sat_s: 0xfd_072, sub_sat_u: 0xfd_073, min_s: 0xfd_076, min_u: 0xfd_077, max_s: 0xfd_078, max_u: 0xfd_079, avgr_u: 0xfd_07b },
    shift: { shl: 0xfd_06b, shr_s: 0xfd_06c, shr_u: 0xfd_06d },
    test: { all_true: 0xfd_063, bitmask: 0xfd_064 },
    shuffle: { shuffle: 0xfd_00d },
    splat: { splat: 0xfd_00f },
    extract: { extract_lane_s: 0xfd_015, extract_lane_u: 0xfd_016 },
    replace: { replace_lane: 0xfd_017 },
  },
  i16x8: {
    unary: { abs: 0xfd_080, neg: 0xfd_081, extadd_pairwise_i8x16_s: 0xfd_07c, extadd_pairwise_i8x16_u: 0xfd_07d, extend_low_i8x16_s: 0xfd_087, extend_high_i8x16_s: 0xfd_088, extend_low_i8x16_u: 0xfd_089, extend_high_i8x16_u: 0xfd_08a },
    binary: { eq: 0xfd_02d, ne: 0xfd_02e, lt_s: 0xfd_02f, lt_u: 0xfd_030, gt_s: 0xfd_031, gt_u: 0xfd_032, le_s: 0xfd_033, le_u: 0xfd_034, ge_s: 0xfd_035, ge_u: 0xfd_036, narrow_i32x4_s: 0xfd_085, narrow_i32x4_u: 0xfd_086, add: 0xfd_08e, add_sat_s: 0xfd_08f, add_sat_u: 0xfd_090, sub: 0xfd_091, sub_sat_s: 0xfd_092, sub_sat_u: 0xfd_093, mul: 0xfd_095, min_s: 0xfd_096, min_u: 0xfd_097, max_s: 0xfd_098, max_u: 0xfd_099, avgr_u: 0xfd_09b, q15mulr_sat_s: 0xfd_082, extmul_low_i8x16_s: 0xfd_09c, extmul_high_i8x16_s: 0xfd_09d, extmul_low_i8x16_u: 0xfd_09e, extmul_high_i8x16_u: 0xfd_09f },
    shift: { shl: 0xfd_08b, shr_s: 0xfd_08c, shr_u: 0xfd_08d },
    test: { all_true: 0xfd_083, bitmask: 0xfd_084 },
    splat: { splat: 0xfd_010 },
    extract: { extract_lane_s: 0xfd_018, extract_lane_u: 0xfd_019 },
    replace: { replace_lane: 0xfd_01a },
  },
  i32x4: {
    unary: { abs: 0xfd_0a0, neg: 0xfd_0a1, extadd_pairwise_i16x8_s: 0xfd_07e, extadd_pairwise_i16x8_u: 0xfd_07f, extend_low_i16x8_s: 0xfd_0a7, extend_high_i16x8_s: 0xfd_0a8, extend_low_i16x8_u: 0xfd_0a9, extend_high_i16x8_u: 0xfd_0aa, trunc_sat_f32x4_s: 0xfd_0f8, trunc_sat_f32x4_u: 0xfd_0f9, trunc_sat_f64x2_s_zero: 0xfd_0fc, trunc_sat_f64x2_u_zero: 0xfd_0fd },
    binary: { eq: 0xfd_037, ne: 0xfd_038, lt_s: 0xfd_039, lt_u: 0xfd_03a, gt_s: 0xfd_03b, gt_u: 0xfd_03c, le_s: 0xfd_03d, le_u: 0xfd_03e, ge_s: 0xfd_03f, ge_u: 0xfd_040, add: 0xfd_0ae, sub: 0xfd_0b1, mul: 0xfd_0b5, min_s: 0xfd_0b6, min_u: 0xfd_0b7, max_s: 0xfd_0b8, max_u: 0xfd_0b9, dot_i16x8_s: 0xfd_0ba, extmul_low_i16x8_s: 0xfd_0bc, extmul_high_i16x8_s: 0xfd_0bd, extmul_low_i16x8_u: 0xfd_0be, extmul_high_i16x8_u: 0xfd_0bf },
    shift: { shl: 0xfd_0ab, shr_s: 0xfd_0ac, shr_u: 0xfd_0ad },
    test: { all_true: 0xfd_0a3, bitmask: 0xfd_0a4 },
    splat: { splat: 0xfd_011 },
    extract: { extract_lane: 0xfd_01b },
    replace: { replace_lane: 0xfd_01c },
  },
  i64x2: {
    unary: { abs: 0xfd_0c0, neg: 0xfd_0c1, extend_low_i32x4_s: 0xfd_0c7, extend_high_i32x4_s: 0xfd_0c8, extend_low_i32x4_u: 0xfd_0c9, extend_high_i32x4_u: 0xfd_0ca },
    binary: { eq: 0xfd_0d6, ne: 0xfd_0d7, lt_s: 0xfd_0d8, gt_s: 0xfd_0d9, le_s: 0xfd_0da, ge_s: 0xfd_0db, add: 0xfd_0ce, sub: 0xfd_0d1, mul: 0xfd_0d5, extmul_low_i32x4_s: 0xfd_0dc, extmul_high_i32x4_s: 0xfd_0dd, extmul_low_i32x4_u: 0xfd_0de, extmul_high_i32x4_u: 0xfd_0df },
    shift: { shl: 0xfd_0cb, shr_s: 0xfd_0cc, shr_u: 0xfd_0cd },
    test: { all_true: 0xfd_0c3, bitmask: 0xfd_0c4 },
    splat: { splat: 0xfd_012 },
    extract: { extract_lane: 0xfd_01d },
    replace: { replace_lane: 0xfd_01e },
  },
  f32x4: {
    unary: { abs: 0xfd_0e0, neg: 0xfd_0e1, sqrt: 0xfd_0e3, ceil: 0xfd_067, floor: 0xfd_068, trunc: 0xfd_069, nearest: 0xfd_06a, convert_i32x4_s: 0xfd_0fa, convert_i32x4_u: 0xfd_0fb, demote_f64x2_zero: 0xfd_05e },
    binary: { eq: 0xfd_041, ne: 0xfd_042, lt: 0xfd_043, gt: 0xfd_044, le: 0xfd_045, ge: 0xfd_046, add: 0xfd_0e4, sub: 0xfd_0e5, mul: 0xfd_0e6, div: 0xfd_0e7, min: 0xfd_0e8, max: 0xfd_0e9, pmin: 0xfd_0ea, pmax: 0xfd_0eb },
    ternary: { relaxed_madd: 0xfd_105, relaxed_nmadd: 0xfd_106 },
    splat: { splat: 0xfd_013 },
    extract: { extract_lane: 0xfd_01f },
    replace: { replace_lane: 0xfd_020 },
  },
  f64x2: {
    unary: { abs: 0xfd_0ec, neg: 0xfd_0ed, sqrt: 0xfd_0ef, ceil: 0xfd_074, floor: 0xfd_075, trunc: 0xfd_07a, nearest: 0xfd_094, convert_low_i32x4_s: 0xfd_0fe, convert_low_i32x4_u: 0xfd_0ff, promote_low_f32x4: 0xfd_05f },
    binary: { eq: 0xfd_047, ne: 0xfd_048, lt: 0xfd_049, gt: 0xfd_04a, le: 0xfd_04b, ge: 0xfd_04c, add: 0xfd_0f0, sub: 0xfd_0f1, mul: 0xfd_0f2, div: 0xfd_0f3, min: 0xfd_0f4, max: 0xfd_0f5, pmin: 0xfd_0f6, pmax: 0xfd_0f7 },
    ternary: { relaxed_madd: 0xfd_107, relaxed_nmadd: 0xfd_108 },
    splat: { splat: 0xfd_014 },
    extract: { extract_lane: 0xfd_021 },
    replace: { replace_lane: 0xfd_022 },
  },

  atomic: {
    wait: { wait32: 0xfe_001, wait64: 0xfe_002 },
    notify: 0xfe_000,
    fence: 0xfe_003,
    i32: { load: 0xfe_010, store: 0xfe_017, add: 0xfe_01e, sub: 0xfe_025, and: 0xfe_02c, or: 0xfe_033, xor: 0xfe_03a, xchg: 0xfe_041, cmpxchg: 0xfe_048 },
    i64: { load: 0xfe_011, store: 0xfe_018, add: 0xfe_01f, sub: 0xfe_026, and: 0xfe_02d, or: 0xfe_034, xor: 0xfe_03b, xchg: 0xfe_042, cmpxchg: 0xfe_049 },
  },
} as const;
