using Nagumo.Symbolics;

namespace Nagumo.Kernels;

/// <summary>Rows of memory: element (r, c) at data[r · stride + c]; stride 0 is the same row again.</summary>
internal readonly unsafe struct Rows<T>(T* data, nint stride)
    where T : unmanaged
{
    public readonly T* Data = data;
    public readonly nint Stride = stride;
}
