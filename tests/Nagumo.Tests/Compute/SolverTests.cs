using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Tests.Compute;

public sealed class DenseLuTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(48, 1)]
    [InlineData(131, 5)]
    public void Solves_what_was_multiplied(int n, int columns)
    {
        var rng = new Rng((ulong)n);
        using var lu = new DenseLu(n);
        rng.FillUniform(lu.Matrix, -1, 1);
        var a = lu.Matrix.ToArray();
        var x = new double[n * columns];
        rng.FillUniform(x, -1, 1);
        var b = Multiply(a, x, n, columns);
        Assert.Equal(-1, lu.Factor());
        lu.Solve(b, columns);
        // Backward stable: |A·x' − b| is of the order n·ε·|A|·|x'|, whatever the condition number.
        var again = Multiply(a, b, n, columns);
        var wanted = Multiply(a, x, n, columns);
        var scale = b.Max(Math.Abs) * n;
        for (var i = 0; i < b.Length; i++)
            Assert.Equal(wanted[i], again[i], 1e-15 * n * scale + 1e-15);
    }

    static double[] Multiply(double[] a, double[] x, int n, int columns)
    {
        var b = new double[n * columns];
        for (var i = 0; i < n; i++)
        for (var k = 0; k < n; k++)
        for (var c = 0; c < columns; c++)
            b[i * columns + c] += a[i * n + k] * x[k * columns + c];
        return b;
    }

    [Fact]
    public void Determinant_of_a_laplacian_is_size_plus_one()
    {
        const int n = 100;
        using var lu = new DenseLu(n);
        for (var i = 0; i < n; i++)
        for (var j = 0; j < n; j++)
            lu.Matrix[i * n + j] =
                i == j ? 2
                : Math.Abs(i - j) == 1 ? -1
                : 0;
        Assert.Equal(-1, lu.Factor());
        var (log, sign) = lu.Determinant();
        Assert.Equal(1, sign);
        Assert.Equal(Math.Log(n + 1), log, 1e-12);
    }

    [Fact]
    public void Row_exchanges_count_in_the_sign_and_singular_columns_are_named()
    {
        using var lu = new DenseLu(2);
        double[] swap = [0, 1, 1, 0];
        swap.CopyTo(lu.Matrix);
        Assert.Equal(-1, lu.Factor());
        Assert.Equal(-1, lu.Determinant().Sign);
        double[] singular = [1, 2, 2, 4];
        singular.CopyTo(lu.Matrix);
        Assert.Equal(1, lu.Factor());
        lu.Matrix.Fill(double.NaN);
        Assert.Equal(0, lu.Factor());
        Assert.Throws<ArgumentException>(() => lu.Solve(new double[3]));
    }
}

public sealed class KrylovEigenTests
{
    static void Laplacian(ReadOnlySpan<double> x, Span<double> y)
    {
        for (var i = 0; i < x.Length; i++)
            y[i] = 2 * x[i] - (i > 0 ? x[i - 1] : 0) - (i + 1 < x.Length ? x[i + 1] : 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(40)]
    [InlineData(150)]
    public void Lanczos_finds_both_ends_of_a_laplacian(int n)
    {
        var count = Math.Min(3, n);
        foreach (var end in new[] { SpectrumEnd.Leftmost, SpectrumEnd.Rightmost })
        {
            var report = Lanczos.Extreme(Laplacian, n, count, end, new Rng(1), tolerance: 1e-10);
            Assert.True(report.Converged, $"{end}: {report.Products} products, residual {report.Residual:g3}");
            for (var k = 1; k <= count; k++)
            {
                // 2 − 2 cos(kπ/(n+1)); a symmetric eigenvalue's error is below the residual.
                var index = end == SpectrumEnd.Leftmost ? k : n + 1 - k;
                Assert.Equal(2 - 2 * Math.Cos(index * Math.PI / (n + 1)), report.Values[k - 1].Real, 1e-9);
                Assert.Equal(0, report.Values[k - 1].Imaginary);
            }
        }
    }

    [Fact]
    public void Lanczos_reports_what_it_did_not_reach()
    {
        var report = Lanczos.Extreme(Laplacian, 2000, 1, SpectrumEnd.Leftmost, new Rng(1), maxProducts: 50);
        Assert.False(report.Converged);
        Assert.True(report.Residual > 0);
    }

    [Fact]
    public void Arnoldi_finds_the_roots_of_a_companion_matrix()
    {
        // (x − 1)(x² − 4x + 13)(x + 2)(x + 5): rightmost 2 ± 3i, then 1.
        double[] roots = [1, -2, -5];
        double[] p = [13, -4, 1];
        foreach (var r in roots)
        {
            var next = new double[p.Length + 1];
            for (var i = 0; i < p.Length; i++)
            {
                next[i + 1] += p[i];
                next[i] -= r * p[i];
            }
            p = next;
        }
        var n = p.Length - 1;
        void Companion(ReadOnlySpan<double> x, Span<double> y)
        {
            for (var i = 0; i < n; i++)
                y[i] = (i > 0 ? x[i - 1] : 0) - p[i] * x[n - 1];
        }
        var report = Arnoldi.Rightmost(Companion, n, new Rng(2), count: 3);
        Assert.True(report.Converged);
        Assert.Equal(2, report.Values[0].Real, 1e-9);
        Assert.Equal(3, Math.Abs(report.Values[0].Imaginary), 1e-9);
        Assert.Equal(report.Values[0], Complex.Conjugate(report.Values[1]));
        Assert.Equal(1, report.Values[2].Real, 1e-9);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    public void Arnoldi_finds_the_edge_of_a_tridiagonal_toeplitz_matrix(double skew)
    {
        // Off-diagonals 1 + s and 1 − s: eigenvalues 2 √(1 − s²) cos(kπ/(n+1)), of a nonnormal matrix.
        const int n = 60;
        void Apply(ReadOnlySpan<double> x, Span<double> y)
        {
            for (var i = 0; i < n; i++)
                y[i] = (1 + skew) * (i > 0 ? x[i - 1] : 0) + (1 - skew) * (i + 1 < n ? x[i + 1] : 0);
        }
        var report = Arnoldi.Rightmost(Apply, n, new Rng(3), tolerance: 1e-10);
        Assert.True(report.Converged, $"{report.Products} products, residual {report.Residual:g3}");
        Assert.Equal(2 * Math.Sqrt(1 - skew * skew) * Math.Cos(Math.PI / (n + 1)), report.Value.Real, 1e-6);
    }

    [Fact]
    public void Arnoldi_finds_a_rotating_pair_among_many_real_values()
    {
        // Blocks [a, b; −b, a] and a decaying diagonal: rightmost 0.5 ± 2i.
        const int n = 300;
        void Apply(ReadOnlySpan<double> x, Span<double> y)
        {
            for (var i = 2; i < n; i++)
                y[i] = -0.05 * i * x[i] + 0.3 * x[i - 1];
            y[0] = 0.5 * x[0] + 2 * x[1];
            y[1] = -2 * x[0] + 0.5 * x[1];
        }
        var report = Arnoldi.Rightmost(Apply, n, new Rng(4));
        Assert.True(report.Converged);
        Assert.Equal(0.5, report.Value.Real, 1e-7);
        Assert.Equal(2, Math.Abs(report.Value.Imaginary), 1e-7);
    }

    [Fact]
    public void Bad_requests_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Lanczos.Extreme(Laplacian, 4, 5, SpectrumEnd.Leftmost, new Rng(1)));
        Assert.Contains(
            "progress",
            Assert
                .Throws<ArgumentOutOfRangeException>(() => Lanczos.Extreme(Laplacian, 40, 5, SpectrumEnd.Leftmost, new Rng(1), basis: 6))
                .Message
        );
    }
}

public sealed class MinresTests
{
    /// <summary>A dense symmetric matrix per lane.</summary>
    sealed class Dense<T>(T[][] a, int size) : ILaneOperator<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public int Size => size;
        public int Lanes => a.Length;

        public void Apply(ReadOnlySpan<T> x, Span<T> y)
        {
            for (var l = 0; l < Lanes; l++)
            for (var i = 0; i < size; i++)
            {
                var sum = T.Zero;
                for (var k = 0; k < size; k++)
                    sum += a[l][i * size + k] * x[k * Lanes + l];
                y[i * Lanes + l] = sum;
            }
        }
    }

    /// <summary>Q·diag·Q with a reflection Q = 1 − 2uuᵀ: symmetric, with the given eigenvalues of both signs.</summary>
    static T[] Symmetric<T>(Rng rng, int n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var u = new double[n];
        rng.FillNormal(u.AsSpan());
        var norm = Math.Sqrt(u.Sum(x => x * x));
        var d = new double[n];
        for (var i = 0; i < n; i++)
            d[i] = (rng.NextInt(3) == 0 ? -1 : 1) * (0.5 + 2 * rng.NextDouble());
        var a = new T[n * n];
        for (var i = 0; i < n; i++)
        for (var j = 0; j < n; j++)
        {
            var sum = 0.0;
            for (var k = 0; k < n; k++)
                sum += Reflect(i, k) * d[k] * Reflect(k, j);
            a[i * n + j] = T.CreateChecked(sum);
        }
        return a;
        double Reflect(int i, int j) => (i == j ? 1 : 0) - 2 * u[i] * u[j] / (norm * norm);
    }

    static void Check<T>(double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int n = 40,
            lanes = 19;
        var rng = new Rng(8);
        var a = Enumerable.Range(0, lanes).Select(_ => Symmetric<T>(rng, n)).ToArray();
        var op = new Dense<T>(a, n);
        var b = new T[n * lanes];
        for (var i = 0; i < b.Length; i++)
            // Lanes of very different size, and lane 3 without a right-hand side.
            b[i] = i % lanes == 3 ? T.Zero : T.CreateChecked(rng.NextNormal() * Math.Pow(10, i % lanes % 5 - 2));
        var x = new T[n * lanes];
        x[3] = T.One;
        var minres = new Minres<T>(n, lanes);
        var report = minres.Solve(op, b, x, tolerance, 400);
        Assert.Equal(0, report.Unconverged);
        Assert.True(report.LargestResidual <= tolerance);
        var y = new T[n * lanes];
        op.Apply(x, y);
        for (var l = 0; l < lanes; l++)
        {
            double r = 0,
                s = 0;
            for (var i = 0; i < n; i++)
            {
                r += Math.Pow(double.CreateChecked(y[i * lanes + l] - b[i * lanes + l]), 2);
                s += Math.Pow(double.CreateChecked(b[i * lanes + l]), 2);
            }
            Assert.True(Math.Sqrt(r) <= 1.0001 * tolerance * Math.Sqrt(s), $"lane {l}: {Math.Sqrt(r / s):g3}");
            if (l == 3)
                Assert.Equal(T.Zero, x[3]);
        }

        // A lane alone gives the same bits as the lane among others: the scalars are its own.
        var alone = new Minres<T>(n, 1);
        var (b5, x5) = (new T[n], new T[n]);
        for (var i = 0; i < n; i++)
            b5[i] = b[i * lanes + 5];
        alone.Solve(new Dense<T>([a[5]], n), b5, x5, tolerance, 400);
        for (var i = 0; i < n; i++)
            Assert.Equal(x5[i], x[i * lanes + 5]);
    }

    [Fact]
    public void Every_lane_of_indefinite_systems_reaches_the_tolerance_in_double() => Check<double>(1e-11);

    [Fact]
    public void Every_lane_of_indefinite_systems_reaches_the_tolerance_in_single() => Check<float>(1e-5);

    [Fact]
    public void Exact_after_as_many_steps_as_distinct_eigenvalues()
    {
        // Three distinct eigenvalues of both signs: the minimal polynomial has degree 3.
        const int n = 30;
        var a = new double[n * n];
        for (var i = 0; i < n; i++)
            a[i * n + i] = (i % 3) switch
            {
                0 => -1,
                1 => 2,
                _ => 5,
            };
        var b = new double[n];
        new Rng(1).FillNormal(b.AsSpan());
        var report = new Minres<double>(n, 1).Solve(new Dense<double>([a], n), b, new double[n], 1e-12, 100);
        Assert.Equal(3, report.Iterations);
        Assert.Equal(0, report.Unconverged);
    }

    [Fact]
    public void A_singular_or_broken_lane_is_reported_and_leaves_the_others_alone()
    {
        const int n = 6;
        var one = new double[n * n];
        var singular = new double[n * n];
        for (var i = 0; i < n; i++)
            (one[i * n + i], singular[i * n + i]) = (1 + i, i);
        var op = new Dense<double>([one, singular, one, new double[n * n]], n);
        var b = new double[n * 4];
        Array.Fill(b, 1);
        b[2] = double.NaN;
        var x = new double[n * 4];
        var minres = new Minres<double>(n, 4);
        var report = minres.Solve(op, b, x, 1e-10, 50);
        Assert.Equal(3, report.Unconverged);
        Assert.True(minres.Residuals[0] <= 1e-10);
        // The least-squares residual: the component along the null vector, 1 of √6.
        Assert.Equal(1 / Math.Sqrt(n), minres.Residuals[1], 1e-6);
        Assert.True(double.IsNaN(minres.Residuals[2]));
        Assert.Equal(1, minres.Residuals[3], 1e-12);
        for (var i = 0; i < n; i++)
            Assert.Equal(1.0 / (1 + i), x[i * 4], 1e-9);
    }

    [Fact]
    public void A_solve_allocates_nothing()
    {
        const int n = 10;
        var rng = new Rng(2);
        var op = new Dense<double>([Symmetric<double>(rng, n), Symmetric<double>(rng, n)], n);
        var (b, x) = (new double[n * 2], new double[n * 2]);
        rng.FillNormal(b.AsSpan());
        var minres = new Minres<double>(n, 2);
        long used = -1;
        // The last round counts: the runtime itself allocates a little in the first ones.
        for (var i = 0; i < 4; i++)
        {
            Array.Clear(x);
            var before = GC.GetAllocatedBytesForCurrentThread();
            minres.Solve(op, b, x, 1e-10, 100);
            used = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.Equal(0, used);
    }
}
