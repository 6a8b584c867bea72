using System.Buffers;
using System.Numerics;

namespace Nagumo.Media;

/// <summary>The linear equations of a closed orbit on a mesh: the two rows of an interval hold its two ends, and a border of two rows and two unknowns closes them.</summary>
/// <remarks>
/// Gauss elimination with partial pivoting over all rows, as of a full matrix; what is zero is left out: a row reaches no further than the rows that it has met, so
/// that the work grows as the number of intervals and not as its cube. Only the last interval, whose end is the first one's beginning, and the border reach over
/// all. [Ascher, Mattheij and Russell 1995, §7.2, doi:10.1137/1.9781611971231]
/// </remarks>
internal sealed class CycleSystem : IDisposable
{
    /// <summary>Columns of a row before those of the mesh: two right-hand sides, then the two unknowns of the border.</summary>
    public const int Right = 0,
        Border = 2,
        Mesh = 4;

    private readonly int _n,
        _stride;
    private readonly double[] _rows;

    /// <summary>The last column of each row that may not be zero; the rows in the order in which they were pivots.</summary>
    private readonly int[] _last,
        _pivots;

    /// <param name="intervals">Intervals of the mesh, two unknowns each; at least 2.</param>
    public CycleSystem(int intervals)
    {
        _n = 2 * intervals;
        _stride = Mesh + _n;
        // Hundreds of thousands of bytes, for a millisecond.
        _rows = ArrayPool<double>.Shared.Rent((_n + 2) * _stride);
        Clear();
        (_last, _pivots) = (new int[_n + 2], new int[_n + 2]);
    }

    /// <summary>A row: of the intervals in their order, then of the border. It may hold its interval's two ends; the last interval and the border all of the mesh.</summary>
    public Span<double> Equation(int row) => _rows.AsSpan(row * _stride, _stride);

    /// <summary>Begins anew with zeros.</summary>
    public void Clear() => Array.Clear(_rows, 0, (_n + 2) * _stride);

    public void Dispose() => ArrayPool<double>.Shared.Return(_rows);

    /// <summary>Solves for both right-hand sides; the rows are used up.</summary>
    /// <param name="solution">Receives [n + 2 × 2]: the mesh, then the border.</param>
    /// <returns>False where a pivot is 0 or not finite.</returns>
    public bool Solve(Span<double> solution)
    {
        // The rows that the present column may meet.
        Span<int> met = stackalloc int[_n + 2];
        int count = 0;
        for (int row = _n - 2; row < _n + 2; row++)
            (met[count++], _last[row]) = (row, _n);
        for (int column = 0; column < _n + 2; column++)
        {
            if (column % 2 == 0 && column < _n - 2)
                for (int row = column; row < column + 2; row++)
                    (met[count++], _last[row]) = (row, column + 4);
            int at = column < _n ? Mesh + column : Border + column - _n,
                best = 0;
            for (int k = 1; k < count; k++)
                if (Math.Abs(Equation(met[k])[at]) > Math.Abs(Equation(met[best])[at]))
                    best = k;
            int pivot = met[best];
            met[best] = met[--count];
            _pivots[column] = pivot;
            var from = Equation(pivot);
            double p = from[at];
            if (p == 0 || !double.IsFinite(p))
                return false;
            for (int k = 0; k < count; k++)
            {
                var row = Equation(met[k]);
                double factor = row[at] / p;
                if (factor == 0)
                    continue;
                int last = _last[met[k]] = Math.Max(_last[met[k]], _last[pivot]);
                Subtract(row[..Mesh], factor, from[..Mesh]);
                if (column < _n)
                    Subtract(row[(at + 1)..(Mesh + last)], factor, from[(at + 1)..(Mesh + last)]);
            }
        }
        for (int right = 0; right < 2; right++)
        for (int column = _n + 1; column >= 0; column--)
        {
            var row = Equation(_pivots[column]);
            double sum = row[Right + right];
            for (int k = column + 1; k < _last[_pivots[column]]; k++)
                sum -= row[Mesh + k] * solution[2 * k + right];
            for (int k = Math.Max(column + 1, _n); k < _n + 2; k++)
                sum -= row[Border + k - _n] * solution[2 * k + right];
            solution[2 * column + right] = sum / row[column < _n ? Mesh + column : Border + column - _n];
        }
        return true;
    }

    /// <summary>y ← y − factor·x.</summary>
    private static void Subtract(Span<double> y, double factor, ReadOnlySpan<double> x)
    {
        int i = 0;
        var f = new Vector<double>(factor);
        for (; i <= y.Length - Vector<double>.Count; i += Vector<double>.Count)
            (new Vector<double>(y[i..]) - f * new Vector<double>(x[i..])).CopyTo(y[i..]);
        for (; i < y.Length; i++)
            y[i] -= factor * x[i];
    }
}
