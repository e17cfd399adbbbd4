// x += y. The kernel reads and writes one operand, so there is one binding for it, not an input and an output; where
// y lies in the same slab, there is one binding in all.
//
//   parallel i: 1000
//     x[i] = x[i] + y[i]

struct Launch {
  x: u32,
  y: u32,
}

@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(1) @binding(0) var<uniform> launch: Launch;

const LENGTH = 1000u;
const LANES = 64u;

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) invocation: vec3u) {
  let i = invocation.x;
  if i < LENGTH {
    x[launch.x + i] += y[launch.y + i];
  }
}
