using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nagumo.Compute;

/// <summary>512-bit vectors.</summary>
internal readonly unsafe struct Lanes512<T> : ILanes<Vector512<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static bool IsSupported => Vector512.IsHardwareAccelerated;

    public static int Count
    {
        [MethodImpl(Inline)]
        get => Vector512<T>.Count;
    }

    public static bool ManyRegisters
    {
        [MethodImpl(Inline)]
        get => true;
    }

    [MethodImpl(Inline)]
    public static Vector512<T> Broadcast(T x) => Vector512.Create(x);

    [MethodImpl(Inline)]
    public static Vector512<T> Load(T* p) => Vector512.Load(p);

    [MethodImpl(Inline)]
    public static void Store(T* p, Vector512<T> x) => x.Store(p);

    // Masked, because a call would make the JIT spill and reload every vector in the loop before it.
    [MethodImpl(Inline)]
    public static Vector512<T> LoadPart(T* p, nint n)
    {
        if (Avx512F.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? Avx512F.MaskLoad((float*)p, FirstSingle(n), Vector512<float>.Zero).As<float, T>()
                : Avx512F.MaskLoad((double*)p, FirstDouble(n), Vector512<double>.Zero).As<double, T>();
        }
        Vector512<T> result = default;
        Unsafe.CopyBlockUnaligned(&result, p, (uint)(n * sizeof(T)));
        return result;
    }

    [MethodImpl(Inline)]
    public static void StorePart(T* p, nint n, Vector512<T> x)
    {
        if (!Avx512F.IsSupported)
            Unsafe.CopyBlockUnaligned(p, &x, (uint)(n * sizeof(T)));
        else if (typeof(T) == typeof(float))
            Avx512F.MaskStore((float*)p, FirstSingle(n), x.AsSingle());
        else
            Avx512F.MaskStore((double*)p, FirstDouble(n), x.AsDouble());
    }

    [MethodImpl(Inline)]
    public static Vector512<T> Lookup(T* table, int mask, Vector512<T> index)
    {
        if (Avx2.IsSupported && typeof(T) == typeof(double))
        {
            var entry = index.AsInt64() & Vector512.Create((long)mask);
            var low = Avx2.GatherVector256((double*)table, entry.GetLower(), 8);
            return Vector512.Create(low, Avx2.GatherVector256((double*)table, entry.GetUpper(), 8)).As<double, T>();
        }
        Vector512<T> result = default;
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
    public static Vector512<T> Add(Vector512<T> a, Vector512<T> b) => a + b;

    [MethodImpl(Inline)]
    public static Vector512<T> Sub(Vector512<T> a, Vector512<T> b) => a - b;

    [MethodImpl(Inline)]
    public static Vector512<T> Mul(Vector512<T> a, Vector512<T> b) => a * b;

    [MethodImpl(Inline)]
    public static Vector512<T> Div(Vector512<T> a, Vector512<T> b) => a / b;

    [MethodImpl(Inline)]
    public static Vector512<T> Fma(Vector512<T> a, Vector512<T> b, Vector512<T> c) =>
        typeof(T) == typeof(float)
            ? Vector512.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
            : Vector512.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();

    [MethodImpl(Inline)]
    public static Vector512<T> Fnma(Vector512<T> a, Vector512<T> b, Vector512<T> c)
    {
        if (Avx512F.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? Avx512F.FusedMultiplyAddNegated(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
                : Avx512F.FusedMultiplyAddNegated(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();
        }
        return Fma(-a, b, c);
    }

    [MethodImpl(Inline)]
    public static Vector512<T> Neg(Vector512<T> a) => -a;

    [MethodImpl(Inline)]
    public static Vector512<T> Abs(Vector512<T> a) => Vector512.Abs(a);

    [MethodImpl(Inline)]
    public static Vector512<T> Sqrt(Vector512<T> a) => Vector512.Sqrt(a);

    [MethodImpl(Inline)]
    public static Vector512<T> Min(Vector512<T> a, Vector512<T> b)
    {
        if (Avx512F.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? Avx512F.Min(a.AsSingle(), b.AsSingle()).As<float, T>()
                : Avx512F.Min(a.AsDouble(), b.AsDouble()).As<double, T>();
        }
        return Vector512.ConditionalSelect(Vector512.LessThan(a, b), a, b);
    }

    [MethodImpl(Inline)]
    public static Vector512<T> Max(Vector512<T> a, Vector512<T> b)
    {
        if (Avx512F.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? Avx512F.Max(a.AsSingle(), b.AsSingle()).As<float, T>()
                : Avx512F.Max(a.AsDouble(), b.AsDouble()).As<double, T>();
        }
        return Vector512.ConditionalSelect(Vector512.GreaterThan(a, b), a, b);
    }

    [MethodImpl(Inline)]
    public static Vector512<T> Select(Vector512<T> a, Vector512<T> b, Vector512<T> whenNotLess, Vector512<T> otherwise) =>
        Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(a, b), whenNotLess, otherwise);

    [MethodImpl(Inline)]
    public static Vector512<T> CopySign(Vector512<T> magnitude, Vector512<T> sign) =>
        Vector512.ConditionalSelect(Vector512.Create(T.NegativeZero), sign, magnitude);

    [MethodImpl(Inline)]
    public static Vector512<T> Scale(Vector512<T> a, Vector512<T> n) =>
        typeof(T) == typeof(float) ? (a.AsInt32() + (n.AsInt32() << 23)).As<int, T>() : (a.AsInt64() + (n.AsInt64() << 52)).As<long, T>();

    [MethodImpl(Inline)]
    public static Vector512<T> Exponent(Vector512<T> a) =>
        typeof(T) == typeof(float)
            ? (((a.AsInt32() - Vector512.Create(Bits.Root32)) >> 23) + Vector512.Create(Bits.Magic32)).As<int, T>()
            : (((a.AsInt64() - Vector512.Create(Bits.Root64)) >> 52) + Vector512.Create(Bits.Magic64)).As<long, T>();

    [MethodImpl(Inline)]
    public static Vector512<T> Mantissa(Vector512<T> a) =>
        typeof(T) == typeof(float)
            ? (((a.AsInt32() - Vector512.Create(Bits.Root32)) & Vector512.Create(Bits.Fraction32)) + Vector512.Create(Bits.Root32)).As<
                int,
                T
            >()
            : (((a.AsInt64() - Vector512.Create(Bits.Root64)) & Vector512.Create(Bits.Fraction64)) + Vector512.Create(Bits.Root64)).As<
                long,
                T
            >();

    [MethodImpl(Inline)]
    public static Vector512<T> Shift(Vector512<T> a, int bits) =>
        typeof(T) == typeof(float) ? (a.AsInt32() >>> bits).As<int, T>() : (a.AsInt64() >>> bits).As<long, T>();

    [MethodImpl(Inline)]
    public static bool IsNumber(Vector512<T> a) => Vector512.EqualsAll(a, a);

    /// <summary>Entry of a table of 32 floats in two registers.</summary>
    [MethodImpl(Inline)]
    public static Vector512<float> Permute(Vector512<float> low, Vector512<float> index, Vector512<float> high) =>
        Avx512F.PermuteVar16x32x2(low, index.AsInt32(), high);

    [MethodImpl(Inline)]
    private static Vector512<float> FirstSingle(nint n) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create((int)n)).AsSingle();

    [MethodImpl(Inline)]
    private static Vector512<double> FirstDouble(nint n) =>
        Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)n)).AsDouble();
}
