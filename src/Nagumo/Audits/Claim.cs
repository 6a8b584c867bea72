using System.Globalization;

namespace Nagumo.Audits;

/// <summary>One claim of a check: what is claimed, its numbers, the bound, and whether it holds.</summary>
/// <param name="Text">What is claimed.</param>
/// <param name="Numbers">What was measured; none where the text says it.</param>
/// <param name="Bound">What is asked of the numbers, as text: "&lt; 1e-06", "2 ± 0.1", "rounding"; empty where they are told only.</param>
/// <param name="Holds">Whether it holds.</param>
public sealed record Claim(string Text, IReadOnlyList<double> Numbers, string Bound, bool Holds)
{
    /// <summary>How the numbers are written: a format string of .NET; three digits by default.</summary>
    public string Format { get; init; } = "g3";

    /// <summary>What to change where it does not hold; null where nothing is known to help.</summary>
    public string? Remedy { get; init; }

    /// <summary>The numbers as text.</summary>
    public string Number => string.Join("; ", Numbers.Select(x => x.ToString(Format, CultureInfo.InvariantCulture)));

    /// <summary>Three digits: 0.0123, 1.2e-06.</summary>
    internal static string Say(double x) => x.ToString("g3", CultureInfo.InvariantCulture);
}
