namespace Nagumo.Compute;

/// <summary>LU factorisation of a band matrix with partial pivoting, in place; band-width² operations per row.</summary>
/// <remarks>Element (i, j) with |i − j| ≤ band. Pivoting fills up to another band above. [Golub and Van Loan 2013, §4.3]</remarks>
internal sealed class BandedLu
{
    private readonly int _band,
        _width;
    private readonly double[] _a;
    private readonly int[] _pivots;

    /// <param name="size">Rows and columns, ≥ 1.</param>
    /// <param name="band">Largest |i − j| of an element.</param>
    public BandedLu(int size, int band)
    {
        (Size, _band, _width) = (size, band, 3 * band + 1);
        _a = new double[size * _width];
        _pivots = new int[size];
    }

    public int Size { get; }

    /// <summary>Sets every element to 0.</summary>
    public void Clear() => Array.Clear(_a);

    /// <summary>Element (row, column) within the band, to be filled before <see cref="Factor"/>.</summary>
    public ref double this[int row, int column] => ref _a[row * _width + column - row + _band];

    /// <summary>Replaces A by its factors.</summary>
    /// <returns>False when A is singular to working precision, or holds a NaN.</returns>
    public bool Factor()
    {
        for (int k = 0; k < Size; k++)
        {
            int last = Math.Min(Size - 1, k + _band),
                right = Math.Min(Size - 1, k + 2 * _band),
                best = k;
            for (int i = k + 1; i <= last; i++)
                if (Math.Abs(this[i, k]) > Math.Abs(this[best, k]))
                    best = i;
            _pivots[k] = best;
            double pivot = this[best, k];
            if (!(Math.Abs(pivot) > 0) || !double.IsFinite(pivot))
                return false;
            if (best != k)
                for (int j = k; j <= right; j++)
                    (this[k, j], this[best, j]) = (this[best, j], this[k, j]);
            for (int i = k + 1; i <= last; i++)
            {
                double factor = this[i, k] /= pivot;
                if (factor != 0)
                    for (int j = k + 1; j <= right; j++)
                        this[i, j] -= factor * this[k, j];
            }
        }
        return true;
    }

    /// <summary>Replaces b by A⁻¹ b.</summary>
    public void Solve(Span<double> b)
    {
        for (int k = 0; k < Size; k++)
        {
            (b[k], b[_pivots[k]]) = (b[_pivots[k]], b[k]);
            for (int i = k + 1; i <= Math.Min(Size - 1, k + _band); i++)
                b[i] -= this[i, k] * b[k];
        }
        for (int k = Size - 1; k >= 0; k--)
        {
            for (int j = k + 1; j <= Math.Min(Size - 1, k + 2 * _band); j++)
                b[k] -= this[k, j] * b[j];
            b[k] /= this[k, k];
        }
    }
}
