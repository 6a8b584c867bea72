using Nagumo.Compute;
using Nagumo.Relaxation;

namespace Nagumo.Hamiltonian;

/// <summary>The initial-value reading of a layered action, one sample; and shooting, which asks it to solve the boundary problem.</summary>
/// <remarks>Shooting loses digits at the rate κ per layer: it is here to be measured, not to be used. [docs/hamiltonian.md]</remarks>
internal static class Shooting
{
    /// <summary>q_0 … q_L and p_0 … p_L from (q_0, p_0). Values that are not finite mark an escape.</summary>
    public static (double[][] Q, double[][] P) Forward(LayeredAction action, double[] q0, double[] p0)
    {
        var (q, p) = (new double[action.Layers][], new double[action.Layers][]);
        (q[0], p[0]) = (q0, p0);
        for (int l = 0; l < action.Layers - 1; l++)
        {
            (q[l + 1], p[l + 1]) = ((double[])q[l].Clone(), (double[])p[l].Clone());
            action.Step(l, q[l + 1], p[l + 1]);
        }
        return (q, p);
    }

    /// <summary>Largest |difference| of two states, layer by layer.</summary>
    public static double[] Distance(double[][] a, double[][] b) =>
        [
            .. a.Zip(
                b,
                (x, y) => x.Zip(y, (s, t) => Math.Abs(s - t)).Aggregate(0.0, (m, e) => double.IsNaN(e) ? double.NaN : Math.Max(m, e))
            ),
        ];

    /// <summary>Newton on the starts of segments of the pass, joined by continuity and the two boundary conditions.</summary>
    /// <param name="problem">The boundary problem; its cost is not nudged.</param>
    /// <param name="q">Start in, every layer; solution out.</param>
    /// <param name="segment">Layers of a segment, ≥ 1: the whole chain is plain shooting.</param>
    /// <param name="maxSteps">Most Newton steps.</param>
    /// <returns>The largest residual of the joined equations after the last step; NaN when a segment escaped.</returns>
    public static double Multiple(BoundaryProblem problem, double[][] q, int segment, int maxSteps = 30)
    {
        var action = problem.Action;
        int n = action.Size(0),
            last = problem.Last;
        int[] starts = [.. Enumerable.Range(0, (last + segment - 1) / segment).Select(s => s * segment)];
        var momenta = problem.Momenta(q);
        double[] z = [.. starts.SelectMany(l => q[l].Concat(momenta[l]))];
        using var equations = new Segments(problem, starts, segment);
        NewtonOptions options = new(maxSteps, 1e-14, Damping.None, Rounding: 1e-10);
        double residual = new RestSolver<double>(equations).Newton(z, options).Residual;
        for (int s = 0; s < starts.Length; s++)
        {
            var (x, p) = (z.AsSpan(s * 2 * n, n).ToArray(), z.AsSpan(s * 2 * n + n, n).ToArray());
            for (int l = starts[s]; l < Math.Min(last + 1, starts[s] + segment); l++)
            {
                x.CopyTo(q[l], 0);
                if (l < last)
                    action.Step(l, x, p);
            }
            if (s == starts.Length - 1)
                x.CopyTo(q[last], 0);
        }
        return residual;
    }

    /// <summary>Continuity of the segments' starts (q, p) and the two boundary conditions, with their dense Jacobian.</summary>
    private sealed class Segments(BoundaryProblem problem, int[] starts, int segment) : IRestEquations<double>, IDisposable
    {
        private readonly DenseLu _lu = new(2 * problem.Action.Size(0) * starts.Length);

        public int Size => _lu.Size;

        public void Residual(Span<double> x, Span<double> f, Span<double> residual)
        {
            Equations(x, f, default);
            residual[0] = RestSolver<double>.Largest(f);
            for (int i = 0; i < f.Length; i++)
                f[i] = -f[i];
        }

        public bool Linearise(ReadOnlySpan<double> x, double shift)
        {
            _lu.Matrix.Clear();
            Equations(x, new double[Size], _lu.Matrix);
            return _lu.Factor() < 0;
        }

        public void Solve(Span<double> step) => _lu.Solve(step);

        public void Dispose() => _lu.Dispose();

        /// <summary>What is to vanish, and the Jacobian unless there is no room for it.</summary>
        private void Equations(ReadOnlySpan<double> at, Span<double> right, Span<double> matrix)
        {
            var action = problem.Action;
            int n = action.Size(0),
                size = Size,
                last = problem.Last;
            bool derives = !matrix.IsEmpty;
            // Left end, n equations.
            for (int i = 0; i < n; i++)
            {
                bool clamped = problem.Clamp is not null;
                right[i] = clamped ? at[i] - problem.Clamp![i] : at[n + i] + (problem.Injection?[i] ?? 0);
                if (derives)
                    matrix[i * size + (clamped ? i : n + i)] = 1;
            }
            for (int s = 0; s < starts.Length; s++)
            {
                var (x, p) = (at.Slice(s * 2 * n, n).ToArray(), at.Slice(s * 2 * n + n, n).ToArray());
                var product = new double[2 * n, 2 * n];
                for (int i = 0; i < 2 * n; i++)
                    product[i, i] = 1;
                int to = Math.Min(last, starts[s] + segment);
                for (int l = starts[s]; l < to; l++)
                {
                    if (derives)
                        product = Times(action.Jacobian(l, x), product);
                    action.Step(l, x, p);
                }
                int row = n + s * 2 * n;
                if (s < starts.Length - 1)
                    for (int i = 0; i < 2 * n; i++)
                    {
                        right[row + i] = (i < n ? x[i] : p[i - n]) - at[(s + 1) * 2 * n + i];
                        for (int j = 0; derives && j < 2 * n; j++)
                            matrix[(row + i) * size + s * 2 * n + j] = product[i, j];
                        if (derives)
                            matrix[(row + i) * size + (s + 1) * 2 * n + i] = -1;
                    }
                else
                {
                    var (end, hessian) = (new double[n], new double[n * n]);
                    action.Balance(last, x, p, default, end);
                    action.OnSiteHessian(last, x, hessian);
                    for (int i = 0; i < n; i++)
                    {
                        right[row + i] = end[i];
                        for (int j = 0; derives && j < 2 * n; j++)
                        {
                            double sum = product[n + i, j];
                            for (int k = 0; k < n; k++)
                                sum += hessian[i * n + k] * product[k, j];
                            matrix[(row + i) * size + s * 2 * n + j] = sum;
                        }
                    }
                }
            }
        }
    }

    private static double[,] Times(double[,] a, double[,] b)
    {
        int n = a.GetLength(0);
        var c = new double[n, n];
        for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
        for (int j = 0; j < n; j++)
            c[i, j] += a[i, k] * b[k, j];
        return c;
    }
}
