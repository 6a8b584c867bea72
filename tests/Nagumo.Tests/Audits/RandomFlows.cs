using Nagumo.Audits;
using Nagumo.Compute;

namespace Nagumo.Tests.Audits;

/// <summary>Random nonlinear flows of a known class: random graph, couplings, signs and time constants.</summary>
internal static class RandomFlows
{
    /// <summary>A potential: σ_i (a x²/2 + c x⁴/4 − b x) at each variable, k ln cosh(α x_i + β x_j + φ) on each edge.</summary>
    internal sealed class Potential
    {
        private readonly double[] _a,
            _c,
            _b;
        private readonly int[] _sign;
        private readonly (int I, int J, double K, double Alpha, double Beta, double Phi)[] _edges;

        public Potential(int n, int[] sign, Rng rng, bool restAtZero = false)
        {
            double Between(double low, double high) => low + (high - low) * rng.NextDouble();
            _sign = sign;
            _a = [.. Enumerable.Range(0, n).Select(_ => Between(1, 2))];
            _c = [.. Enumerable.Range(0, n).Select(_ => Between(0.4, 1))];
            _b = [.. Enumerable.Range(0, n).Select(_ => restAtZero ? 0 : Between(-1, 1))];
            // A spanning tree, so that one factor is free, and more edges for cycles.
            var joined = Enumerable.Range(1, n - 1).Select(i => (rng.NextInt(i), i)).ToHashSet();
            for (int extra = 0; extra < 2 * n; extra++)
                if ((rng.NextInt(n), rng.NextInt(n)) is var (i, j) && i < j)
                    joined.Add((i, j));
            _edges =
            [
                .. joined
                    .Order()
                    .Select(e =>
                        (
                            e.Item1,
                            e.Item2,
                            (rng.NextInt(2) * 2 - 1) * Between(0.2, 0.4),
                            Between(0.5, 1),
                            Between(0.5, 1),
                            restAtZero ? 0 : Between(-0.5, 0.5)
                        )
                    ),
            ];
        }

        public void Gradient(ReadOnlySpan<double> x, Span<double> g)
        {
            for (int i = 0; i < x.Length; i++)
                g[i] = _sign[i] * (_a[i] * x[i] + _c[i] * x[i] * x[i] * x[i] - _b[i]);
            foreach (var (i, j, k, alpha, beta, phi) in _edges)
            {
                double t = k * Math.Tanh(alpha * x[i] + beta * x[j] + phi);
                g[i] += alpha * t;
                g[j] += beta * t;
            }
        }
    }

    /// <summary>A system of the class, and its signed time constants where it has such.</summary>
    public static (FlowSystem System, double[]? Tau) Of(Structure kind, int n, Rng rng)
    {
        if (kind == Structure.Hamiltonian)
            n = Math.Max(4, n / 2 * 2);
        string[] names = [.. Enumerable.Range(0, n).Select(i => $"x{i}")];
        int[] plus = [.. Enumerable.Repeat(1, n)];
        double[] Taus() => [.. Enumerable.Range(0, n).Select(_ => Math.Exp(3 * rng.NextDouble() - 1.5))];
        double Small() => 0.5 * rng.NextNormal();
        switch (kind)
        {
            case Structure.Gradient:
            case Structure.SkewGradient:
            {
                int[] sign =
                [
                    .. plus.Select((_, i) => kind == Structure.SkewGradient && (i == 0 || i < n / 2 && rng.NextInt(2) == 0) ? -1 : 1),
                ];
                var h = new Potential(n, sign, rng);
                var tau = Taus();
                return (
                    new(
                        "random",
                        names,
                        (x, f) =>
                        {
                            h.Gradient(x, f);
                            for (int i = 0; i < n; i++)
                                f[i] *= -sign[i] / tau[i];
                        }
                    ),
                    [.. tau.Select((t, i) => sign[i] * t)]
                );
            }
            case Structure.Hamiltonian:
            {
                int d = n / 2;
                Potential v = new(d, plus[..d], rng),
                    kinetic = new(d, plus[..d], rng, restAtZero: true);
                // Variables in a random order: the pairing says who belongs together.
                int[] place = [.. Enumerable.Range(0, n)];
                rng.Shuffle(place);
                double[] q = new double[d],
                    p = new double[d],
                    force = new double[d],
                    speed = new double[d];
                return (
                    new(
                        "random",
                        names,
                        (x, f) =>
                        {
                            for (int i = 0; i < d; i++)
                                (q[i], p[i]) = (x[place[i]], x[place[d + i]]);
                            v.Gradient(q, force);
                            kinetic.Gradient(p, speed);
                            for (int i = 0; i < d; i++)
                                (f[place[i]], f[place[d + i]]) = (speed[i], -force[i]);
                        }
                    )
                    {
                        Pairs = [.. Enumerable.Range(0, d).Select(i => (place[i], place[d + i]))],
                    },
                    null
                );
            }
            case Structure.QGradient:
            {
                var h = new Potential(n, plus, rng);
                var matrix = new double[n * n];
                for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++)
                    matrix[i * n + j] = i == j ? -1 - rng.NextDouble() : Small() / Math.Sqrt(n);
                var g = new double[n];
                return (
                    new(
                        "random",
                        names,
                        (x, f) =>
                        {
                            h.Gradient(x, g);
                            for (int i = 0; i < n; i++)
                            {
                                f[i] = 0;
                                for (int j = 0; j < n; j++)
                                    f[i] += matrix[i * n + j] * g[j];
                            }
                        }
                    ),
                    null
                );
            }
            case Structure.SelfAdjointAtRest:
            {
                var h = new Potential(n, plus, rng, restAtZero: true);
                var tau = Taus();
                double[] square = [.. Enumerable.Range(0, n * n).Select(_ => Small())];
                return (
                    new(
                        "random",
                        names,
                        (x, f) =>
                        {
                            h.Gradient(x, f);
                            for (int i = 0; i < n; i++)
                            {
                                f[i] *= -1 / tau[i];
                                for (int j = 0; j < n; j++)
                                    f[i] += square[i * n + j] * x[j] * x[j];
                            }
                        }
                    ),
                    tau
                );
            }
            default:
            {
                // Half of them are a gradient flow with one coupling of a cycle made a little one-sided: they look symmetric.
                if (rng.NextInt(2) == 0)
                {
                    var h = new Potential(n, plus, rng);
                    var tau = Taus();
                    double odd = Math.Pow(10, -5 + 4 * rng.NextDouble());
                    return (
                        new(
                            "random",
                            names,
                            (x, f) =>
                            {
                                h.Gradient(x, f);
                                for (int i = 0; i < n; i++)
                                    f[i] /= -tau[i];
                                // A vortex in three variables: no weights make a cycle's two products equal.
                                f[0] += odd * (x[1] - x[2]);
                                f[1] += odd * (x[2] - x[0]);
                                f[2] += odd * (x[0] - x[1]);
                            }
                        ),
                        null
                    );
                }
                double[] w = [.. Enumerable.Range(0, n * n).Select(_ => 0.8 * rng.NextNormal() / Math.Sqrt(n))],
                    b = [.. Enumerable.Range(0, n).Select(_ => Small())];
                return (
                    new(
                        "random",
                        names,
                        (x, f) =>
                        {
                            for (int i = 0; i < n; i++)
                            {
                                f[i] = -x[i] + b[i];
                                for (int j = 0; j < n; j++)
                                    f[i] += w[i * n + j] * Math.Tanh(x[j]);
                            }
                        }
                    ),
                    null
                );
            }
        }
    }
}
