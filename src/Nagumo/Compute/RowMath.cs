using System.Numerics;
using System.Runtime.InteropServices;

namespace Nagumo.Compute;

/// <summary>Elementwise operations on one row of lanes; the bits do not depend on the vector width.</summary>
internal static class RowMath
{
    /// <summary>dst = x + s. dst may be x.</summary>
    public static void Add<T>(ReadOnlySpan<T> x, T s, Span<T> dst)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var xs = MemoryMarshal.Cast<T, Vector<T>>(x);
        var ds = MemoryMarshal.Cast<T, Vector<T>>(dst);
        var vs = new Vector<T>(s);
        for (int i = 0; i < ds.Length; i++)
            ds[i] = xs[i] + vs;
        for (int i = ds.Length * Vector<T>.Count; i < dst.Length; i++)
            dst[i] = x[i] + s;
    }

    /// <summary>dst = s x.</summary>
    public static void Scale<T>(ReadOnlySpan<T> x, T s, Span<T> dst)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var xs = MemoryMarshal.Cast<T, Vector<T>>(x);
        var ds = MemoryMarshal.Cast<T, Vector<T>>(dst);
        for (int i = 0; i < ds.Length; i++)
            ds[i] = s * xs[i];
        for (int i = ds.Length * Vector<T>.Count; i < dst.Length; i++)
            dst[i] = s * x[i];
    }

    /// <summary>x = x y.</summary>
    public static void Multiply<T>(Span<T> x, ReadOnlySpan<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var xs = MemoryMarshal.Cast<T, Vector<T>>(x);
        var ys = MemoryMarshal.Cast<T, Vector<T>>(y);
        for (int i = 0; i < xs.Length; i++)
            xs[i] *= ys[i];
        for (int i = xs.Length * Vector<T>.Count; i < x.Length; i++)
            x[i] *= y[i];
    }

    /// <summary>dst = s x + y, product and sum rounded apart. dst may be x or y.</summary>
    public static void AddScaled<T>(ReadOnlySpan<T> x, T s, ReadOnlySpan<T> y, Span<T> dst)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var xs = MemoryMarshal.Cast<T, Vector<T>>(x);
        var ys = MemoryMarshal.Cast<T, Vector<T>>(y);
        var ds = MemoryMarshal.Cast<T, Vector<T>>(dst);
        for (int i = 0; i < ds.Length; i++)
            ds[i] = s * xs[i] + ys[i];
        for (int i = ds.Length * Vector<T>.Count; i < dst.Length; i++)
            dst[i] = s * x[i] + y[i];
    }

    /// <summary>x = x + s (y − x).</summary>
    public static void Blend<T>(Span<T> x, T s, ReadOnlySpan<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var xs = MemoryMarshal.Cast<T, Vector<T>>(x);
        var ys = MemoryMarshal.Cast<T, Vector<T>>(y);
        for (int i = 0; i < xs.Length; i++)
            xs[i] += s * (ys[i] - xs[i]);
        for (int i = xs.Length * Vector<T>.Count; i < x.Length; i++)
            x[i] += s * (y[i] - x[i]);
    }

    /// <summary>mean = half (x + y), difference = inverse (x − y).</summary>
    public static void MeanAndDifference<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, T half, T inverse, Span<T> mean, Span<T> difference)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var xs = MemoryMarshal.Cast<T, Vector<T>>(x);
        var ys = MemoryMarshal.Cast<T, Vector<T>>(y);
        var ms = MemoryMarshal.Cast<T, Vector<T>>(mean);
        var ds = MemoryMarshal.Cast<T, Vector<T>>(difference);
        for (int i = 0; i < xs.Length; i++)
        {
            var (a, b) = (xs[i], ys[i]);
            ms[i] = half * (a + b);
            ds[i] = inverse * (a - b);
        }
        for (int i = xs.Length * Vector<T>.Count; i < x.Length; i++)
            (mean[i], difference[i]) = (half * (x[i] + y[i]), inverse * (x[i] - y[i]));
    }
}
