using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using X86Fma = System.Runtime.Intrinsics.X86.Fma;

namespace Nagumo.Compute;

/// <summary>256-bit vectors.</summary>
internal readonly unsafe struct Lanes256<T> : ILanes<Vector256<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static bool IsSupported => Vector256.IsHardwareAccelerated;

    public static int Count
    {
        [MethodImpl(Inline)]
        get => Vector256<T>.Count;
    }

    public static bool ManyRegisters
    {
        [MethodImpl(Inline)]
        get => false;
    }

    [MethodImpl(Inline)]
    public static Vector256<T> Broadcast(T x) => Vector256.Create(x);

    [MethodImpl(Inline)]
    public static Vector256<T> Load(T* p) => Vector256.Load(p);

    [MethodImpl(Inline)]
    public static void Store(T* p, Vector256<T> x) => x.Store(p);

    // Masked, because a call would make the JIT spill and reload every vector in the loop before it.
    [MethodImpl(Inline)]
    public static Vector256<T> LoadPart(T* p, nint n)
    {
        if (Avx.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? Avx.MaskLoad((float*)p, FirstSingle(n)).As<float, T>()
                : Avx.MaskLoad((double*)p, FirstDouble(n)).As<double, T>();
        }
        Vector256<T> result = default;
        Unsafe.CopyBlockUnaligned(&result, p, (uint)(n * sizeof(T)));
        return result;
    }

    [MethodImpl(Inline)]
    public static void StorePart(T* p, nint n, Vector256<T> x)
    {
        if (!Avx.IsSupported)
            Unsafe.CopyBlockUnaligned(p, &x, (uint)(n * sizeof(T)));
        else if (typeof(T) == typeof(float))
            Avx.MaskStore((float*)p, FirstSingle(n), x.AsSingle());
        else
            Avx.MaskStore((double*)p, FirstDouble(n), x.AsDouble());
    }

    [MethodImpl(Inline)]
    public static Vector256<T> Lookup(T* table, int mask, Vector256<T> index)
    {
        if (Avx2.IsSupported && typeof(T) == typeof(float))
            return Avx2.GatherVector256((float*)table, index.AsInt32() & Vector256.Create(mask), 4).As<float, T>();
        if (Avx2.IsSupported)
            return Avx2.GatherVector256((double*)table, index.AsInt64() & Vector256.Create((long)mask), 8).As<double, T>();
        Vector256<T> result = default;
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
    public static Vector256<T> Add(Vector256<T> a, Vector256<T> b) => a + b;

    [MethodImpl(Inline)]
    public static Vector256<T> Sub(Vector256<T> a, Vector256<T> b) => a - b;

    [MethodImpl(Inline)]
    public static Vector256<T> Mul(Vector256<T> a, Vector256<T> b) => a * b;

    [MethodImpl(Inline)]
    public static Vector256<T> Div(Vector256<T> a, Vector256<T> b) => a / b;

    [MethodImpl(Inline)]
    public static Vector256<T> Fma(Vector256<T> a, Vector256<T> b, Vector256<T> c) =>
        typeof(T) == typeof(float)
            ? Vector256.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
            : Vector256.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();

    [MethodImpl(Inline)]
    public static Vector256<T> Fnma(Vector256<T> a, Vector256<T> b, Vector256<T> c)
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
    public static Vector256<T> Neg(Vector256<T> a) => -a;

    [MethodImpl(Inline)]
    public static Vector256<T> Abs(Vector256<T> a) => Vector256.Abs(a);

    [MethodImpl(Inline)]
    public static Vector256<T> Sqrt(Vector256<T> a) => Vector256.Sqrt(a);

    [MethodImpl(Inline)]
    public static Vector256<T> Min(Vector256<T> a, Vector256<T> b)
    {
        if (Avx.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? Avx.Min(a.AsSingle(), b.AsSingle()).As<float, T>()
                : Avx.Min(a.AsDouble(), b.AsDouble()).As<double, T>();
        }
        return Vector256.ConditionalSelect(Vector256.LessThan(a, b), a, b);
    }

    [MethodImpl(Inline)]
    public static Vector256<T> Max(Vector256<T> a, Vector256<T> b)
    {
        if (Avx.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? Avx.Max(a.AsSingle(), b.AsSingle()).As<float, T>()
                : Avx.Max(a.AsDouble(), b.AsDouble()).As<double, T>();
        }
        return Vector256.ConditionalSelect(Vector256.GreaterThan(a, b), a, b);
    }

    [MethodImpl(Inline)]
    public static Vector256<T> Select(Vector256<T> a, Vector256<T> b, Vector256<T> whenNotLess, Vector256<T> otherwise) =>
        Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(a, b), whenNotLess, otherwise);

    [MethodImpl(Inline)]
    public static Vector256<T> CopySign(Vector256<T> magnitude, Vector256<T> sign) =>
        Vector256.ConditionalSelect(Vector256.Create(T.NegativeZero), sign, magnitude);

    [MethodImpl(Inline)]
    public static Vector256<T> Scale(Vector256<T> a, Vector256<T> n) =>
        typeof(T) == typeof(float) ? (a.AsInt32() + (n.AsInt32() << 23)).As<int, T>() : (a.AsInt64() + (n.AsInt64() << 52)).As<long, T>();

    [MethodImpl(Inline)]
    public static Vector256<T> Exponent(Vector256<T> a) =>
        typeof(T) == typeof(float)
            ? (((a.AsInt32() - Vector256.Create(Bits.Root32)) >> 23) + Vector256.Create(Bits.Magic32)).As<int, T>()
            : (((a.AsInt64() - Vector256.Create(Bits.Root64)) >> 52) + Vector256.Create(Bits.Magic64)).As<long, T>();

    [MethodImpl(Inline)]
    public static Vector256<T> Mantissa(Vector256<T> a) =>
        typeof(T) == typeof(float)
            ? (((a.AsInt32() - Vector256.Create(Bits.Root32)) & Vector256.Create(Bits.Fraction32)) + Vector256.Create(Bits.Root32)).As<
                int,
                T
            >()
            : (((a.AsInt64() - Vector256.Create(Bits.Root64)) & Vector256.Create(Bits.Fraction64)) + Vector256.Create(Bits.Root64)).As<
                long,
                T
            >();

    [MethodImpl(Inline)]
    public static Vector256<T> Shift(Vector256<T> a, int bits) =>
        typeof(T) == typeof(float) ? (a.AsInt32() >>> bits).As<int, T>() : (a.AsInt64() >>> bits).As<long, T>();

    [MethodImpl(Inline)]
    public static bool IsNumber(Vector256<T> a) => Vector256.EqualsAll(a, a);

    [MethodImpl(Inline)]
    private static Vector256<float> FirstSingle(nint n) => Vector256.LessThan(Vector256<int>.Indices, Vector256.Create((int)n)).AsSingle();

    [MethodImpl(Inline)]
    private static Vector256<double> FirstDouble(nint n) =>
        Vector256.LessThan(Vector256<long>.Indices, Vector256.Create((long)n)).AsDouble();
}
