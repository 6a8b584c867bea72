using System.Globalization;
using System.Text;

namespace Nagumo.Circuits;

/// <summary>Names as SPICE takes them: small letters, digits and underscores, a letter first, and no name twice.</summary>
/// <remarks>SPICE folds case and gives . # ( ) and others a meaning. Greek letters are spelled out; other characters become underscores.</remarks>
internal sealed class SpiceNames
{
    private const int Longest = 32;

    private const string Alpha = "α",
        Greek =
            "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau upsilon phi chi psi omega";

    private static readonly string[] Spelled = Greek.Split(' ');
    private readonly HashSet<string> _taken = [];

    /// <summary>The name, or the first of name_2, name_3, … that is still free once case is folded.</summary>
    public string Unique(string name)
    {
        string free = name;
        for (int n = 2; !_taken.Add(free.ToLowerInvariant()); n++)
            free = string.Create(CultureInfo.InvariantCulture, $"{name}_{n}");
        return free;
    }

    /// <summary>A name in the characters that SPICE takes; two names may become one.</summary>
    public static string Clean(string name)
    {
        var text = new StringBuilder();
        foreach (char c in name.ToLowerInvariant())
            if (char.IsAsciiLetterOrDigit(c))
                text.Append(c);
            else if (c - Alpha[0] is >= 0 and var letter && letter < Spelled.Length)
                text.Append(Spelled[letter]);
            else
                text.Append('_');
        if (text.Length > Longest)
            text.Length = Longest;
        return text.Length > 0 && char.IsAsciiLetter(text[0]) ? text.ToString() : "n" + text;
    }

    /// <summary>A user's name inside a comment: on one line, nothing that a terminal obeys, not endless.</summary>
    public static string Quoted(string name)
    {
        string shown = string.Concat(name.Take(2 * Longest).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return $"'{shown}{(name.Length > 2 * Longest ? "…" : "")}'";
    }
}
