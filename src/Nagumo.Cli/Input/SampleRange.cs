using System.Globalization;

namespace Nagumo.Cli;

/// <summary>Samples as a user names them: 0-9 or 3,17,20-24.</summary>
internal static class SampleRange
{
    private const int Most = 100_000;

    /// <summary>Each sample once, in the order given.</summary>
    /// <param name="text">What was given.</param>
    /// <param name="count">How many samples there are; null where that is not known yet.</param>
    public static int[] Parse(string text, int? count = null)
    {
        var samples = new List<int>();
        foreach (string part in text.Split(','))
        {
            string[] ends = part.Split('-');
            if (
                ends.Length > 2
                || !Whole(ends[0], out int first)
                || !Whole(ends[^1], out int last)
                || last < first
                || samples.Count + last - first >= Most
            )
                throw new InputException($"--samples {text}: give numbers and ranges, e.g. 0-9 or 3,17,20-24.");
            samples.AddRange(Enumerable.Range(first, last - first + 1));
        }
        int[] distinct = [.. samples.Distinct()];
        return distinct.FirstOrDefault(i => i >= count, -1) is >= 0 and var beyond
            ? throw new InputException($"--samples {text}: there is no sample {beyond}: give 0 to {count - 1}.")
            : distinct;
    }

    private static bool Whole(string number, out int value) =>
        int.TryParse(number.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
