using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nagumo.Compute;

/// <summary>Matrix products C = init + A·B with reproducible bits.</summary>
/// <remarks>
/// Every element is one chain of fused multiply-adds in the order of k: acc = init[i,j]; acc = fma(a[i,k], b[k,j], acc) for k = 0, 1, ….
/// Between blocks of k the chain waits in C. So the bits depend neither on blocking, vector width and packing nor on how rows, columns
/// or k are split over calls and threads.
/// Blocking after Goto and van de Geijn 2008, doi:10.1145/1356052.1356053, and Van Zee and van de Geijn 2015, doi:10.1145/2764454.
/// init: [rows × cols], or colStride 0 for one value per row, or <c>default</c> for zero; it may be C itself, but must not overlap C in
/// any other way. NaN and infinities propagate as in the chain.
/// </remarks>
internal static unsafe class Gemm
{
    /// <summary>Rows of a packed panel and of the micro-kernel.</summary>
    public const int PanelRows = 12;

    /// <summary>Bytes of one row of a packed right panel: two 512-bit vectors.</summary>
    const int PanelBytes = 128;

    /// <summary>Largest block of k: a left panel of 12 × 400 floats (19 KiB) stays in the first-level cache.</summary>
    const int MaxDepth = 400;

    /// <summary>Columns of one block, in panels: 400 × 16 · 128 bytes (0.8 MB) of the right operand stay in the second-level cache.</summary>
    const int MaxPanels = 16;

    /// <summary>Height of the micro-kernel. Row ranges start at its multiples; it does not depend on the vector width.</summary>
    public static int RowBlock<T>()
        where T : unmanaged => PanelRows;

    /// <summary>Width of a right panel: 32 floats or 16 doubles. Columns in multiples of it take the fastest path.</summary>
    public static int ColBlock<T>()
        where T : unmanaged => PanelBytes / sizeof(T);

    /// <summary>C = init + A·B on rows [row0, row0 + rows), both operands packed. No allocation.</summary>
    /// <param name="a">[M × K].</param>
    /// <param name="b">[K × N].</param>
    /// <param name="init">[M × N], see the class.</param>
    /// <param name="c">[M × N], colStride 1.</param>
    /// <param name="row0">First row, a multiple of <see cref="RowBlock{T}"/>.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="width">Vector width, <see cref="Widths.Default"/> when none is given; the result does not depend on it.</param>
    public static void Multiply<T>(PackedLeft<T> a, PackedRight<T> b, MatView<T> init, MatView<T> c, int row0, int rows, Simd? width = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var right = new Right<T>(b.Pointer, ColBlock<T>(), (nint)ColBlock<T>() * b.Rows, packed: true);
        Dispatch(a, right, b.Rows, b.Cols, init, c, row0, rows, width);
        GC.KeepAlive(b);
    }

    /// <summary>The same without packing B: for few k (up to about 32) or few rows of A, where packing would not pay. The same bits.</summary>
    /// <param name="a">[M × K].</param>
    /// <param name="b">[K × N], colStride 1.</param>
    /// <param name="init">[M × N], see the class.</param>
    /// <param name="c">[M × N], colStride 1; must not overlap b.</param>
    /// <param name="row0">First row, a multiple of <see cref="RowBlock{T}"/>.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="width">Vector width, <see cref="Widths.Default"/> when none is given; the result does not depend on it.</param>
    public static void Multiply<T>(PackedLeft<T> a, MatView<T> b, MatView<T> init, MatView<T> c, int row0, int rows, Simd? width = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (b.ColStride != 1)
            Throw.Argument($"Without packing, B must have colStride 1, not {b.ColStride}; pack it.", nameof(b));
        Dispatch(a, new(b.Data, b.RowStride, ColBlock<T>(), packed: false), b.Rows, b.Cols, init, c, row0, rows, width);
    }

    /// <summary>C = init + (scale·A)·B, any strides of A and B; packs both.</summary>
    /// <remarks>scale·a is rounded before the chain. With the environment variable NAGUMO_BLAS=openblas this overload, and only this one,
    /// calls OpenBLAS where the strides allow, unless a width is given: its bits differ and depend on the machine and the shape.</remarks>
    /// <param name="a">[M × K].</param>
    /// <param name="b">[K × N].</param>
    /// <param name="init">[M × N], see the class.</param>
    /// <param name="c">[M × N], colStride 1; must not overlap a or b.</param>
    /// <param name="scale">Factor of A.</param>
    /// <param name="workspace">Of the calling thread; grows at the first call with a new shape, then nothing is allocated.</param>
    /// <param name="width">Vector width, <see cref="Widths.Default"/> when none is given; the result does not depend on it.</param>
    public static void Multiply<T>(
        MatView<T> a,
        MatView<T> b,
        MatView<T> init,
        MatView<T> c,
        T scale,
        GemmWorkspace<T> workspace,
        Simd? width = null
    )
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (
            width is null
            && OpenBlas.Chosen is { } blas
            && a.Cols == b.Rows
            && c.Rows == a.Rows
            && c.Cols == b.Cols
            && blas.Gemm(a, b, init, c, scale)
        )
            return;
        var left = workspace.Left(a.Rows, a.Cols);
        left.Pack(a, scale);
        // A right operand that is used by a single row panel is read once: packing it would cost as much as the product.
        if (b.ColStride == 1 && a.Rows <= PanelRows)
        {
            Multiply(left, b, init, c, 0, a.Rows, width);
            return;
        }
        var right = workspace.Right(b.Rows, b.Cols);
        right.Pack(b);
        Multiply(left, right, init, c, 0, a.Rows, width);
    }

    internal static void CheckRows(int row0, int rows, int all)
    {
        if (row0 < 0 || rows < 0 || row0 > all - rows)
            Throw.Argument($"Rows {row0}+{rows} do not lie in a matrix of {all} rows.", nameof(rows));
        if (row0 % PanelRows != 0)
            Throw.Range(nameof(row0), row0, $"A row range starts at a multiple of {PanelRows}.");
    }

    /// <summary>Where the panels of the right operand are: panel p starts at Data + p · Panel and has rows Stride apart.</summary>
    readonly struct Right<T>(T* data, nint stride, nint panel, bool packed)
        where T : unmanaged
    {
        public readonly T* Data = data;
        public readonly nint Stride = stride,
            Panel = panel;
        public readonly bool Packed = packed;
    }

    static void Dispatch<T>(
        PackedLeft<T> a,
        Right<T> b,
        int depth,
        int cols,
        MatView<T> init,
        MatView<T> c,
        int row0,
        int rows,
        Simd? width
    )
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (a.Cols != depth || c.Rows != a.Rows || c.Cols != cols)
            Throw.Argument($"A is {a.Rows}×{a.Cols}, B is {depth}×{cols}, C is {c.Rows}×{c.Cols}.", nameof(c));
        if (c.ColStride != 1)
            Throw.Argument($"C must have colStride 1, not {c.ColStride}.", nameof(c));
        if (init.Data != null && (init.Rows != c.Rows || init.Cols != c.Cols))
            Throw.Argument($"init is {init.Rows}×{init.Cols}, C is {c.Rows}×{c.Cols}.", nameof(init));
        CheckRows(row0, rows, a.Rows);
        if (rows == 0 || cols == 0)
            return;
        ObjectDisposedException.ThrowIf(a.Pointer == null, a);
        switch (width ?? Widths.Default)
        {
            case Simd.Vector512:
                Blocks<Vector512<T>, T, Lanes512<T>>(a.Pointer, b, depth, cols, init, c, row0, rows);
                break;
            case Simd.Vector256:
                Blocks<Vector256<T>, T, Lanes256<T>>(a.Pointer, b, depth, cols, init, c, row0, rows);
                break;
            case Simd.Vector128:
                Blocks<Vector128<T>, T, Lanes128<T>>(a.Pointer, b, depth, cols, init, c, row0, rows);
                break;
            default:
                Blocks<T, T, Lanes1<T>>(a.Pointer, b, depth, cols, init, c, row0, rows);
                break;
        }
        GC.KeepAlive(a);
    }

    /// <summary>Blocks of columns, then of k, then panels of rows; the innermost loop runs over the right panels in the second-level cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    static void Blocks<V, T, S>(T* a, Right<T> b, int depth, int cols, MatView<T> init, MatView<T> c, int row0, int rows)
        where V : unmanaged
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where S : ILanes<V, T>
    {
        var panel = ColBlock<T>();
        var lines = stackalloc byte[(2 * PanelRows + MaxDepth + 1) * PanelBytes + Buffer<T>.Alignment];
        var tileIn = (T*)(((nuint)lines + Buffer<T>.Alignment - 1) / Buffer<T>.Alignment * Buffer<T>.Alignment);
        var tileOut = tileIn + PanelRows * panel;
        var zero = tileOut + PanelRows * panel;
        var edge = zero + panel;
        new Span<T>(zero, panel).Clear();

        var depthBlocks = Math.Max(1, (depth + MaxDepth - 1) / MaxDepth);
        var depthBlock = (depth + depthBlocks - 1) / depthBlocks;
        for (var j0 = 0; j0 < cols; j0 += MaxPanels * panel)
        {
            var j1 = Math.Min(cols, j0 + MaxPanels * panel);
            for (var block = 0; block < depthBlocks; block++)
            {
                var k0 = block * depthBlock;
                var k1 = Math.Min(depth, k0 + depthBlock);
                var from = block == 0 ? init : c;
                // A narrow last panel that is not packed is copied, so that whole vectors can be read.
                if (!b.Packed && j1 % panel != 0)
                    Packing.Panel(
                        b.Data + (nint)(j1 / panel) * b.Panel + k0 * b.Stride,
                        j1 % panel,
                        k1 - k0,
                        1,
                        b.Stride,
                        panel,
                        edge,
                        T.One
                    );
                for (var i = row0; i < row0 + rows; i += PanelRows)
                {
                    var high = Math.Min(PanelRows, row0 + rows - i);
                    var start = zero;
                    nint startStride = 0;
                    if (from.Data != null && from.ColStride == 0)
                    {
                        start = tileIn;
                        startStride = panel;
                        for (var r = 0; r < high; r++)
                            new Span<T>(tileIn + r * panel, panel).Fill(from.Data[(i + r) * from.RowStride]);
                    }
                    for (var j = j0; j < j1; j += panel)
                    {
                        var wide = Math.Min(panel, j1 - j);
                        // Micro-tiles have even heights and whole panels: others take a detour over a tile of our own.
                        var whole = high % 2 == 0 && wide == panel;
                        if (from.Data != null && from.ColStride != 0)
                        {
                            start = from.Data + i * from.RowStride + j * from.ColStride;
                            startStride = from.RowStride;
                            if (!whole || from.ColStride != 1)
                            {
                                Copy(start, startStride, from.ColStride, tileIn, panel, high, wide);
                                start = tileIn;
                                startStride = panel;
                            }
                        }
                        var target = c.Data + i * c.RowStride + j;
                        var to = whole ? target : tileOut;
                        var toStride = whole ? c.RowStride : panel;
                        var copied = !b.Packed && wide < panel;
                        var right = copied ? edge : b.Data + (nint)(j / panel) * b.Panel + k0 * b.Stride;
                        var rightStride = copied ? panel : b.Stride;
                        var left = a + (nint)i * depth + (nint)k0 * PanelRows;
                        for (nint w = 0; w < wide; w += GemmTile<V, T, S>.Cols)
                            GemmTile<V, T, S>.Multiply(
                                k1 - k0,
                                left,
                                right + w,
                                rightStride,
                                start + w,
                                startStride,
                                to + w,
                                toStride,
                                high
                            );
                        if (!whole)
                            Copy(tileOut, panel, 1, target, c.RowStride, high, wide);
                    }
                }
            }
        }
    }

    static void Copy<T>(T* src, nint rowStride, nint colStride, T* dst, nint dstStride, int rows, int cols)
        where T : unmanaged
    {
        for (var i = 0; i < rows; i++, src += rowStride, dst += dstStride)
        for (nint j = 0; j < cols; j++)
            dst[j] = src[j * colStride];
    }
}
