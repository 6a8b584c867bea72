using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nagumo.Compute;

/// <summary>The left operand of a <see cref="SparseGemm"/> in panels of <see cref="SparseGemm.PanelRows{T}"/> rows, and its row sums.</summary>
/// <param name="rows">Rows, ≥ 0.</param>
/// <param name="cols">Columns (the summed index), ≥ 0.</param>
internal sealed unsafe class SparseLeft<T>(int rows, int cols) : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly int Panel = SparseGemm.PanelRows<T>();
    private readonly Buffer<T> _panels = new((long)(rows + Panel - 1) / Panel * Panel * cols),
        _sums = new((rows + Panel - 1) / Panel * Panel);

    public int Rows => rows;
    public int Cols => cols;

    /// <summary>Panel p starts at p · PanelRows · Cols; inside it, element (i, k) is at k · PanelRows + i.</summary>
    public T* Pointer => _panels.Pointer;

    /// <summary>Σ_k a[i,k], added in the order of k.</summary>
    public T Sum(int i) => _sums.Pointer[i];

    /// <summary>Stores rows [row0, row0 + count) of scale · a, each element rounded once; different row ranges may be packed by different threads.</summary>
    /// <param name="a">The full matrix, [rows × cols], any strides.</param>
    /// <param name="scale">Factor.</param>
    /// <param name="row0">First row, a multiple of the panel.</param>
    /// <param name="count">Rows; a multiple of the panel unless the range ends with the last row.</param>
    public void Pack(MatView<T> a, T scale, int row0, int count)
    {
        if (a.Rows != rows || a.Cols != cols)
            Throw.Argument($"Expected a {rows}×{cols} matrix, got {a.Rows}×{a.Cols}.", nameof(a));
        if (row0 < 0 || row0 % Panel != 0 || row0 > rows - count || (count % Panel != 0 && row0 + count != rows))
            Throw.Argument($"Rows {row0}+{count} of {rows} are not whole panels of {Panel}.", nameof(count));
        ObjectDisposedException.ThrowIf(_panels.Pointer == null, this);
        for (int i = row0; i < row0 + count; i += Panel)
        {
            T* panel = _panels.Pointer + (nint)i * cols;
            Packing.Panel(a.Data + i * a.RowStride, Math.Min(Panel, rows - i), cols, a.RowStride, a.ColStride, Panel, panel, scale);
            Sum(panel, _sums.Pointer + i);
        }
    }

    /// <summary>A panel is four 512-bit vectors wide.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sum(T* panel, T* sums)
    {
        int n = Vector512<T>.Count;
        Vector512<T> a = default,
            b = default,
            c = default,
            d = default;
        for (int k = 0; k < cols; k++, panel += 4 * n)
        {
            a += Vector512.Load(panel);
            b += Vector512.Load(panel + n);
            c += Vector512.Load(panel + 2 * n);
            d += Vector512.Load(panel + 3 * n);
        }
        a.Store(sums);
        b.Store(sums + n);
        c.Store(sums + 2 * n);
        d.Store(sums + 3 * n);
    }

    public void Dispose()
    {
        _panels.Dispose();
        _sums.Dispose();
    }
}
