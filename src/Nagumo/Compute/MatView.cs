using System.Runtime.CompilerServices;

namespace Nagumo.Compute;

/// <summary>A matrix somewhere in memory: element (i, j) is data[i·rowStride + j·colStride]. Owns nothing.</summary>
/// <remarks>A stride of 0 repeats: colStride 0 makes one column a matrix of equal columns (a bias). <c>default</c> is the empty view.</remarks>
/// <typeparam name="T">The elements.</typeparam>
public readonly unsafe struct MatView<T>
    where T : unmanaged
{
    internal readonly T* Data;
    internal readonly nint RowStride,
        ColStride;

    /// <param name="data">Element (0, 0).</param>
    /// <param name="rows">Rows, ≥ 0.</param>
    /// <param name="cols">Columns, ≥ 0.</param>
    /// <param name="rowStride">Elements from one row to the next.</param>
    /// <param name="colStride">Elements from one column to the next.</param>
    internal MatView(T* data, int rows, int cols, nint rowStride, nint colStride = 1)
    {
        Data = data;
        (Rows, Cols) = (rows, cols);
        (RowStride, ColStride) = (rowStride, colStride);
    }

    /// <summary>Rows.</summary>
    public int Rows { get; }

    /// <summary>Columns.</summary>
    public int Cols { get; }

    /// <summary>Whether this is the empty view, <c>default</c>.</summary>
    public bool IsEmpty => Data == null;

    /// <summary>The same memory, rows and columns exchanged.</summary>
    public MatView<T> Transposed => new(Data, Cols, Rows, ColStride, RowStride);

    /// <summary>Row i as a span; needs colStride 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> Row(int i)
    {
        if ((uint)i >= (uint)Rows)
            Throw.Range(nameof(i), i, $"The view has {Rows} rows.");
        if (ColStride != 1)
            Throw.Invalid($"A row is a span only when its elements are adjacent; here colStride = {ColStride}.");
        return new(Data + i * RowStride, Cols);
    }

    /// <summary>Rows [r0, r0 + rows) and columns [c0, c0 + cols).</summary>
    public MatView<T> Slice(int r0, int rows, int c0, int cols)
    {
        if (r0 < 0 || rows < 0 || r0 > Rows - rows || c0 < 0 || cols < 0 || c0 > Cols - cols)
            Throw.Argument($"Rows {r0}+{rows}, columns {c0}+{cols} do not lie in a {Rows}×{Cols} view.", nameof(rows));
        return new(Data + r0 * RowStride + c0 * ColStride, rows, cols, RowStride, ColStride);
    }

    /// <summary>The same rows with so many columns: its owner knows that they are there.</summary>
    internal MatView<T> Resized(int cols) => new(Data, Rows, cols, RowStride, ColStride);

    /// <summary>One column of adjacent elements as so many equal columns.</summary>
    internal MatView<T> Repeated(int cols) => new(Data, Rows, cols, 1, 0);

    /// <summary>One row of adjacent elements as so many rows of equal length, one after another.</summary>
    public MatView<T> Folded(int rows)
    {
        if (Rows != 1 || ColStride != 1 || rows < 1 || Cols % rows != 0)
            Throw.Argument($"A {Rows}×{Cols} view does not fold into {rows} rows.", nameof(rows));
        return new(Data, rows, Cols / rows, Cols / rows);
    }

    /// <summary>Copies all elements to a view of the same shape.</summary>
    public void CopyTo(MatView<T> other)
    {
        if (other.Rows != Rows || other.Cols != Cols)
            Throw.Argument($"A {Rows}×{Cols} view does not fit a {other.Rows}×{other.Cols} one.", nameof(other));
        for (int i = 0; i < Rows; i++)
        for (int j = 0; j < Cols; j++)
            other.Data[i * other.RowStride + j * other.ColStride] = Data[i * RowStride + j * ColStride];
    }

    /// <summary>Element (i, j), with a range check; for tests and cold code.</summary>
    public ref T this[int i, int j]
    {
        get
        {
            if ((uint)i >= (uint)Rows || (uint)j >= (uint)Cols)
                Throw.Argument($"({i}, {j}) is outside a {Rows}×{Cols} view.", nameof(i));
            return ref Data[i * RowStride + j * ColStride];
        }
    }
}
