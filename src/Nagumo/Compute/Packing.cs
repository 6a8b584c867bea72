using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Nagumo.Compute;

/// <summary>The panel layout of both GEMM operands: dst[d·panel + w] = scale · src[w·widthStride + d·depthStride], zero for w ≥ width.</summary>
/// <remarks>Width runs over the rows of the left operand or the columns of the right one, depth over the summed index. The layout does
/// not depend on the vector width.</remarks>
internal static unsafe class Packing
{
    /// <summary>Depth of one pass of the transposing path: 64 deep × 16 wide floats are 4 KiB, well inside the first-level cache.</summary>
    const int Strip = 64;

    /// <summary>Width of one pass: sixteen streams to read, whole cache lines of floats to write.</summary>
    const int Group = 16;

    public static void Panel<T>(T* src, int width, int depth, nint widthStride, nint depthStride, int panel, T* dst, T scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Transfer(src, width, depth, widthStride, depthStride, panel, dst, scale);
        for (var w = width; w < panel; w++)
        for (nint d = 0; d < depth; d++)
            dst[d * panel + w] = T.Zero;
    }

    /// <summary>The same without the zeros: what lies at w ≥ width stays as it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transfer<T>(T* src, int width, int depth, nint widthStride, nint depthStride, int panel, T* dst, T scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var vector = Vector128<T>.Count;
        var whole = width - width % vector;
        var done = 0;
        if (widthStride == 1)
        {
            Copy(src, whole, depth, depthStride, panel, dst, scale);
            done = whole;
        }
        else if (depthStride == 1 && (Sse2.IsSupported || AdvSimd.Arm64.IsSupported))
        {
            var deep = depth - depth % vector;
            for (var group = 0; group < whole; group += Group)
                if (typeof(T) == typeof(float) && Avx512F.IsSupported && group + Group <= whole)
                    Transpose16((float*)src + group * widthStride, deep, widthStride, panel, (float*)dst + group, (float)(object)scale);
                else
                    for (var d = 0; d < deep; d += Strip)
                    for (var w = group; w < Math.Min(group + Group, whole); w += vector)
                        Transpose(
                            src + w * widthStride + d,
                            Math.Min(Strip, deep - d),
                            widthStride,
                            panel,
                            dst + (nint)d * panel + w,
                            scale
                        );
            Gather(src + deep, 0, whole, depth - deep, widthStride, 1, panel, dst + (nint)deep * panel, scale);
            done = whole;
        }
        Gather(src, done, width, depth, widthStride, depthStride, panel, dst, scale);
    }

    static void Gather<T>(T* src, int from, int to, int depth, nint widthStride, nint depthStride, int panel, T* dst, T scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (nint d = 0; d < depth; d++)
        for (nint w = from; w < to; w++)
            dst[d * panel + w] = scale * src[w * widthStride + d * depthStride];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Copy<T>(T* src, int width, int depth, nint depthStride, int panel, T* dst, T scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var s = Vector512.Create(scale);
        for (; depth > 0; depth--, src += depthStride, dst += panel)
        {
            nint w = 0;
            for (; w <= width - Vector512<T>.Count; w += Vector512<T>.Count)
                (s * Vector512.Load(src + w)).Store(dst + w);
            for (; w < width; w += Vector128<T>.Count)
                (s.GetLower().GetLower() * Vector128.Load(src + w)).Store(dst + w);
        }
    }

    /// <summary>One vector's width of the panel: blocks of 4×4 floats or 2×2 doubles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Transpose<T>(T* src, int depth, nint stride, int panel, T* dst, T scale)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            var s = Vector128.Create(scale).AsSingle();
            for (var d = 0; d < depth; d += 4, src += 4, dst += 4 * panel)
            {
                var (r0, r1) = (Vector128.Load((float*)src), Vector128.Load((float*)(src + stride)));
                var (r2, r3) = (Vector128.Load((float*)(src + 2 * stride)), Vector128.Load((float*)(src + 3 * stride)));
                var (a, b) = (Low(r0, r2), High(r0, r2));
                var (c, e) = (Low(r1, r3), High(r1, r3));
                (s * Low(a, c)).Store((float*)dst);
                (s * High(a, c)).Store((float*)(dst + panel));
                (s * Low(b, e)).Store((float*)(dst + 2 * panel));
                (s * High(b, e)).Store((float*)(dst + 3 * panel));
            }
        }
        else
        {
            var s = Vector128.Create(scale).AsDouble();
            for (var d = 0; d < depth; d += 2, src += 2, dst += 2 * panel)
            {
                var (r0, r1) = (Vector128.Load((double*)src), Vector128.Load((double*)(src + stride)));
                (s * Low(r0, r1)).Store((double*)dst);
                (s * High(r0, r1)).Store((double*)(dst + panel));
            }
        }
    }

    /// <summary>A group of 16 floats: four quarters of a vector hold four rows, so that the 4×4 blocks of all of them turn at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Transpose16(float* src, int depth, nint stride, int panel, float* dst, float scale)
    {
        var s = Vector512.Create(scale);
        for (; depth > 0; depth -= 4, src += 4, dst += 4 * (nint)panel)
        {
            var (r0, r1) = (Quarters(src, stride), Quarters(src + stride, stride));
            var (r2, r3) = (Quarters(src + 2 * stride, stride), Quarters(src + 3 * stride, stride));
            var (a, b) = (Avx512F.UnpackLow(r0, r2), Avx512F.UnpackHigh(r0, r2));
            var (c, e) = (Avx512F.UnpackLow(r1, r3), Avx512F.UnpackHigh(r1, r3));
            (s * Avx512F.UnpackLow(a, c)).Store(dst);
            (s * Avx512F.UnpackHigh(a, c)).Store(dst + panel);
            (s * Avx512F.UnpackLow(b, e)).Store(dst + 2 * panel);
            (s * Avx512F.UnpackHigh(b, e)).Store(dst + 3 * (nint)panel);
        }
    }

    /// <summary>Four floats of rows 0, 4, 8 and 12.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Quarters(float* src, nint stride) =>
        Avx512F.InsertVector128(
            Avx512F.InsertVector128(
                Avx512F.InsertVector128(Vector128.Load(src).ToVector256Unsafe().ToVector512Unsafe(), Vector128.Load(src + 4 * stride), 1),
                Vector128.Load(src + 8 * stride),
                2
            ),
            Vector128.Load(src + 12 * stride),
            3
        );

    /// <summary>The lower halves of both, interleaved.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<float> Low(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    /// <summary>The upper halves of both, interleaved.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<float> High(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<double> Low(Vector128<double> a, Vector128<double> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<double> High(Vector128<double> a, Vector128<double> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);
}

/// <summary>The left operand of a GEMM in panels of <see cref="Gemm.RowBlock{T}"/> rows; kept while the weights do not change.</summary>
/// <param name="rows">Rows, ≥ 0.</param>
/// <param name="cols">Columns (the summed index), ≥ 0.</param>
internal sealed unsafe class PackedLeft<T>(int rows, int cols) : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    readonly Buffer<T> panels = new((long)(rows + Gemm.PanelRows - 1) / Gemm.PanelRows * Gemm.PanelRows * cols);

    public int Rows => rows;
    public int Cols => cols;

    /// <summary>Panel p starts at p · RowBlock · Cols; inside it, element (i, k) is at k · RowBlock + i.</summary>
    public T* Pointer => panels.Pointer;

    /// <summary>Stores scale · a, each element rounded once. No allocation.</summary>
    /// <param name="a">[rows × cols], any strides.</param>
    /// <param name="scale">Factor.</param>
    public void Pack(MatView<T> a, T scale) => Pack(a, scale, 0, rows);

    /// <summary>Stores rows [row0, row0 + count) of scale · a; different row ranges may be packed by different threads at once.</summary>
    /// <param name="a">The full matrix, [rows × cols], any strides.</param>
    /// <param name="scale">Factor.</param>
    /// <param name="row0">First row, a multiple of the row block.</param>
    /// <param name="count">Rows; a multiple of the row block unless the range ends with the last row.</param>
    public void Pack(MatView<T> a, T scale, int row0, int count)
    {
        if (a.Rows != rows || a.Cols != cols)
            Throw.Argument($"Expected a {rows}×{cols} matrix, got {a.Rows}×{a.Cols}.", nameof(a));
        Gemm.CheckRows(row0, count, rows);
        if (count % Gemm.PanelRows != 0 && row0 + count != rows)
            Throw.Range(nameof(count), count, $"A range that ends inside the matrix must hold a multiple of {Gemm.PanelRows} rows.");
        ObjectDisposedException.ThrowIf(panels.Pointer == null, this);
        for (var i = row0; i < row0 + count; i += Gemm.PanelRows)
            Packing.Panel(
                a.Data + i * a.RowStride,
                Math.Min(Gemm.PanelRows, rows - i),
                cols,
                a.RowStride,
                a.ColStride,
                Gemm.PanelRows,
                panels.Pointer + (nint)i * cols,
                scale
            );
    }

    public void Dispose() => panels.Dispose();
}

/// <summary>Workspace for the right operand of a GEMM in panels of <see cref="Gemm.ColBlock{T}"/> columns; one per thread, used again.</summary>
/// <param name="maxRows">Most rows (the summed index) that it will hold.</param>
/// <param name="maxCols">Most columns that it will hold.</param>
internal sealed unsafe class PackedRight<T>(int maxRows, int maxCols) : RightOperand<T>(maxRows, maxCols)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    readonly Buffer<T> panels = new((long)(maxCols + Gemm.ColBlock<T>() - 1) / Gemm.ColBlock<T>() * Gemm.ColBlock<T>() * maxRows);

    /// <summary>Panel p starts at p · ColBlock · Rows; inside it, element (k, j) is at k · ColBlock + j.</summary>
    public T* Pointer => panels.Pointer;

    /// <summary>Stores b. No allocation; adjacent columns or adjacent rows are fast, other strides are slow.</summary>
    /// <param name="b">At most [maxRows × maxCols].</param>
    public void Pack(MatView<T> b)
    {
        Resize(b);
        ObjectDisposedException.ThrowIf(panels.Pointer == null, this);
        var width = Gemm.ColBlock<T>();
        for (var j = 0; j < b.Cols; j += width)
            Packing.Panel(
                b.Data + j * b.ColStride,
                Math.Min(width, b.Cols - j),
                b.Rows,
                b.ColStride,
                b.RowStride,
                width,
                panels.Pointer + (nint)j * b.Rows,
                T.One
            );
    }

    public override void Dispose() => panels.Dispose();
}

/// <summary>Packed operands of the general product: one left operand per shape seen, one right operand of the largest shape; used again. One per thread.</summary>
internal sealed class GemmWorkspace<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // A training loop multiplies a handful of shapes in turn.
    readonly Dictionary<long, PackedLeft<T>> lefts = [];
    readonly Dictionary<long, SparseLeft<T>> sparseLefts = [];
    PackedRight<T>? right;
    SparseRight<T>? sparseRight;
    (int Rows, int Cols) rightSize;
    T[] row = [];
    Buffer<T>? rows;

    internal PackedLeft<T> Left(int rows, int cols)
    {
        var shape = ((long)rows << 32) | (uint)cols;
        if (!lefts.TryGetValue(shape, out var left))
            lefts.Add(shape, left = new(rows, cols));
        return left;
    }

    internal PackedRight<T> Right(int rows, int cols)
    {
        if (right is null || rightSize.Rows < rows || rightSize.Cols < cols)
        {
            rightSize = (Math.Max(rows, rightSize.Rows), Math.Max(cols, rightSize.Cols));
            right?.Dispose();
            right = new(rightSize.Rows, rightSize.Cols);
        }
        return right;
    }

    internal SparseLeft<T> SparseLeft(int rows, int cols)
    {
        var shape = ((long)rows << 32) | (uint)cols;
        if (!sparseLefts.TryGetValue(shape, out var left))
            sparseLefts.Add(shape, left = new(rows, cols));
        return left;
    }

    internal SparseRight<T> SparseRight(int rows, int cols)
    {
        if (sparseRight is not { } last || last.MaxRows < rows || last.MaxCols < cols)
        {
            sparseRight?.Dispose();
            sparseRight = new(Math.Max(rows, sparseRight?.MaxRows ?? 0), Math.Max(cols, sparseRight?.MaxCols ?? 0));
        }
        return sparseRight;
    }

    /// <summary>A scratch row of n elements.</summary>
    internal Span<T> Row(int n)
    {
        if (row.Length < n)
            row = new T[n];
        return row.AsSpan(0, n);
    }

    /// <summary>Scratch rows of so many columns.</summary>
    internal unsafe MatView<T> Rows(int count, int cols)
    {
        if (rows is null || rows.Length < (long)count * cols)
        {
            rows?.Dispose();
            rows = new((long)count * cols);
        }
        return new(rows.Pointer, count, cols, cols);
    }

    public void Dispose()
    {
        rows?.Dispose();
        foreach (var left in lefts.Values)
            left.Dispose();
        foreach (var left in sparseLefts.Values)
            left.Dispose();
        right?.Dispose();
        sparseRight?.Dispose();
    }
}
