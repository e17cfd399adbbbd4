@group(0) @binding(0) var<storage, read_write> slab0: array<vec4f>;
@group(1) @binding(0) var<uniform> launches: array<vec4u, 2>;
var<workgroup> totals: array<f32, 16>;
var<workgroup> partial: array<f32, 80>;

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let place = (workgroup.z * grid.y + workgroup.y) * grid.x + workgroup.x;
  let group = place - launches[0].x;
  if (group >= launches[0].y) { return; }
  let operand0 = launches[0].z;
  let operand1 = launches[0].w;
  let operand2 = launches[1].x;
  let m_count = 2;
  let n_count = 128;
  let k_count = 256;
  let strips = u32(n_count + 7) / 8u;
  let n_begin = i32(group % strips) * 8;
  let copy = i32(group / strips);
  let k_begin = 0;
  let k_end = k_count;
  let lk = i32(lane % 4u);
  let ln = i32(lane / 4u);
  let at_0 = 0;
  let at_1 = 1;
  let at_2 = n_begin + ln * 1;
  let at_2_inside = min(at_2, n_count - 1);
  let i_4 = at_0 * 256;
  let i_7 = at_1 * 256;
  let i_11 = at_2_inside * 256;
  var sum0_0 = 0f;
  var sum1_0 = 0f;
  var k0 = k_begin;
  for (; k0 + 32 <= k_end; k0 += 32) {
    let at_3 = k0 + lk * 4;
    let i_5 = i_4 + at_3;
    let q_6 = slab0[(operand0 + u32(i_5)) >> 2u];
    let i_8 = i_7 + at_3;
    let q_9 = slab0[(operand0 + u32(i_8)) >> 2u];
    let at_10 = k0 + lk * 4;
    let i_12 = i_11 + at_10;
    let q_13 = slab0[(operand1 + u32(i_12)) >> 2u];
    let at_14 = k0 + 16 + lk * 4;
    let i_15 = i_4 + at_14;
    let q_16 = slab0[(operand0 + u32(i_15)) >> 2u];
    let i_17 = i_7 + at_14;
    let q_18 = slab0[(operand0 + u32(i_17)) >> 2u];
    let at_19 = k0 + 16 + lk * 4;
    let i_20 = i_11 + at_19;
    let q_21 = slab0[(operand1 + u32(i_20)) >> 2u];
    sum0_0 = fma(q_6[0], q_13[0], sum0_0);
    sum0_0 = fma(q_6[1], q_13[1], sum0_0);
    sum0_0 = fma(q_6[2], q_13[2], sum0_0);
    sum0_0 = fma(q_6[3], q_13[3], sum0_0);
    sum1_0 = fma(q_9[0], q_13[0], sum1_0);
    sum1_0 = fma(q_9[1], q_13[1], sum1_0);
    sum1_0 = fma(q_9[2], q_13[2], sum1_0);
    sum1_0 = fma(q_9[3], q_13[3], sum1_0);
    sum0_0 = fma(q_16[0], q_21[0], sum0_0);
    sum0_0 = fma(q_16[1], q_21[1], sum0_0);
    sum0_0 = fma(q_16[2], q_21[2], sum0_0);
    sum0_0 = fma(q_16[3], q_21[3], sum0_0);
    sum1_0 = fma(q_18[0], q_21[0], sum1_0);
    sum1_0 = fma(q_18[1], q_21[1], sum1_0);
    sum1_0 = fma(q_18[2], q_21[2], sum1_0);
    sum1_0 = fma(q_18[3], q_21[3], sum1_0);
  }
  for (; k0 < k_end; k0 += 16) {
    if (k0 + lk * 4 < k_end) {
      let at_22 = k0 + lk * 4;
      let i_23 = i_4 + at_22;
      let q_24 = slab0[(operand0 + u32(i_23)) >> 2u];
      let i_25 = i_7 + at_22;
      let q_26 = slab0[(operand0 + u32(i_25)) >> 2u];
      let at_27 = k0 + lk * 4;
      let i_28 = i_11 + at_27;
      let q_29 = slab0[(operand1 + u32(i_28)) >> 2u];
      sum0_0 = fma(q_24[0], q_29[0], sum0_0);
      sum0_0 = fma(q_24[1], q_29[1], sum0_0);
      sum0_0 = fma(q_24[2], q_29[2], sum0_0);
      sum0_0 = fma(q_24[3], q_29[3], sum0_0);
      sum1_0 = fma(q_26[0], q_29[0], sum1_0);
      sum1_0 = fma(q_26[1], q_29[1], sum1_0);
      sum1_0 = fma(q_26[2], q_29[2], sum1_0);
      sum1_0 = fma(q_26[3], q_29[3], sum1_0);
    }
  }
  partial[(0 + ln) * 5 + lk] = sum0_0;
  partial[(8 + ln) * 5 + lk] = sum1_0;
  workgroupBarrier();
  for (var i = i32(lane); i < 16; i += 32) {
    var total = 0f;
    for (var j = 0; j < 4; j++) { total += partial[i * 5 + j]; }
    let which = 0 + i / 8;
    totals[which / 1 * 8 + i % 8 * 1 + which % 1] = total;
  }
  workgroupBarrier();
  for (var i = i32(lane); i < 4; i += 32) {
    let at_30 = 0 + i / 2;
    let at_31 = n_begin + i % 2 * 4;
    let at_31_inside = min(at_31, n_count - 4);
    if (at_31 < n_count) {
      let i_32 = at_30 * 128;
      let i_33 = i_32 + at_31_inside;
      let v_34 = totals[i * 4 + 0];
      let v_35 = totals[i * 4 + 1];
      let v_36 = totals[i * 4 + 2];
      let v_37 = totals[i * 4 + 3];
      slab0[(operand2 + u32(i_33)) >> 2u] = vec4f(v_34, v_35, v_36, v_37);
    }
  }
}
