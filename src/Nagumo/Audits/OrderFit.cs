namespace Nagumo.Audits;

/// <summary>The order of an error in β: its slope in log–log over the range where there is one.</summary>
/// <remarks>
/// Rule: neighbouring points whose least-squares line misses them by at most 0.01 decades (root mean square) and rises by more than 0.5;
/// the longest such run of at least four, the smaller β where two are equally long. Rounding at small β and higher orders at large β bend
/// the curve, and so fall out. It does not use the order that is expected.
/// </remarks>
/// <param name="Slope">The order.</param>
/// <param name="From">Smallest β of the run.</param>
/// <param name="To">Largest β of the run.</param>
public sealed record OrderFit(double Slope, double From, double To)
{
    /// <summary>Fewest points of a run.</summary>
    internal const int Fewest = 4;

    private const double Misfit = 0.01;

    /// <summary>Fits errors at ascending β; null where no run of points is straight.</summary>
    public static OrderFit? Of(IReadOnlyList<double> beta, IReadOnlyList<double> error)
    {
        for (int length = beta.Count; length >= Fewest; length--)
        for (int start = 0; start + length <= beta.Count; start++)
        {
            double[] x = [.. beta.Skip(start).Take(length).Select(Math.Log10)],
                y = [.. error.Skip(start).Take(length).Select(Math.Log10)];
            if (!y.All(double.IsFinite))
                continue;
            double meanX = x.Average(),
                meanY = y.Average(),
                slope = x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / x.Sum(a => (a - meanX) * (a - meanX)),
                misfit = Math.Sqrt(x.Zip(y, (a, b) => Math.Pow(b - meanY - slope * (a - meanX), 2)).Average());
            if (misfit <= Misfit && slope > 0.5)
                return new(slope, beta[start], beta[start + length - 1]);
        }
        return null;
    }
}
