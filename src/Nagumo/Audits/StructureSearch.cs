using MathNet.Numerics.LinearAlgebra;
using Nagumo.Compute;

namespace Nagumo.Audits;

/// <summary>A constant matrix P with P J(x) symmetric at every state: then P f = ∇H, and f = Q ∇H with Q = P⁻¹.</summary>
/// <remarks>
/// At one state such a P always exists, so several states are needed, and other states must confirm it. All are row-major [n × n].
/// [van der Schaft &amp; Jeltsema 2014, doi:10.1561/2600000002]
/// </remarks>
internal static class StructureSearch
{
    /// <summary>The search solves n² linear equations; larger systems are not searched.</summary>
    public const int MaxDimension = 40;

    /// <summary>|P J − (P J)ᵀ| / |P J|, the largest over the states.</summary>
    public static double Defect(double[] p, int n, IEnumerable<double[]> jacobians)
    {
        var matrix = Matrix<double>.Build.DenseOfRowMajor(n, n, p);
        double worst = 0;
        foreach (double[] j in jacobians)
        {
            var product = matrix * Matrix<double>.Build.DenseOfRowMajor(n, n, j);
            double all = product.FrobeniusNorm();
            worst = Math.Max(worst, all > 0 ? (product - product.Transpose()).FrobeniusNorm() / all : 0);
        }
        return worst;
    }

    /// <summary>Ω⁻¹ of a stated pairing: P f = (−p', q') is ∇H where q' = ∂H/∂p, p' = −∂H/∂q; for y with x = D y it is D P D.</summary>
    public static double[] Canonical(IReadOnlyList<(int Q, int P)> pairs, double[] units)
    {
        int n = 2 * pairs.Count;
        var p = new double[n * n];
        foreach (var (q, momentum) in pairs)
            (p[q * n + momentum], p[momentum * n + q]) = (-units[q] * units[momentum], units[q] * units[momentum]);
        return p;
    }

    /// <summary>The friction R of p' = −∂H/∂q − R ∂H/∂p with q' = ∂H/∂p, by least squares: P is <see cref="Canonical"/> with −R at (q, q).</summary>
    public static double[] Damped(IReadOnlyList<(int Q, int P)> pairs, double[] units, IReadOnlyList<double[]> jacobians)
    {
        int n = 2 * pairs.Count;
        var free = (from a in pairs from b in pairs select (Row: a.Q, Col: b.Q)).ToArray();
        var index = new int[n * n];
        Array.Fill(index, -1);
        for (int k = 0; k < free.Length; k++)
            index[free[k].Row * n + free[k].Col] = k;
        var p = Canonical(pairs, units);
        var (gram, right) = Gram(n, jacobians, index, free.Length, p);
        using var lu = new DenseLu(free.Length);
        gram.CopyTo(lu.Matrix);
        Shift(lu);
        if (lu.Factor() < 0)
            lu.Solve(right);
        for (int k = 0; k < free.Length; k++)
            p[free[k].Row * n + free[k].Col] = right[k];
        return p;
    }

    /// <summary>P from the null space of P ↦ P J_k − (P J_k)ᵀ over the states; null when what is found is singular.</summary>
    public static double[]? Find(int n, IReadOnlyList<double[]> jacobians, Rng rng)
    {
        var index = Enumerable.Range(0, n * n).ToArray();
        var (gram, _) = Gram(n, jacobians, index, n * n, new double[n * n]);
        using var lu = new DenseLu(n * n);
        gram.CopyTo(lu.Matrix);
        Shift(lu);
        if (lu.Factor() >= 0)
            return null;
        var p = new double[n * n];
        rng.FillNormal(p);
        // Inverse iteration: from a random start it ends in a random, so usually regular, element of the null space.
        for (int k = 0; k < 5; k++)
        {
            lu.Solve(p);
            double norm = Math.Sqrt(p.Sum(x => x * x));
            for (int i = 0; i < p.Length; i++)
                p[i] /= norm;
        }
        return Matrix<double>.Build.DenseOfRowMajor(n, n, p).ConditionNumber() < 1e8 ? p : null;
    }

    /// <summary>A tiny multiple of the identity keeps the factors finite and leaves the null space as it is.</summary>
    private static void Shift(DenseLu lu)
    {
        double trace = 0;
        for (int i = 0; i < lu.Size; i++)
            trace += lu.Matrix[i * lu.Size + i];
        for (int i = 0; i < lu.Size; i++)
            lu.Matrix[i * lu.Size + i] += 1e-14 * trace / lu.Size + double.Epsilon;
    }

    /// <summary>AᵀA and −Aᵀ A(given) of the linear map A: P ↦ all upper entries of P J − (P J)ᵀ, over the unknown entries of P.</summary>
    private static (double[] Gram, double[] Right) Gram(int n, IReadOnlyList<double[]> jacobians, int[] unknown, int count, double[] given)
    {
        var gram = new double[count * count];
        var right = new double[count];
        var row = new (int At, double Value)[2 * n];
        foreach (double[] j in jacobians)
        {
            double scale = 1 / Math.Max(j.Max(Math.Abs), double.Epsilon);
            for (int a = 0; a < n; a++)
            for (int b = a + 1; b < n; b++)
            {
                // Σ_m P_am J_mb − P_bm J_ma
                int filled = 0;
                double constant = 0;
                for (int m = 0; m < n; m++)
                {
                    Add(a * n + m, scale * j[m * n + b]);
                    Add(b * n + m, -scale * j[m * n + a]);
                }
                for (int s = 0; s < filled; s++)
                {
                    right[row[s].At] -= row[s].Value * constant;
                    for (int t = 0; t < filled; t++)
                        gram[row[s].At * count + row[t].At] += row[s].Value * row[t].Value;
                }

                void Add(int at, double value)
                {
                    constant += given[at] * value;
                    if (unknown[at] >= 0 && value != 0)
                        row[filled++] = (unknown[at], value);
                }
            }
        }
        return (gram, right);
    }
}
