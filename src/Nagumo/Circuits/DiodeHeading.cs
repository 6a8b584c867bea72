using System.Text.RegularExpressions;

namespace Nagumo.Circuits;

/// <summary>The heading of a measured characteristic: which column is the voltage, and in what units both are.</summary>
/// <remarks>A column states its unit in brackets, V (mV) or I [mA], after a stroke, V/mV, or as its last word, voltage_mV; one without is in volts or amperes.</remarks>
/// <param name="First">The first column's quantity, 'V' or 'A', and its unit in volts or amperes.</param>
/// <param name="Second">The second column's.</param>
/// <param name="IsLine">Whether it is a line of its own and not a comment.</param>
internal sealed partial record DiodeHeading((char Quantity, double Unit) First, (char Quantity, double Unit) Second, bool IsLine)
{
    /// <summary>Volts, then amperes.</summary>
    public static DiodeHeading None { get; } = new(('V', 1), ('A', 1), IsLine: false);

    /// <summary>Powers of ten, so that a scaled number is the nearest one.</summary>
    private static readonly (string Prefix, int Power)[] Prefixes =
    [
        ("", 0),
        ("m", -3),
        ("u", -6),
        ("µ", -6),
        ("μ", -6),
        ("n", -9),
        ("p", -12),
        ("k", 3),
    ];

    private static readonly (string Prefix, int Power)[] Spelled = [("", 0), ("milli", -3), ("micro", -6), ("nano", -9)];

    private const string Known = "V, mV, uV or µV, nV, kV and A, mA, uA or µA, nA, pA";

    [GeneratedRegex(@"[(\[{]\s*(?<unit>[^)\]}]*?)\s*[)\]}]|/\s*(?<unit>[^/\s]+)\s*$")]
    private static partial Regex Stated();

    [GeneratedRegex(@"[^\s_,]+$")]
    private static partial Regex LastWord();

    [GeneratedRegex(
        @"^\W*(?<i>i(?![a-z]{2})|current|strom|courant)|^\W*(?<v>[uv](?![a-z]{2})|volt|spannung|tension|bias)",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Name();

    /// <summary>A point in volts and amperes.</summary>
    public (double Volts, double Amperes) Point(double first, double second)
    {
        var (a, b) = (Scaled(first, First.Unit), Scaled(second, Second.Unit));
        return First.Quantity == 'V' ? (a, b) : (b, a);
    }

    /// <summary>Divides by a whole number where the unit is a small one: 65 mV are then the double nearest to 0.065 V.</summary>
    private static double Scaled(double x, double unit) => unit < 1 ? x / Math.Round(1 / unit) : x * unit;

    /// <summary>Reads a line of words.</summary>
    /// <param name="line">The line.</param>
    /// <param name="where">File and line, for messages.</param>
    /// <exception cref="ArgumentException">An unknown unit, or two columns of one quantity.</exception>
    public static DiodeHeading Of(string line, string where)
    {
        string[] columns = Columns(line);
        if (columns.Length != 2)
            return None with { IsLine = true };
        var (a, b) = (Column(columns[0], where), Column(columns[1], where));
        // What a column does not say of itself, the other says.
        char first = a.Quantity ?? (b.Quantity == 'V' ? 'A' : 'V'),
            second = b.Quantity ?? (first == 'V' ? 'A' : 'V');
        if (first == second)
            throw new ArgumentException(
                $"{where}: both columns of '{Excerpt.Of(line)}' are {(first == 'V' ? "voltages" : "currents")}: give a voltage and a current."
            );
        return new((first, a.Unit), (second, b.Unit), IsLine: true);
    }

    /// <summary>The heading that a comment is, if both its columns state a unit that is known.</summary>
    public static DiodeHeading? OfComment(string comment)
    {
        string[] columns = Columns(comment.Trim());
        return
            columns.Length == 2
            && columns.All(c => Stated().Match(c) is { Success: true } m && Unit(m.Groups["unit"].Value) is not null)
            && Unit(Stated().Match(columns[0]).Groups["unit"].Value) is var (a, _)
            && Unit(Stated().Match(columns[1]).Groups["unit"].Value) is var (b, _)
            && a != b
            ? Of(comment.Trim(), "") with
            {
                IsLine = false,
            }
            : null;
    }

    /// <summary>By comma, semicolon or tab; otherwise by blanks, but not before a bracket.</summary>
    private static string[] Columns(string line) =>
        (line.IndexOfAny([',', ';', '\t']) >= 0 ? line.Split(',', ';', '\t') : Blanks().Split(line))
            .Select(c => c.Trim().Trim('"').Trim())
            .Where(c => c.Length > 0)
            .ToArray();

    [GeneratedRegex(@"\s+(?![(\[{/])")]
    private static partial Regex Blanks();

    private static (char? Quantity, double Unit) Column(string text, string where)
    {
        if (Stated().Match(text) is { Success: true } stated)
        {
            string unit = stated.Groups["unit"].Value;
            var (quantity, scale) =
                Unit(unit)
                ?? throw new ArgumentException($"{where}: unknown unit '{Excerpt.Of(unit)}' of '{Excerpt.Of(text)}'; known are {Known}.");
            return (quantity, scale);
        }
        char? named = Name().Match(text) is { Success: true } name ? (name.Groups["i"].Success ? 'A' : 'V') : null;
        return Unit(LastWord().Match(text).Value) is var (q, u) ? (q, u) : (named, 1);
    }

    /// <summary>What a unit is of, and how large; null when it is none.</summary>
    private static (char Quantity, double Scale)? Unit(string text)
    {
        foreach (var (prefix, power) in Prefixes)
            if (text == prefix + "V" || text == prefix + "A")
                return (text[^1], Math.Pow(10, power));
        string word = text.ToLowerInvariant().TrimEnd('s');
        foreach (var (prefix, power) in Spelled)
            if (word == prefix + "volt" || word == prefix + "ampere" || word == prefix + "amp")
                return (word.EndsWith("volt", StringComparison.Ordinal) ? 'V' : 'A', Math.Pow(10, power));
        return null;
    }
}
