@group(0) @binding(0) var<storage, read_write> slab0: array<vec4f>;
@group(1) @binding(0) var<uniform> launches: array<vec4u, 1>;
fn is_nan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

fn saturated(x: f32, magnitude: f32) -> f32 {
  let bits = bitcast<u32>(min(magnitude, 1.0f)) | (bitcast<u32>(x) & 0x80000000u);
  return bitcast<f32>(select(bits, bitcast<u32>(x), is_nan(x)));
}

fn erf_f32(x: f32) -> f32 {
  let a = min(abs(x), 3.9187782f);
  let s = a * a;
  let p = fma(fma(fma(fma(fma(2.0419143e-6f, s, 0.00028479547f), s, 0.0037793573f), s, 0.052789487f), s, 0.19077897f), s, 1.1283791f);
  let q = fma(fma(fma(fma(fma(3.8002763e-5f, s, 0.0011651379f), s, 0.01499694f), s, 0.11425536f), s, 0.5024062f), s, 1.0f);
  return saturated(x, a * p / q);
}
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let place = (workgroup.z * grid.y + workgroup.y) * grid.x + workgroup.x;
  let group = place - launches[0].x;
  if (group >= launches[0].y) { return; }
  let operand0 = launches[0].z;
  let operand1 = launches[0].w;
  let count = i32(group * 256u + lane) * 4;
  if (count >= 32768) { return; }
  let i_0 = count;
  let four_1 = slab0[(operand0 + u32(i_0)) >> 2u];
  var all_2 = vec4f();
  {
    let x_3 = count + 0;
    let v_4 = four_1[0];
    let v_6 = (v_4 * 0.5f);
    let v_9 = (v_4 * 0.7071067690849304f);
    let v_8 = erf_f32(v_9);
    let v_7 = (v_8 + 1f);
    let v_5 = (v_6 * v_7);
    all_2[0] = v_5;
  }
  {
    let x_10 = count + 1;
    let v_11 = four_1[1];
    let v_13 = (v_11 * 0.5f);
    let v_16 = (v_11 * 0.7071067690849304f);
    let v_15 = erf_f32(v_16);
    let v_14 = (v_15 + 1f);
    let v_12 = (v_13 * v_14);
    all_2[1] = v_12;
  }
  {
    let x_17 = count + 2;
    let v_18 = four_1[2];
    let v_20 = (v_18 * 0.5f);
    let v_23 = (v_18 * 0.7071067690849304f);
    let v_22 = erf_f32(v_23);
    let v_21 = (v_22 + 1f);
    let v_19 = (v_20 * v_21);
    all_2[2] = v_19;
  }
  {
    let x_24 = count + 3;
    let v_25 = four_1[3];
    let v_27 = (v_25 * 0.5f);
    let v_30 = (v_25 * 0.7071067690849304f);
    let v_29 = erf_f32(v_30);
    let v_28 = (v_29 + 1f);
    let v_26 = (v_27 * v_28);
    all_2[3] = v_26;
  }
  slab0[(operand1 + u32(i_0)) >> 2u] = all_2;
}
