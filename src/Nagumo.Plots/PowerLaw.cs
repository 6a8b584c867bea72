namespace Nagumo.Plots;

/// <summary>y = c·x^slope, fitted where the points follow a power law at all.</summary>
/// <param name="Slope">The exponent.</param>
/// <param name="Constant">log₁₀ c.</param>
/// <param name="From">Smallest x of the points used.</param>
/// <param name="To">Largest x of the points used.</param>
public sealed record PowerLaw(double Slope, double Constant, double From, double To)
{
    private const int FewestPoints = 3;
    private const double LargestMisfit = 0.04; // decades, root mean square

    /// <summary>y of the law at an x &gt; 0.</summary>
    public double At(double x) => Math.Pow(10, Constant + (Slope * Math.Log10(x)));

    /// <summary>
    /// Least squares in log–log over the longest run of neighbouring points that lies on a rising straight line; rounding
    /// at small x and saturation at large x fall out. Null when no three points do.
    /// </summary>
    public static PowerLaw? Fit(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        var points = Enumerable
            .Range(0, x.Count)
            .Where(i => x[i] > 0 && y[i] > 0 && double.IsFinite(x[i]) && double.IsFinite(y[i]))
            .Select(i => (X: Math.Log10(x[i]), Y: Math.Log10(y[i])))
            .OrderBy(p => p.X)
            .ToArray();
        for (var length = points.Length; length >= FewestPoints; length--)
        {
            (double Slope, double Constant, double Misfit, int Start)? best = null;
            for (var start = 0; start + length <= points.Length; start++)
            {
                var (slope, constant, misfit) = Line(points.AsSpan(start, length));
                if (slope > 0.5 && misfit < LargestMisfit && (best is null || misfit < best.Value.Misfit))
                {
                    best = (slope, constant, misfit, start);
                }
            }
            if (best is { } b)
            {
                return new PowerLaw(b.Slope, b.Constant, Math.Pow(10, points[b.Start].X), Math.Pow(10, points[b.Start + length - 1].X));
            }
        }
        return null;
    }

    private static (double Slope, double Constant, double Misfit) Line(ReadOnlySpan<(double X, double Y)> points)
    {
        double meanX = 0,
            meanY = 0,
            xx = 0,
            xy = 0,
            square = 0;
        foreach (var (x, y) in points)
        {
            meanX += x / points.Length;
            meanY += y / points.Length;
        }
        foreach (var (x, y) in points)
        {
            xx += (x - meanX) * (x - meanX);
            xy += (x - meanX) * (y - meanY);
        }
        var slope = xx > 0 ? xy / xx : 0;
        var constant = meanY - (slope * meanX);
        foreach (var (x, y) in points)
        {
            square += Math.Pow(y - constant - (slope * x), 2);
        }
        return (slope, constant, Math.Sqrt(square / points.Length));
    }
}
