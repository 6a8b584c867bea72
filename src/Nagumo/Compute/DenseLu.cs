using System.Numerics;

namespace Nagumo.Compute;

/// <summary>LU factorisation of a dense matrix with partial pivoting, P·A = L·U, in place; blocked, so that the work is in <see cref="Gemm"/>.</summary>
/// <remarks>Fill <see cref="Matrix"/>, <see cref="Factor"/>, <see cref="Solve"/> as often as wanted. NaN in the matrix counts as singular.
/// [Golub and Van Loan 2013, §3.4]</remarks>
internal sealed unsafe class DenseLu : IDisposable
{
    /// <summary>Columns factored at a time; the rest is updated by one product of this depth.</summary>
    const int Block = 48;

    readonly Buffer<double> matrix;
    readonly GemmWorkspace<double> workspace = new();
    readonly int[] pivots;

    /// <param name="size">Rows and columns, ≥ 0.</param>
    public DenseLu(int size)
    {
        Size = size;
        matrix = new((long)size * size);
        pivots = new int[size];
    }

    public int Size { get; }

    /// <summary>[size × size], row-major: A before <see cref="Factor"/>, L (unit diagonal, below) and U after it.</summary>
    public Span<double> Matrix => matrix.Span;

    MatView<double> View => new(matrix.Pointer, Size, Size, Size);

    /// <summary>Replaces A by its factors.</summary>
    /// <returns>−1, or the first column without a usable pivot: A is singular to working precision and no solve is possible.</returns>
    public int Factor()
    {
        var a = View;
        for (var j = 0; j < Size; j += Block)
        {
            var width = Math.Min(Block, Size - j);
            var singular = Panel(j, width);
            if (singular >= 0)
                return singular;
            var next = j + width;
            if (next == Size)
                break;
            var upper = a.Slice(j, width, next, Size - next);
            Lower(a.Slice(j, width, j, width), upper);
            var rest = a.Slice(next, Size - next, next, Size - next);
            Gemm.Multiply(a.Slice(next, Size - next, j, width), upper, rest, rest, -1, workspace);
        }
        return -1;
    }

    /// <summary>Replaces the right-hand sides B by A⁻¹·B.</summary>
    /// <param name="rhs">[size × columns], row-major.</param>
    /// <param name="columns">Right-hand sides, ≥ 1.</param>
    public void Solve(Span<double> rhs, int columns = 1)
    {
        if (columns < 1 || rhs.Length != (long)Size * columns)
            Throw.Argument($"Expected {Size}×{columns} numbers, got {rhs.Length}.", nameof(rhs));
        for (var i = 0; i < Size; i++)
            if (pivots[i] != i)
                Swap(rhs.Slice(i * columns, columns), rhs.Slice(pivots[i] * columns, columns));
        fixed (double* p = rhs)
        {
            var b = new MatView<double>(p, Size, columns, columns);
            Lower(View, b);
            for (var i = Size - 1; i >= 0; i--)
            {
                for (var k = i + 1; k < Size; k++)
                    Subtract(b.Row(i), View.Data[(nint)i * Size + k], b.Row(k));
                var diagonal = View.Data[(nint)i * Size + i];
                foreach (ref var x in b.Row(i))
                    x /= diagonal;
            }
        }
    }

    /// <summary>log |det A| of the factored matrix and the sign of det A, which changes where a branch of rest states folds.</summary>
    public (double LogAbs, int Sign) Determinant()
    {
        var (sum, sign) = (0.0, 1);
        for (var i = 0; i < Size; i++)
        {
            var diagonal = View.Data[(nint)i * Size + i];
            sum += Math.Log(Math.Abs(diagonal));
            if (diagonal < 0 != (pivots[i] != i))
                sign = -sign;
        }
        return (sum, sign);
    }

    public void Dispose()
    {
        matrix.Dispose();
        workspace.Dispose();
    }

    /// <summary>Factors columns [j, j + width) below row j; exchanges whole rows.</summary>
    int Panel(int j, int width)
    {
        var a = View;
        for (var c = j; c < j + width; c++)
        {
            var best = c;
            for (var i = c + 1; i < Size; i++)
                if (Math.Abs(a.Data[(nint)i * Size + c]) > Math.Abs(a.Data[(nint)best * Size + c]))
                    best = i;
            pivots[c] = best;
            if (best != c)
                Swap(a.Row(c), a.Row(best));
            var pivot = a.Data[(nint)c * Size + c];
            if (!(Math.Abs(pivot) > 0) || !double.IsFinite(pivot))
                return c;
            for (var i = c + 1; i < Size; i++)
            {
                var factor = a.Data[(nint)i * Size + c] /= pivot;
                Subtract(a.Row(i)[(c + 1)..(j + width)], factor, a.Row(c)[(c + 1)..(j + width)]);
            }
        }
        return -1;
    }

    /// <summary>B ← L⁻¹·B for a unit lower triangle.</summary>
    static void Lower(MatView<double> l, MatView<double> b)
    {
        for (var i = 1; i < b.Rows; i++)
        for (var k = 0; k < i; k++)
            Subtract(b.Row(i), l.Data[i * l.RowStride + k], b.Row(k));
    }

    /// <summary>y ← y − factor·x.</summary>
    static void Subtract(Span<double> y, double factor, ReadOnlySpan<double> x)
    {
        // Links of diffusion are diagonal: their factors are almost all zero.
        if (factor == 0)
            return;
        var i = 0;
        var f = new Vector<double>(factor);
        for (; i <= y.Length - Vector<double>.Count; i += Vector<double>.Count)
            (new Vector<double>(y[i..]) - f * new Vector<double>(x[i..])).CopyTo(y[i..]);
        for (; i < y.Length; i++)
            y[i] -= factor * x[i];
    }

    static void Swap(Span<double> x, Span<double> y)
    {
        for (var i = 0; i < x.Length; i++)
            (x[i], y[i]) = (y[i], x[i]);
    }
}
