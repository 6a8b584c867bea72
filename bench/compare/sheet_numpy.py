"""One explicit Euler step of a FitzHugh-Nagumo sheet, 512 x 512, float32, as plain NumPy writes it: a padded buffer, temporaries, u*u*u.

Prints nanoseconds per cell and step, the best of many rounds; called by bench/Nagumo.Bench (mode "sheet").
"""

import time

import numpy as np

N, DT, D = 512, np.float32(0.02), np.float32(1.3)
K, GAMMA, A, TAU = (np.float32(x) for x in (1, 0.5, 0.7, 11))
THIRD = np.float32(1 / 3)

rng = np.random.default_rng(1)
padded = np.zeros((N + 2, N + 2), np.float32)
padded[1:-1, 1:-1] = rng.uniform(-1, 1, (N, N))
v = np.zeros((N, N), np.float32)


def step(v):
    u = padded[1:-1, 1:-1]
    padded[0, 1:-1], padded[-1, 1:-1] = padded[1, 1:-1], padded[-2, 1:-1]
    padded[1:-1, 0], padded[1:-1, -1] = padded[1:-1, 1], padded[1:-1, -2]
    laplacian = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:] - 4 * u
    du = K * (u - u * u * u * THIRD) - v + D * laplacian
    dv = (u + A - GAMMA * v) / TAU
    padded[1:-1, 1:-1] = u + DT * du
    return v + DT * dv


best = float("inf")
begun = time.perf_counter()
while time.perf_counter() - begun < 3:
    start = time.perf_counter()
    v = step(v)
    best = min(best, time.perf_counter() - start)
assert v.dtype == padded.dtype == np.float32 and np.isfinite(v).all()
print(best * 1e9 / N**2)
