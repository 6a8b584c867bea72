namespace Nagumo.Data;

/// <summary>What a text table holds, counted in one pass and in little memory: columns, rows, and what cannot be read.</summary>
/// <param name="Path">The file.</param>
/// <param name="HasHeader">Whether its first line names the columns.</param>
/// <param name="Separator">What stands between the cells.</param>
/// <param name="Columns">The columns.</param>
/// <param name="Rows">How many rows of data.</param>
/// <param name="Problems">What cannot be read, each with its place; the first <see cref="MostProblems"/> of them.</param>
internal sealed record TableScan(
    string Path,
    bool HasHeader,
    char Separator,
    IReadOnlyList<ColumnScan> Columns,
    int Rows,
    IReadOnlyList<string> Problems
)
{
    /// <summary>Problems that are told; a table with more is another kind of file.</summary>
    public const int MostProblems = 20;

    /// <summary>Reads the whole file.</summary>
    /// <exception cref="InvalidDataException">Not a table at all.</exception>
    public static TableScan Of(string path, DataOptions options)
    {
        using var text = TableText.Open(path, options.Separator);
        if (!text.Next())
            throw new InvalidDataException($"{path}: empty, where rows of a table are expected.");
        bool comma = options.Decimal == ",";
        string[] first = FirstRow(text);
        bool hasHeader = options.Header ?? IsHeader(first, comma);
        var problems = new List<string>();
        if (hasHeader)
            RequireNames(path, text.Line, first);
        ColumnScan[] columns = [.. first.Select((name, c) => new ColumnScan(hasHeader ? name : null, c + 1))];
        int rows = 0;
        for (bool more = hasHeader ? text.Next() : true; more && problems.Count < MostProblems; more = text.Next(), rows++)
            Count(text, columns, comma, path, problems);
        if (rows == 0)
            throw new InvalidDataException($"{path}: a header and no rows.");
        return new(path, hasHeader, text.Separator, columns, rows, problems);
    }

    /// <summary>The cells of the first row; of "# a,b,c" without the mark.</summary>
    internal static string[] FirstRow(TableText text)
    {
        string[] cells = new string[text.Count];
        for (int c = 0; c < cells.Length; c++)
            cells[c] = text.Cell(c).ToString();
        if (cells[0].StartsWith('#'))
            cells[0] = cells[0][1..].Trim();
        return cells;
    }

    /// <summary>A first row without a number in it names the columns; an empty cell in it is a column without a name, such as an index.</summary>
    private static bool IsHeader(string[] first, bool comma) =>
        first.All(cell => !CellValue.TryNumber(cell, comma, out _)) && first.Any(cell => !CellValue.IsMissing(cell));

    private static void RequireNames(string path, int line, string[] names)
    {
        for (int c = 0; c < names.Length; c++)
        {
            if (names[c].Length == 0)
                names[c] = $"column {c + 1}";
            if (Array.IndexOf(names, names[c]) is var before && before < c)
                throw new InvalidDataException(
                    $"{path}, line {line}: the columns {before + 1} and {c + 1} are both called '{Excerpt.Of(names[c])}'. Rename one, or set data.header=false if this line is no header."
                );
        }
    }

    private static void Count(TableText text, ColumnScan[] columns, bool comma, string path, List<string> problems)
    {
        try
        {
            RequireWidth(text, columns.Length, path);
            for (int c = 0; c < columns.Length; c++)
                columns[c].Add(text.Cell(c), text.Line, comma);
        }
        catch (InvalidDataException e) when (e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            problems.Add(e.Message);
        }
    }

    /// <summary>Refuses a row of another number of cells; where quotation marks are to blame, those are named.</summary>
    internal static void RequireWidth(TableText text, int expected, string path)
    {
        if (text.Count == expected)
            return;
        for (int c = 0; c < text.Count; c++)
            _ = text.Cell(c);
        throw new InvalidDataException(
            $"{path}, line {text.Line}: {Counted.Of(text.Count, "cell")}, where {expected} are expected; a missing value is an empty cell, and a separator within a cell needs quotation marks."
        );
    }
}
