namespace Nagumo.Audits;

/// <summary>The weights w for which w_i J_ij = w_j J_ji, if there are any, from a maximum spanning forest of the couplings.</summary>
/// <remarks>
/// The forest takes the strongest two-sided couplings, |J_ij| and |J_ji|, and fixes w_j = w_i J_ij / J_ji along its edges; every other
/// coupling then tests them. Cycles must agree: J_ij J_jk J_ki = J_ik J_kj J_ji, Kolmogorov's criterion. [Kolmogorov 1936, doi:10.1007/BF01565412]
/// </remarks>
/// <param name="Weights">One per variable, geometric mean of |w| = 1 and most signs positive in each component.</param>
/// <param name="Component">The component of each variable; a factor of w is free in each.</param>
/// <param name="OneSided">Pairs with J_ij ≠ 0 and J_ji = 0: no weights make these equal.</param>
internal sealed record Symmetriser(double[] Weights, int[] Component, IReadOnlyList<(int I, int J)> OneSided)
{
    /// <summary>Entries this much smaller than the largest count as zero.</summary>
    private const double Zero = 1e-9;

    /// <summary>Finds the weights from Jacobians at some states, row-major [n × n]; each coupling counts where it is strongest.</summary>
    public static Symmetriser Fit(int n, IReadOnlyList<double[]> jacobians)
    {
        double[] zeros = [.. jacobians.Select(j => Zero * j.Max(Math.Abs))];
        var w = new double[n];
        var component = Enumerable.Repeat(-1, n).ToArray();
        double[] strength = new double[n],
            ratio = new double[n];
        var from = new int[n];
        int components = 0;
        for (int root = 0; root < n; root++)
        {
            if (component[root] >= 0)
                continue;
            // Prim's algorithm over what the root reaches.
            Array.Clear(strength);
            w[root] = 1;
            for (int next = root; next >= 0; next = Strongest())
            {
                component[next] = components;
                if (next != root)
                    w[next] = w[from[next]] * ratio[next];
                for (int k = 0; k < n; k++)
                for (int s = 0; component[k] < 0 && s < zeros.Length; s++)
                {
                    double there = jacobians[s][next * n + k],
                        back = jacobians[s][k * n + next],
                        both = Math.Min(Math.Abs(there), Math.Abs(back));
                    if (both > zeros[s] && both > strength[k])
                        (strength[k], from[k], ratio[k]) = (both, next, there / back);
                }
            }
            components++;

            int Strongest()
            {
                int best = -1;
                for (int k = 0; k < n; k++)
                    if (component[k] < 0 && strength[k] > 0 && (best < 0 || strength[k] > strength[best]))
                        best = k;
                return best;
            }
        }
        Normalise(w, component, components);
        var oneSided = new List<(int, int)>();
        for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
        for (int s = 0; s < zeros.Length; s++)
            if (i != k && Math.Abs(jacobians[s][i * n + k]) > zeros[s] && Math.Abs(jacobians[s][k * n + i]) <= zeros[s])
            {
                oneSided.Add((i, k));
                break;
            }
        return new(w, component, oneSided);
    }

    /// <summary>|W J − (W J)ᵀ| / |W J|, Frobenius.</summary>
    public double Defect(double[] j)
    {
        int n = Weights.Length;
        double odd = 0,
            all = 0;
        for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
        {
            double there = Weights[i] * j[i * n + k],
                back = Weights[k] * j[k * n + i];
            odd += (there - back) * (there - back);
            all += there * there;
        }
        return all > 0 ? Math.Sqrt(odd / all) : 0;
    }

    private static void Normalise(double[] w, int[] component, int components)
    {
        double[] logs = new double[components];
        int[] sizes = new int[components],
            signs = new int[components];
        for (int i = 0; i < w.Length; i++)
        {
            logs[component[i]] += Math.Log(Math.Abs(w[i]));
            sizes[component[i]]++;
            signs[component[i]] += Math.Sign(w[i]);
        }
        for (int i = 0; i < w.Length; i++)
            w[i] *= (signs[component[i]] < 0 ? -1 : 1) * Math.Exp(-logs[component[i]] / sizes[component[i]]);
    }
}
