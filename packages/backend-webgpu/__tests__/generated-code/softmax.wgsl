@group(0) @binding(0) var<storage, read_write> slab0: array<f32>;
@group(1) @binding(0) var<uniform> launches: array<vec4u, 1>;
var<workgroup> shared_f32: array<f32, 256>;
fn unknown_zero() -> u32 {
  return launches[0].y >> 31u;
}

fn special_float(bits: u32) -> f32 {
  return bitcast<f32>(bits ^ unknown_zero());
}

fn where_f32(condition: bool, yes: f32, no: f32) -> f32 {
  return bitcast<f32>(select(bitcast<u32>(no), bitcast<u32>(yes), condition));
}

fn is_nan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

fn total_order(x: f32, nan: i32) -> i32 {
  let bits = bitcast<i32>(x);
  return select(bits ^ ((bits >> 31u) & 0x7fffffff), nan, is_nan(x));
}

fn max_f32(a: f32, b: f32) -> f32 {
  return where_f32(total_order(a, 0x7fffffff) >= total_order(b, 0x7fffffff), a, b);
}

fn apart(x: f32, n: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(x) ^ (bitcast<u32>(n) & 1u));
}

fn exp_f32(x: f32) -> f32 {
  let bounded = clamp(x, -88.0f, 89.0f);
  let n = round(bounded * 1.442695f);
  let r = fma(n, 0.00021219444f, apart(fma(n, -0.693359375f, bounded), n));
  var p = fma(0.00138146f, r, 0.008368716f);
  p = fma(p, r, 0.04166839f);
  p = fma(p, r, 0.16666521f);
  p = fma(p, r, 0.49999994f);
  p = fma(p, r, 1.0f);
  p = fma(p, r, 1.0f);
  // Results that would be denormal are 0.
  let finite = bitcast<u32>(p) + (bitcast<u32>(i32(n)) << 23u);
  let low = select(finite, 0u, x < -87.33654f);
  let high = select(low, 0x7f800000u, x > 88.72283f);
  return bitcast<f32>(select(high, bitcast<u32>(x), is_nan(x)));
}

fn leading_bits_f32(x: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(x) & 0xfffff000u);
}

fn div_f32(a: f32, b: f32) -> f32 {
  // What is computed with must not be denormal, or it may be lost: the reciprocal of a large number, half of a small one.
  let small = min(abs(a), abs(b)) < 7.888609e-31f;
  let scale = select(select(1.0f, 16777216.0f, small), 0.03125f, abs(b) > 4.2535296e37f);
  let x = a * scale;
  let y = b * scale;
  let reciprocal = 1.0f / y;
  let quotient = x * reciprocal;
  let leading = leading_bits_f32(quotient);
  let divisor = leading_bits_f32(y);
  let rest = fma(-leading, y - divisor, fma(-leading, divisor, x));
  // Below 2^-100 the correction would be lost; there is none to infinity and NaN.
  let correct = (((bitcast<u32>(quotient) >> 23u) & 0xffu) - 27u) < 228u;
  // By zero it is decided on bits: compilers that see that a is zero take zero times the reciprocal for zero.
  let sign = (bitcast<u32>(a) ^ bitcast<u32>(b)) & 0x80000000u;
  let limit = bitcast<f32>(select(0x7fc00000u, sign | 0x7f800000u, abs(a) > 0.0f));
  let whole = where_f32(correct, fma(rest, reciprocal, leading), quotient);
  return where_f32((bitcast<u32>(b) << 1u) == 0u, limit, whole);
}
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let place = (workgroup.z * grid.y + workgroup.y) * grid.x + workgroup.x;
  let group = place - launches[0].x;
  if (group >= launches[0].y) { return; }
  let operand0 = launches[0].z;
  let operand1 = launches[0].w;
  let l = lane % 256u;
  let place_of_row = i32(group * 1u + lane / 256u);
  let alive = place_of_row < 32;
  let count = min(place_of_row, 32 - 1);
  var acc_0: f32 = special_float(0xff800000u);
  var part_1: f32 = special_float(0xff800000u);
  let limit_2 = select(0, 1024, alive);
  let i_5 = count * 1024;
  for (var t_3 = i32(l); t_3 < limit_2; t_3 += 256) {
    let i_6 = i_5 + t_3;
    let v_4 = slab0[operand0 + u32(i_6)];
    part_1 = max_f32(part_1, v_4);
  }
  shared_f32[lane] = part_1;
  workgroupBarrier();
  for (var half = 128u; half > 0u; half = half / 2u) {
    if (l < half) {
      var mine_7 = shared_f32[lane];
      let other_8 = shared_f32[lane + half * 1u];
      mine_7 = max_f32(mine_7, other_8);
      shared_f32[lane] = mine_7;
    }
    workgroupBarrier();
  }
  part_1 = shared_f32[lane - l * 1u];
  workgroupBarrier();
  acc_0 = max_f32(acc_0, part_1);
  var acc_9: f32 = 0f;
  var part_10: f32 = 0f;
  let limit_11 = select(0, 1024, alive);
  let v_17 = acc_0;
  for (var t_12 = i32(l); t_12 < limit_11; t_12 += 256) {
    let i_16 = i_5 + t_12;
    let v_15 = slab0[operand0 + u32(i_16)];
    let v_14 = (v_15 - v_17);
    let v_13 = exp_f32(v_14);
    part_10 = (part_10 + v_13);
  }
  shared_f32[lane] = part_10;
  workgroupBarrier();
  for (var half = 128u; half > 0u; half = half / 2u) {
    if (l < half) {
      var mine_18 = shared_f32[lane];
      let other_19 = shared_f32[lane + half * 1u];
      mine_18 = (mine_18 + other_19);
      shared_f32[lane] = mine_18;
    }
    workgroupBarrier();
  }
  part_10 = shared_f32[lane - l * 1u];
  workgroupBarrier();
  acc_9 = (acc_9 + part_10);
  let limit_20 = select(0, 1024, alive);
  let v_28 = acc_9;
  let v_27 = div_f32(1f, v_28);
  for (var t_21 = i32(l); t_21 < limit_20; t_21 += 256) {
    let i_26 = i_5 + t_21;
    let v_25 = slab0[operand0 + u32(i_26)];
    let v_24 = (v_25 - v_17);
    let v_23 = exp_f32(v_24);
    let v_22 = (v_23 * v_27);
    slab0[operand1 + u32(i_26)] = v_22;
  }
}
