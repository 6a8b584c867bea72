using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Tests.Compute;

/// <summary>A matrix with memory of its own, any layout, surrounded by NaN so that a stray read shows.</summary>
internal sealed unsafe class TestMatrix<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    readonly Buffer<T> buffer;
    public readonly MatView<T> View;

    public TestMatrix(int rows, int cols, int pad = 0, bool transposed = false, int step = 1)
    {
        var (outer, inner) = transposed ? (cols, rows) : (rows, cols);
        var stride = (inner + pad) * step;
        buffer = new((long)outer * stride + 1);
        buffer.Span.Fill(T.NaN);
        View = transposed ? new(buffer.Pointer, rows, cols, step, stride) : new(buffer.Pointer, rows, cols, stride, step);
    }

    public TestMatrix<T> Random(ref uint seed)
    {
        for (var i = 0; i < View.Rows; i++)
        for (var j = 0; j < View.Cols; j++)
        {
            seed = seed * 1664525 + 1013904223;
            View[i, j] = T.CreateChecked((int)(seed >> 8) - (1 << 23)) / T.CreateChecked(1 << 22);
        }
        return this;
    }

    public void Dispose() => buffer.Dispose();
}

internal static class TestMatrix
{
    public static void AssertSame<T>(T[,] expected, MatView<T> actual, string what)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < actual.Rows; i++)
        for (var j = 0; j < actual.Cols; j++)
            // Equals also tells NaN from a number; the bits of equal numbers differ only for ±0.
            if (!expected[i, j].Equals(actual[i, j]) || T.IsNegative(expected[i, j]) != T.IsNegative(actual[i, j]))
                Assert.Fail($"{what}: ({i}, {j}) is {actual[i, j]:R}, expected {expected[i, j]:R}.");
    }
}
