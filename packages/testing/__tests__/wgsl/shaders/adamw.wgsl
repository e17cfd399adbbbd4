// AdamW over any number of parameters in one dispatch, in place. Every parameter is one row of a table: where its
// tensors stand in their slabs (in elements), how long they are, and its numbers. The table is bound `read`, never
// `read_write`: only then is what comes out of it uniform, and a barrier may follow.
//
//   parallel i: extent
//     m[i] = m[i] * keep_mean + g[i] * take_mean
//     v[i] = v[i] * keep_square + g[i]² * take_square
//     w[i] = w[i] * shrink + m[i] / (sqrt(v[i]) * root_correction + eps) * descent

struct Row {
  // Workgroups of the rows before this one.
  first_group: u32,
  extent: u32,
  w: u32,
  g: u32,
  m: u32,
  v: u32,
  shrink: f32,
  keep_mean: f32,
  take_mean: f32,
  keep_square: f32,
  take_square: f32,
  root_correction: f32,
  eps: f32,
  descent: f32,
}

@group(0) @binding(0) var<storage, read_write> w: array<f32>;
@group(0) @binding(1) var<storage, read> g: array<f32>;
@group(0) @binding(2) var<storage, read_write> m: array<f32>;
@group(0) @binding(3) var<storage, read_write> v: array<f32>;
@group(1) @binding(0) var<storage, read> rows: array<Row>;

const LANES = 64u;

// The last row whose first workgroup is not after `group`. Rows without elements have no workgroup and are passed over.
fn row_of(group: u32) -> u32 {
  var low = 0u;
  var high = arrayLength(&rows);
  while high - low > 1u {
    let middle = (low + high) / 2u;
    if rows[middle].first_group <= group {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  // A grid is at most 65,535 wide, so a long one is folded.
  let group = workgroup.y * grid.x + workgroup.x;
  let row = rows[row_of(group)];
  let i = (group - row.first_group) * LANES + lane;
  if i >= row.extent {
    return;
  }
  let gradient = g[row.g + i];
  let mean = m[row.m + i] * row.keep_mean + gradient * row.take_mean;
  let square = v[row.v + i] * row.keep_square + gradient * gradient * row.take_square;
  let old = w[row.w + i];
  m[row.m + i] = mean;
  v[row.v + i] = square;
  w[row.w + i] = old * row.shrink + mean / (sqrt(square) * row.root_correction + row.eps) * row.descent;
}
