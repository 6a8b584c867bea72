using System.Globalization;

namespace Nagumo.Data;

/// <summary>Values of a table that lie many ranges away from all others of their column: mostly mistakes, which spoil the normalisation of all others.</summary>
/// <remarks>
/// The range is that of the column without a hundredth of its values at each end (at least one); what is further than <see cref="Ranges"/> of it away is told.
/// Where it is 0, as in a column of few events, there is nothing to compare with.
/// </remarks>
internal static class Outliers
{
    /// <summary>From so many ranges on.</summary>
    private const double Ranges = 10;

    private const int Told = 3,
        LeastSamples = 10,
        MostColumns = 1000;

    /// <summary>What is to be said of the inputs and numbers to be learned; nothing for pictures.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="names">What the inputs are called; null for arrays.</param>
    /// <param name="schema">How a table is understood; null for arrays.</param>
    public static IEnumerable<string> Of(RawSamples samples, string[]? names, TableSchema? schema)
    {
        int size = samples.Size;
        if (samples.Shape.Length > 1 || size > MostColumns || samples.Count < LeastSamples || samples.Inputs.Values is byte[] or bool[])
            yield break;
        double[] all = new double[(long)samples.Count * size];
        for (int i = 0; i < samples.Count; i++)
            samples.Read(i, all.AsSpan(i * size, size));
        for (int j = 0; j < size; j++)
            foreach (string told in Column(all, j, size, names?[j] ?? $"input {j}", samples, schema))
                yield return told;
        if (samples.Targets is RawTargets.OfNumbers numbers)
            for (int j = 0; j < numbers.Names.Length; j++)
                foreach (string told in Column(numbers.Values, j, numbers.Names.Length, numbers.Names[j], samples, schema))
                    yield return told;
    }

    private static IEnumerable<string> Column(double[] all, int column, int columns, string name, RawSamples samples, TableSchema? schema)
    {
        int n = samples.Count,
            cut = Math.Max(1, n / 100);
        double[] sorted = [.. Enumerable.Range(0, n).Select(i => all[i * columns + column])];
        Array.Sort(sorted);
        double low = sorted[cut],
            high = sorted[n - 1 - cut],
            range = high - low;
        if (!(range > 0))
            yield break;
        double Away(double x) => Math.Max(x - high, low - x) / range;
        if (Away(sorted[0]) <= Ranges && Away(sorted[^1]) <= Ranges)
            yield break;
        var far = Enumerable
            .Range(0, n)
            .Where(i => Away(all[i * columns + column]) > Ranges)
            .OrderByDescending(i => Away(all[i * columns + column]));
        int count = 0;
        foreach (int i in far)
        {
            if (++count > Told)
                continue;
            double x = all[i * columns + column];
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{Place(i, name, samples, schema)}: {x:G6} lies {Away(x):G2} times the column's range away from it ({low:G4} to {high:G4} without the ends): a mistake? It squeezes all others together; correct it or take the row out"
            );
        }
        if (count > Told)
            yield return $"… and {Counted.Of(count - Told, "value")} more of '{name}' as far away";
    }

    private static string Place(int sample, string name, RawSamples samples, TableSchema? schema)
    {
        if (samples.Lines is not { } lines)
            return $"sample {sample}, {name}";
        var column = schema?.Columns.FirstOrDefault(c => c.Label == name);
        return column is null ? $"line {lines[sample]}, '{name}'" : new Place(lines[sample], column.Number, column.Name).ToString();
    }
}
