// Layer normalisation of rows of 768, with the mean and the reciprocal deviation kept for the backward pass: three
// outputs of one kernel. One workgroup a row; the row stays in workgroup memory between its three loops.

const WIDTH = 768u;
const THREADS = 256u;

struct Launch {
  rows: u32,
  epsilon: f32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> gain: array<f32>;
@group(0) @binding(2) var<storage, read> shift: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> means: array<f32>;
@group(0) @binding(5) var<storage, read_write> deviations: array<f32>;
@group(0) @binding(6) var<storage, read> launches: array<Launch>;

var<workgroup> row: array<f32, WIDTH>;
var<workgroup> parts: array<f32, THREADS>;

fn sum(thread: u32, part: f32) -> f32 {
  parts[thread] = part;
  workgroupBarrier();
  for (var half = THREADS / 2; half > 0; half /= 2) {
    if (thread < half) {
      parts[thread] += parts[thread + half];
    }
    workgroupBarrier();
  }
  let total = parts[0];
  workgroupBarrier();
  return total;
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let start = group.x * WIDTH;
  var part = 0f;
  for (var i = thread; i < WIDTH; i += THREADS) {
    row[i] = x[start + i];
    part += row[i];
  }
  let mean = sum(thread, part) / f32(WIDTH);
  part = 0;
  for (var i = thread; i < WIDTH; i += THREADS) {
    let distance = row[i] - mean;
    part += distance * distance;
  }
  let deviation = inverseSqrt(sum(thread, part) / f32(WIDTH) + launches[0].epsilon);
  for (var i = thread; i < WIDTH; i += THREADS) {
    y[start + i] = (row[i] - mean) * deviation * gain[i] + shift[i];
  }
  if (thread == 0) {
    means[group.x] = mean;
    deviations[group.x] = deviation;
  }
}
