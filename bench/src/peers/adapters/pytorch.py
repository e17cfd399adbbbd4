"""PyTorch on the work that all libraries are given: a line of JSON for each, as the adapters in JavaScript print."""

import json
import sys
import time

try:
    import torch
except ImportError:
    sys.exit(3)

threads, seconds = int(sys.argv[1]), float(sys.argv[2])
torch.set_num_threads(threads)
F = torch.nn.functional


def values(count, seed, *shape):
    """The formula of works.ts."""
    i = torch.arange(count, dtype=torch.float64)
    return torch.sin(0.7 * i * (1 + seed) + seed).to(torch.float32).reshape(shape)


def median_milliseconds(run):
    end = time.perf_counter() + max(0.2, seconds / 2)
    while time.perf_counter() < end:
        run()
    times = []
    end = time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < end:
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return sorted(times)[len(times) // 2] * 1000


def forward(compute, *inputs):
    def run():
        with torch.no_grad():
            return compute(*inputs)

    return run, lambda: run().abs().double().mean().item()


def product(n):
    return forward(torch.matmul, values(n * n, 1, n, n), values(n * n, 2, n, n))


def trainer():
    def fresh():
        x = values(128 * 784, 1, 128, 784)
        y = torch.arange(128) % 10
        sizes = [(784, 512), (512, 256), (256, 10)]
        layers = [
            ((values(a * b, i + 2, a, b) / a**0.5).requires_grad_(), torch.zeros(b, requires_grad=True))
            for i, (a, b) in enumerate(sizes)
        ]
        optimizer = torch.optim.SGD([p for layer in layers for p in layer], lr=0.01)

        def step():
            h = x
            for i, (weight, bias) in enumerate(layers):
                h = h @ weight + bias
                if i < 2:
                    h = torch.relu(h)
            loss = F.cross_entropy(h, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.item()

        return step

    def losses():
        step = fresh()
        return sum(step() for _ in range(3)) / 3

    return fresh(), losses


rows = values(512 * 4096, 1, 512, 4096)
works = {
    "matmul 256": lambda: product(256),
    "matmul 1024": lambda: product(1024),
    "softmax 512x4096": lambda: forward(lambda x: torch.softmax(x, -1), rows),
    "layer norm 512x4096": lambda: forward(lambda x: F.layer_norm(x, [4096]), rows),
    "convolution 8x64x56x56, 64 of 3x3": lambda: forward(
        lambda x, w: F.conv2d(x, w, padding=1),
        values(8 * 64 * 56 * 56, 1, 8, 64, 56, 56),
        values(64 * 64 * 9, 2, 64, 64, 3, 3) / 24,
    ),
    "training step of an MLP 784-512-256-10, batch 128": trainer,
}
print(json.dumps({"version": torch.__version__, "threads": threads}), flush=True)
for name, make in works.items():
    run, check = make()
    magnitude = check()
    print(json.dumps({"work": name, "milliseconds": median_milliseconds(run), "magnitude": magnitude}), flush=True)
