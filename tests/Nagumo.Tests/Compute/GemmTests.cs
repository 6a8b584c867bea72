using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Tests.Compute;

public sealed unsafe class GemmTests
{
    static readonly Simd[] Ways = [.. Widths.Available];

    /// <summary>The definition: one chain of fused multiply-adds per element.</summary>
    static T[,] Naive<T>(MatView<T> a, MatView<T> b, MatView<T> init, T scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var c = new T[a.Rows, b.Cols];
        for (var i = 0; i < a.Rows; i++)
        for (var j = 0; j < b.Cols; j++)
        {
            var sum = init.Data == null ? T.Zero : init[i, j];
            for (var k = 0; k < a.Cols; k++)
                sum = T.FusedMultiplyAdd(scale * a[i, k], b[k, j], sum);
            c[i, j] = sum;
        }
        return c;
    }

    enum InitKind
    {
        Zero,
        Matrix,
        Broadcast,
        Itself,
        Transposed,
    }

    /// <summary>One shape, every variant and width, against the naive chain, bit by bit.</summary>
    static void Check<T>(int m, int n, int k, bool ta, bool tb, int step, int initKind, uint seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var scale = T.CreateChecked(seed % 3 == 0 ? 1 : -0.7);
        using var a = new TestMatrix<T>(m, k, pad: 3, ta).Random(ref seed);
        using var b = new TestMatrix<T>(k, n, pad: 1, tb, step).Random(ref seed);
        using var straight = new TestMatrix<T>(k, n, pad: 2);
        for (var i = 0; i < k; i++)
        for (var j = 0; j < n; j++)
            straight.View[i, j] = b.View[i, j];
        using var start = new TestMatrix<T>(m, n, pad: 5, transposed: (InitKind)initKind == InitKind.Transposed).Random(ref seed);
        var init = (InitKind)initKind switch
        {
            InitKind.Zero => default,
            InitKind.Broadcast => new MatView<T>(start.View.Data, m, n, start.View.RowStride, 0),
            _ => start.View,
        };
        var expected = Naive(a.View, b.View, init, scale);
        using var left = new PackedLeft<T>(m, k);
        using var right = new PackedRight<T>(k + 2, n + 3);
        using var workspace = new GemmWorkspace<T>();
        left.Pack(a.View, scale);
        right.Pack(b.View);

        void Run(string what, Action<MatView<T>, MatView<T>> multiply)
        {
            using var c = new TestMatrix<T>(m, n, pad: 7);
            var from = init;
            if ((InitKind)initKind == InitKind.Itself)
            {
                for (var i = 0; i < m; i++)
                for (var j = 0; j < n; j++)
                    c.View[i, j] = init[i, j];
                from = c.View;
            }
            multiply(from, c.View);
            TestMatrix.AssertSame(expected, c.View, $"{what} {typeof(T).Name} {m}×{k}·{k}×{n} seed {seed}");
            for (var i = 0; i < m; i++)
            for (var j = n; j < n + 7; j++)
                Assert.True(T.IsNaN(c.View.Data[i * c.View.RowStride + j]), $"{what}: wrote beyond row {i}");
        }

        foreach (var width in Ways)
        {
            Run($"packed {width}", (from, c) => Gemm.Multiply(left, right, from, c, 0, m, width));
            Run($"no pack {width}", (from, c) => Gemm.Multiply(left, straight.View, from, c, 0, m, width));
            Run($"general {width}", (from, c) => Gemm.Multiply(a.View, b.View, from, c, scale, workspace, width));
            Run(
                $"rows split {width}",
                (from, c) =>
                {
                    for (var i = 0; i < m; i += 24)
                        Gemm.Multiply(left, right, from, c, i, Math.Min(24, m - i), width);
                }
            );
            Run(
                $"columns split {width}",
                (from, c) =>
                {
                    var half = n / 3;
                    foreach (var (j, cols) in new[] { (0, half), (half, n - half) })
                    {
                        var f = from.Data == null ? default : from.Slice(0, m, j, cols);
                        Gemm.Multiply(left, straight.View.Slice(0, k, j, cols), f, c.Slice(0, m, j, cols), 0, m, width);
                    }
                }
            );
            Run(
                $"k split {width}",
                (from, c) =>
                {
                    var half = k / 3;
                    Gemm.Multiply(a.View.Slice(0, m, 0, half), b.View.Slice(0, half, 0, n), from, c, scale, workspace, width);
                    Gemm.Multiply(a.View.Slice(0, m, half, k - half), b.View.Slice(half, k - half, 0, n), c, c, scale, workspace, width);
                }
            );
        }
    }

    [Fact]
    public void Every_variant_equals_the_naive_chain_bit_by_bit() =>
        Gen.Select(Gen.Int[1, 70], Gen.Int[1, 70], Gen.Int[1, 70], Gen.Bool, Gen.Bool, Gen.Int[1, 2], Gen.Int[0, 4], Gen.UInt)
            .ForAll(
                (m, n, k, ta, tb, step, init, seed) =>
                {
                    Check<float>(m, n, k, ta, tb, step, init, seed);
                    Check<double>(m, n, k, ta, tb, step, init, seed);
                },
                iter: 60
            );

    [Theory]
    [InlineData(24, 64, 801, false, false)] // several blocks of k
    [InlineData(13, 600, 405, false, true)] // several blocks of columns and of k
    [InlineData(10, 128, 512, true, false)]
    [InlineData(60, 128, 10, false, true)]
    [InlineData(12, 32, 0, false, false)] // nothing to add: C = init
    public void Blocks_do_not_change_the_bits(int m, int n, int k, bool ta, bool tb)
    {
        for (var init = 0; init < 5; init++)
        {
            Check<float>(m, n, k, ta, tb, 1, init, 7);
            Check<double>(m, n, k, ta, tb, 1, init, 7);
        }
    }

    [Fact]
    public void Nothing_is_allocated_once_the_workspace_is_there()
    {
        uint seed = 1;
        using var a = new TestMatrix<float>(50, 40).Random(ref seed);
        using var b = new TestMatrix<float>(40, 70, transposed: true).Random(ref seed);
        using var c = new TestMatrix<float>(50, 70);
        using var d = new TestMatrix<float>(40, 70).Random(ref seed);
        using var left = new PackedLeft<float>(50, 40);
        using var right = new PackedRight<float>(40, 70);
        using var workspace = new GemmWorkspace<float>();
        Span<long> at = stackalloc long[6];
        // The last round counts: the runtime itself allocates a little in the first ones.
        for (var i = 0; i < 4; i++)
        {
            at[0] = GC.GetAllocatedBytesForCurrentThread();
            left.Pack(a.View, 2);
            at[1] = GC.GetAllocatedBytesForCurrentThread();
            right.Pack(b.View);
            at[2] = GC.GetAllocatedBytesForCurrentThread();
            Gemm.Multiply(left, right, default, c.View, 0, 50);
            at[3] = GC.GetAllocatedBytesForCurrentThread();
            Gemm.Multiply(left, d.View, c.View, c.View, 0, 50);
            at[4] = GC.GetAllocatedBytesForCurrentThread();
            Gemm.Multiply(a.View, b.View, c.View, c.View, 1f, workspace);
            at[5] = GC.GetAllocatedBytesForCurrentThread();
        }
        Assert.Equal("0 0 0 0 0", string.Join(' ', at[1] - at[0], at[2] - at[1], at[3] - at[2], at[4] - at[3], at[5] - at[4]));
    }

    [Fact]
    public void Packing_by_row_ranges_equals_packing_at_once()
    {
        uint seed = 3;
        using var a = new TestMatrix<float>(41, 17).Random(ref seed);
        using var whole = new PackedLeft<float>(41, 17);
        using var parts = new PackedLeft<float>(41, 17);
        whole.Pack(a.View, 0.5f);
        parts.Pack(a.View, 0.5f, 24, 17);
        parts.Pack(a.View, 0.5f, 0, 24);
        Assert.Equal(new Span<float>(whole.Pointer, 48 * 17), new Span<float>(parts.Pointer, 48 * 17));
    }

    [Fact]
    public void Wrong_shapes_are_named()
    {
        using var a = new TestMatrix<float>(30, 20);
        using var left = new PackedLeft<float>(30, 20);
        using var right = new PackedRight<float>(20, 20);
        using var c = new TestMatrix<float>(30, 20);
        right.Pack(new MatView<float>(a.View.Data, 19, 20, 20));
        Assert.Contains("19×20", Assert.Throws<ArgumentException>(() => Gemm.Multiply(left, right, default, c.View, 0, 30)).Message);
        right.Pack(new MatView<float>(a.View.Data, 20, 20, 20));
        Assert.Contains(
            "multiple of 12",
            Assert.Throws<ArgumentOutOfRangeException>(() => Gemm.Multiply(left, right, default, c.View, 5, 10)).Message
        );
        Assert.Contains("20×20", Assert.Throws<ArgumentException>(() => right.Pack(a.View)).Message);
    }

    [Fact]
    public void A_width_is_one_of_five_and_of_this_machine()
    {
        Assert.Contains("interpreter", Assert.Throws<ArgumentException>(() => Widths.Parse("avx")).Message);
        string[] names = ["512", "256", "128", "scalar", "interpreter"];
        foreach (var width in Enum.GetValues<Simd>())
            if (Widths.Available.Contains(width))
                Assert.Equal(width, Widths.Parse(names[(int)width]));
            else
                Assert.Contains("it has", Assert.Throws<ArgumentException>(() => Widths.Parse(names[(int)width])).Message);
        Assert.Equal(Widths.Available[0], Widths.Parse(null));
    }
}
