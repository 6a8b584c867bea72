namespace Nagumo.Neurons;

/// <summary>One statement of a text of equations and where it stands.</summary>
/// <param name="Text">The statement; signs that mean the same are one sign here, one character for one.</param>
/// <param name="Place">"line 3" or "equations[2]".</param>
/// <param name="Column">0-based column of its first character.</param>
internal sealed record Statement(string Text, string Place, int Column)
{
    public string Text { get; } =
        string.Concat(
            Text.Select(c =>
                c switch
                {
                    '’' or '′' or '‘' or 'ʹ' or '´' or '\u0307' => '\'',
                    '″' => '"',
                    _ when char.IsWhiteSpace(c) => ' ',
                    _ => c,
                }
            )
        );

    /// <summary>The line up to #, % or //.</summary>
    public static string WithoutComment(string line)
    {
        int end = line.AsSpan().IndexOfAny('#', '%'),
            slashes = line.IndexOf("//", StringComparison.Ordinal);
        end = end < 0 ? line.Length : end;
        return line[..(slashes < 0 ? end : Math.Min(end, slashes))];
    }
}
