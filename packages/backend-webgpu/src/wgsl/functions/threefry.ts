/**
 * Threefry-2x32 with 20 rounds: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC11). The
 * first word of the block at counter (i, 0), as the reference of this project has it.
 */

const ROTATIONS = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;

/** Four rounds and the addition of the key after them. */
function group(i: number): string {
  const rounds = ROTATIONS[i % 2].map(
    (by) => `  x0 += x1;\n  x1 = ((x1 << ${by}u) | (x1 >> ${32 - by}u)) ^ x0;`,
  );
  return [...rounds, `  x0 += key${(i + 1) % 3};`, `  x1 += key${(i + 2) % 3} + ${i + 1}u;`].join('\n');
}

export const THREEFRY = {
  threefry: `
fn threefry(counter: i32, first: i32, second: i32) -> i32 {
  let key0 = bitcast<u32>(first);
  let key1 = bitcast<u32>(second);
  let key2 = key0 ^ key1 ^ 0x1bd11bdau;
  var x0 = bitcast<u32>(counter) + key0;
  var x1 = key1;
${[0, 1, 2, 3, 4].map(group).join('\n')}
  return bitcast<i32>(x0);
}`,
} as const;
