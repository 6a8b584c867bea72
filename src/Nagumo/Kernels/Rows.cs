using Nagumo.Compute;

namespace Nagumo.Kernels;

/// <summary>Rows of memory: element (r, c) at data[r · stride + c]; stride 0 is the same row again.</summary>
internal readonly unsafe struct Rows<T>(T* data, nint stride)
    where T : unmanaged
{
    public readonly T* Data = data;
    public readonly nint Stride = stride;

    /// <summary>A field from a row on.</summary>
    public static Rows<T> From(MatView<T> field, int row0 = 0) => new(field.Data + row0 * field.RowStride, field.RowStride);

    /// <summary>The first row of a field, again and again.</summary>
    public static Rows<T> Shared(MatView<T> field) => new(field.Data, 0);

    /// <summary>The rows from a row on.</summary>
    public Rows<T> After(int row0) => new(Data + row0 * Stride, Stride);

    /// <summary>The first element of a row: a parameter's value there.</summary>
    public T this[int row] => Data[row * Stride];
}
