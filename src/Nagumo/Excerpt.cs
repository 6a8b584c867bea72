namespace Nagumo;

/// <summary>The part of a long text that a message can quote.</summary>
internal static class Excerpt
{
    /// <summary>The text, or its beginning and "…" where it is longer than <paramref name="most"/> characters.</summary>
    public static string Of(string text, int most = 40) => text.Length <= most ? text : text[..(most - 1)] + "…";

    /// <summary>At most 2·<paramref name="reach"/> characters around a position, and the position in what is quoted.</summary>
    public static (string Text, int Position) Around(string text, int position, int reach = 60)
    {
        if (text.Length <= 2 * reach)
            return (text, position);
        int from = Math.Clamp(position - reach, 0, text.Length - 2 * reach);
        string front = from > 0 ? "…" : "",
            back = from + 2 * reach < text.Length ? "…" : "";
        return ($"{front}{text.Substring(from, 2 * reach)}{back}", position - from + front.Length);
    }
}
