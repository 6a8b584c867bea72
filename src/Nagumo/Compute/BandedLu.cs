namespace Nagumo.Compute;

/// <summary>LU factorisation of a banded matrix with partial pivoting over the whole band; linear in the size.</summary>
/// <remarks>Element (i, j) with |i − j| ≤ w; exchanges widen the upper band to 2w. Fill, <see cref="Factor"/>, <see cref="Solve"/>.
/// [Golub and Van Loan 2013, §4.3]</remarks>
/// <param name="size">Rows and columns.</param>
/// <param name="width">Half-width w ≥ 0 of the band.</param>
internal sealed class BandedLu(int size, int width)
{
    private readonly int _stride = 3 * width + 1;
    private readonly double[] _band = new double[(long)size * (3 * width + 1)];
    private readonly double[] _below = new double[(long)size * width];
    private readonly int[] _pivots = new int[size];

    /// <summary>Element (i, j) of the matrix, |i − j| ≤ w, before <see cref="Factor"/>.</summary>
    public ref double this[int i, int j] => ref _band[(long)i * _stride + j - i + width];

    /// <summary>Zeroes the matrix.</summary>
    public void Clear() => Array.Clear(_band);

    /// <summary>Takes over a block-tridiagonal matrix.</summary>
    public static BandedLu Of(BlockTridiagonal a)
    {
        int width = 0;
        for (int l = 0; l < a.Sizes.Length; l++)
            width = Math.Max(width, a.Sizes[l] - 1 + (l + 1 < a.Sizes.Length ? a.Sizes[l + 1] : 0));
        var banded = new BandedLu(a.Offsets[^1], width);
        for (int l = 0; l < a.Sizes.Length; l++)
        {
            int n = a.Sizes[l],
                at = a.Offsets[l];
            for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                banded[at + i, at + j] = a.Diagonal(l)[i * n + j];
            if (l + 1 == a.Sizes.Length)
                break;
            int m = a.Sizes[l + 1];
            for (int i = 0; i < n; i++)
            for (int j = 0; j < m; j++)
                banded[at + i, at + n + j] = banded[at + n + j, at + i] = a.Upper(l)[i * m + j];
        }
        return banded;
    }

    /// <summary>Replaces A by its factors.</summary>
    /// <returns>−1, or the first column without a usable pivot.</returns>
    public int Factor()
    {
        for (int c = 0; c < size; c++)
        {
            int last = Math.Min(size - 1, c + width),
                best = c;
            for (int i = c + 1; i <= last; i++)
                if (Math.Abs(this[i, c]) > Math.Abs(this[best, c]))
                    best = i;
            _pivots[c] = best;
            int right = Math.Min(size - 1, c + 2 * width);
            if (best != c)
                for (int j = c; j <= right; j++)
                    (this[c, j], this[best, j]) = (this[best, j], this[c, j]);
            double pivot = this[c, c];
            if (!(Math.Abs(pivot) > 0) || !double.IsFinite(pivot))
                return c;
            var top = _band.AsSpan((int)((long)c * _stride + width) + 1, right - c);
            for (int i = c + 1; i <= last; i++)
            {
                double factor = _below[(long)c * width + i - c - 1] = this[i, c] / pivot;
                if (factor == 0)
                    continue;
                var row = _band.AsSpan((int)((long)i * _stride + c - i + width) + 1, right - c);
                for (int j = 0; j < row.Length; j++)
                    row[j] -= factor * top[j];
            }
        }
        return -1;
    }

    /// <summary>x ← A⁻¹ x.</summary>
    public void Solve(Span<double> x)
    {
        for (int c = 0; c < size; c++)
        {
            (x[c], x[_pivots[c]]) = (x[_pivots[c]], x[c]);
            for (int i = c + 1; i <= Math.Min(size - 1, c + width); i++)
                x[i] -= _below[(long)c * width + i - c - 1] * x[c];
        }
        for (int i = size - 1; i >= 0; i--)
        {
            double sum = x[i];
            for (int j = i + 1; j <= Math.Min(size - 1, i + 2 * width); j++)
                sum -= this[i, j] * x[j];
            x[i] = sum / this[i, i];
        }
    }
}
