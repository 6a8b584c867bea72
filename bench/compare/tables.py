"""Nagumo on a user's own tables against a tanh MLP in PyTorch: the same table, split, hidden neurons, epochs and batch.

    python3 bench/compare/tables.py --nagumo "dotnet artifacts/bin/Nagumo.Cli/release/Nagumo.Cli.dll"
Shuffled rows are cut into fifths; split s tests on the s-th, which a file of indices names to Nagumo, and has the seed s (and s + 5, s + 10, … with --seeds). Nagumo trains as it comes:
`train fhn-mlp --data FILE`, nothing tuned. Hidden neurons, epochs and batch of the MLP are those that this run took. Its rate is the best of five on a
fifth of the training rows held out, anew in every split; it is then trained on all training rows. See README.md.
"""

import argparse, csv, json, os, shlex, subprocess, sys, tempfile
import numpy as np
import torch

RATES = [3e-4, 1e-3, 3e-3, 1e-2, 3e-2]


def flowers(rows=1500):
    """Eight real columns on scales of their own, three classes with curved borders, a tenth of which noise has moved."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(rows, 8))
    score = np.stack([x[:, 0] * x[:, 1] + x[:, 2], x[:, 3] ** 2 - 1 + x[:, 4], np.sin(2 * x[:, 5]) + 0.5 * x[:, 6]], 1)
    y = (score + 0.3 * rng.normal(size=score.shape)).argmax(1)
    return x * 10.0 ** np.arange(-2, 6) + np.arange(8), [["alba", "nigra", "rubra"][c] for c in y]


def friedman(rows=2000):
    """y = 10 sin(pi x0 x1) + 20 (x2 - 1/2)^2 + 10 x3 + 5 x4 + noise of deviation 1; five columns more say nothing. [Friedman 1991]"""
    rng = np.random.default_rng(2)
    x = rng.uniform(size=(rows, 10))
    y = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4] + rng.normal(size=rows)
    return x, [f"{v:.6f}" for v in y]


def iris():
    """Fisher's table, which ships with the library."""
    path = os.path.join(os.path.dirname(__file__), "..", "..", "src", "Nagumo", "Data", "iris.csv")
    rows = list(csv.reader(open(path)))[1:]
    return np.array([r[:-1] for r in rows], float), [["setosa", "versicolor", "virginica"][int(r[-1])] for r in rows]


def nagumo(command, table, indices, seed, run):
    """A run of the preset; its score, hidden neurons, epochs and batch."""
    line = shlex.split(command) + ["train", "fhn-mlp", "--data", table, "--seed", str(seed), "--out", run, "--no-pictures"]
    done = subprocess.run(line + ["--set", f"data.test_indices={indices}"], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    result, config = (json.load(open(os.path.join(run, name))) for name in ("result.json", "config.json"))
    hidden = next(p["size"] for p in config["network"]["populations"] if p["name"] == "h1")
    return result["metrics"][f"test_{result['score']}"], result["score"], hidden, config["epochs"], config["batch"]


def torch_mlp(x, y, train, test, hidden, epochs, batch, rate, seed):
    """A tanh MLP by Adam with the cosine rate that the preset has; error in per cent, or RMSE in the table's unit."""
    torch.manual_seed(seed)
    mean, sd = x[train].mean(0), x[train].std(0)
    inputs = torch.tensor((x - mean) / sd, dtype=torch.float32)
    classes = y.dtype.kind == "i"
    if classes:
        target, cost, width, unit = torch.tensor(y), torch.nn.CrossEntropyLoss(), int(y.max()) + 1, 1.0
    else:
        unit = y[train].std()
        target, cost, width = torch.tensor((y - y[train].mean()) / unit, dtype=torch.float32)[:, None], torch.nn.MSELoss(), 1
    net = torch.nn.Sequential(torch.nn.Linear(x.shape[1], hidden), torch.nn.Tanh(), torch.nn.Linear(hidden, width))
    adam = torch.optim.Adam(net.parameters(), lr=rate)
    updates = epochs * -(-len(train) // batch)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(adam, updates)
    for _ in range(epochs):
        order = torch.tensor(train)[torch.randperm(len(train))]
        for at in order.split(batch):
            adam.zero_grad()
            cost(net(inputs[at]), target[at]).backward()
            adam.step()
            cosine.step()
    with torch.no_grad():
        z = net(inputs[test])
    if classes:
        return 100.0 * float((z.argmax(1) != target[test]).float().mean())
    return unit * float(((z - target[test]) ** 2).mean().sqrt())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--nagumo", default="nagumo", help="how the program is called")
    parser.add_argument("--tables", nargs="+", choices=["flowers", "friedman", "iris"], default=["flowers", "friedman", "iris"])
    parser.add_argument("--splits", type=int, choices=range(1, 6), default=5, help="how many of the five fifths test")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds of each split, for small tables")
    parser.add_argument("--out", help="folder for tables and runs; a new one without it")
    args = parser.parse_args()
    torch.set_num_threads(1)
    out = args.out or tempfile.mkdtemp()
    os.makedirs(out, exist_ok=True)
    for name in args.tables:
        x, labels = {"flowers": flowers, "friedman": friedman, "iris": iris}[name]()
        table = os.path.join(out, name + ".csv")
        with open(table, "w", newline="") as f:
            writer = csv.writer(f)
            writer.writerow([f"x{i}" for i in range(x.shape[1])] + ["y"])
            writer.writerows([*(repr(float(v)) for v in row), label] for row, label in zip(x, labels))
        y = np.array(labels, float) if name == "friedman" else np.unique(labels, return_inverse=True)[1]
        fifths = np.array_split(np.random.default_rng(3).permutation(len(x)), 5)
        ours, theirs = [], []
        for s in range(1, args.splits + 1):
            test, train = np.sort(fifths[s - 1]), np.concatenate(fifths[: s - 1] + fifths[s:])
            indices = os.path.join(out, f"{name}-test{s}.txt")
            np.savetxt(indices, test, "%d")
            for seed in range(s, s + 5 * args.seeds, 5):
                error, score, hidden, epochs, batch = nagumo(args.nagumo, table, indices, seed, os.path.join(out, f"{name}-s{seed}"))
                shuffled = np.random.default_rng(seed).permutation(train)
                held, rest = shuffled[: len(train) // 5], shuffled[len(train) // 5 :]
                tuned = [torch_mlp(x, y, rest, held, hidden, epochs, batch, rate, seed) for rate in RATES]
                rate = RATES[int(np.argmin(tuned))]
                ours.append(error)
                theirs.append(torch_mlp(x, y, train, test, hidden, epochs, batch, rate, seed))
                print(f"{name} {s}, seed {seed}: {len(train)} + {len(test)} rows, {x.shape[1]}-{hidden}, {epochs} epochs of {batch}, {score}")
                print(f"  held out by rate: {', '.join(f'{r:g} {t:.3f}' for r, t in zip(RATES, tuned))}")
                print(f"  Nagumo {ours[-1]:.3f}, PyTorch {theirs[-1]:.3f}", flush=True)
        mine, other = np.mean(ours), np.mean(theirs)
        print(f"{name}, mean: Nagumo {mine:.3f}, PyTorch {other:.3f}; {'within' if mine <= 1.1 * other else 'NOT within'} a tenth", flush=True)


if __name__ == "__main__":
    main()
