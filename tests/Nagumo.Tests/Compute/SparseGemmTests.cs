using System.Numerics;
using Nagumo.Compute;
using Nagumo.Kernels;

namespace Nagumo.Tests.Compute;

/// <summary>Products that leave out a background, against the dense product and against their definition, bit by bit.</summary>
public sealed unsafe class SparseGemmTests
{
    private static readonly Simd[] Ways = [.. Widths.Available];

    /// <summary>The definition: background times row sum, then one chain over what differs.</summary>
    private static T[,] Naive<T>(MatView<T> a, MatView<T> b, T background, MatView<T> init, T scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var c = new T[a.Rows, b.Cols];
        for (int i = 0; i < a.Rows; i++)
        {
            T sum = T.Zero;
            for (int k = 0; k < a.Cols; k++)
                sum += scale * a[i, k];
            for (int j = 0; j < b.Cols; j++)
            {
                T chain = T.FusedMultiplyAdd(background, sum, init.IsEmpty ? T.Zero : init[i, j]);
                for (int k = 0; k < a.Cols; k++)
                    if (b[k, j] != background)
                        chain = T.FusedMultiplyAdd(scale * a[i, k], b[k, j] - background, chain);
                c[i, j] = chain;
            }
        }
        return c;
    }

    private enum InitKind
    {
        Zero,
        Matrix,
        Broadcast,
        Itself,
    }

    /// <summary>One shape with a share of background elements, every width, rows in one call and split.</summary>
    private static void Check<T>(int m, int n, int k, double share, bool samples, double background, int initKind, uint seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T scale = T.CreateChecked(seed % 3 == 0 ? 1 : -0.7),
            unlit = T.CreateChecked(background);
        using var a = new TestMatrix<T>(m, k, pad: 3, transposed: seed % 2 == 0).Random(ref seed);
        using var b = new TestMatrix<T>(k, n, pad: 1, samples).Random(ref seed);
        var rng = new Rng(seed);
        for (int i = 0; i < k; i++)
        for (int j = 0; j < n; j++)
            if (rng.NextDouble() < share)
                b.View[i, j] = unlit;
        using var start = new TestMatrix<T>(m, n, pad: 5).Random(ref seed);
        var kind = (InitKind)initKind;
        MatView<T> init = kind switch
        {
            InitKind.Zero => default,
            InitKind.Broadcast => new(start.View.Data, m, n, start.View.RowStride, 0),
            _ => start.View,
        };
        var expected = Naive(a.View, b.View, unlit, init, scale);
        using var left = new SparseLeft<T>(m, k);
        using var right = new SparseRight<T>(k + 2, n + 3);
        left.Pack(a.View, scale, 0, m);
        right.Pack(b.View, unlit);
        string what = $"{typeof(T).Name} {m}×{k}·{k}×{n}, background {background} in {share:p0}, init {kind}, seed {seed}";

        void Run(string how, Action<MatView<T>, MatView<T>> multiply, bool byColumns = false)
        {
            using var c = new TestMatrix<T>(m, n, pad: 7, byColumns);
            var from = init;
            if (kind == InitKind.Itself)
            {
                for (int i = 0; i < m; i++)
                for (int j = 0; j < n; j++)
                    c.View[i, j] = init[i, j];
                from = c.View;
            }
            multiply(from, c.View);
            TestMatrix.AssertSame(expected, c.View, $"{how} {what}");
            var (lines, length, stride) = byColumns ? (n, m, c.View.ColStride) : (m, n, c.View.RowStride);
            for (int i = 0; i < lines; i++)
            for (int j = length; j < length + 7; j++)
                Assert.True(T.IsNaN(c.View.Data[i * stride + j]), $"{how} {what}: wrote beyond line {i}");
        }

        foreach (var width in Ways)
        foreach (bool byColumns in new[] { false, true })
        {
            Run($"{width}, by columns {byColumns}", (from, c) => SparseGemm.Multiply(left, right, from, c, 0, m, width), byColumns);
            Run(
                $"rows split {width}, by columns {byColumns}",
                (from, c) =>
                {
                    int panel = SparseGemm.PanelRows<T>();
                    for (int i = 0; i < m; i += panel)
                        SparseGemm.Multiply(left, right, from, c, i, Math.Min(panel, m - i), width);
                },
                byColumns
            );
        }
        if (background != 0)
            return;
        using var denseLeft = new PackedLeft<T>(m, k);
        using var denseRight = new PackedRight<T>(k, n);
        denseLeft.Pack(a.View, scale);
        denseRight.Pack(b.View);
        Run("dense", (from, c) => Gemm.Multiply(denseLeft, denseRight, from, c, 0, m));
    }

    [Fact]
    public void Equals_its_definition_and_where_the_background_is_zero_the_dense_product_bit_by_bit() =>
        Gen.Select(
                Gen.Select(Gen.Int[1, 140], Gen.Int[1, 140], Gen.Int[1, 140]),
                Gen.OneOf(Gen.Const(0.0), Gen.Const(0.2), Gen.Const(0.8), Gen.Const(1.0)),
                Gen.Bool,
                Gen.OneOf(Gen.Const(0.0), Gen.Const(-0.424)),
                Gen.Int[0, 3],
                Gen.UInt
            )
            .ForAll(
                (shape, share, samples, background, init, seed) =>
                {
                    var (m, n, k) = shape;
                    Check<float>(m, n, k, share, samples, background, init, seed);
                    Check<double>(m, n, k, share, samples, background, init, seed);
                },
                iter: 40
            );

    [Theory]
    [InlineData(65, 300, 784, true)] // several blocks of k
    [InlineData(512, 784, 128, false)]
    [InlineData(3, 5, 0, true)] // nothing to add: C = init
    public void Blocks_do_not_change_the_bits(int m, int n, int k, bool samples)
    {
        foreach (double background in new[] { 0, 0.25 })
        {
            Check<float>(m, n, k, 0.7, samples, background, 0, 7);
            Check<double>(m, n, k, 0.7, samples, background, 1, 7);
        }
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_diverged_is_not_skipped(double bad)
    {
        uint seed = 5;
        using var a = new TestMatrix<float>(70, 40).Random(ref seed);
        using var b = new TestMatrix<float>(40, 20).Random(ref seed);
        using var left = new SparseLeft<float>(70, 40);
        using var right = new SparseRight<float>(40, 20);
        using var c = new TestMatrix<float>(70, 20);
        for (int j = 0; j < 20; j++)
            b.View[7, j] = 0;
        a.View[66, 7] = (float)bad;
        left.Pack(a.View, 1, 0, 70);
        right.Pack(b.View, 0);
        SparseGemm.Multiply(left, right, default, c.View, 0, 70);
        for (int i = 0; i < 70; i++)
        for (int j = 0; j < 20; j++)
            Assert.Equal(i != 66, float.IsFinite(c.View[i, j]));

        a.View[66, 7] = 1;
        b.View[7, 3] = (float)bad;
        left.Pack(a.View, 1, 0, 70);
        right.Pack(b.View, 0);
        SparseGemm.Multiply(left, right, default, c.View, 0, 70);
        for (int i = 0; i < 70; i++)
        for (int j = 0; j < 20; j++)
            Assert.Equal(j != 3, float.IsFinite(c.View[i, j]));
    }

    [Fact]
    public void Nothing_is_allocated_once_the_workspace_is_there()
    {
        uint seed = 1;
        using var a = new TestMatrix<float>(50, 40).Random(ref seed);
        using var b = new TestMatrix<float>(40, 70).Random(ref seed);
        using var c = new TestMatrix<float>(50, 70);
        using var workspace = new GemmWorkspace<float>();
        long allocated = 0;
        // The last round counts: the runtime itself allocates a little in the first ones.
        for (int i = 0; i < 4; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            SparseGemm.Multiply(a.View, b.View, 0, c.View, 1, workspace);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Wrong_shapes_are_named()
    {
        using var a = new TestMatrix<float>(130, 20);
        using var left = new SparseLeft<float>(130, 20);
        using var right = new SparseRight<float>(20, 20);
        using var c = new TestMatrix<float>(130, 20);
        right.Pack(new MatView<float>(a.View.Data, 19, 20, 20), 0);
        Assert.Contains("19×20", Assert.Throws<ArgumentException>(() => SparseGemm.Multiply(left, right, default, c.View, 0, 130)).Message);
        right.Pack(new MatView<float>(a.View.Data, 20, 20, 20), 0);
        Assert.Contains(
            "multiple of 64",
            Assert.Throws<ArgumentException>(() => SparseGemm.Multiply(left, right, default, c.View, 12, 10)).Message
        );
        Assert.Contains("130×20", Assert.Throws<ArgumentException>(() => right.Pack(a.View, 0)).Message);
        Assert.Contains("must be 1", Assert.Throws<ArgumentException>(() => right.Pack(new(a.View.Data, 5, 5, 40, 2), 0)).Message);
        Assert.Contains("whole panels", Assert.Throws<ArgumentException>(() => left.Pack(a.View, 1, 0, 12)).Message);
    }
}
