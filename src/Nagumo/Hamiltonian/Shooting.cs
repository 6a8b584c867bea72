using Nagumo.Compute;

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
        int size = 2 * n * starts.Length;
        var momenta = problem.Momenta(q);
        double[] z = [.. starts.SelectMany(l => q[l].Concat(momenta[l]))];
        using var lu = new DenseLu(size);
        double residual = double.NaN;
        for (int steps = 0; steps <= maxSteps; steps++)
        {
            var right = new double[size];
            lu.Matrix.Clear();
            double before = residual;
            residual = Equations(z, right, lu);
            if (!double.IsFinite(residual) || residual < 1e-14 || steps == maxSteps || residual >= before && residual < 1e-10)
                break;
            if (lu.Factor() >= 0)
                return double.NaN;
            lu.Solve(right);
            for (int i = 0; i < size; i++)
                z[i] -= right[i];
        }
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

        double Equations(double[] at, double[] right, DenseLu matrix)
        {
            double worst = 0;
            // Left end, n equations.
            for (int i = 0; i < n; i++)
            {
                bool clamped = problem.Clamp is not null;
                Put(i, clamped ? at[i] - problem.Clamp![i] : at[n + i] + (problem.Injection?[i] ?? 0));
                matrix.Matrix[i * size + (clamped ? i : n + i)] = 1;
            }
            for (int s = 0; s < starts.Length; s++)
            {
                var (x, p) = (at.AsSpan(s * 2 * n, n).ToArray(), at.AsSpan(s * 2 * n + n, n).ToArray());
                var product = new double[2 * n, 2 * n];
                for (int i = 0; i < 2 * n; i++)
                    product[i, i] = 1;
                int to = Math.Min(last, starts[s] + segment);
                for (int l = starts[s]; l < to; l++)
                {
                    product = Times(action.Jacobian(l, x), product);
                    action.Step(l, x, p);
                }
                int row = n + s * 2 * n;
                if (s < starts.Length - 1)
                    for (int i = 0; i < 2 * n; i++)
                    {
                        Put(row + i, (i < n ? x[i] : p[i - n]) - at[(s + 1) * 2 * n + i]);
                        for (int j = 0; j < 2 * n; j++)
                            matrix.Matrix[(row + i) * size + s * 2 * n + j] = product[i, j];
                        matrix.Matrix[(row + i) * size + (s + 1) * 2 * n + i] = -1;
                    }
                else
                {
                    var (end, hessian) = (new double[n], new double[n * n]);
                    action.Balance(last, x, p, default, end);
                    action.OnSiteHessian(last, x, hessian);
                    for (int i = 0; i < n; i++)
                    {
                        Put(row + i, end[i]);
                        for (int j = 0; j < 2 * n; j++)
                        {
                            double sum = product[n + i, j];
                            for (int k = 0; k < n; k++)
                                sum += hessian[i * n + k] * product[k, j];
                            matrix.Matrix[(row + i) * size + s * 2 * n + j] = sum;
                        }
                    }
                }
            }
            return worst;

            void Put(int row, double value)
            {
                right[row] = value;
                worst = double.IsNaN(value) ? double.NaN : Math.Max(worst, Math.Abs(value));
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
