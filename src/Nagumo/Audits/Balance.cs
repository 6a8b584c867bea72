namespace Nagumo.Audits;

/// <summary>Units in which a Jacobian's two directions are alike, whatever units its variables came in.</summary>
/// <remarks>
/// D with Σ_k |J_ik| D_k/D_i = Σ_k |J_ki| D_i/D_k for every i, off the diagonal: unique up to a factor in each irreducible part, so that
/// D⁻¹ J D does not depend on the units of x. A variable that acts one way only keeps a unit in which what it has is of the size of the rest.
/// [Osborne 1960, doi:10.1145/321043.321048]
/// </remarks>
internal static class Balance
{
    private const int MaxSweeps = 100;

    /// <summary>D from the largest |J_ij| of some states, row-major [n × n].</summary>
    public static double[] Units(int n, IReadOnlyList<double[]> jacobians)
    {
        var size = new double[n * n];
        foreach (double[] j in jacobians)
            for (int i = 0; i < size.Length; i++)
                size[i] = Math.Max(size[i], Math.Abs(j[i]));
        var d = new double[n];
        Array.Fill(d, 1);
        for (int sweep = 0; sweep < MaxSweeps; sweep++)
        {
            double change = 0;
            for (int i = 0; i < n; i++)
            {
                double row = 0,
                    column = 0;
                for (int k = 0; k < n; k++)
                    if (k != i)
                        (row, column) = (row + size[i * n + k] * d[k] / d[i], column + size[k * n + i] * d[i] / d[k]);
                double factor =
                    row > 0 && column > 0 ? Math.Sqrt(row / column)
                    // One way only: as strong as its own decay.
                    : size[i * n + i] > 0 && row + column > 0 ? (row > 0 ? row / size[i * n + i] : size[i * n + i] / column)
                    : 1;
                if (!double.IsFinite(factor) || factor == 0)
                    continue;
                d[i] *= factor;
                change = Math.Max(change, Math.Abs(Math.Log(factor)));
            }
            if (change < 0.01)
                break;
        }
        return d;
    }

    /// <summary>D⁻¹ J D; entries below <paramref name="zero"/> of the largest of their row are 0 in it.</summary>
    public static double[] Apply(double[] j, double[] d, double zero = 0)
    {
        double[] balanced = [.. j];
        InPlace(balanced, d, zero);
        return balanced;
    }

    /// <summary>J ← D⁻¹ J D, as <see cref="Apply"/>: a network's Jacobian is tens of megabytes.</summary>
    public static void InPlace(double[] j, double[] d, double zero = 0)
    {
        int n = d.Length;
        for (int i = 0; i < n; i++)
        {
            double largest = 0;
            for (int k = 0; k < n; k++)
                largest = Math.Max(largest, Math.Abs(j[i * n + k] *= d[k] / d[i]));
            for (int k = 0; k < n; k++)
                if (Math.Abs(j[i * n + k]) <= zero * largest)
                    j[i * n + k] = 0;
        }
    }
}
