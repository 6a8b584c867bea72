using System.Numerics;

namespace Nagumo.Compute;

/// <summary>The operations of kernels on V, a vector of elements T. The four widths give the same bits per element.</summary>
internal unsafe interface ILanes<V, T>
    where V : unmanaged
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    static abstract bool IsSupported { get; }

    static abstract int Count { get; }

    /// <summary>Whether 24 accumulators fit into the registers (32 of them); otherwise 12 do (16 registers).</summary>
    static abstract bool ManyRegisters { get; }

    static abstract V Broadcast(T x);

    static abstract V Load(T* p);

    static abstract void Store(T* p, V x);

    /// <summary>The first n elements; the others are anything.</summary>
    static abstract V LoadPart(T* p, nint n);

    static abstract void StorePart(T* p, nint n, V x);

    /// <summary>table[index bits &amp; mask].</summary>
    static abstract V Lookup(T* table, int mask, V index);

    static abstract V Add(V a, V b);

    static abstract V Sub(V a, V b);

    static abstract V Mul(V a, V b);

    static abstract V Div(V a, V b);

    static abstract V Fma(V a, V b, V c);

    static abstract V Fnma(V a, V b, V c);

    static abstract V Neg(V a);

    static abstract V Abs(V a);

    static abstract V Sqrt(V a);

    static abstract V Min(V a, V b);

    static abstract V Max(V a, V b);

    static abstract V Select(V a, V b, V whenNotLess, V otherwise);

    static abstract V CopySign(V magnitude, V sign);

    static abstract V Scale(V a, V n);

    static abstract V Exponent(V a);

    static abstract V Mantissa(V a);

    static abstract V Shift(V a, int bits);

    /// <summary>Is no element NaN?</summary>
    static abstract bool IsNumber(V a);
}

/// <summary>The layout of float and double that the bit operations use.</summary>
internal static class Bits
{
    /// <summary>The bits of √½.</summary>
    public const int Root32 = 0x3f3504f3;

    public const long Root64 = 0x3fe6a09e667f3bcd;

    public const int Fraction32 = 0x007fffff;

    public const long Fraction64 = 0x000fffffffffffff;

    /// <summary>The bits of 1.5 · 2²³ and 1.5 · 2⁵²: an integer added to either number stands in its low bits.</summary>
    public const int Magic32 = 0x4b400000;

    public const long Magic64 = 0x4338000000000000;
}
