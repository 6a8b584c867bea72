namespace Nagumo;

/// <summary>Finds the name that somebody probably meant, for messages about unknown names.</summary>
public static class Nearest
{
    /// <summary>The name closest to <paramref name="word"/>, case ignored, or null when none is close: more than a third of the longer word
    /// would have to change. Ties go to the earlier name; a name that begins with the word counts as close.</summary>
    public static string? To(string word, IEnumerable<string> names)
    {
        string? best = null;
        var least = int.MaxValue;
        foreach (var name in names)
        {
            var distance = Distance(word.ToLowerInvariant(), name.ToLowerInvariant());
            var isStem = word.Length >= 2 && name.StartsWith(word, StringComparison.OrdinalIgnoreCase);
            var isClose = isStem || distance <= Math.Max(1, Math.Max(word.Length, name.Length) / 3);
            if (isClose && distance < least)
            {
                (best, least) = (name, distance);
            }
        }
        return best;
    }

    /// <summary>" Did you mean 'x'?" with a leading space, or " Known: a, b, c." when nothing is close; empty when there are no names.</summary>
    public static string Hint(string word, IReadOnlyCollection<string> names) =>
        To(word, names) is { } near ? $" Did you mean '{near}'?"
        : names.Count > 0 ? $" Known: {string.Join(", ", names)}."
        : "";

    /// <summary>Damerau–Levenshtein distance (optimal string alignment): insertions, deletions, substitutions and swaps of neighbours.</summary>
    public static int Distance(string a, string b)
    {
        var before = new int[b.Length + 1];
        var above = new int[b.Length + 1];
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            above[j] = j;
        }
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], above[j]) + 1, above[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }
            (before, above, row) = (above, row, before);
        }
        return above[b.Length];
    }
}
