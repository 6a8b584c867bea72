using System.Globalization;

namespace Nagumo.Data;

/// <summary>What makes a list of values a list of names of classes, and in which order.</summary>
internal static class Classes
{
    /// <summary>The most different whole numbers that are taken for classes unasked.</summary>
    private const int MostNumbers = 100;

    /// <summary>Whether numbers look like names of classes: whole, few, and each there twice on average.</summary>
    /// <param name="isWhole">Whether all are whole numbers.</param>
    /// <param name="distinct">How many are different; null for very many.</param>
    /// <param name="count">How many there are.</param>
    public static bool LooksLikeNames(bool isWhole, int? distinct, long count) =>
        isWhole && distinct is { } n && n <= MostNumbers && 2L * n <= count;

    /// <summary>The names in order: numbers by their value, others by their letters.</summary>
    public static string[] Sorted(IEnumerable<string> names)
    {
        string[] all = [.. names];
        return all.All(name => Number(name) is not null)
            ? [.. all.OrderBy(Number).ThenBy(name => name, StringComparer.Ordinal)]
            : [.. all.Order(StringComparer.Ordinal)];
    }

    private static double? Number(string name) =>
        double.TryParse(name, NumberStyles.Float, CultureInfo.InvariantCulture, out double x) ? x : null;
}
