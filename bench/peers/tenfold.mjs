// Tenfold as a peer of the side-by-side harness: the workloads it times, written with Tenfold's public API.
// t1, t2: one and two threads, a plain loop; t2c: the training step compiled. Forward passes are always compiled.
// Build first (npm run build); the harness sets PEERS_LIB to the folder of its inputs.

const { inputs, initParams } = await import(new URL('data.mjs', `file://${process.env.PEERS_LIB}/`).href);

export const name = 'Tenfold';
export const variants = [
  { id: 't1', threads: 1 },
  { id: 't2', threads: 2 },
  { id: 't2c', threads: 2, compiled: true },
];
export const nodes = ['20', '24'];

let T;
let F;
let optim;
let compiled = false;

export async function setup(variant) {
  const { cpu } = await import('../../packages/backend-cpu/dist/index.js');
  cpu({ threads: variant.threads, wideVectors: variant.wide === true });
  T = await import('../../packages/tenfold/dist/index.js');
  ({ F, optim } = T);
  compiled = variant.compiled === true;
  return { config: { threads: variant.threads, wideVectors: variant.wide === true, compiled } };
}

const tensor = (data, shape) => T.fromBuffer(data, shape);

/** fn: tensors -> tensor or tensors; one call of `run` computes the results and lets them go. */
function forward(fn, args, names) {
  const step = T.compile((...xs) =>
    T.noGrad(() => Object.fromEntries([fn(...xs)].flat().map((y, i) => [names[i], y]))),
  );
  const call = () => step(...args);
  return {
    run: async () => {
      for (const y of Object.values(call())) y.dispose();
    },
    check: async () => {
      const results = {};
      for (const [key, y] of Object.entries(call())) results[key] = await y.data();
      return results;
    },
  };
}

function parametersOf(workload) {
  const parameters = {};
  for (const [key, { shape, data }] of initParams(workload))
    parameters[key] = tensor(data, shape).requiresGrad_();
  return parameters;
}

const OPTIMIZERS = {
  adam: (p) => new optim.Adam(p, { lr: 1e-3 }),
  adamw: (p) => new optim.AdamW(p, { lr: 1e-3, weightDecay: 0.01 }),
  momentum: (p) => new optim.SGD(p, { lr: 0.01, momentum: 0.9 }),
};

function trainer(workload, data, lossOf, kind) {
  const fresh = () => {
    const parameters = parametersOf(workload);
    const optimizer = OPTIMIZERS[kind](Object.values(parameters));
    const step = (x, y) => {
      const loss = lossOf(parameters, x, y);
      optimizer.zeroGrad();
      loss.backward();
      void optimizer.step();
      return loss;
    };
    return compiled ? T.compile(step) : step;
  };
  const step = fresh();
  return {
    run: async () => {
      step(...data);
    },
    check: async () => {
      const again = fresh();
      const losses = [];
      for (let i = 0; i < 5; i++) losses.push(await again(...data).item());
      return { losses };
    },
  };
}

const dense = (x, p, key) => x.matmul(p[`${key}.w`]).add(p[`${key}.b`]);
const norm = (x, weight, bias) => F.layerNorm(x, [x.shape[x.ndim - 1]], { weight, bias });

/** A pre-norm transformer block on x [batch * length, width]. */
function block(x, p, batch, length, width, heads) {
  const headWidth = width / heads;
  const split = dense(norm(x, p['ln1.g'], p['ln1.b']), p, 'qkv').reshape(batch, length, 3, heads, headWidth);
  const [q, k, v] = [0, 1, 2].map((i) => split.select(2, i).permute(0, 2, 1, 3));
  const attended = F.scaledDotProductAttention(q, k, v, { isCausal: true });
  const x1 = x.add(dense(attended.permute(0, 2, 1, 3).reshape(batch * length, width), p, 'proj'));
  const inner = F.gelu(dense(norm(x1, p['ln2.g'], p['ln2.b']), p, 'fc1'), { approximate: 'tanh' });
  return x1.add(dense(inner, p, 'fc2'));
}

const labels = (y) => T.tensor([...y]);

export const workloads = {
  w1: (n) => {
    const { a, b } = inputs.w1(n);
    return forward((x, y) => x.matmul(y), [tensor(a, [n, n]), tensor(b, [n, n])], ['out']);
  },
  w2: () => {
    const chain = (x) => {
      const inner = x.mul(0.79788).mul(x.mul(0.044715).mul(x).add(1)).tanh();
      const y = inner.mul(0.5).mul(x).add(x.mul(0.5)).mul(x.sigmoid()).add(x);
      return [y, y.sum()];
    };
    return forward(chain, [tensor(inputs.w2().x, [4 * 1024 * 1024])], ['out', 'sum']);
  },
  w3s: () => forward((x) => x.softmax(-1), [tensor(inputs.w3s().x, [512, 4096])], ['out']),
  w3l: () => {
    const { x, g, b } = inputs.w3l();
    return forward(norm, [tensor(x, [512, 4096]), tensor(g, [4096]), tensor(b, [4096])], ['out']);
  },
  w4f: () => {
    const { x, w } = inputs.w4f();
    const args = [tensor(x, [8, 64, 56, 56]), tensor(w, [64, 64, 3, 3])];
    return forward((image, weight) => F.conv2d(image, weight, null, { padding: 1 }), args, ['out']);
  },
  w4b: () => {
    const i = inputs.w4b();
    const g = tensor(i.g, [8, 64, 56, 56]);
    const [x, w] = [
      tensor(i.x, [8, 64, 56, 56]).requiresGrad_(),
      tensor(i.w, [64, 64, 3, 3]).requiresGrad_(),
    ];
    const both = () => {
      const y = F.conv2d(x, w, null, { padding: 1 });
      const [dx, dw] = T.grad([y], [x, w], { gradOutputs: [g] });
      T.realizeAll(dx, dw, y);
      return { y, dx, dw };
    };
    return {
      run: async () => {
        for (const result of Object.values(both())) result.dispose();
      },
      check: async () => {
        const { dx, dw } = both();
        return { dx: await dx.data(), dw: await dw.data() };
      },
    };
  },
  w5: () => {
    const i = inputs.w5();
    const loss = (p, x, y) => F.crossEntropy(dense(F.relu(dense(x, p, 'fc1')), p, 'fc2'), y);
    return trainer('w5', [tensor(i.x, [32, 64]), labels(i.y)], loss, 'adam');
  },
  w6: () => {
    const i = inputs.w6();
    const loss = (p, x, y) =>
      F.crossEntropy(dense(F.relu(dense(F.relu(dense(x, p, 'fc1')), p, 'fc2')), p, 'fc3'), y);
    return trainer('w6', [tensor(i.x, [128, 784]), labels(i.y)], loss, 'adam');
  },
  w7: () => {
    const i = inputs.w7();
    const layer = (x, p, key, padding) =>
      F.maxPool2d(F.relu(F.conv2d(x, p[`${key}.w`], p[`${key}.b`], { padding })), 2);
    const loss = (p, x, y) => {
      const flat = layer(layer(x, p, 'c1', 2), p, 'c2', 0).reshape(64, 400);
      return F.crossEntropy(dense(F.relu(dense(F.relu(dense(flat, p, 'fc1')), p, 'fc2')), p, 'fc3'), y);
    };
    return trainer('w7', [tensor(i.x, [64, 1, 28, 28]), labels(i.y)], loss, 'momentum');
  },
  w8: () => {
    const i = inputs.w8();
    const loss = (p, x, y) => F.mseLoss(block(x, p, 8, 128, 256, 4), y);
    return trainer('w8', [tensor(i.x, [1024, 256]), tensor(i.y, [1024, 256])], loss, 'adamw');
  },
  w9f: () => {
    const p = parametersOf('w9f');
    return forward((x) => block(x, p, 1, 256, 768, 12), [tensor(inputs.w9f().x, [256, 768])], ['out']);
  },
  w9d: () => {
    const i = inputs.w9d();
    const x = tensor(i.x, [1, 768]);
    const weights = i.w.map((w) => tensor(w, [768, 3072]));
    const product = T.compile((a, b) => T.noGrad(() => a.matmul(b)));
    return {
      run: async () => {
        for (const w of weights) product(x, w).dispose();
      },
      check: async () => {
        const out = new Float32Array(16 * 3072);
        for (const [k, w] of weights.entries()) out.set(await product(x, w).data(), k * 3072);
        return { out };
      },
    };
  },
  w10: () => {
    const i = inputs.w10();
    const loss = (p, x, y) => {
      const fromInput = x.matmul(p.wx).add(p.bx).reshape(64, 32, 512);
      let [h, c] = [T.zeros([32, 128]), T.zeros([32, 128])];
      const outputs = [];
      for (let t = 0; t < 64; t++) {
        const gates = h.matmul(p.wh).add(p.bh).add(fromInput.select(0, t));
        const [input, forget, cell, output] = gates.chunk(4, 1);
        c = forget.sigmoid().mul(c).add(input.sigmoid().mul(cell.tanh()));
        h = output.sigmoid().mul(c.tanh());
        outputs.push(h);
      }
      return F.mseLoss(T.stack(outputs), y);
    };
    return trainer('w10', [tensor(i.x, [2048, 64]), tensor(i.y, [64, 32, 128])], loss, 'adam');
  },
};
