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
