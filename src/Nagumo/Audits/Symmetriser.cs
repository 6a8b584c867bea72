namespace Nagumo.Audits;

/// <summary>The weights w for which w_i J_ij = w_j J_ji, if there are any, from a maximum spanning forest of the couplings.</summary>
/// <remarks>
/// The forest takes the strongest two-sided couplings, |J_ij| and |J_ji|, and fixes w_j = w_i J_ij / J_ji along its edges; every other
/// coupling then tests them. Cycles must agree: J_ij J_jk J_ki = J_ik J_kj J_ji, Kolmogorov's criterion. [Kolmogorov 1936, doi:10.1007/BF01565412]
/// </remarks>
/// <param name="Weights">One per variable, geometric mean of |w| = 1 and most signs positive in each component.</param>
/// <param name="Component">The component of each variable; a factor of w is free in each.</param>
internal sealed record Symmetriser(double[] Weights, int[] Component)
{
    /// <summary>Finds the weights from balanced Jacobians at some states, row-major [n × n]; each coupling counts where it is strongest.</summary>
    public static Symmetriser Fit(int n, IReadOnlyList<double[]> jacobians)
    {
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
                for (int s = 0; component[k] < 0 && s < jacobians.Count; s++)
                {
                    double there = jacobians[s][next * n + k],
                        back = jacobians[s][k * n + next],
                        both = Math.Min(Math.Abs(there), Math.Abs(back));
                    if (both > strength[k])
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
        return new(w, component);
    }

    /// <summary>The weights of x = D y from those of y: w/D².</summary>
    public double[] In(double[] d)
    {
        double[] w = [.. Weights.Select((w, i) => w / d[i] / d[i])];
        Normalise(w, Component, Component.Max() + 1);
        return w;
    }

    /// <summary>
    /// |M − Mᵀ| / |M|, Frobenius, of M = W J off the diagonal, each variable scaled by its largest coupling, or by all of its row
    /// where small entries may be noise: so a slow part counts like a fast one.
    /// </summary>
    /// <param name="j">A balanced Jacobian.</param>
    /// <param name="exact">Whether its small entries are true.</param>
    public double Defect(double[] j, bool exact)
    {
        int n = Weights.Length;
        var size = new double[n];
        for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            if (i != k || !exact)
            {
                double there = Math.Abs(Weights[i] * j[i * n + k]);
                size[i] = Math.Max(size[i], there);
                size[k] = Math.Max(size[k], there);
            }
        double odd = 0,
            all = 0;
        for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
        {
            if ((i == k && exact) || size[i] == 0 || size[k] == 0)
                continue;
            double unit = Math.Sqrt(size[i]) * Math.Sqrt(size[k]),
                there = Weights[i] * j[i * n + k] / unit,
                back = Weights[k] * j[k * n + i] / unit;
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
