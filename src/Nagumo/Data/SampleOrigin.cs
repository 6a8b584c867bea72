namespace Nagumo.Data;

/// <summary>Where samples stand in the file that they were read from.</summary>
/// <param name="Rows">Index of each, from 0, as <c>predict FILE:INDEX</c> counts; rows left out for missing values are not counted.</param>
/// <param name="Lines">The line of the text table on which each begins, from 1; null for other sources.</param>
internal sealed record SampleOrigin(int[] Rows, int[]? Lines)
{
    /// <summary>The origins of the given samples in the given order.</summary>
    public SampleOrigin Select(ReadOnlySpan<int> order)
    {
        var (rows, lines) = (new int[order.Length], Lines is null ? null : new int[order.Length]);
        for (int i = 0; i < order.Length; i++)
        {
            rows[i] = Rows[order[i]];
            if (lines is not null)
                lines[i] = Lines![order[i]];
        }
        return new(rows, lines);
    }
}
