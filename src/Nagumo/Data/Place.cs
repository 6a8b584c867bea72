namespace Nagumo.Data;

/// <summary>Where something stands in a table.</summary>
/// <param name="Line">The line of the file, from 1.</param>
/// <param name="Column">The column, from 1; 0 for the whole line.</param>
/// <param name="Name">The column's name; null where it has none.</param>
internal readonly record struct Place(int Line, int Column, string? Name = null)
{
    /// <summary>"line 57, column 3 ('width')".</summary>
    public override string ToString() =>
        Column == 0 ? $"line {Line}"
        : Name is null ? $"line {Line}, column {Column}"
        : $"line {Line}, column {Column} ('{Excerpt.Of(Name)}')";
}
