using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Tests.Compute;

public sealed unsafe class OpenBlasTests
{
    static void Check<T>(OpenBlas blas, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int m = 37,
            k = 53,
            n = 41;
        var rng = new Rng(6);
        using var memory = new Buffer<T>(m * k + k * n + 3 * m * n);
        foreach (ref var x in memory.Span)
            x = T.CreateChecked(rng.NextDouble() - 0.5);
        using var workspace = new GemmWorkspace<T>();
        T* pa = memory.Pointer,
            pb = pa + m * k,
            pi = pb + k * n,
            po = pi + m * n,
            pt = po + m * n;
        foreach (var turnA in new[] { false, true })
        foreach (var turnB in new[] { false, true })
        foreach (var kind in new[] { 0, 1, 2 })
        {
            var a = turnA ? new MatView<T>(pa, k, m, m).Transposed : new MatView<T>(pa, m, k, k);
            var b = turnB ? new MatView<T>(pb, n, k, k).Transposed : new MatView<T>(pb, k, n, n);
            var init = kind switch
            {
                0 => default,
                1 => new MatView<T>(pi, m, n, n),
                _ => new MatView<T>(pi, m, n, 1, 0),
            };
            var (ours, theirs) = (new MatView<T>(po, m, n, n), new MatView<T>(pt, m, n, n));
            var scale = T.CreateChecked(0.75);
            Gemm.Multiply(a, b, init, ours, scale, workspace);
            Assert.True(blas.Gemm(a, b, init, theirs, scale));
            // k terms of at most ¼, each rounded once in both sums.
            for (var i = 0; i < m; i++)
            for (var j = 0; j < n; j++)
                Assert.Equal(double.CreateChecked(theirs[i, j]), double.CreateChecked(ours[i, j]), 2 * k * epsilon * (k / 4.0 + 1));
        }
        Assert.False(blas.Gemm(new(pa, 2, 2, 4, 2), new MatView<T>(pb, 2, 2, 2), default, new(po, 2, 2, 2), T.One));
    }

    [Fact]
    public void Agrees_with_ours_up_to_rounding()
    {
        var blas = OpenBlas.TryLoad();
        Assert.SkipUnless(blas is not null, "No libopenblas on this machine.");
        Check<float>(blas!, 1.2e-7);
        Check<double>(blas!, 2.3e-16);
        Assert.NotEqual("", blas!.CoreName);
    }

    [Fact]
    public void An_unknown_backend_is_refused()
    {
        Assert.Null(OpenBlas.Choose(null));
        Assert.Contains("openblas", Assert.Throws<InvalidOperationException>(() => OpenBlas.Choose("mkl")).Message);
    }

    /// <summary>A ratio needs a yardstick with the processor's widest vectors; "Prescott" is what an old library falls back to.</summary>
    [Theory]
    [InlineData("Prescott", 512, "OPENBLAS_CORETYPE=SkylakeX")]
    [InlineData("Haswell", 512, "OPENBLAS_CORETYPE=SkylakeX")]
    [InlineData("Zen", 512, "OPENBLAS_CORETYPE=SkylakeX")]
    [InlineData("", 512, "unknown kernels")]
    [InlineData("Prescott", 256, "OPENBLAS_CORETYPE=Haswell")]
    [InlineData("Sandybridge", 256, "OPENBLAS_CORETYPE=Haswell")]
    [InlineData("SkylakeX", 512, null)]
    [InlineData("Cooperlake", 512, null)]
    [InlineData("SAPPHIRERAPIDS", 512, null)]
    [InlineData("Haswell", 256, null)]
    [InlineData("Zen", 256, null)]
    [InlineData("ARMV8", 128, null)]
    public void NarrowKernelsAreNoYardstick(string core, int bits, string? said)
    {
        string? unfair = OpenBlas.Unfair(core, bits);
        if (said is null)
            Assert.Null(unfair);
        else
            Assert.Contains(said, unfair);
    }
}
