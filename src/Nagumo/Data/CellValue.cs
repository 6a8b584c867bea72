using System.Globalization;

namespace Nagumo.Data;

/// <summary>What a cell of a table says.</summary>
internal static class CellValue
{
    private static readonly string[] Nothing = ["NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?"];

    /// <summary>Whether the cell says that its value is missing: empty, NA, N/A, NaN, null, None or a question mark.</summary>
    public static bool IsMissing(ReadOnlySpan<char> cell)
    {
        if (cell.IsEmpty)
            return true;
        if (cell.Length > 4)
            return false;
        foreach (string word in Nothing)
            if (cell.SequenceEqual(word))
                return true;
        return false;
    }

    /// <summary>Reads a finite number; a decimal comma only where it is asked for, and never a separator of thousands.</summary>
    public static bool TryNumber(ReadOnlySpan<char> cell, bool comma, out double number)
    {
        number = 0;
        if (!comma)
            return Parse(cell, out number);
        Span<char> point = stackalloc char[64];
        if (cell.Length > point.Length || cell.Contains('.'))
            return false;
        cell.CopyTo(point);
        point = point[..cell.Length];
        point.Replace(',', '.');
        return Parse(point, out number);
    }

    /// <summary>Whether a number is written as a whole one: digits behind a sign.</summary>
    public static bool IsWhole(ReadOnlySpan<char> cell) => !cell.TrimStart("+-").ContainsAnyExceptInRange('0', '9');

    private static bool Parse(ReadOnlySpan<char> cell, out double number) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
