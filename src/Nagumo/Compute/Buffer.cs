using System.Runtime.InteropServices;

namespace Nagumo.Compute;

/// <summary>A block of native memory, zeroed, aligned to 64 bytes, outside the garbage-collected heap.</summary>
/// <remarks>Pointers and spans into it are valid until <see cref="Dispose"/>; keep the buffer itself reachable while they are in use.</remarks>
internal sealed unsafe class Buffer<T> : IDisposable
    where T : unmanaged
{
    /// <summary>One cache line, and one 512-bit vector.</summary>
    public const int Alignment = 64;

    T* pointer;

    /// <param name="length">Elements, ≥ 0.</param>
    public Buffer(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        var bytes = checked((nuint)length * (nuint)sizeof(T));
        // Whole lines, and never a null pointer for an empty buffer.
        bytes = checked((Math.Max(bytes, 1) + Alignment - 1) / Alignment * Alignment);
        pointer = (T*)NativeMemory.AlignedAlloc(bytes, Alignment);
        NativeMemory.Clear(pointer, bytes);
    }

    ~Buffer() => Free();

    /// <summary>First element; null after <see cref="Dispose"/>.</summary>
    public T* Pointer => pointer;

    public long Length { get; }

    /// <summary>All elements; at most 2³¹ − 1 of them.</summary>
    /// <exception cref="ObjectDisposedException">After <see cref="Dispose"/>.</exception>
    public Span<T> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(pointer == null, this);
            return new(pointer, checked((int)Length));
        }
    }

    /// <summary>A part as rows of adjacent elements.</summary>
    /// <param name="at">Its first element.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="cols">Elements of a row.</param>
    /// <param name="stride">Elements from one row to the next, <paramref name="cols"/> when none is given.</param>
    public MatView<T> View(long at, int rows, int cols, int stride = -1)
    {
        ObjectDisposedException.ThrowIf(pointer == null, this);
        if (stride < 0)
            stride = cols;
        if (at < 0 || rows < 0 || cols < 0 || (rows > 0 && at + (long)(rows - 1) * stride + cols > Length))
            Throw.Argument($"{rows} rows of {cols}, {stride} apart, from {at} on, do not lie in a buffer of {Length}.", nameof(at));
        return new(pointer + at, rows, cols, stride);
    }

    /// <summary>Adjacent elements as one column that stands for all: [rows × cols], equal columns.</summary>
    public MatView<T> Column(long at, int rows, int cols) => new(View(at, 1, rows).Data, rows, cols, 1, 0);

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    void Free()
    {
        NativeMemory.AlignedFree(pointer);
        pointer = null;
    }
}
