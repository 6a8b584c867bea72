using System.Globalization;

namespace Nagumo.Circuits;

/// <summary>Quantities as engineers write them: 26.8 µH.</summary>
public static class Engineering
{
    private static readonly string[] Prefixes = ["f", "p", "n", "µ", "m", "", "k", "M", "G"];

    /// <summary>A number with a prefix of its unit.</summary>
    /// <param name="value">The value in the unit itself.</param>
    /// <param name="unit">The unit, e.g. "H".</param>
    /// <param name="digits">Significant digits.</param>
    public static string Text(double value, string unit, int digits = 3)
    {
        if (value == 0 || !double.IsFinite(value))
            return string.Create(CultureInfo.InvariantCulture, $"{value} {unit}");
        double rounded = double.Parse(value.ToString($"E{digits - 1}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        int power = (int)Math.Floor(Math.Log10(Math.Abs(rounded)) / 3 + 1e-12),
            index = Math.Clamp(power + 5, 0, Prefixes.Length - 1);
        double scaled = rounded / Math.Pow(1000, index - 5);
        int decimals = Math.Clamp(digits - 1 - (int)Math.Floor(Math.Log10(Math.Abs(scaled)) + 1e-12), 0, 15);
        string text = scaled.ToString($"F{decimals}", CultureInfo.InvariantCulture);
        return $"{(decimals > 0 ? text.TrimEnd('0').TrimEnd('.') : text)} {Prefixes[index]}{unit}";
    }
}
