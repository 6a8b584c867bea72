using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using X86Fma = System.Runtime.Intrinsics.X86.Fma;

namespace Nagumo.Compute;

/// <summary>128-bit vectors.</summary>
internal readonly unsafe struct Lanes128<T> : ILanes<Vector128<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static bool IsSupported => Vector128.IsHardwareAccelerated;

    public static int Count
    {
        [MethodImpl(Inline)]
        get => Vector128<T>.Count;
    }

    // NEON is 128 bits wide and has 32 registers.
    public static bool ManyRegisters
    {
        [MethodImpl(Inline)]
        get => System.Runtime.Intrinsics.Arm.AdvSimd.Arm64.IsSupported;
    }

    [MethodImpl(Inline)]
    public static Vector128<T> Broadcast(T x) => Vector128.Create(x);

    [MethodImpl(Inline)]
    public static Vector128<T> Load(T* p) => Vector128.Load(p);

    [MethodImpl(Inline)]
    public static void Store(T* p, Vector128<T> x) => x.Store(p);

    // Masked, because a call would make the JIT spill and reload every vector in the loop before it.
    [MethodImpl(Inline)]
    public static Vector128<T> LoadPart(T* p, nint n)
    {
        if (Avx.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? Avx.MaskLoad((float*)p, FirstSingle(n)).As<float, T>()
                : Avx.MaskLoad((double*)p, FirstDouble(n)).As<double, T>();
        }
        Vector128<T> result = default;
        Unsafe.CopyBlockUnaligned(&result, p, (uint)(n * sizeof(T)));
        return result;
    }

    [MethodImpl(Inline)]
    public static void StorePart(T* p, nint n, Vector128<T> x)
    {
        if (!Avx.IsSupported)
            Unsafe.CopyBlockUnaligned(p, &x, (uint)(n * sizeof(T)));
        else if (typeof(T) == typeof(float))
            Avx.MaskStore((float*)p, FirstSingle(n), x.AsSingle());
        else
            Avx.MaskStore((double*)p, FirstDouble(n), x.AsDouble());
    }

    [MethodImpl(Inline)]
    public static Vector128<T> Lookup(T* table, int mask, Vector128<T> index)
    {
        Vector128<T> result = default;
        if (typeof(T) == typeof(float))
        {
            for (var i = 0; i < Count; i++)
                ((T*)&result)[i] = table[((int*)&index)[i] & mask];
        }
        else
        {
            for (var i = 0; i < Count; i++)
                ((T*)&result)[i] = table[((long*)&index)[i] & mask];
        }
        return result;
    }

    [MethodImpl(Inline)]
    public static Vector128<T> Add(Vector128<T> a, Vector128<T> b) => a + b;

    [MethodImpl(Inline)]
    public static Vector128<T> Sub(Vector128<T> a, Vector128<T> b) => a - b;

    [MethodImpl(Inline)]
    public static Vector128<T> Mul(Vector128<T> a, Vector128<T> b) => a * b;

    [MethodImpl(Inline)]
    public static Vector128<T> Div(Vector128<T> a, Vector128<T> b) => a / b;

    [MethodImpl(Inline)]
    public static Vector128<T> Fma(Vector128<T> a, Vector128<T> b, Vector128<T> c) =>
        typeof(T) == typeof(float)
            ? Vector128.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
            : Vector128.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();

    [MethodImpl(Inline)]
    public static Vector128<T> Fnma(Vector128<T> a, Vector128<T> b, Vector128<T> c)
    {
        if (X86Fma.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? X86Fma.MultiplyAddNegated(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
                : X86Fma.MultiplyAddNegated(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();
        }
        return Fma(-a, b, c);
    }

    [MethodImpl(Inline)]
    public static Vector128<T> Neg(Vector128<T> a) => -a;

    [MethodImpl(Inline)]
    public static Vector128<T> Abs(Vector128<T> a) => Vector128.Abs(a);

    [MethodImpl(Inline)]
    public static Vector128<T> Sqrt(Vector128<T> a) => Vector128.Sqrt(a);

    [MethodImpl(Inline)]
    public static Vector128<T> Min(Vector128<T> a, Vector128<T> b)
    {
        if (Sse.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? Sse.Min(a.AsSingle(), b.AsSingle()).As<float, T>()
                : Sse2.Min(a.AsDouble(), b.AsDouble()).As<double, T>();
        }
        return Vector128.ConditionalSelect(Vector128.LessThan(a, b), a, b);
    }

    [MethodImpl(Inline)]
    public static Vector128<T> Max(Vector128<T> a, Vector128<T> b)
    {
        if (Sse.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? Sse.Max(a.AsSingle(), b.AsSingle()).As<float, T>()
                : Sse2.Max(a.AsDouble(), b.AsDouble()).As<double, T>();
        }
        return Vector128.ConditionalSelect(Vector128.GreaterThan(a, b), a, b);
    }

    [MethodImpl(Inline)]
    public static Vector128<T> Select(Vector128<T> a, Vector128<T> b, Vector128<T> whenNotLess, Vector128<T> otherwise) =>
        Vector128.ConditionalSelect(Vector128.GreaterThanOrEqual(a, b), whenNotLess, otherwise);

    [MethodImpl(Inline)]
    public static Vector128<T> CopySign(Vector128<T> magnitude, Vector128<T> sign) =>
        Vector128.ConditionalSelect(Vector128.Create(T.NegativeZero), sign, magnitude);

    [MethodImpl(Inline)]
    public static Vector128<T> Scale(Vector128<T> a, Vector128<T> n) =>
        typeof(T) == typeof(float) ? (a.AsInt32() + (n.AsInt32() << 23)).As<int, T>() : (a.AsInt64() + (n.AsInt64() << 52)).As<long, T>();

    [MethodImpl(Inline)]
    public static Vector128<T> Exponent(Vector128<T> a) =>
        typeof(T) == typeof(float)
            ? (((a.AsInt32() - Vector128.Create(Bits.Root32)) >> 23) + Vector128.Create(Bits.Magic32)).As<int, T>()
            : (((a.AsInt64() - Vector128.Create(Bits.Root64)) >> 52) + Vector128.Create(Bits.Magic64)).As<long, T>();

    [MethodImpl(Inline)]
    public static Vector128<T> Mantissa(Vector128<T> a) =>
        typeof(T) == typeof(float)
            ? (((a.AsInt32() - Vector128.Create(Bits.Root32)) & Vector128.Create(Bits.Fraction32)) + Vector128.Create(Bits.Root32)).As<
                int,
                T
            >()
            : (((a.AsInt64() - Vector128.Create(Bits.Root64)) & Vector128.Create(Bits.Fraction64)) + Vector128.Create(Bits.Root64)).As<
                long,
                T
            >();

    [MethodImpl(Inline)]
    public static Vector128<T> Shift(Vector128<T> a, int bits) =>
        typeof(T) == typeof(float) ? (a.AsInt32() >>> bits).As<int, T>() : (a.AsInt64() >>> bits).As<long, T>();

    [MethodImpl(Inline)]
    public static bool IsNumber(Vector128<T> a) => Vector128.EqualsAll(a, a);

    [MethodImpl(Inline)]
    private static Vector128<float> FirstSingle(nint n) => Vector128.LessThan(Vector128<int>.Indices, Vector128.Create((int)n)).AsSingle();

    [MethodImpl(Inline)]
    private static Vector128<double> FirstDouble(nint n) =>
        Vector128.LessThan(Vector128<long>.Indices, Vector128.Create((long)n)).AsDouble();
}
