using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nagumo.Compute;

/// <summary>The right operand of a <see cref="SparseGemm"/>: a background value and, for each column, the list of what differs from it.</summary>
/// <remarks>A workspace, one per thread, used again. A NaN differs from every background.</remarks>
/// <param name="maxRows">Most rows (the summed index) that it will hold.</param>
/// <param name="maxCols">Most columns that it will hold.</param>
internal sealed unsafe class SparseRight<T>(int maxRows, int maxCols) : RightOperand<T>(maxRows, maxCols)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Room for whole vectors stored at the end of a list; one cache line more also keeps lists of 128 rows off the same cache sets.</summary>
    private const int Slack = 16;

    /// <summary>Columns that are listed together.</summary>
    private const int Chunk = 128;
    private static readonly int Panel = SparseGemm.PanelRows<T>();

    private readonly Buffer<int> _index = new((long)(maxRows + Slack) * maxCols),
        _bounds = new((long)(SparseGemm.Blocking(maxRows).Blocks + 1) * maxCols),
        _rowIndex = new(Chunk + Slack);
    private readonly Buffer<T> _values = new((long)(maxRows + Slack) * maxCols),
        _rowValues = new(Chunk + Slack),
        _tile = new((long)SparseGemm.PanelRows<T>() * maxCols);

    /// <summary>What an element that is not listed holds.</summary>
    public T Background { get; private set; }

    /// <summary>Elements from the start of one column's list to that of the next.</summary>
    public int ListStride => Rows + Slack;

    /// <summary>Column j's list starts at j · ListStride: the offset k · PanelRows of row k in a left panel, k ascending.</summary>
    public int* Index => _index.Pointer;

    /// <summary>b[k,j] − background of the same entries.</summary>
    public T* Values => _values.Pointer;

    /// <summary>Where block n of k starts in the list of column j: [j · BoundStride + n]; the next one is its end.</summary>
    public int* Bounds => _bounds.Pointer;

    /// <summary>See <see cref="Bounds"/>.</summary>
    public int BoundStride { get; private set; }

    /// <summary>Room for one panel of the product, column by column.</summary>
    public T* Tile => _tile.Pointer;

    /// <summary>Lists what differs from the background. No allocation; adjacent columns or adjacent rows.</summary>
    /// <param name="b">At most [maxRows × maxCols], rowStride or colStride 1.</param>
    /// <param name="background">Value to skip.</param>
    public void Pack(MatView<T> b, T background)
    {
        Resize(b);
        ObjectDisposedException.ThrowIf(_index.Pointer == null, this);
        Background = background;
        var (blocks, depth) = SparseGemm.Blocking(b.Rows);
        BoundStride = blocks + 1;
        if (b.RowStride == 1)
            for (int j = 0; j < b.Cols; j++)
            {
                int* bounds = Bounds + (nint)j * BoundStride;
                bounds[0] = 0;
                for (int block = 0, k = 0; block < blocks; block++, k += depth)
                    bounds[block + 1] =
                        bounds[block]
                        + List(
                            b.Data + j * b.ColStride + k,
                            Math.Min(depth, b.Rows - k),
                            background,
                            k * Panel,
                            Panel,
                            Index + (nint)j * ListStride + bounds[block],
                            Values + (nint)j * ListStride + bounds[block]
                        );
            }
        else if (b.ColStride == 1)
            Scatter(b, blocks, depth);
        else
            Throw.Argument($"Strides {b.RowStride} and {b.ColStride}: one must be 1.", nameof(b));
    }

    /// <summary>Row by row: what a row lists goes to the end of its columns' lists.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scatter(MatView<T> b, int blocks, int depth)
    {
        int* rowIndex = _rowIndex.Pointer,
            index = _index.Pointer;
        T* rowValues = _rowValues.Pointer,
            values = _values.Pointer;
        nint stride = BoundStride,
            listStride = ListStride;
        for (int j = 0; j < b.Cols; j++)
            Bounds[j * stride] = 0;
        // So few columns at a time that the ends of their lists stay in the first-level cache.
        for (int j0 = 0; j0 < b.Cols; j0 += Chunk)
        {
            int cols = Math.Min(Chunk, b.Cols - j0);
            for (int block = 0; block < blocks; block++)
            {
                int* bounds = Bounds + j0 * stride + block;
                for (int j = 0; j < cols; j++)
                    bounds[j * stride + 1] = bounds[j * stride];
                for (int k = block * depth; k < Math.Min(b.Rows, (block + 1) * depth); k++)
                {
                    int n = List(b.Data + k * b.RowStride + j0, cols, Background, 0, 1, rowIndex, rowValues);
                    for (nint e = 0; e < n; e++)
                    {
                        nint j = rowIndex[e],
                            at = (j0 + j) * listStride + bounds[j * stride + 1]++;
                        index[at] = k * Panel;
                        values[at] = rowValues[e];
                    }
                }
            }
        }
    }

    /// <summary>The elements that differ from the background: first + step · position, and the difference. Returns how many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int List(T* x, int n, T background, int first, int step, int* index, T* values)
    {
        int i = 0,
            count = 0;
        if (typeof(T) == typeof(float) && Avx512F.IsSupported)
        {
            var o = Vector512.Create((float)(object)background);
            var at = Vector512.Create(first) + step * Vector512<int>.Indices;
            for (; i <= n - Vector512<float>.Count; i += Vector512<float>.Count)
            {
                var v = Vector512.Load((float*)x + i);
                var differs = ~Vector512.Equals(v, o);
                Avx512F.Compress(Vector512<float>.Zero, differs, v - o).Store((float*)values + count);
                Avx512F.Compress(Vector512<int>.Zero, differs.AsInt32(), at).Store(index + count);
                count += System.Numerics.BitOperations.PopCount(differs.ExtractMostSignificantBits());
                at += Vector512.Create(step * Vector512<int>.Count);
            }
        }
        for (; i < n; i++)
        {
            index[count] = first + step * i;
            values[count] = x[i] - background;
            count += x[i] == background ? 0 : 1;
        }
        return count;
    }

    public override void Dispose()
    {
        _index.Dispose();
        _bounds.Dispose();
        _rowIndex.Dispose();
        _values.Dispose();
        _rowValues.Dispose();
        _tile.Dispose();
    }
}
