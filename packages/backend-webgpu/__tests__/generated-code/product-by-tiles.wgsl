@group(0) @binding(0) var<storage, read_write> slab0: array<f32>;
@group(1) @binding(0) var<uniform> launches: array<vec4u, 2>;
var<workgroup> tile_a: array<vec4f, 144>;
var<workgroup> tile_b: array<vec4f, 144>;

fn slab0_store_vector(i: u32, v: vec4f) { slab0[i + 0u] = v[0]; slab0[i + 1u] = v[1]; slab0[i + 2u] = v[2]; slab0[i + 3u] = v[3]; }
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let place = (workgroup.z * grid.y + workgroup.y) * grid.x + workgroup.x;
  let group = place - launches[0].x;
  if (group >= launches[0].y) { return; }
  let operand0 = launches[0].z;
  let operand1 = launches[0].w;
  let operand2 = launches[1].x;
  let m_count = 64;
  let n_count = 128;
  let k_count = 256;
  let tiles_m = u32(m_count + 31) / 32u;
  let tiles_n = u32(n_count + 31) / 32u;
  let tiles = tiles_m * tiles_n;
  let tile = group % tiles;
  let band = tile / (8u * tiles_n) * 8u;
  let band_height = min(tiles_m - band, 8u);
  let in_band = tile - band * tiles_n;
  let m_begin = i32((band + in_band % band_height) * 32u);
  let n_begin = i32(in_band / band_height * 32u);
  let copy = i32(group / tiles);
  let k_begin = 0;
  let k_end = k_count;
  let tx = lane % 8u;
  let ty = lane / 8u;
  let a_k = lane % 8u;
  let a_vector = lane / 8u;
  let at_0 = m_begin + i32(a_vector) * 4;
  let at_1 = (m_begin + i32(a_vector) * 4 + 1);
  let at_2 = (m_begin + i32(a_vector) * 4 + 2);
  let at_3 = (m_begin + i32(a_vector) * 4 + 3);
  let i_10 = at_0 * 256;
  let i_13 = at_1 * 256;
  let i_16 = at_2 * 256;
  let i_19 = at_3 * 256;
  var next_a0 = vec4f();
  let b_k = lane % 8u;
  let b_vector = lane / 8u;
  let at_4 = n_begin + i32(b_vector) * 4;
  let at_5 = (n_begin + i32(b_vector) * 4 + 1);
  let at_6 = (n_begin + i32(b_vector) * 4 + 2);
  let at_7 = (n_begin + i32(b_vector) * 4 + 3);
  let i_23 = at_4 * 256;
  let i_26 = at_5 * 256;
  let i_29 = at_6 * 256;
  let i_32 = at_7 * 256;
  var next_b0 = vec4f();
  var sum0_0 = vec4f();
  var sum1_0 = vec4f();
  var sum2_0 = vec4f();
  var sum3_0 = vec4f();
  var turn = 0u;
  for (var k0 = k_begin; ; k0 += 8) {
    if (k0 < k_end) {
      let at_8 = k0 + i32(a_k);
      let i_11 = i_10 + at_8;
      let v_9 = slab0[operand0 + u32(i_11)];
      let i_14 = i_13 + at_8;
      let v_12 = slab0[operand0 + u32(i_14)];
      let i_17 = i_16 + at_8;
      let v_15 = slab0[operand0 + u32(i_17)];
      let i_20 = i_19 + at_8;
      let v_18 = slab0[operand0 + u32(i_20)];
      next_a0 = vec4f(v_9, v_12, v_15, v_18);
      let at_21 = k0 + i32(b_k);
      let i_24 = i_23 + at_21;
      let v_22 = slab0[operand1 + u32(i_24)];
      let i_27 = i_26 + at_21;
      let v_25 = slab0[operand1 + u32(i_27)];
      let i_30 = i_29 + at_21;
      let v_28 = slab0[operand1 + u32(i_30)];
      let i_33 = i_32 + at_21;
      let v_31 = slab0[operand1 + u32(i_33)];
      next_b0 = vec4f(v_22, v_25, v_28, v_31);
    }
    if (k0 > k_begin) {
      for (var kk = 0u; kk < 8u; kk += 1u) {
        let at_a = (turn) * 72u + kk * 9u + ty;
        let at_b = (turn) * 72u + kk * 9u + tx;
        let a0_0 = tile_a[at_a];
        let b0_0 = tile_b[at_b];
        sum0_0 = fma(vec4f(a0_0[0]), b0_0, sum0_0);
        sum1_0 = fma(vec4f(a0_0[1]), b0_0, sum1_0);
        sum2_0 = fma(vec4f(a0_0[2]), b0_0, sum2_0);
        sum3_0 = fma(vec4f(a0_0[3]), b0_0, sum3_0);
      }
    }
    if (k0 >= k_end) { break; }
    tile_a[(turn ^ 1u) * 72u + (a_k) * 9u + a_vector] = next_a0;
    tile_b[(turn ^ 1u) * 72u + (b_k) * 9u + b_vector] = next_b0;
    workgroupBarrier();
    turn = turn ^ 1u;
  }
  let at_34 = n_begin + (0 + i32(tx)) * 4;
  for (var i = 0; i < 4; i++) {
    var row_0 = sum0_0;
    switch i {
      case 1: { row_0 = sum1_0; }
      case 2: { row_0 = sum2_0; }
      case 3: { row_0 = sum3_0; }
      default: { }
    }
    let at_35 = m_begin + ((i >> 2u) * 8 + i32(ty)) * 4 + (i & 3);
    let i_36 = at_35 * 128;
    let i_37 = i_36 + at_34;
    let v_38 = row_0[0];
    let v_39 = row_0[1];
    let v_40 = row_0[2];
    let v_41 = row_0[3];
    slab0_store_vector(operand2 + u32(i_37), vec4f(v_38, v_39, v_40, v_41));
  }
}
