// Layer norm with three outputs: a workgroup takes a row into workgroup memory, sums it twice across its lanes, and
// writes the normalised row, its mean and the reciprocal of its standard deviation. Where the operands stand (in
// elements of their slabs) is one uniform, which does not count as a storage buffer.
//
//   parallel i: 37
//     mean[i] = (sum over j of x[i, j]) / 200
//     rstd[i] = 1 / sqrt((sum over j of (x[i, j] - mean[i])²) / 200 + eps)
//     y[i, j] = (x[i, j] - mean[i]) * rstd[i] * weight[j] + bias[j]

struct Launch {
  x: u32,
  weight: u32,
  bias: u32,
  mean: u32,
  rstd: u32,
  y: u32,
  eps: f32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> mean: array<f32>;
@group(0) @binding(4) var<storage, read_write> rstd: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(1) @binding(0) var<uniform> launch: Launch;

const ROWS = 37u;
const COLUMNS = 200u;
const LANES = 64u;

var<workgroup> row: array<f32, COLUMNS>;
var<workgroup> partial: array<f32, LANES>;

// The sum of what every lane brings. All lanes must call it.
fn sum_of_lanes(lane: u32, brought: f32) -> f32 {
  partial[lane] = brought;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if lane < half {
      partial[lane] += partial[lane + half];
    }
    workgroupBarrier();
  }
  let total = partial[0];
  workgroupBarrier();
  return total;
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  for (var i = workgroup.x; i < ROWS; i += grid.x) {
    var sum = 0f;
    for (var j = lane; j < COLUMNS; j += LANES) {
      let value = x[launch.x + i * COLUMNS + j];
      row[j] = value;
      sum += value;
    }
    let row_mean = sum_of_lanes(lane, sum) / f32(COLUMNS);
    var squares = 0f;
    for (var j = lane; j < COLUMNS; j += LANES) {
      let centred = row[j] - row_mean;
      squares += centred * centred;
    }
    let row_rstd = 1f / sqrt(sum_of_lanes(lane, squares) / f32(COLUMNS) + launch.eps);
    for (var j = lane; j < COLUMNS; j += LANES) {
      let normalised = (row[j] - row_mean) * row_rstd;
      y[launch.y + i * COLUMNS + j] = normalised * weight[launch.weight + j] + bias[launch.bias + j];
    }
    if lane == 0u {
      mean[launch.mean + i] = row_mean;
      rstd[launch.rstd + i] = row_rstd;
    }
  }
}
