namespace Nagumo.Compute;

/// <summary>Products, lengths and angles of vectors, summed in the order of <see cref="LaneSum"/>.</summary>
internal static class Norms
{
    /// <summary>Σ a b.</summary>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => LaneSum.Dot(a, b);

    /// <summary>|a|₂.</summary>
    public static double Length(ReadOnlySpan<double> a) => Math.Sqrt(Dot(a, a));

    /// <summary>a·b/(|a| |b|), exactly 1 of equal vectors; NaN where one is 0.</summary>
    public static double Cosine(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => Dot(a, b) / Math.Sqrt(Dot(a, a) * Dot(b, b));
}
