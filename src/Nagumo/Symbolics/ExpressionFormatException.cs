namespace Nagumo.Symbolics;

/// <summary>A text is not an expression: what is wrong, where, and the text (of a long one, the part around the place) with a caret under the place.</summary>
public sealed class ExpressionFormatException : FormatException
{
    internal ExpressionFormatException(string problem, string text, int position, string? hint = null)
        : base($"{problem} at position {position}{Remedy(hint)}\n{Quoted(text, position)}") =>
        (Problem, Position) = ($"{problem.TrimEnd(',')}{Remedy(hint)}", position);

    /// <summary>The 0-based index into the text.</summary>
    public int Position { get; }

    /// <summary>What is wrong and what helps, without the place.</summary>
    internal string Problem { get; }

    private static string Remedy(string? hint) => hint is null ? "" : $"; {hint}";

    private static string Quoted(string text, int position)
    {
        var (line, at) = Excerpt.Around(text, position);
        // One character for one, so that the caret stays under its place.
        return $"  {line.Replace('\n', ' ').Replace('\r', ' ').Replace('\t', ' ')}\n  {new string(' ', at)}^";
    }
}
