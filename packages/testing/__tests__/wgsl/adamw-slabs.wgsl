// AdamW over every parameter in one dispatch. Each launch of the kernel is one row of the table: where its operands
// stand in their slabs, how many elements it has, and its run-time numbers. Row workgroup_id.y, 256 elements a group.

struct Launch {
  parameter: u32,
  gradient: u32,
  mean: u32,
  variance: u32,
  count: u32,
  learning_rate: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  weight_decay: f32,
  correction1: f32,
  correction2: f32,
}

// The first and second moments share a slab, so it is bound once, and to be written.
@group(0) @binding(0) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(1) var<storage, read> gradients: array<f32>;
@group(0) @binding(2) var<storage, read_write> moments: array<f32>;
@group(0) @binding(3) var<storage, read> launches: array<Launch>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let launch = launches[id.y];
  let i = id.x;
  if (i >= launch.count) {
    return;
  }
  let gradient = gradients[launch.gradient + i];
  let mean = launch.beta1 * moments[launch.mean + i] + (1 - launch.beta1) * gradient;
  let variance = launch.beta2 * moments[launch.variance + i] + (1 - launch.beta2) * gradient * gradient;
  let change = mean * launch.correction1 / (sqrt(variance * launch.correction2) + launch.epsilon);
  let old = parameters[launch.parameter + i];
  let decayed = old - launch.learning_rate * launch.weight_decay * old;
  parameters[launch.parameter + i] = decayed - launch.learning_rate * change;
  moments[launch.mean + i] = mean;
  moments[launch.variance + i] = variance;
}
