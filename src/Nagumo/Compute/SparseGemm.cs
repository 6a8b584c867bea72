using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nagumo.Compute;

/// <summary>Matrix products C = init + A·B where most elements of B equal one background value: only the others are multiplied.</summary>
/// <remarks>
/// With B = o + B' (o the background, B' mostly exact zeros): every element is one chain of fused multiply-adds in the order of k,
/// acc = fma(o, Σ_k a[i,k], init[i,j]); acc = fma(a[i,k], b'[k,j], acc) for every k with b'[k,j] ≠ 0. A skipped zero would leave a finite chain as
/// it is, so for o = 0 the bits are those of <see cref="Gemm"/> on finite operands, and in every case they depend neither on blocking and
/// vector width nor on how columns and rows are split. A NaN or an infinity in a row of A reaches the whole row of C, because o·Σ does.
/// Each column walks a list of its own: two samples' images share too few zeros (on MNIST 19 % of the pixels of one image are lit, 29 %
/// of two; with a fifth of the pixels dropped out 35 % and 55 %). A column of a panel then is one register tile, A comes from the
/// first-level cache, and C by columns is written in place; C by rows by a transposition at the end.
/// </remarks>
internal static unsafe class SparseGemm
{
    /// <summary>Bytes of one step of k in a left panel: four 512-bit vectors.</summary>
    const int PanelBytes = 256;

    /// <summary>Largest block of k: 128 · 256 bytes of A are the first-level cache, and all columns pass over them.</summary>
    const int MaxDepth = 128;

    /// <summary>Rows of a left panel: 64 floats or 32 doubles.</summary>
    public static int PanelRows<T>()
        where T : unmanaged => PanelBytes / sizeof(T);

    /// <summary>Number of blocks of k, and their size.</summary>
    public static (int Blocks, int Depth) Blocking(int depth)
    {
        var blocks = Math.Max(1, (depth + MaxDepth - 1) / MaxDepth);
        return (blocks, (depth + blocks - 1) / blocks);
    }

    /// <summary>C = (scale·A)·B, each scale·a rounded first; A of any strides, B of adjacent rows or columns; packs both.</summary>
    /// <param name="a">[M × K].</param>
    /// <param name="b">[K × N].</param>
    /// <param name="background">The value that most elements of B hold.</param>
    /// <param name="c">[M × N], rowStride (faster) or colStride 1.</param>
    /// <param name="scale">Factor of A.</param>
    /// <param name="workspace">Of the calling thread; grows at the first call with a new shape, then nothing is allocated.</param>
    public static void Multiply<T>(MatView<T> a, MatView<T> b, T background, MatView<T> c, T scale, GemmWorkspace<T> workspace)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var left = workspace.SparseLeft(a.Rows, a.Cols);
        left.Pack(a, scale, 0, a.Rows);
        var right = workspace.SparseRight(b.Rows, b.Cols);
        right.Pack(b, background);
        Multiply(left, right, default, c, 0, a.Rows);
    }

    /// <summary>C = init + A·B on rows [row0, row0 + rows). No allocation.</summary>
    /// <param name="a">[M × K].</param>
    /// <param name="b">[K × N].</param>
    /// <param name="init">[M × N], colStride 0 for one value per row, or <c>default</c> for zero; it may be C itself.</param>
    /// <param name="c">[M × N], rowStride (faster) or colStride 1.</param>
    /// <param name="row0">First row, a multiple of <see cref="PanelRows{T}"/>.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="width">Vector width, <see cref="Widths.Default"/> when none is given; the result does not depend on it.</param>
    public static void Multiply<T>(SparseLeft<T> a, SparseRight<T> b, MatView<T> init, MatView<T> c, int row0, int rows, Simd? width = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (a.Cols != b.Rows || c.Rows != a.Rows || c.Cols != b.Cols)
            Throw.Argument($"A is {a.Rows}×{a.Cols}, B is {b.Rows}×{b.Cols}, C is {c.Rows}×{c.Cols}.", nameof(c));
        if (c.ColStride != 1 && c.RowStride != 1)
            Throw.Argument($"C has the strides {c.RowStride} and {c.ColStride}: one must be 1.", nameof(c));
        if (init.Data != null && (init.Rows != c.Rows || init.Cols != c.Cols))
            Throw.Argument($"init is {init.Rows}×{init.Cols}, C is {c.Rows}×{c.Cols}.", nameof(init));
        if (row0 < 0 || rows < 0 || row0 > c.Rows - rows || row0 % PanelRows<T>() != 0)
            Throw.Argument($"Rows {row0}+{rows} of {c.Rows} do not start at a multiple of {PanelRows<T>()}.", nameof(row0));
        ObjectDisposedException.ThrowIf(a.Pointer == null, a);
        switch (width ?? Widths.Default)
        {
            case Simd.Vector512:
                Panels<Vector512<T>, T, Lanes512<T>>(a, b, init, c, row0, rows);
                break;
            case Simd.Vector256:
                Panels<Vector256<T>, T, Lanes256<T>>(a, b, init, c, row0, rows);
                break;
            case Simd.Vector128:
                Panels<Vector128<T>, T, Lanes128<T>>(a, b, init, c, row0, rows);
                break;
            default:
                Panels<T, T, Lanes1<T>>(a, b, init, c, row0, rows);
                break;
        }
        GC.KeepAlive(a);
        GC.KeepAlive(b);
    }

    static void Panels<V, T, S>(SparseLeft<T> a, SparseRight<T> b, MatView<T> init, MatView<T> c, int row0, int rows)
        where V : unmanaged
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where S : ILanes<V, T>
    {
        var panel = PanelRows<T>();
        var (blocks, depth) = Blocking(b.Rows);
        var start = stackalloc T[panel];
        for (var i = row0; i < row0 + rows; i += panel)
        {
            var high = Math.Min(panel, row0 + rows - i);
            for (var r = 0; r < high; r++)
                start[r] = T.FusedMultiplyAdd(b.Background, a.Sum(i + r), T.Zero);
            var perRow = init.Data == null || init.ColStride == 0;
            var inPlace = c.RowStride == 1 && high == panel;
            var tile = inPlace ? c.Data + i : b.Tile;
            var stride = inPlace ? c.ColStride : panel;
            if (init.Data != null)
                for (var r = 0; r < high; r++)
                {
                    var row = init.Data + (i + r) * init.RowStride;
                    if (perRow)
                        start[r] = T.FusedMultiplyAdd(b.Background, a.Sum(i + r), *row);
                    else
                        for (var j = 0; j < c.Cols; j++)
                            tile[j * stride + r] = T.FusedMultiplyAdd(b.Background, a.Sum(i + r), row[j * init.ColStride]);
                }
            for (var block = 0; block < blocks; block++)
            for (nint w = 0; w < panel; w += Accumulators<V, T, S>() * S.Count)
                Columns<V, T, S>(
                    b,
                    block,
                    a.Pointer + (nint)i * a.Cols + w,
                    perRow && block == 0 ? start + w : tile + w,
                    perRow && block == 0 ? 0 : stride,
                    tile + w,
                    stride
                );
            if (inPlace)
                continue;
            if (c.ColStride == 1)
                Packing.Transfer(tile, c.Cols, high, panel, 1, (int)c.RowStride, c.Data + i * c.RowStride, T.One);
            else
                Packing.Transfer(tile, high, c.Cols, 1, panel, (int)c.ColStride, c.Data + i, T.One);
        }
    }

    /// <summary>Vectors held in registers: a whole panel of 512-bit ones, otherwise eight, which hide the latency of two units.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Accumulators<V, T, S>()
        where V : unmanaged
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where S : ILanes<V, T> => S.Count * sizeof(T) == 64 ? 4 : 8;

    /// <summary>One block of k of all columns: to[j] = from[j] + Σ a[k] b'[k,j] over the listed k, vectors of rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Columns<V, T, S>(SparseRight<T> b, int block, T* a, T* from, nint fromStride, T* to, nint toStride)
        where V : unmanaged
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where S : ILanes<V, T>
    {
        var cols = b.Cols;
        var bounds = b.Bounds + block;
        nint stride = b.BoundStride,
            capacity = b.ListStride;
        var index = b.Index;
        var value = b.Values;
        for (nint j = 0; j < cols; j++, from += fromStride, to += toStride, bounds += stride, index += capacity, value += capacity)
        {
            V x0 = S.Load(from),
                x1 = S.Load(from + S.Count),
                x2 = S.Load(from + 2 * S.Count),
                x3 = S.Load(from + 3 * S.Count);
            V x4 = default,
                x5 = default,
                x6 = default,
                x7 = default;
            if (Accumulators<V, T, S>() > 4)
            {
                x4 = S.Load(from + 4 * S.Count);
                x5 = S.Load(from + 5 * S.Count);
                x6 = S.Load(from + 6 * S.Count);
                x7 = S.Load(from + 7 * S.Count);
            }
            nint end = bounds[1];
            for (nint e = bounds[0]; e < end; e++)
            {
                var row = a + index[e];
                var s = S.Broadcast(value[e]);
                x0 = S.Fma(s, S.Load(row), x0);
                x1 = S.Fma(s, S.Load(row + S.Count), x1);
                x2 = S.Fma(s, S.Load(row + 2 * S.Count), x2);
                x3 = S.Fma(s, S.Load(row + 3 * S.Count), x3);
                if (Accumulators<V, T, S>() > 4)
                {
                    x4 = S.Fma(s, S.Load(row + 4 * S.Count), x4);
                    x5 = S.Fma(s, S.Load(row + 5 * S.Count), x5);
                    x6 = S.Fma(s, S.Load(row + 6 * S.Count), x6);
                    x7 = S.Fma(s, S.Load(row + 7 * S.Count), x7);
                }
            }
            S.Store(to, x0);
            S.Store(to + S.Count, x1);
            S.Store(to + 2 * S.Count, x2);
            S.Store(to + 3 * S.Count, x3);
            if (Accumulators<V, T, S>() > 4)
            {
                S.Store(to + 4 * S.Count, x4);
                S.Store(to + 5 * S.Count, x5);
                S.Store(to + 6 * S.Count, x6);
                S.Store(to + 7 * S.Count, x7);
            }
        }
    }
}
