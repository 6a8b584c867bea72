using System.Numerics;

namespace Nagumo.Compute;

/// <summary>One symmetric operator per lane: y = A_l·x for every lane l.</summary>
internal interface ILaneOperator<T>
{
    /// <summary>Rows of one lane.</summary>
    int Size { get; }

    int Lanes { get; }

    /// <param name="x">[size × lanes], lanes adjacent.</param>
    /// <param name="y">[size × lanes], overwritten; does not overlap x.</param>
    void Apply(ReadOnlySpan<T> x, Span<T> y);
}

/// <summary>What a solve reached.</summary>
/// <param name="Iterations">Products with the operator inside the recurrence.</param>
/// <param name="Unconverged">Lanes whose residual is above the tolerance.</param>
/// <param name="LargestResidual">The largest |b − A·x| / |b| over the lanes; NaN when a lane broke down.</param>
internal readonly record struct MinresReport(int Iterations, int Unconverged, double LargestResidual);

/// <summary>MINRES for symmetric, also indefinite, operators: many lanes at once, every lane with scalars of its own.</summary>
/// <remarks>
/// Minimises |b − A·x| over the Krylov space. A lane that has converged is frozen, its vectors set to zero. When all have, the true residuals
/// are formed, and lanes above the tolerance start again from where they are; the residuals reported are true ones.
/// Sums run over the rows in order, so a lane's bits depend on that lane only.
/// [Paige and Saunders 1975, doi:10.1137/0712047]
/// </remarks>
/// <param name="size">Rows of one lane, ≥ 1.</param>
/// <param name="lanes">Lanes, ≥ 1.</param>
internal sealed class Minres<T>(int size, int lanes)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    readonly T[] product = new T[size * lanes];
    T[] v = new T[size * lanes],
        vOld = new T[size * lanes],
        w = new T[size * lanes],
        wOld = new T[size * lanes];

    readonly T[] alpha = new T[lanes],
        beta = new T[lanes],
        negBeta = new T[lanes],
        cos = new T[lanes],
        cosOld = new T[lanes],
        sin = new T[lanes],
        sinOld = new T[lanes],
        eta = new T[lanes],
        factor1 = new T[lanes],
        factor2 = new T[lanes],
        factor3 = new T[lanes],
        step = new T[lanes],
        norm = new T[lanes],
        scale = new T[lanes];

    readonly bool[] active = new bool[lanes];

    /// <summary>|b − A·x| / |b| per lane of the last solve, 0 where b = 0.</summary>
    public double[] Residuals { get; } = new double[lanes];

    /// <summary>Improves x until |b − A·x| ≤ tolerance · |b| in every lane. No allocation.</summary>
    /// <param name="a">The operators.</param>
    /// <param name="b">[size × lanes]. A lane of zeros gives x = 0. NaN or infinity makes its lane unconverged, not the others.</param>
    /// <param name="x">[size × lanes]: the start (zero is fine), then the solution.</param>
    /// <param name="tolerance">&gt; 0; below a few units of rounding times the condition number it is not reached, and the report says so.</param>
    /// <param name="maxIterations">Most iterations, restarts included.</param>
    public MinresReport Solve(ILaneOperator<T> a, ReadOnlySpan<T> b, Span<T> x, double tolerance, int maxIterations)
    {
        if (a.Size != size || a.Lanes != lanes || b.Length != v.Length || x.Length != v.Length)
            Throw.Argument($"Expected {size}×{lanes}; operator {a.Size}×{a.Lanes}, b {b.Length}, x {x.Length} numbers.", nameof(a));
        Norms(b, norm);
        for (var i = 0; i < size; i++)
        for (var l = 0; l < lanes; l++)
            if (norm[l] == T.Zero)
                x[i * lanes + l] = T.Zero;
        Residuals.AsSpan().Fill(double.PositiveInfinity);
        for (var iterations = 0; ; )
        {
            var report = Restart(a, b, x, tolerance, iterations);
            if (iterations >= maxIterations || Array.IndexOf(active, true) < 0)
                return report;
            iterations = Descend(a, x, tolerance, iterations, maxIterations);
        }
    }

    /// <summary>v ← b − A·x and its norm; decides which lanes go on.</summary>
    MinresReport Restart(ILaneOperator<T> a, ReadOnlySpan<T> b, Span<T> x, double tolerance, int iterations)
    {
        a.Apply(x, product);
        for (var i = 0; i < v.Length; i++)
            v[i] = b[i] - product[i];
        Norms(v, beta);
        var (open, largest) = (0, 0.0);
        for (var l = 0; l < lanes; l++)
        {
            var residual = norm[l] == T.Zero ? 0 : double.CreateChecked(beta[l]) / double.CreateChecked(norm[l]);
            // A lane whose last run did not halve its residual has met the limit of rounding, or of a singular operator.
            active[l] = residual > tolerance && double.IsFinite(residual) && residual < Residuals[l] / 2;
            Residuals[l] = residual;
            if (!(residual <= tolerance))
                open++;
            // Not Max: a NaN must stay.
            largest = residual > largest || double.IsNaN(residual) ? residual : largest;
        }
        return new(iterations, open, largest);
    }

    /// <summary>One run of the recurrence from v = b − A·x, beta = |v|, until every active lane's own estimate says converged.</summary>
    int Descend(ILaneOperator<T> a, Span<T> x, double tolerance, int iterations, int maxIterations)
    {
        // The estimate drifts from the true residual by rounding; half the tolerance leaves room for that.
        var target = T.CreateChecked(tolerance / 2);
        var epsilon = T.BitIncrement(T.One) - T.One;
        Array.Clear(vOld);
        Array.Clear(w);
        Array.Clear(wOld);
        Array.Clear(scale);
        for (var l = 0; l < lanes; l++)
        {
            factor1[l] = active[l] ? T.One / beta[l] : T.Zero;
            eta[l] = active[l] ? beta[l] : T.Zero;
            (beta[l], cos[l], cosOld[l], sin[l], sinOld[l]) = (T.Zero, T.One, T.One, T.Zero, T.Zero);
        }
        ScaleOrClear(v, factor1);
        while (iterations < maxIterations && Array.IndexOf(active, true) >= 0)
        {
            iterations++;
            a.Apply(v, product);
            // Lanczos: the next vector is A·v − alpha·v − beta·vOld, in place of vOld.
            Dots(v, product, alpha);
            for (var l = 0; l < lanes; l++)
                (alpha[l], negBeta[l]) = (-alpha[l], -beta[l]);
            Next(vOld, product, v, alpha, negBeta);
            Norms(vOld, step);
            for (var l = 0; l < lanes; l++)
            {
                if (!active[l])
                {
                    (factor1[l], factor2[l], factor3[l], step[l], alpha[l], negBeta[l]) = (T.Zero, T.Zero, T.Zero, T.Zero, T.Zero, T.Zero);
                    continue;
                }
                // The QR factorisation of the tridiagonal matrix, by one rotation more.
                var (diagonal, next) = (-alpha[l], step[l]);
                var delta = cos[l] * diagonal - cosOld[l] * sin[l] * beta[l];
                var rho1 = T.Hypot(delta, next);
                // |A·r| = |eta|·|(delta, cos·next)|: zero, against |A|·|r|, when no step can lower the residual. A singular operator.
                scale[l] = T.Max(scale[l], T.Abs(diagonal) + next + beta[l]);
                var stationary = T.Hypot(delta, cos[l] * next) <= T.CreateChecked(64) * epsilon * scale[l];
                var rho2 = sin[l] * diagonal + cosOld[l] * cos[l] * beta[l];
                var rho3 = sinOld[l] * beta[l];
                (cosOld[l], sinOld[l]) = (cos[l], sin[l]);
                var inverse = T.One / rho1;
                (cos[l], sin[l]) = (delta * inverse, next * inverse);
                // w = (v − rho3·wOld − rho2·w) / rho1;  x += cos·eta·w.
                (factor1[l], factor2[l], factor3[l]) = (inverse, -rho2 * inverse, -rho3 * inverse);
                var advance = cos[l] * eta[l];
                eta[l] = -sin[l] * eta[l];
                beta[l] = next;
                if (stationary || !T.IsFinite(inverse) || !T.IsFinite(advance))
                {
                    // The lane stays where it is, and is reported unless that is good enough.
                    active[l] = false;
                    (factor1[l], factor2[l], factor3[l], step[l], alpha[l]) = (T.Zero, T.Zero, T.Zero, T.Zero, T.Zero);
                    continue;
                }
                alpha[l] = advance;
                if (T.Abs(eta[l]) <= target * norm[l] || next == T.Zero)
                    active[l] = false;
                step[l] = active[l] ? T.One / next : T.Zero;
            }
            Direction(wOld, v, w, factor1, factor2, factor3);
            Add(x, alpha, wOld);
            ScaleOrClear(vOld, step);
            (v, vOld) = (vOld, v);
            (w, wOld) = (wOld, w);
        }
        return iterations;
    }

    /// <summary>y ← p + f·x + g·y, f and g per lane.</summary>
    void Next(Span<T> y, ReadOnlySpan<T> p, ReadOnlySpan<T> x, ReadOnlySpan<T> f, ReadOnlySpan<T> g)
    {
        for (var at = 0; at < y.Length; at += lanes)
        {
            var l = 0;
            for (; l <= lanes - Vector<T>.Count; l += Vector<T>.Count)
                (At(p, at + l) + At(f, l) * At(x, at + l) + At(g, l) * At(y, at + l)).CopyTo(y[(at + l)..]);
            for (; l < lanes; l++)
                y[at + l] = p[at + l] + f[l] * x[at + l] + g[l] * y[at + l];
        }
    }

    /// <summary>y ← f·v + g·w + h·y.</summary>
    void Direction(Span<T> y, ReadOnlySpan<T> v, ReadOnlySpan<T> w, ReadOnlySpan<T> f, ReadOnlySpan<T> g, ReadOnlySpan<T> h)
    {
        for (var at = 0; at < y.Length; at += lanes)
        {
            var l = 0;
            for (; l <= lanes - Vector<T>.Count; l += Vector<T>.Count)
                (At(f, l) * At(v, at + l) + At(g, l) * At(w, at + l) + At(h, l) * At(y, at + l)).CopyTo(y[(at + l)..]);
            for (; l < lanes; l++)
                y[at + l] = f[l] * v[at + l] + g[l] * w[at + l] + h[l] * y[at + l];
        }
    }

    /// <summary>x ← x + f·w.</summary>
    void Add(Span<T> x, ReadOnlySpan<T> f, ReadOnlySpan<T> w)
    {
        for (var at = 0; at < x.Length; at += lanes)
        {
            var l = 0;
            for (; l <= lanes - Vector<T>.Count; l += Vector<T>.Count)
                (At(x, at + l) + At(f, l) * At(w, at + l)).CopyTo(x[(at + l)..]);
            for (; l < lanes; l++)
                x[at + l] += f[l] * w[at + l];
        }
    }

    /// <summary>x ← f·x, and 0 where f = 0, whatever x is.</summary>
    void ScaleOrClear(Span<T> x, ReadOnlySpan<T> f)
    {
        for (var at = 0; at < x.Length; at += lanes)
        {
            var l = 0;
            for (; l <= lanes - Vector<T>.Count; l += Vector<T>.Count)
            {
                var factor = At(f, l);
                var zero = Vector.Equals(factor, Vector<T>.Zero);
                Vector.ConditionalSelect(zero, Vector<T>.Zero, factor * At(x, at + l)).CopyTo(x[(at + l)..]);
            }
            for (; l < lanes; l++)
                x[at + l] = f[l] == T.Zero ? T.Zero : f[l] * x[at + l];
        }
    }

    /// <summary>sum[l] = Σ x·y over the rows, in order.</summary>
    void Dots(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> sum)
    {
        sum.Clear();
        for (var at = 0; at < x.Length; at += lanes)
        {
            var l = 0;
            for (; l <= lanes - Vector<T>.Count; l += Vector<T>.Count)
                (At(sum, l) + At(x, at + l) * At(y, at + l)).CopyTo(sum[l..]);
            for (; l < lanes; l++)
                sum[l] += x[at + l] * y[at + l];
        }
    }

    void Norms(ReadOnlySpan<T> x, Span<T> norms)
    {
        Dots(x, x, norms);
        foreach (ref var n in norms)
            n = T.Sqrt(n);
    }

    static Vector<T> At(ReadOnlySpan<T> x, int i) => new(x[i..]);
}
