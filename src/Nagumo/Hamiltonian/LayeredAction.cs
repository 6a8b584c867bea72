using Nagumo.Compute;

namespace Nagumo.Hamiltonian;

/// <summary>A discrete action with quadratic links, S = Σ_l U_l(q_l) + Σ_l [½ q_lᵀ P_l q_l + q_lᵀ M_l q_l+1 + ½ q_l+1ᵀ N_l q_l+1], one sample in float64.</summary>
/// <remarks>
/// P and N are diagonal. With the incoming momentum p_l = N_l−1 q_l + M_l−1ᵀ q_l−1 the Euler–Lagrange equations are the recurrence
///     q_l+1 = −M_l⁻¹ (U_l'(q_l) + P_l q_l + p_l),     p_l+1 = N_l q_l+1 + M_lᵀ q_l,
/// symplectic for every U and every invertible M. Diffusive chains, bilinear neighbours and deep energy-based models are the three members.
/// [Marsden and West 2001, doi:10.1017/S096249290100006X; docs/hamiltonian.md]
/// </remarks>
internal abstract class LayeredAction : IDisposable
{
    private readonly Dictionary<int, (DenseLu Forward, DenseLu Backward)> _links = [];

    /// <summary>Number of layers, L + 1.</summary>
    public abstract int Layers { get; }

    /// <summary>Size of q_l.</summary>
    public abstract int Size(int l);

    /// <summary>U_l(q).</summary>
    public abstract double OnSite(int l, ReadOnlySpan<double> q);

    /// <summary>gradient = U_l'(q).</summary>
    public abstract void OnSiteGradient(int l, ReadOnlySpan<double> q, Span<double> gradient);

    /// <summary>hessian = U_l''(q), [n × n].</summary>
    public abstract void OnSiteHessian(int l, ReadOnlySpan<double> q, Span<double> hessian);

    /// <summary>The diagonals of P_l and N_l and the matrix M_l [n_l × n_l+1] between layers l and l + 1.</summary>
    public abstract Link LinkAbove(int l);

    /// <summary>+τ for activators, −τ for inhibitors, which ascend: the signature of the flow.</summary>
    public abstract double Signature(int l, int i);

    /// <summary>States of the right sizes, zero.</summary>
    public double[][] Zeros() => [.. Enumerable.Range(0, Layers).Select(l => new double[Size(l)])];

    /// <summary>S.</summary>
    public double Value(double[][] q, bool last = true)
    {
        double sum = 0;
        for (int l = 0; l < Layers; l++)
        {
            if (l < Layers - 1 || last)
                sum += OnSite(l, q[l]);
            if (l == Layers - 1)
                break;
            var link = LinkAbove(l);
            for (int i = 0; i < q[l].Length; i++)
                sum += q[l][i] * (link.Below[i] * q[l][i] / 2 + Dot(link.Mixed.AsSpan(i * q[l + 1].Length, q[l + 1].Length), q[l + 1]));
            for (int i = 0; i < q[l + 1].Length; i++)
                sum += link.Above[i] * q[l + 1][i] * q[l + 1][i] / 2;
        }
        return sum;
    }

    /// <summary>p_l+1 from q_l and q_l+1.</summary>
    public void Momentum(int l, ReadOnlySpan<double> q, ReadOnlySpan<double> next, Span<double> p)
    {
        var link = LinkAbove(l);
        for (int j = 0; j < next.Length; j++)
        {
            double sum = link.Above[j] * next[j];
            for (int i = 0; i < q.Length; i++)
                sum += link.Mixed[i * next.Length + j] * q[i];
            p[j] = sum;
        }
    }

    /// <summary>p_l + U_l'(q_l) + P_l q_l + M_l q_l+1: zero where the Euler–Lagrange equation holds. Without a next layer, the end's momentum.</summary>
    public void Balance(int l, ReadOnlySpan<double> q, ReadOnlySpan<double> p, ReadOnlySpan<double> next, Span<double> balance)
    {
        OnSiteGradient(l, q, balance);
        for (int i = 0; i < q.Length; i++)
            balance[i] += p[i];
        if (next.IsEmpty)
            return;
        var link = LinkAbove(l);
        for (int i = 0; i < q.Length; i++)
            balance[i] += link.Below[i] * q[i] + Dot(link.Mixed.AsSpan(i * next.Length, next.Length), next);
    }

    /// <summary>(q_l, p_l) → (q_l+1, p_l+1), in place.</summary>
    /// <exception cref="ArgumentException">The link is not square or not invertible: there is no map.</exception>
    public void Step(int l, double[] q, double[] p)
    {
        var (link, (forward, _)) = (LinkAbove(l), Map(l));
        var next = new double[q.Length];
        OnSiteGradient(l, q, next);
        for (int i = 0; i < q.Length; i++)
            next[i] = -(next[i] + link.Below[i] * q[i] + p[i]);
        forward.Solve(next);
        Momentum(l, q, next, p);
        next.CopyTo(q, 0);
    }

    /// <summary>(q_l+1, p_l+1) → (q_l, p_l), in place.</summary>
    public void Inverse(int l, double[] q, double[] p)
    {
        var (link, (_, backward)) = (LinkAbove(l), Map(l));
        var below = new double[q.Length];
        for (int i = 0; i < q.Length; i++)
            below[i] = p[i] - link.Above[i] * q[i];
        backward.Solve(below);
        OnSiteGradient(l, below, p);
        for (int i = 0; i < q.Length; i++)
            p[i] = -(p[i] + link.Below[i] * below[i] + Dot(link.Mixed.AsSpan(i * q.Length, q.Length), q));
        below.CopyTo(q, 0);
    }

    /// <summary>∂(q_l+1, p_l+1)/∂(q_l, p_l) at q_l, [2n × 2n], q before p.</summary>
    public double[,] Jacobian(int l, ReadOnlySpan<double> q)
    {
        int n = q.Length;
        var (link, (forward, _)) = (LinkAbove(l), Map(l));
        var hessian = new double[n * n];
        OnSiteHessian(l, q, hessian);
        // Columns of dq' = −M⁻¹ ((U'' + P) dq + dp), then dp' = N dq' + Mᵀ dq.
        var next = new double[n * 2 * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
                next[i * 2 * n + j] = -hessian[i * n + j] - (i == j ? link.Below[i] : 0);
            next[i * 2 * n + n + i] = -1;
        }
        forward.Solve(next, 2 * n);
        var jacobian = new double[2 * n, 2 * n];
        for (int i = 0; i < n; i++)
        for (int j = 0; j < 2 * n; j++)
        {
            jacobian[i, j] = next[i * 2 * n + j];
            jacobian[n + i, j] = link.Above[i] * next[i * 2 * n + j] + (j < n ? link.Mixed[j * n + i] : 0);
        }
        return jacobian;
    }

    /// <summary>|JᵀΩJ − Ω| / |J|², max-norms, Ω = [[0, 1], [−1, 0]] on (q, p): rounding for a symplectic J.</summary>
    public static double Asymplecticity(double[,] j)
    {
        int n = j.GetLength(0) / 2;
        double worst = 0,
            largest = 0;
        foreach (double x in j)
            largest = Math.Max(largest, Math.Abs(x));
        // Column by column: (JᵀΩJ)_ab = Σ_i q_i(a) p_i(b) − p_i(a) q_i(b).
        double[][] columns = [.. Enumerable.Range(0, 2 * n).Select(a => Enumerable.Range(0, 2 * n).Select(i => j[i, a]).ToArray())];
        for (int a = 0; a < 2 * n; a++)
        for (int b = a + 1; b < 2 * n; b++)
        {
            double form =
                LaneSum.Dot<double>(columns[a].AsSpan(0, n), columns[b].AsSpan(n))
                - LaneSum.Dot<double>(columns[a].AsSpan(n), columns[b].AsSpan(0, n));
            worst = Math.Max(worst, Math.Abs(form - (b == a + n ? 1 : 0)));
        }
        return worst / (largest * largest);
    }

    public virtual void Dispose()
    {
        foreach (var (forward, backward) in _links.Values)
        {
            forward.Dispose();
            backward.Dispose();
        }
    }

    private (DenseLu Forward, DenseLu Backward) Map(int l)
    {
        if (_links.TryGetValue(l, out var known))
            return known;
        int n = Size(l),
            next = Size(l + 1);
        if (n != next)
            throw new ArgumentException(
                n > next
                    ? $"Layers {l} and {l + 1} have {n} and {next} units: the recurrence is over-determined there, {n} equations for {next} unknowns. Use the boundary-value solver, or keep the trunk's size and put rectangular matrices into the input, the blocks and the readout."
                    : $"Layers {l} and {l + 1} have {n} and {next} units: {next - n} components of layer {l + 1} are not determined locally, so there is no layer-wise map. Use the boundary-value solver, or keep the trunk's size and put rectangular matrices into the input, the blocks and the readout."
            );
        var mixed = LinkAbove(l).Mixed;
        var (forward, backward) = (new DenseLu(n), new DenseLu(n));
        for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            forward.Matrix[i * n + j] = backward.Matrix[j * n + i] = mixed[i * n + j];
        int column = forward.Factor();
        if (column >= 0 || backward.Factor() >= 0)
            throw new ArgumentException(
                $"The coupling between layers {l} and {l + 1} is singular (no pivot in column {Math.Max(column, 0)} of {n}): it cannot be inverted, so there is no layer-wise map. Use the boundary-value solver, or weights of full rank."
            );
        return _links[l] = (forward, backward);
    }

    protected static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
            sum += x[i] * y[i];
        return sum;
    }
}

/// <summary>The quadratic link between two layers: ½ q_lᵀ P q_l + q_lᵀ M q_l+1 + ½ q_l+1ᵀ N q_l+1.</summary>
/// <param name="Below">The diagonal of P.</param>
/// <param name="Above">The diagonal of N.</param>
/// <param name="Mixed">M, [n_l × n_l+1], row-major.</param>
internal readonly record struct Link(double[] Below, double[] Above, double[] Mixed);
