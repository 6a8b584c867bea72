namespace Nagumo.Symbolics;

/// <summary>A text is not an expression: what is wrong, where, and the text with a caret under the place.</summary>
public sealed class ExpressionFormatException : FormatException
{
    internal ExpressionFormatException(string problem, string text, int position, string? hint = null)
        : base($"{problem} at position {position}{(hint is null ? "" : $"; {hint}")}\n  {Line(text)}\n  {new string(' ', position)}^") =>
        Position = position;

    /// <summary>The 0-based index into the text.</summary>
    public int Position { get; }

    // One character for one, so that the caret stays under its place.
    private static string Line(string text) => text.Replace('\n', ' ').Replace('\r', ' ').Replace('\t', ' ');
}
