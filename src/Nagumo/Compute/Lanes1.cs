using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nagumo.Compute;

/// <summary>One element at a time: the reference for the other widths.</summary>
internal readonly unsafe struct Lanes1<T> : ILanes<T, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static bool IsSupported => true;

    public static int Count
    {
        [MethodImpl(Inline)]
        get => 1;
    }

    public static bool ManyRegisters
    {
        [MethodImpl(Inline)]
        get => false;
    }

    [MethodImpl(Inline)]
    public static T Broadcast(T x) => x;

    [MethodImpl(Inline)]
    public static T Load(T* p) => *p;

    [MethodImpl(Inline)]
    public static void Store(T* p, T x) => *p = x;

    [MethodImpl(Inline)]
    public static T LoadPart(T* p, nint n) => *p;

    [MethodImpl(Inline)]
    public static void StorePart(T* p, nint n, T x) => *p = x;

    [MethodImpl(Inline)]
    public static T Lookup(T* table, int mask, T index) =>
        typeof(T) == typeof(float) ? table[Int(index) & mask] : table[Long(index) & mask];

    [MethodImpl(Inline)]
    public static T Add(T a, T b) => a + b;

    [MethodImpl(Inline)]
    public static T Sub(T a, T b) => a - b;

    [MethodImpl(Inline)]
    public static T Mul(T a, T b) => a * b;

    [MethodImpl(Inline)]
    public static T Div(T a, T b) => a / b;

    [MethodImpl(Inline)]
    public static T Fma(T a, T b, T c) => T.FusedMultiplyAdd(a, b, c);

    [MethodImpl(Inline)]
    public static T Fnma(T a, T b, T c) => T.FusedMultiplyAdd(-a, b, c);

    [MethodImpl(Inline)]
    public static T Neg(T a) => -a;

    [MethodImpl(Inline)]
    public static T Abs(T a) => T.Abs(a);

    [MethodImpl(Inline)]
    public static T Sqrt(T a) => T.Sqrt(a);

    [MethodImpl(Inline)]
    public static T Min(T a, T b) => a < b ? a : b;

    [MethodImpl(Inline)]
    public static T Max(T a, T b) => a > b ? a : b;

    [MethodImpl(Inline)]
    public static T Select(T a, T b, T whenNotLess, T otherwise) => a >= b ? whenNotLess : otherwise;

    [MethodImpl(Inline)]
    public static T CopySign(T magnitude, T sign) => T.CopySign(magnitude, sign);

    [MethodImpl(Inline)]
    public static T Scale(T a, T n) => typeof(T) == typeof(float) ? Of(Int(a) + (Int(n) << 23)) : Of(Long(a) + (Long(n) << 52));

    [MethodImpl(Inline)]
    public static T Exponent(T a) =>
        typeof(T) == typeof(float) ? Of(((Int(a) - Bits.Root32) >> 23) + Bits.Magic32) : Of(((Long(a) - Bits.Root64) >> 52) + Bits.Magic64);

    [MethodImpl(Inline)]
    public static T Mantissa(T a) =>
        typeof(T) == typeof(float)
            ? Of(((Int(a) - Bits.Root32) & Bits.Fraction32) + Bits.Root32)
            : Of(((Long(a) - Bits.Root64) & Bits.Fraction64) + Bits.Root64);

    [MethodImpl(Inline)]
    public static T Shift(T a, int bits) => typeof(T) == typeof(float) ? Of(Int(a) >>> bits) : Of(Long(a) >>> bits);

    [MethodImpl(Inline)]
    public static bool IsNumber(T a) => !T.IsNaN(a);

    [MethodImpl(Inline)]
    private static int Int(T x) => Unsafe.BitCast<T, int>(x);

    [MethodImpl(Inline)]
    private static long Long(T x) => Unsafe.BitCast<T, long>(x);

    [MethodImpl(Inline)]
    private static T Of(int bits) => Unsafe.BitCast<int, T>(bits);

    [MethodImpl(Inline)]
    private static T Of(long bits) => Unsafe.BitCast<long, T>(bits);
}
