using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;
using SpectrumVector = MathNet.Numerics.LinearAlgebra.Vector<System.Numerics.Complex>;

namespace Nagumo.Compute;

/// <summary>y = A·x; x and y do not overlap.</summary>
internal delegate void LinearOperator(ReadOnlySpan<double> x, Span<double> y);

/// <summary>What an eigenvalue search reached.</summary>
/// <param name="Values">The eigenvalues, the wanted end first.</param>
/// <param name="Residuals">|A·x − λ·x| for unit x, as the recurrence has it.</param>
/// <param name="Converged">Whether every residual is at most tolerance · (largest |Ritz value|).</param>
/// <param name="Products">Products with A.</param>
internal sealed record EigenReport(Complex[] Values, double[] Residuals, bool Converged, int Products)
{
    /// <summary>The first eigenvalue.</summary>
    public Complex Value => Values[0];

    /// <summary>Residual of the first eigenvalue.</summary>
    public double Residual => Residuals[0];

    /// <summary>Unit eigenvector of the first eigenvalue; null for nonsymmetric operators.</summary>
    public double[]? Vector { get; init; }
}

/// <summary>Which end of the spectrum is wanted.</summary>
internal enum SpectrumEnd
{
    /// <summary>Largest real part.</summary>
    Rightmost,

    /// <summary>Smallest real part.</summary>
    Leftmost,
}

/// <summary>A few extreme eigenvalues of a symmetric operator.</summary>
/// <remarks>Lanczos with full orthogonalisation and thick restarts: memory size × basis. [Wu and Simon 2000, doi:10.1137/S0895479898334605]</remarks>
internal static class Lanczos
{
    /// <param name="apply">A symmetric operator.</param>
    /// <param name="size">Its dimension, ≥ 1.</param>
    /// <param name="count">Eigenvalues wanted, 1 ≤ count ≤ size. Equal eigenvalues may be found once.</param>
    /// <param name="end">Which end.</param>
    /// <param name="rng">For the starting vector.</param>
    /// <param name="tolerance">Relative to the largest |Ritz value|.</param>
    /// <param name="maxProducts">Most products with A.</param>
    /// <param name="basis">Vectors kept, 0 for max(2·count + 10, 24).</param>
    public static EigenReport Extreme(
        LinearOperator apply,
        int size,
        int count,
        SpectrumEnd end,
        Rng rng,
        double tolerance = 1e-10,
        int maxProducts = 10_000,
        int basis = 0
    ) => KrylovSchur.Run(apply, size, count, end, symmetric: true, rng, tolerance, maxProducts, basis);
}

/// <summary>The rightmost eigenvalues of a nonsymmetric operator: of a flow's Jacobian, they decide its stability.</summary>
/// <remarks>Restarted Arnoldi. [Stewart 2001, doi:10.1137/S0895479800371529]</remarks>
internal static class Arnoldi
{
    /// <param name="apply">Any real operator.</param>
    /// <param name="size">Its dimension, ≥ 1.</param>
    /// <param name="rng">For the starting vector.</param>
    /// <param name="count">Eigenvalues wanted; a conjugate pair counts twice and may be cut in the middle.</param>
    /// <param name="tolerance">Relative to the largest |Ritz value|.</param>
    /// <param name="maxProducts">Most products with A.</param>
    /// <param name="basis">Vectors kept, 0 for max(2·count + 10, 24).</param>
    public static EigenReport Rightmost(
        LinearOperator apply,
        int size,
        Rng rng,
        int count = 1,
        double tolerance = 1e-8,
        int maxProducts = 10_000,
        int basis = 0
    ) => KrylovSchur.Run(apply, size, count, SpectrumEnd.Rightmost, symmetric: false, rng, tolerance, maxProducts, basis);
}

/// <summary>The iteration behind <see cref="Lanczos"/> and <see cref="Arnoldi"/>: A·V = V·H + v·bᵀ with orthonormal (V, v).</summary>
/// <remarks>A restart keeps the span of the best Ritz vectors, V ← V·Q with H ← QᵀHQ and b ← Qᵀb, which is such a relation again, and
/// extends it. Q is an orthonormal basis of an invariant subspace of H, taken from its eigenvectors.</remarks>
file static class KrylovSchur
{
    public static EigenReport Run(
        LinearOperator apply,
        int size,
        int count,
        SpectrumEnd end,
        bool symmetric,
        Rng rng,
        double tolerance,
        int maxProducts,
        int basis
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (count < 1 || count > size)
            Throw.Range(nameof(count), count, $"Between 1 and the dimension, {size}.");
        if (basis != 0 && basis < Math.Min(size, count + 3))
            Throw.Range(nameof(basis), basis, $"At least count + 3 = {count + 3} vectors, so that a restart makes progress.");
        var m = Math.Min(size, basis == 0 ? Math.Max(2 * count + 10, 24) : basis);

        var v = new double[m + 1][];
        for (var i = 0; i <= m; i++)
            v[i] = new double[size];
        rng.FillNormal(v[0].AsSpan());
        Scale(v[0], 1 / Math.Sqrt(Dot(v[0], v[0])));
        var h = Matrix<double>.Build.Dense(m, m);
        var b = new double[m];
        var (kept, products) = (0, 0);
        while (true)
        {
            for (var j = kept; j < m; j++)
            {
                apply(v[j], v[j + 1]);
                products++;
                var norm = Math.Sqrt(Dot(v[j + 1], v[j + 1]));
                // Twice is enough: the second pass removes what rounding left of the first. [Giraud et al. 2005, doi:10.1007/s00211-005-0615-4]
                for (var pass = 0; pass < 2; pass++)
                for (var i = 0; i <= j; i++)
                {
                    var projection = Dot(v[i], v[j + 1]);
                    h[i, j] = (pass == 0 ? 0 : h[i, j]) + projection;
                    Add(v[j + 1], -projection, v[i]);
                }
                var rest = Math.Sqrt(Dot(v[j + 1], v[j + 1]));
                if (rest <= 1e-14 * norm || j + 1 == size)
                {
                    // The space is invariant: go on with a new direction that nothing leads to.
                    rest = 0;
                    Fresh(v, j + 1, size, rng);
                }
                else
                    Scale(v[j + 1], 1 / rest);
                if (j + 1 < m)
                    h[j + 1, j] = rest;
                else
                {
                    Array.Clear(b);
                    b[j] = rest;
                }
            }

            if (symmetric)
                h = (h + h.Transpose()) / 2;
            var evd = h.Evd(symmetric ? Symmetricity.Symmetric : Symmetricity.Asymmetric);
            var sign = end == SpectrumEnd.Rightmost ? -1 : 1;
            // Conjugates stay adjacent: equal real parts, ordered by |imaginary part|, then by position.
            var order = Enumerable
                .Range(0, m)
                .OrderBy(i => sign * evd.EigenValues[i].Real)
                .ThenBy(i => Math.Abs(evd.EigenValues[i].Imaginary))
                .ThenBy(i => i)
                .ToArray();
            var values = new Complex[count];
            var residuals = new double[count];
            var size0 = evd.EigenValues.Max(z => z.Magnitude);
            var converged = true;
            for (var i = 0; i < count; i++)
            {
                values[i] = evd.EigenValues[order[i]];
                residuals[i] = Residual(evd.EigenVectors, evd.EigenValues, order[i], b);
                converged &= residuals[i] <= tolerance * size0;
            }
            if (converged || products >= maxProducts || m == size)
                return new(values, residuals, converged, products)
                {
                    Vector = symmetric ? Combine(v, evd.EigenVectors.Column(order[0]).AsArray()) : null,
                };

            // Keeping more than is wanted makes the next round converge faster; half of the room is for new vectors.
            kept = Math.Max(count + 1, Math.Min(count + (m - count) / 2, m - 2));
            if (evd.EigenValues[order[kept - 1]].Imaginary != 0 && !PairEnds(evd.EigenValues, order, kept))
                kept = kept < m - 1 ? kept + 1 : kept - 1;
            var q = Basis(evd.EigenVectors, order, kept);
            h = Restart(h, q, m, kept);
            var link = q.TransposeThisAndMultiply(MathNet.Numerics.LinearAlgebra.Vector<double>.Build.Dense(b));
            Rotate(v, q, kept, size);
            (v[kept], v[m]) = (v[m], v[kept]);
            for (var i = 0; i < kept; i++)
                h[kept, i] = link[i];
        }
    }

    /// <summary>Whether the kept values hold as many of positive as of negative imaginary part.</summary>
    static bool PairEnds(SpectrumVector values, int[] order, int kept)
    {
        var balance = 0;
        for (var i = 0; i < kept; i++)
            balance += Math.Sign(values[order[i]].Imaginary);
        return balance == 0;
    }

    /// <summary>|bᵀy| / |y| for the eigenvector y of H; of a pair, the columns are its real and imaginary part.</summary>
    static double Residual(Matrix<double> vectors, SpectrumVector values, int i, double[] b)
    {
        var (re, im) = values[i].Imaginary switch
        {
            > 0 => (i, i + 1),
            < 0 => (i - 1, i),
            _ => (i, -1),
        };
        double x = 0,
            y = 0,
            norm = 0;
        for (var k = 0; k < b.Length; k++)
        {
            x += b[k] * vectors[k, re];
            norm += vectors[k, re] * vectors[k, re];
            if (im < 0)
                continue;
            y += b[k] * vectors[k, im];
            norm += vectors[k, im] * vectors[k, im];
        }
        return Math.Sqrt((x * x + y * y) / norm);
    }

    static Matrix<double> Basis(Matrix<double> vectors, int[] order, int kept)
    {
        var columns = Matrix<double>.Build.Dense(vectors.RowCount, kept, (i, j) => vectors[i, order[j]]);
        foreach (var (j, column) in columns.EnumerateColumnsIndexed())
            columns.SetColumn(j, column / column.L2Norm());
        return columns.QR(QRMethod.Thin).Q;
    }

    static Matrix<double> Restart(Matrix<double> h, Matrix<double> q, int m, int kept)
    {
        var next = Matrix<double>.Build.Dense(m, m);
        next.SetSubMatrix(0, kept, 0, kept, q.TransposeThisAndMultiply(h) * q);
        return next;
    }

    /// <summary>V·y, normalised.</summary>
    static double[] Combine(double[][] v, double[] y)
    {
        var x = new double[v[0].Length];
        for (var i = 0; i < y.Length; i++)
            Add(x, y[i], v[i]);
        Scale(x, 1 / Math.Sqrt(Dot(x, x)));
        return x;
    }

    /// <summary>The first vectors ← V·Q, by chunks of coordinates, so that no second basis is needed.</summary>
    static void Rotate(double[][] v, Matrix<double> q, int kept, int size)
    {
        var row = new double[q.RowCount];
        for (var x = 0; x < size; x++)
        {
            for (var i = 0; i < row.Length; i++)
                row[i] = v[i][x];
            for (var j = 0; j < kept; j++)
            {
                var sum = 0.0;
                for (var i = 0; i < row.Length; i++)
                    sum += row[i] * q[i, j];
                v[j][x] = sum;
            }
        }
    }

    static void Fresh(double[][] v, int count, int size, Rng rng)
    {
        var x = v[count];
        if (count >= size)
        {
            Array.Clear(x);
            return;
        }
        rng.FillNormal(x.AsSpan());
        for (var pass = 0; pass < 2; pass++)
        for (var i = 0; i < count; i++)
            Add(x, -Dot(v[i], x), v[i]);
        Scale(x, 1 / Math.Sqrt(Dot(x, x)));
    }

    // Four fixed partial sums: the same order, and so the same bits, on every machine.
    static double Dot(double[] x, double[] y)
    {
        double a = 0,
            b = 0,
            c = 0,
            d = 0;
        var i = 0;
        for (; i <= x.Length - 4; i += 4)
        {
            a += x[i] * y[i];
            b += x[i + 1] * y[i + 1];
            c += x[i + 2] * y[i + 2];
            d += x[i + 3] * y[i + 3];
        }
        for (; i < x.Length; i++)
            a += x[i] * y[i];
        return a + b + (c + d);
    }

    static void Add(double[] y, double factor, double[] x)
    {
        for (var i = 0; i < y.Length; i++)
            y[i] += factor * x[i];
    }

    static void Scale(double[] x, double factor)
    {
        for (var i = 0; i < x.Length; i++)
            x[i] *= factor;
    }
}
