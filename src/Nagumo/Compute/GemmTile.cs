using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nagumo.Compute;

/// <summary>Rows of a micro-tile as a type, so that the kernel is compiled once per height.</summary>
internal interface IHeight
{
    static abstract int Rows { get; }
}

/// <summary>One micro-tile of a product: C = init + A·B on up to 12 rows × 2 vectors, held in registers while k runs.</summary>
/// <remarks>Every element is one chain acc = fma(a[i,k], b[k,j], acc) in the order of k. The accumulators are named one by one because
/// that is what keeps them in registers: 24 of 32, or 12 of 16 where the machine has fewer. Rows above the height cost nothing: the
/// height is a constant to the compiler.</remarks>
internal static unsafe class GemmTile<V, T, S>
    where V : unmanaged
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where S : ILanes<V, T>
{
    /// <summary>Columns of one micro-tile.</summary>
    public static int Cols => 2 * S.Count;

    /// <summary>The smallest even height that holds the rows: a ten-wide output does not pay for twelve.</summary>
    /// <param name="depth">Steps of k.</param>
    /// <param name="a">Packed panel, [depth × 12].</param>
    /// <param name="b">[depth × Cols], row stride <paramref name="bStride"/>.</param>
    /// <param name="bStride">Elements from one row of b to the next.</param>
    /// <param name="init">[12 × Cols], row stride <paramref name="initStride"/>; may be c.</param>
    /// <param name="initStride">Elements from one row of init to the next.</param>
    /// <param name="c">[12 × Cols], row stride <paramref name="cStride"/>.</param>
    /// <param name="cStride">Elements from one row of c to the next.</param>
    /// <param name="rows">Rows wanted, 1 … 12; with an odd number one more is read and written.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(nint depth, T* a, T* b, nint bStride, T* init, nint initStride, T* c, nint cStride, int rows)
    {
        const int half = Gemm.PanelRows / 2;
        if (!S.ManyRegisters && rows > half)
        {
            Rows(depth, a, b, bStride, init, initStride, c, cStride, half);
            Rows(depth, a + half, b, bStride, init + half * initStride, initStride, c + half * cStride, cStride, rows - half);
        }
        else
            Rows(depth, a, b, bStride, init, initStride, c, cStride, rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Rows(nint depth, T* a, T* b, nint bStride, T* init, nint initStride, T* c, nint cStride, int rows)
    {
        switch ((rows + 1) / 2)
        {
            case 1:
                Tile<Height2>(depth, a, b, bStride, init, initStride, c, cStride);
                break;
            case 2:
                Tile<Height4>(depth, a, b, bStride, init, initStride, c, cStride);
                break;
            case 3:
                Tile<Height6>(depth, a, b, bStride, init, initStride, c, cStride);
                break;
            case 4:
                Tile<Height8>(depth, a, b, bStride, init, initStride, c, cStride);
                break;
            case 5:
                Tile<Height10>(depth, a, b, bStride, init, initStride, c, cStride);
                break;
            case 6:
                Tile<Height12>(depth, a, b, bStride, init, initStride, c, cStride);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tile<H>(nint depth, T* a, T* b, nint bStride, T* init, nint initStride, T* c, nint cStride)
        where H : IHeight
    {
        V x0 = default,
            y0 = default,
            x1 = default,
            y1 = default,
            x2 = default,
            y2 = default,
            x3 = default,
            y3 = default,
            x4 = default,
            y4 = default,
            x5 = default,
            y5 = default,
            x6 = default,
            y6 = default,
            x7 = default,
            y7 = default,
            x8 = default,
            y8 = default,
            x9 = default,
            y9 = default,
            x10 = default,
            y10 = default,
            x11 = default,
            y11 = default;
        x0 = S.Load(init);
        y0 = S.Load(init + S.Count);
        x1 = S.Load(init + initStride);
        y1 = S.Load(init + initStride + S.Count);
        init += 2 * initStride;
        if (H.Rows > 2)
        {
            x2 = S.Load(init);
            y2 = S.Load(init + S.Count);
            x3 = S.Load(init + initStride);
            y3 = S.Load(init + initStride + S.Count);
            init += 2 * initStride;
        }
        if (H.Rows > 4)
        {
            x4 = S.Load(init);
            y4 = S.Load(init + S.Count);
            x5 = S.Load(init + initStride);
            y5 = S.Load(init + initStride + S.Count);
            init += 2 * initStride;
        }
        if (H.Rows > 6)
        {
            x6 = S.Load(init);
            y6 = S.Load(init + S.Count);
            x7 = S.Load(init + initStride);
            y7 = S.Load(init + initStride + S.Count);
            init += 2 * initStride;
        }
        if (H.Rows > 8)
        {
            x8 = S.Load(init);
            y8 = S.Load(init + S.Count);
            x9 = S.Load(init + initStride);
            y9 = S.Load(init + initStride + S.Count);
            init += 2 * initStride;
        }
        if (H.Rows > 10)
        {
            x10 = S.Load(init);
            y10 = S.Load(init + S.Count);
            x11 = S.Load(init + initStride);
            y11 = S.Load(init + initStride + S.Count);
            init += 2 * initStride;
        }
        for (; depth > 0; depth--, a += Gemm.PanelRows, b += bStride)
        {
            V p = S.Load(b),
                q = S.Load(b + S.Count);
            var s = S.Broadcast(a[0]);
            x0 = S.Fma(s, p, x0);
            y0 = S.Fma(s, q, y0);
            s = S.Broadcast(a[1]);
            x1 = S.Fma(s, p, x1);
            y1 = S.Fma(s, q, y1);
            if (H.Rows > 2)
            {
                s = S.Broadcast(a[2]);
                x2 = S.Fma(s, p, x2);
                y2 = S.Fma(s, q, y2);
                s = S.Broadcast(a[3]);
                x3 = S.Fma(s, p, x3);
                y3 = S.Fma(s, q, y3);
            }
            if (H.Rows > 4)
            {
                s = S.Broadcast(a[4]);
                x4 = S.Fma(s, p, x4);
                y4 = S.Fma(s, q, y4);
                s = S.Broadcast(a[5]);
                x5 = S.Fma(s, p, x5);
                y5 = S.Fma(s, q, y5);
            }
            if (H.Rows > 6)
            {
                s = S.Broadcast(a[6]);
                x6 = S.Fma(s, p, x6);
                y6 = S.Fma(s, q, y6);
                s = S.Broadcast(a[7]);
                x7 = S.Fma(s, p, x7);
                y7 = S.Fma(s, q, y7);
            }
            if (H.Rows > 8)
            {
                s = S.Broadcast(a[8]);
                x8 = S.Fma(s, p, x8);
                y8 = S.Fma(s, q, y8);
                s = S.Broadcast(a[9]);
                x9 = S.Fma(s, p, x9);
                y9 = S.Fma(s, q, y9);
            }
            if (H.Rows > 10)
            {
                s = S.Broadcast(a[10]);
                x10 = S.Fma(s, p, x10);
                y10 = S.Fma(s, q, y10);
                s = S.Broadcast(a[11]);
                x11 = S.Fma(s, p, x11);
                y11 = S.Fma(s, q, y11);
            }
        }
        S.Store(c, x0);
        S.Store(c + S.Count, y0);
        S.Store(c + cStride, x1);
        S.Store(c + cStride + S.Count, y1);
        c += 2 * cStride;
        if (H.Rows > 2)
        {
            S.Store(c, x2);
            S.Store(c + S.Count, y2);
            S.Store(c + cStride, x3);
            S.Store(c + cStride + S.Count, y3);
            c += 2 * cStride;
        }
        if (H.Rows > 4)
        {
            S.Store(c, x4);
            S.Store(c + S.Count, y4);
            S.Store(c + cStride, x5);
            S.Store(c + cStride + S.Count, y5);
            c += 2 * cStride;
        }
        if (H.Rows > 6)
        {
            S.Store(c, x6);
            S.Store(c + S.Count, y6);
            S.Store(c + cStride, x7);
            S.Store(c + cStride + S.Count, y7);
            c += 2 * cStride;
        }
        if (H.Rows > 8)
        {
            S.Store(c, x8);
            S.Store(c + S.Count, y8);
            S.Store(c + cStride, x9);
            S.Store(c + cStride + S.Count, y9);
            c += 2 * cStride;
        }
        if (H.Rows > 10)
        {
            S.Store(c, x10);
            S.Store(c + S.Count, y10);
            S.Store(c + cStride, x11);
            S.Store(c + cStride + S.Count, y11);
        }
    }
}

file readonly struct Height2 : IHeight
{
    public static int Rows => 2;
}

file readonly struct Height4 : IHeight
{
    public static int Rows => 4;
}

file readonly struct Height6 : IHeight
{
    public static int Rows => 6;
}

file readonly struct Height8 : IHeight
{
    public static int Rows => 8;
}

file readonly struct Height10 : IHeight
{
    public static int Rows => 10;
}

file readonly struct Height12 : IHeight
{
    public static int Rows => 12;
}
