using System.Globalization;

namespace Nagumo;

/// <summary>A number of things in words, in the one place that knows about plurals.</summary>
internal static class Counted
{
    /// <summary>"1 value", "2,000 values", "3 classes".</summary>
    /// <param name="n">How many.</param>
    /// <param name="one">One of them.</param>
    /// <param name="many">Several; null for an s, or es after s and x, behind it.</param>
    public static string Of(long n, string one, string? many = null) =>
        $"{n.ToString("N0", CultureInfo.InvariantCulture)} {(n == 1 ? one : many ?? one + (one[^1] is 's' or 'x' ? "es" : "s"))}";
}
