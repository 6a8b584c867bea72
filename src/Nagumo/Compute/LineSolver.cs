using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nagumo.Compute;

/// <summary>Solves 1 − r δ² along many lines that lie side by side, so that vectors run across them.</summary>
/// <remarks>Every line is solved by the same operations whatever stands beside it and however wide the vectors are. [<see cref="LineFactors"/>]</remarks>
internal abstract unsafe class LineSolver<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _upper,
        _inverse,
        _corner;
    private readonly T _share;

    protected LineSolver(int cells, double r, bool ring)
    {
        var factors = new LineFactors(cells, ring);
        factors.Prepare(r);
        (_upper, _inverse) = (Rounded(factors.Upper), Rounded(factors.Inverse));
        _corner = Rounded(factors.Corner);
        _share = T.CreateChecked(factors.Share);
    }

    /// <summary>The solver for a vector width.</summary>
    /// <param name="cells">Cells of a line.</param>
    /// <param name="r">≥ 0.</param>
    /// <param name="ring">Whether the ends are neighbours.</param>
    /// <param name="simd">The width.</param>
    public static LineSolver<T> Create(int cells, double r, bool ring, Simd simd) =>
        simd switch
        {
            Simd.Vector512 => new Wide<Vector512<T>, Lanes512<T>>(cells, r, ring),
            Simd.Vector256 => new Wide<Vector256<T>, Lanes256<T>>(cells, r, ring),
            Simd.Vector128 => new Wide<Vector128<T>, Lanes128<T>>(cells, r, ring),
            _ => new Wide<T, Lanes1<T>>(cells, r, ring),
        };

    /// <summary>x ← (1 − r δ²)⁻¹ x for every line, and for what stands beside the last one up to a whole vector.</summary>
    /// <param name="lines">[cells × lines], rows whole cache lines apart.</param>
    /// <param name="spare">One row of as many whole cache lines, overwritten; elsewhere.</param>
    public void Solve(MatView<T> lines, MatView<T> spare)
    {
        T* x = lines.Data,
            scratch = spare.Data;
        nint stride = lines.RowStride,
            width = lines.Cols;
        int last = _upper.Length - 1;
        fixed (
            T* upper = _upper,
                inverse = _inverse,
                corner = _corner
        )
        {
            Lines(x, stride, width, upper, inverse, last);
            if (_corner.Length == 0)
                return;
            T* end = x + last * stride;
            for (nint j = 0; j < width; j++)
                scratch[j] = (x[j] + end[j]) * _share;
            for (int i = 0; i <= last; i++)
                if (corner[i] != T.Zero)
                    Subtract(x + i * stride, width, corner[i], scratch);
        }
    }

    /// <summary>Down and up all lines.</summary>
    protected abstract void Lines(T* x, nint stride, nint width, T* upper, T* inverse, int last);

    /// <summary>x ← x − factor · y.</summary>
    protected abstract void Subtract(T* x, nint width, T factor, T* y);

    /// <summary>The corner falls geometrically: what is below rounding becomes zero before it becomes a subnormal number, which is slow.</summary>
    private static T[] Rounded(double[] values) => [.. values.Select(v => Math.Abs(v) < 1e-25 ? T.Zero : T.CreateChecked(v))];

    private sealed class Wide<V, L>(int cells, double r, bool ring) : LineSolver<T>(cells, r, ring)
        where V : unmanaged
        where L : ILanes<V, T>
    {
        /// <summary>Vectors that go along together: one after the other would wait for its own last result.</summary>
        private const int Together = 4;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        protected override void Lines(T* x, nint stride, nint width, T* upper, T* inverse, int last)
        {
            nint j = 0;
            for (; j + Together * L.Count <= width; j += Together * L.Count)
                Four(x + j, stride, upper, inverse, last);
            for (; j < width; j += L.Count)
                One(x + j, stride, upper, inverse, last);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        protected override void Subtract(T* x, nint width, T factor, T* y)
        {
            var f = L.Broadcast(factor);
            for (nint j = 0; j < width; j += L.Count)
                L.Store(x + j, L.Fnma(f, L.Load(y + j), L.Load(x + j)));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Four(T* x, nint stride, T* upper, T* inverse, int last)
        {
            nint n = L.Count;
            V a = L.Load(x),
                b = L.Load(x + n),
                c = L.Load(x + 2 * n),
                d = L.Load(x + 3 * n);
            for (int i = 1; i <= last; i++)
            {
                x += stride;
                var u = L.Broadcast(upper[i - 1]);
                L.Store(x, a = L.Fma(u, a, L.Load(x)));
                L.Store(x + n, b = L.Fma(u, b, L.Load(x + n)));
                L.Store(x + 2 * n, c = L.Fma(u, c, L.Load(x + 2 * n)));
                L.Store(x + 3 * n, d = L.Fma(u, d, L.Load(x + 3 * n)));
            }
            var pivot = L.Broadcast(inverse[last]);
            L.Store(x, a = L.Mul(pivot, a));
            L.Store(x + n, b = L.Mul(pivot, b));
            L.Store(x + 2 * n, c = L.Mul(pivot, c));
            L.Store(x + 3 * n, d = L.Mul(pivot, d));
            for (int i = last - 1; i >= 0; i--)
            {
                x -= stride;
                V u = L.Broadcast(upper[i]),
                    p = L.Broadcast(inverse[i]);
                L.Store(x, a = L.Fma(u, a, L.Mul(p, L.Load(x))));
                L.Store(x + n, b = L.Fma(u, b, L.Mul(p, L.Load(x + n))));
                L.Store(x + 2 * n, c = L.Fma(u, c, L.Mul(p, L.Load(x + 2 * n))));
                L.Store(x + 3 * n, d = L.Fma(u, d, L.Mul(p, L.Load(x + 3 * n))));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void One(T* x, nint stride, T* upper, T* inverse, int last)
        {
            var a = L.Load(x);
            for (int i = 1; i <= last; i++)
            {
                x += stride;
                L.Store(x, a = L.Fma(L.Broadcast(upper[i - 1]), a, L.Load(x)));
            }
            L.Store(x, a = L.Mul(L.Broadcast(inverse[last]), a));
            for (int i = last - 1; i >= 0; i--)
            {
                x -= stride;
                L.Store(x, a = L.Fma(L.Broadcast(upper[i]), a, L.Mul(L.Broadcast(inverse[i]), L.Load(x))));
            }
        }
    }
}
