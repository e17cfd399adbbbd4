"""PyTorch on the work that all libraries are given: reads a job, prints a line of JSON for each piece, as `serve.ts` does.

    python3 pytorch.py JOB.json [DEVICE]

The device is cuda unless given. Products of float32 are exact ones, without the matrix units' shorter formats.
"""

import json
import sys
import time
import traceback

import torch

F = torch.nn.functional
job = json.load(open(sys.argv[1]))
device = torch.device(sys.argv[2] if len(sys.argv) > 2 else "cuda")
sizes = job["sizes"]
LEAST_BATCHES = 5
MOST_CALLS = 4096
WARM_UP = 3

torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False
torch.backends.cudnn.benchmark = True


def tell(**line):
    print(json.dumps(line), flush=True)


def wait():
    if device.type == "cuda":
        torch.cuda.synchronize()


def values(shape, seed, scale=1.0, shift=0.0):
    """The formula of values.ts: 32-bit arithmetic in the low words of 64-bit numbers."""
    low = 0xFFFFFFFF
    count = 1
    for size in shape:
        count *= size
    parts = []
    for start in range(0, count, 1 << 24):
        x = torch.arange(start, min(count, start + (1 << 24)), dtype=torch.int64, device=device)
        x = (x + seed * 0x9E3779B9) & low
        x = ((x ^ (x >> 16)) * 0x7FEB352D) & low
        x = ((x ^ (x >> 15)) * 0x846CA68B) & low
        x = x ^ (x >> 16)
        parts.append(((x.double() / 2**31 - 1) * scale + shift).float())
    return torch.cat(parts).reshape(shape)


def parameter(entry):
    return values(entry["shape"], entry["seed"], entry["scale"], entry["shift"])


def median_batches(run):
    """As batches.ts: calls one after another, one wait at the end of a batch."""
    timing = job["timing"]

    def batch(calls):
        begin = time.perf_counter()
        for _ in range(calls):
            run()
        wait()
        return (time.perf_counter() - begin) * 1000

    least = timing["batchSeconds"] * 1000
    calls = 1
    for _ in range(WARM_UP):
        batch(calls)
    spent = batch(calls)
    while spent < least and calls < MOST_CALLS:
        wanted = calls * least / max(spent, 1e-3) * 1.1
        calls = min(MOST_CALLS, int(min(wanted, calls * 4)) + 1)
        spent = batch(calls)
    times = []
    end = time.perf_counter() + timing["seconds"]
    while len(times) < LEAST_BATCHES or time.perf_counter() < end:
        times.append(batch(calls) / calls)
    low, median, high = [quantile(times, q) for q in (0.25, 0.5, 0.75)]
    noise = 1.57 * (high - low) / len(times) ** 0.5 / median
    return {"samples": len(times), "median": median, "low": low, "high": high, "noise": noise, "calls": calls}


def quantile(values, q):
    ordered = sorted(values)
    position = (len(ordered) - 1) * q
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def forward(compute, *inputs):
    def run():
        with torch.no_grad():
            return compute(*inputs)

    return run, lambda: run().float().flatten()


def product(dtype):
    n = sizes["matmul"]
    return forward(torch.matmul, values([n, n], 1).to(dtype), values([n, n], 2).to(dtype))


def chain(x):
    h = x * 1.25 - 0.1
    return h * torch.sigmoid(h) + torch.tanh(x * 0.8) * x - x * 0.5


def convolution():
    n, c, p = sizes["images"], sizes["channels"], sizes["pixels"]
    x, w = values([n, c, p, p], 1), values([c, c, 3, 3], 2)
    return forward(lambda a, b: F.conv2d(a, b, padding=1), x, w)


def normalised(x, w, name):
    return F.layer_norm(x, x.shape[-1:], w[f"{name}.gain"], w[f"{name}.bias"])


def dense(x, w, name):
    return torch.addmm(w[f"{name}.bias"], x, w[f"{name}.weight"])


def block(x, w, prefix, attend):
    """A block around any attention: of [rows, 3 width] to [rows, width]."""
    y = x + dense(attend(dense(normalised(x, w, f"{prefix}norm1"), w, f"{prefix}qkv")), w, f"{prefix}proj")
    inner = F.gelu(dense(normalised(y, w, f"{prefix}norm2"), w, f"{prefix}fc1"), approximate="tanh")
    return y + dense(inner, w, f"{prefix}fc2")


def attention(q, k, v, seen=None):
    """Causal where `seen` does not say what counts."""
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v, attn_mask=seen, is_causal=seen is None)
    if seen is None:
        seen = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool, device=q.device).tril()
    scores = (q @ k.transpose(-1, -2)) / q.shape[-1] ** 0.5
    return torch.softmax(scores.masked_fill(~seen, float("-inf")), -1) @ v


def trainer():
    rows = sizes["sequences"] * sizes["tokens"]
    width, heads = sizes["width"], sizes["heads"]
    shape = [sizes["sequences"], sizes["tokens"], heads, width // heads]

    def attend(qkv):
        q, k, v = [part.reshape(shape).transpose(1, 2) for part in qkv.chunk(3, 1)]
        return attention(q, k, v).transpose(1, 2).reshape(rows, width)

    def fresh():
        x, target = values([rows, width], 1), values([rows, width], 2)
        w = {entry["name"]: parameter(entry).requires_grad_() for entry in job["block"]}
        optimizer = torch.optim.SGD(w.values(), lr=job["learningRate"])

        def step():
            loss = F.mse_loss(block(x, w, "", attend), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.detach()

        return step

    def losses():
        step = fresh()
        return torch.stack([step() for _ in range(3)])

    return fresh(), losses


def decoder():
    layers, context = sizes["layers"], sizes["context"]
    width, heads = sizes["width"], sizes["heads"]
    w = {entry["name"]: parameter(entry) for entry in job["decoder"]}
    caches = [torch.zeros(context, width, device=device) for _ in range(2 * layers)]
    places = torch.arange(context, device=device)

    def by_head(rows):
        return rows.reshape(-1, heads, width // heads).transpose(0, 1)

    @torch.no_grad()
    def step(token, position):
        seen = (places <= position).unsqueeze(0)
        x = w["tokens"][token] + w["positions"][position]
        for layer in range(layers):
            keys, all_values = caches[2 * layer], caches[2 * layer + 1]

            def attend(qkv):
                query, key, value = qkv.chunk(3, 1)
                keys.index_copy_(0, position, key)
                all_values.index_copy_(0, position, value)
                attended = attention(by_head(query), by_head(keys), by_head(all_values), seen)
                return attended.transpose(0, 1).reshape(1, width)

            x = block(x, w, f"{layer}.", attend)
        logits = normalised(x, w, "norm") @ w["tokens"].t()
        return logits, logits.argmax(-1)

    def at(number):
        return torch.tensor([number], device=device)

    state = {"token": at(job["prompt"][0]), "position": 0}

    def run():
        state["token"] = step(state["token"], at(state["position"]))[1]
        state["position"] = (state["position"] + 1) % context

    def logits_after_prompt():
        for i, token in enumerate(job["prompt"]):
            logits = step(at(token), at(i))[0]
        return logits.flatten()

    return run, logits_after_prompt


works = {
    "matmul float32": lambda: product(torch.float32),
    "matmul float16": lambda: product(torch.float16),
    "elementwise chain": lambda: forward(chain, values([sizes["elements"]], 1)),
    "softmax": lambda: forward(lambda x: torch.softmax(x, -1), values([sizes["rows"], sizes["columns"]], 1)),
    "convolution": convolution,
    "training step": trainer,
    "decode": decoder,
}


def measured(work):
    expected = job["expected"].get(work)
    if expected is None:
        return {"problem": "there is nothing to compare its result with"}
    try:
        run, result = works[work]()
        found = result().double().cpu()
        right = torch.tensor(expected["values"], dtype=torch.float64)
        places = torch.tensor(expected.get("indices", list(range(len(right)))))
        error = ((found[places] - right).abs().max() / right.abs().max()).item()
        if not error <= expected["tolerance"]:
            return {"error": error, "problem": f"wrong by {error:.1e} of the greatest magnitude"}
        return {"error": error, "timing": median_batches(run)}
    except Exception as problem:
        traceback.print_exc()
        return {"problem": str(problem).split("\n")[0]}


name = torch.cuda.get_device_name() if device.type == "cuda" else "the processor"
tell(name="PyTorch", version=torch.__version__, device=name)
for work in job["works"]:
    tell(work=work, **measured(work))
