namespace Nagumo.Cli;

/// <summary>KEY=VALUE, as --set takes it.</summary>
internal static class Assignments
{
    /// <summary>Keys and values in their order.</summary>
    /// <param name="assignments">KEY=VALUE.</param>
    /// <exception cref="InputException">A text without "=", or a key that is there twice: which value is meant?</exception>
    public static IReadOnlyList<(string Key, string Value)> Read(IEnumerable<string> assignments)
    {
        var pairs = new List<(string Key, string Value)>();
        foreach (string assignment in assignments)
        {
            int equals = assignment.IndexOf('=');
            if (equals < 1)
                throw new InputException($"'{assignment}' is not key=value; for example tau=12.5.");
            var (key, value) = (assignment[..equals].Trim(), assignment[(equals + 1)..].Trim());
            if (pairs.FindIndex(p => p.Key == key) is var at and >= 0)
                throw new InputException($"'{key}' is set twice, to {pairs[at].Value} and to {value}: keep one.");
            pairs.Add((key, value));
        }
        return pairs;
    }
}
