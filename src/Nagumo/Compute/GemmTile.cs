using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nagumo.Compute;

/// <summary>One micro-tile of a product: C = init + A·B on 12 rows × 2 vectors, held in registers while k runs.</summary>
/// <remarks>Every element is one chain acc = fma(a[i,k], b[k,j], acc) in the order of k. The accumulators are named one by one because
/// that is what keeps them in registers: 24 of 32, or 12 of 16 where the machine has fewer.</remarks>
internal static unsafe class GemmTile<V, T, S>
    where V : unmanaged
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where S : ISimd<V, T>
{
    /// <summary>Columns of one micro-tile.</summary>
    public static int Cols => 2 * S.Count;

    /// <param name="depth">Steps of k.</param>
    /// <param name="a">Packed panel, [depth × 12].</param>
    /// <param name="b">[depth × Cols], row stride <paramref name="bStride"/>.</param>
    /// <param name="bStride">Elements from one row of b to the next.</param>
    /// <param name="init">[12 × Cols], row stride <paramref name="initStride"/>; may be c.</param>
    /// <param name="initStride">Elements from one row of init to the next.</param>
    /// <param name="c">[12 × Cols], row stride <paramref name="cStride"/>.</param>
    /// <param name="cStride">Elements from one row of c to the next.</param>
    /// <param name="rows">Rows that matter; all 12 are readable and writable.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(nint depth, T* a, T* b, nint bStride, T* init, nint initStride, T* c, nint cStride, int rows)
    {
        const int half = Gemm.PanelRows / 2;
        if (S.ManyRegisters && rows > half)
        {
            Tile12(depth, a, b, bStride, init, initStride, c, cStride);
            return;
        }
        Tile6(depth, a, b, bStride, init, initStride, c, cStride);
        if (rows > half)
            Tile6(depth, a + half, b, bStride, init + half * initStride, initStride, c + half * cStride, cStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tile12(nint depth, T* a, T* b, nint bStride, T* init, nint initStride, T* c, nint cStride)
    {
        V x0 = S.Load(init),
            y0 = S.Load(init + S.Count);
        init += initStride;
        V x1 = S.Load(init),
            y1 = S.Load(init + S.Count);
        init += initStride;
        V x2 = S.Load(init),
            y2 = S.Load(init + S.Count);
        init += initStride;
        V x3 = S.Load(init),
            y3 = S.Load(init + S.Count);
        init += initStride;
        V x4 = S.Load(init),
            y4 = S.Load(init + S.Count);
        init += initStride;
        V x5 = S.Load(init),
            y5 = S.Load(init + S.Count);
        init += initStride;
        V x6 = S.Load(init),
            y6 = S.Load(init + S.Count);
        init += initStride;
        V x7 = S.Load(init),
            y7 = S.Load(init + S.Count);
        init += initStride;
        V x8 = S.Load(init),
            y8 = S.Load(init + S.Count);
        init += initStride;
        V x9 = S.Load(init),
            y9 = S.Load(init + S.Count);
        init += initStride;
        V x10 = S.Load(init),
            y10 = S.Load(init + S.Count);
        init += initStride;
        V x11 = S.Load(init),
            y11 = S.Load(init + S.Count);
        for (; depth > 0; depth--, a += Gemm.PanelRows, b += bStride)
        {
            V p = S.Load(b),
                q = S.Load(b + S.Count),
                s;
            s = S.Broadcast(a[0]);
            x0 = S.FusedMultiplyAdd(s, p, x0);
            y0 = S.FusedMultiplyAdd(s, q, y0);
            s = S.Broadcast(a[1]);
            x1 = S.FusedMultiplyAdd(s, p, x1);
            y1 = S.FusedMultiplyAdd(s, q, y1);
            s = S.Broadcast(a[2]);
            x2 = S.FusedMultiplyAdd(s, p, x2);
            y2 = S.FusedMultiplyAdd(s, q, y2);
            s = S.Broadcast(a[3]);
            x3 = S.FusedMultiplyAdd(s, p, x3);
            y3 = S.FusedMultiplyAdd(s, q, y3);
            s = S.Broadcast(a[4]);
            x4 = S.FusedMultiplyAdd(s, p, x4);
            y4 = S.FusedMultiplyAdd(s, q, y4);
            s = S.Broadcast(a[5]);
            x5 = S.FusedMultiplyAdd(s, p, x5);
            y5 = S.FusedMultiplyAdd(s, q, y5);
            s = S.Broadcast(a[6]);
            x6 = S.FusedMultiplyAdd(s, p, x6);
            y6 = S.FusedMultiplyAdd(s, q, y6);
            s = S.Broadcast(a[7]);
            x7 = S.FusedMultiplyAdd(s, p, x7);
            y7 = S.FusedMultiplyAdd(s, q, y7);
            s = S.Broadcast(a[8]);
            x8 = S.FusedMultiplyAdd(s, p, x8);
            y8 = S.FusedMultiplyAdd(s, q, y8);
            s = S.Broadcast(a[9]);
            x9 = S.FusedMultiplyAdd(s, p, x9);
            y9 = S.FusedMultiplyAdd(s, q, y9);
            s = S.Broadcast(a[10]);
            x10 = S.FusedMultiplyAdd(s, p, x10);
            y10 = S.FusedMultiplyAdd(s, q, y10);
            s = S.Broadcast(a[11]);
            x11 = S.FusedMultiplyAdd(s, p, x11);
            y11 = S.FusedMultiplyAdd(s, q, y11);
        }
        S.Store(x0, c);
        S.Store(y0, c + S.Count);
        c += cStride;
        S.Store(x1, c);
        S.Store(y1, c + S.Count);
        c += cStride;
        S.Store(x2, c);
        S.Store(y2, c + S.Count);
        c += cStride;
        S.Store(x3, c);
        S.Store(y3, c + S.Count);
        c += cStride;
        S.Store(x4, c);
        S.Store(y4, c + S.Count);
        c += cStride;
        S.Store(x5, c);
        S.Store(y5, c + S.Count);
        c += cStride;
        S.Store(x6, c);
        S.Store(y6, c + S.Count);
        c += cStride;
        S.Store(x7, c);
        S.Store(y7, c + S.Count);
        c += cStride;
        S.Store(x8, c);
        S.Store(y8, c + S.Count);
        c += cStride;
        S.Store(x9, c);
        S.Store(y9, c + S.Count);
        c += cStride;
        S.Store(x10, c);
        S.Store(y10, c + S.Count);
        c += cStride;
        S.Store(x11, c);
        S.Store(y11, c + S.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tile6(nint depth, T* a, T* b, nint bStride, T* init, nint initStride, T* c, nint cStride)
    {
        V x0 = S.Load(init),
            y0 = S.Load(init + S.Count);
        init += initStride;
        V x1 = S.Load(init),
            y1 = S.Load(init + S.Count);
        init += initStride;
        V x2 = S.Load(init),
            y2 = S.Load(init + S.Count);
        init += initStride;
        V x3 = S.Load(init),
            y3 = S.Load(init + S.Count);
        init += initStride;
        V x4 = S.Load(init),
            y4 = S.Load(init + S.Count);
        init += initStride;
        V x5 = S.Load(init),
            y5 = S.Load(init + S.Count);
        for (; depth > 0; depth--, a += Gemm.PanelRows, b += bStride)
        {
            V p = S.Load(b),
                q = S.Load(b + S.Count),
                s;
            s = S.Broadcast(a[0]);
            x0 = S.FusedMultiplyAdd(s, p, x0);
            y0 = S.FusedMultiplyAdd(s, q, y0);
            s = S.Broadcast(a[1]);
            x1 = S.FusedMultiplyAdd(s, p, x1);
            y1 = S.FusedMultiplyAdd(s, q, y1);
            s = S.Broadcast(a[2]);
            x2 = S.FusedMultiplyAdd(s, p, x2);
            y2 = S.FusedMultiplyAdd(s, q, y2);
            s = S.Broadcast(a[3]);
            x3 = S.FusedMultiplyAdd(s, p, x3);
            y3 = S.FusedMultiplyAdd(s, q, y3);
            s = S.Broadcast(a[4]);
            x4 = S.FusedMultiplyAdd(s, p, x4);
            y4 = S.FusedMultiplyAdd(s, q, y4);
            s = S.Broadcast(a[5]);
            x5 = S.FusedMultiplyAdd(s, p, x5);
            y5 = S.FusedMultiplyAdd(s, q, y5);
        }
        S.Store(x0, c);
        S.Store(y0, c + S.Count);
        c += cStride;
        S.Store(x1, c);
        S.Store(y1, c + S.Count);
        c += cStride;
        S.Store(x2, c);
        S.Store(y2, c + S.Count);
        c += cStride;
        S.Store(x3, c);
        S.Store(y3, c + S.Count);
        c += cStride;
        S.Store(x4, c);
        S.Store(y4, c + S.Count);
        c += cStride;
        S.Store(x5, c);
        S.Store(y5, c + S.Count);
    }
}
