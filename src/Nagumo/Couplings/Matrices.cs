namespace Nagumo.Couplings;

/// <summary>Matrices given row by row, in double: for terms, bounds and stamps.</summary>
internal static class Matrices
{
    /// <summary>Σ f(i, j, m_ij) over rows and columns.</summary>
    public static double Sum(int rows, int cols, double[] m, Func<int, int, double, double> f)
    {
        double sum = 0;
        Each(rows, cols, m, (i, j, value) => sum += f(i, j, value));
        return sum;
    }

    /// <summary>Visits every element.</summary>
    public static void Each(int rows, int cols, double[] m, Action<int, int, double> visit)
    {
        for (int i = 0; i < rows; i++)
        for (int j = 0; j < cols; j++)
            visit(i, j, m[i * cols + j]);
    }

    /// <summary>A bound on ‖m‖₂: √(‖m‖₁ ‖m‖∞) or the Frobenius norm, whichever is less.</summary>
    public static double Bound(int rows, int cols, double[] m)
    {
        var (ofRows, ofCols) = (new double[rows], new double[cols]);
        double squares = 0;
        Each(
            rows,
            cols,
            m,
            (i, j, value) =>
            {
                ofRows[i] += Math.Abs(value);
                ofCols[j] += Math.Abs(value);
                squares += value * value;
            }
        );
        return Math.Sqrt(Math.Min(ofRows.Max() * ofCols.Max(), squares));
    }
}
