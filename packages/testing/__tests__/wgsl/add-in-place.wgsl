// a += b, where both stand in one slab: it is bound once, and the two operands are offsets into it.

struct Launch {
  a: u32,
  b: u32,
  count: u32,
}

@group(0) @binding(0) var<storage, read_write> slab: array<f32>;
@group(0) @binding(1) var<storage, read> launches: array<Launch>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let launch = launches[id.y];
  if (id.x < launch.count) {
    slab[launch.a + id.x] += slab[launch.b + id.x];
  }
}
