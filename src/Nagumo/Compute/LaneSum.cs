using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Nagumo.Compute;

/// <summary>Sums over lanes in an order that does not depend on the machine's vector width.</summary>
internal static class LaneSum
{
    /// <summary>Σ x: one strand for each element of a 512-bit vector, then the strands in order, then the tail.</summary>
    public static T Of<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var strands = Vector512<T>.Zero;
        foreach (var v in MemoryMarshal.Cast<T, Vector512<T>>(x))
            strands += v;
        T sum = T.Zero;
        for (int i = 0; i < Vector512<T>.Count; i++)
            sum += strands[i];
        for (int i = x.Length / Vector512<T>.Count * Vector512<T>.Count; i < x.Length; i++)
            sum += x[i];
        return sum;
    }

    /// <summary>Σ x y in the same order, product and sum rounded apart.</summary>
    public static T Dot<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var xs = MemoryMarshal.Cast<T, Vector512<T>>(x);
        var ys = MemoryMarshal.Cast<T, Vector512<T>>(y);
        var strands = Vector512<T>.Zero;
        for (int i = 0; i < xs.Length; i++)
            strands += xs[i] * ys[i];
        T sum = T.Zero;
        for (int i = 0; i < Vector512<T>.Count; i++)
            sum += strands[i];
        for (int i = xs.Length * Vector512<T>.Count; i < x.Length; i++)
            sum += x[i] * y[i];
        return sum;
    }
}
