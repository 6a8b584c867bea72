"""The yardstick for Nagumo's training loop: the same algorithm in plain PyTorch tensors, no autograd.

FHN network 784-H-...-10 by centred Equilibrium Propagation: batch 128, free and nudged block sweeps, cross-entropy of softmax(kappa*u)
with a constant nudge current, Adam, cosine rate. `hoisted` computes the input current once per batch, `plain` in every sweep, as the
published scripts do.

    python3 bench/compare/eqprop_torch.py --hidden 512 --mode hoisted --batches 100
Prints one JSON object, the BLAS kernels in use among it: an OpenBLAS that is older than the processor falls back to narrow ones
("Prescott"); OPENBLAS_CORETYPE=SkylakeX (AVX-512) or Haswell (AVX2) chooses others.
"""

import argparse, ctypes, json, os, struct, sys, time
import numpy as np
import torch

parser = argparse.ArgumentParser()
parser.add_argument("--hidden", type=int, nargs="+", default=[512])
parser.add_argument("--mode", choices=["hoisted", "plain"], default="hoisted")
parser.add_argument("--batch", type=int, default=128)
parser.add_argument("--free", type=int, default=5)
parser.add_argument("--nudged", type=int, default=5)
parser.add_argument("--batches", type=int, default=100, help="timed batches, after 10 that are not")
parser.add_argument("--threads", type=int, default=1)
args = parser.parse_args()
torch.set_num_threads(args.threads)
torch.manual_seed(1)

root = os.environ.get("NAGUMO_DATA") or os.path.join(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "nagumo")


def idx(name):
    with open(os.path.join(root, "mnist", name), "rb") as f:
        data = f.read()
    dims = struct.unpack(">I", data[:4])[0] & 0xFF
    shape = struct.unpack(">" + "I" * dims, data[4 : 4 + 4 * dims])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dims).reshape(shape)


pixels = torch.from_numpy(((idx("train-images-idx3-ubyte").reshape(-1, 784) / 255.0 - 0.1307) * 3.2457).astype(np.float32))
labels = torch.from_numpy(idx("train-labels-idx1-ubyte").astype(np.int64))

K, GAMMA, A = 1.0, 0.8, 0.7
C1 = 1 / GAMMA - K
beta, kappa, rate = 0.2, 5.0 if len(args.hidden) == 1 else 10.0, 1e-3
sizes = [784] + args.hidden + [10]
scale = [1.0] + [0.3] * (len(args.hidden) - 1)
sd = [0.040] + [C1 * 0.3 / np.sqrt(h) for h in args.hidden[1:]] + [0.0044]
W = [(torch.rand(n, m) * 2 - 1) * (s * np.sqrt(3)) for n, m, s in zip(sizes[:-1], sizes[1:], sd)]
b = [torch.full((h,), s * A / GAMMA) for h, s in zip(args.hidden, scale)] + [torch.zeros(10)]
optimizer = torch.optim.Adam(W + b, lr=rate)
last = len(W) - 1


def response(current, s):
    """u with s (c1 u + k/3 u^3) = I - s a/gamma, by the cubic's closed form and one Newton step."""
    j = current / s - A / GAMMA
    r = np.sqrt(C1 / K)
    t = 1.5 * j.abs() / (K * r**3)
    z = (t + torch.sqrt(t * t + 1)) ** (1 / 3)
    u = torch.sign(j) * r * (z - 1 / z)
    return u - (u * (C1 + K / 3 * u * u) - j) / (C1 + K * u * u)


def current(i, u, x, first):
    below = (first if first is not None else x @ W[0]) if i == 0 else u[i - 1] @ W[i]
    total = below + b[i]
    return total + u[i + 1] @ W[i + 1].t() if i < last else total


def sweep(u, x, first, order, nudge):
    for i in order:
        drive = current(i, u, x, first)
        u[i] = drive + nudge if i == last and nudge is not None else drive if i == last else response(drive, scale[i])


def batch(x, y):
    with torch.no_grad():
        first = x @ W[0] if args.mode == "hoisted" else None
        u = []
        for i in range(last + 1):
            below = (first if first is not None else x @ W[0]) if i == 0 else u[i - 1] @ W[i]
            u.append(response(below + b[i], scale[i]) if i < last else below + b[i])
        even, odd = [i for i in range(last + 1) if i % 2 == 0], [i for i in range(last + 1) if i % 2 == 1]
        for _ in range(args.free):
            sweep(u, x, first, even + odd, None)
        p = torch.softmax(kappa * u[last], 1)
        force = kappa * (p - torch.nn.functional.one_hot(y, 10).float())
        order = (even + odd) if last % 2 == 0 else (odd + even)
        phases = []
        for sign in (1, -1):
            v = list(u)
            for _ in range(args.nudged):
                sweep(v, x, first, order, -sign * beta * force)
            phases.append(v)
        plus, minus = phases
        n = len(y)
        for i in range(last + 1):
            if i == 0:
                g = x.t() @ (plus[0] - minus[0])
            else:
                g = plus[i - 1].t() @ plus[i] - minus[i - 1].t() @ minus[i]
            W[i].grad = g / (-2 * beta * n)
            b[i].grad = (plus[i] - minus[i]).sum(0) / (-2 * beta * n)
        optimizer.step()
        return float(-torch.log(p[torch.arange(n), y]).mean())


def kernels():
    for name in ("libopenblas.so.0", "libblas.so.3"):
        try:
            get = ctypes.CDLL(name).openblas_get_corename
            get.restype = ctypes.c_char_p
            return get().decode()
        except (OSError, AttributeError):
            continue
    return "unknown"


order = torch.randperm(len(labels))
loss = 0.0
for k in range(10 + args.batches):
    if k == 10:
        start, cpu = time.perf_counter(), time.process_time()
    at = (k * args.batch) % (len(labels) - args.batch)
    pick = order[at : at + args.batch]
    loss = batch(pixels[pick], labels[pick])
wall, cpu = time.perf_counter() - start, time.process_time() - cpu
json.dump(
    {
        "mode": args.mode,
        "hidden": args.hidden,
        "samples_per_second": args.batches * args.batch / wall,
        "samples_per_cpu_second": args.batches * args.batch / cpu,
        "last_loss": loss,
        "threads": args.threads,
        "torch": torch.__version__,
        "blas_kernels": kernels(),
        "openblas_coretype": os.environ.get("OPENBLAS_CORETYPE"),
    },
    sys.stdout,
)
print()
