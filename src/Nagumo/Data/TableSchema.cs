namespace Nagumo.Data;

/// <summary>What a column is for.</summary>
internal enum ColumnRole
{
    /// <summary>It goes into the network.</summary>
    Input,

    /// <summary>It is to be learned.</summary>
    Target,

    /// <summary>It is left out.</summary>
    Ignored,
}

/// <summary>One column of a table as it is understood.</summary>
/// <param name="Name">Its name; null where the table has no header.</param>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Role">What it is for.</param>
/// <param name="Categories">The names that stand in it, sorted; null for numbers.</param>
internal sealed record TableColumn(string? Name, int Number, ColumnRole Role, string[]? Categories)
{
    /// <summary>The name, or "column 3".</summary>
    public string Label => Name ?? $"column {Number}";
}

/// <summary>How a table is understood: fixed when it is trained on, and followed by every later file.</summary>
/// <param name="Columns">All columns in the order of the file.</param>
/// <param name="Comma">Whether decimals stand behind a comma.</param>
internal sealed record TableSchema(TableColumn[] Columns, bool Comma)
{
    /// <summary>The most names that a column of categories may have.</summary>
    public const int MostCategories = 256;

    /// <summary>From this share of numbers on, a column is one of numbers, and a text in it a mistake.</summary>
    private const double MostlyNumbers = 0.9;

    /// <summary>The columns that go into the network.</summary>
    public IEnumerable<TableColumn> Inputs => Columns.Where(c => c.Role == ColumnRole.Input);

    /// <summary>The columns to be learned.</summary>
    public IEnumerable<TableColumn> Targets => Columns.Where(c => c.Role == ColumnRole.Target);

    /// <summary>Whether the first line names the columns.</summary>
    public bool HasHeader => Columns[0].Name is not null;

    /// <summary>What each value of an input is called: a column's name, or "column=category".</summary>
    public string[] InputNames =>
        [.. Inputs.SelectMany(c => c.Categories is null ? [c.Label] : c.Categories.Select(k => $"{c.Label}={k}"))];

    /// <summary>Which values are one of a column's categories.</summary>
    public bool[] IsCategory => [.. Inputs.SelectMany(c => Enumerable.Repeat(c.Categories is not null, c.Categories?.Length ?? 1))];

    /// <summary>Understands a table that is to be trained on.</summary>
    /// <param name="scans">The table, and the one to test on if that is another file.</param>
    /// <param name="options">What was said about it.</param>
    /// <exception cref="InvalidDataException">It cannot be understood; the message says which column, why and what to do.</exception>
    public static TableSchema Of(IReadOnlyList<TableScan> scans, DataOptions options)
    {
        var first = scans[0];
        foreach (var other in scans.Skip(1))
            RequireSame(first, other);
        foreach (var scan in scans.Where(s => s.Problems.Count > 0))
            throw new InvalidDataException(scan.Problems[0]);
        int[] ignored = Find(first, options.Ignore ?? [], "ignore"),
            named = Find(first, options.Categories ?? [], "categories"),
            targets = options.Target is { } given ? Find(first, given, "target") : [first.Columns.Count - 1];
        if (targets.FirstOrDefault(ignored.Contains, -1) is var both and >= 0)
            throw new InvalidDataException($"{first.Path}: data.target and data.ignore both name '{first.Columns[both].Label}'.");
        var columns = new TableColumn[first.Columns.Count];
        for (int c = 0; c < columns.Length; c++)
        {
            ColumnScan[] same = [.. scans.Select(s => s.Columns[c])];
            var role =
                ignored.Contains(c) ? ColumnRole.Ignored
                : targets.Contains(c) ? ColumnRole.Target
                : ColumnRole.Input;
            if (role != ColumnRole.Ignored && !named.Contains(c))
                RefuseCommas(scans, same);
            string[]? categories = role switch
            {
                ColumnRole.Ignored => null,
                ColumnRole.Target => ClassesOf(scans, same, options, targets.Length),
                _ => named.Contains(c) || !IsOfNumbers(scans, same) ? CategoriesOf(first.Path, same) : null,
            };
            columns[c] = new(same[0].Name, c + 1, role, categories);
        }
        var schema = new TableSchema(columns, options.Decimal == ",");
        if (!schema.Inputs.Any())
            throw new InvalidDataException(
                $"{first.Path}: no column is left to learn from: of {columns.Length} columns {targets.Length} are targets and {ignored.Length} are ignored. "
                    + (columns.Length == 1 ? "Is the separator another one (data.separator)?" : "See data.target and data.ignore.")
            );
        return schema;
    }

    /// <summary>The columns that are meant, by name or else by number from 1.</summary>
    private static int[] Find(TableScan scan, string[] given, string key)
    {
        var found = new List<int>();
        foreach (string name in given)
        {
            int at = scan.Columns.ToList().FindIndex(c => c.Name == name);
            if (at < 0 && int.TryParse(name, out int number) && number >= 1 && number <= scan.Columns.Count)
                at = number - 1;
            if (at < 0)
                throw new InvalidDataException(
                    $"{scan.Path}: data.{key} = '{name}', which is no column. "
                        + (
                            scan.HasHeader
                                ? Nearest.Hint(name, [.. scan.Columns.Select(c => c.Label)]).TrimStart()
                                : $"It has no header: give a number from 1 to {scan.Columns.Count}."
                        )
                );
            if (!found.Contains(at))
                found.Add(at);
        }
        return [.. found];
    }

    private static void RequireSame(TableScan first, TableScan other)
    {
        if (!first.Columns.Select(c => c.Name).SequenceEqual(other.Columns.Select(c => c.Name)))
            throw new InvalidDataException(
                $"{other.Path}: its columns are {List(other)}, those of {first.Path} {List(first)}; the table to test on needs the same."
            );

        static string List(TableScan scan) =>
            scan.HasHeader
                ? $"'{Excerpt.Of(string.Join(", ", scan.Columns.Select(c => c.Name)), 80)}'"
                : $"{scan.Columns.Count} without names";
    }

    /// <summary>Numbers with a decimal comma would be texts, and stand for categories.</summary>
    private static void RefuseCommas(IReadOnlyList<TableScan> scans, ColumnScan[] same)
    {
        for (int s = 0; s < same.Length; s++)
            if (same[s] is { WithComma: > 0, FirstText: { } text } column && column.WithComma == column.Texts)
                throw new InvalidDataException(
                    $"{scans[s].Path}, {text.At}: '{Excerpt.Of(text.Cell)}' is a number with a decimal comma. Read them so: --set 'data.decimal=,' "
                        + $"(or, if they are names: data.categories={column.Label})"
                );
    }

    /// <summary>Whether a column is one of numbers; one that nearly is, has a mistake in it.</summary>
    private static bool IsOfNumbers(IReadOnlyList<TableScan> scans, ColumnScan[] same)
    {
        for (int s = 0; s < same.Length; s++)
            if (same[s] is { FirstText: { } text } column && column.Numbers >= MostlyNumbers * (column.Numbers + column.Texts))
                throw new InvalidDataException(
                    $"{scans[s].Path}, {text.At}: '{Excerpt.Of(text.Cell)}' is not a number, and {column.Numbers} other cells of the column are. "
                        + $"Correct it, empty it if the value is missing, or set data.categories={column.Label} if the numbers are names."
                        + (text.Cell.Contains(',') ? " With a decimal comma: data.decimal=," : "")
                );
        return same.All(column => column.IsNumeric);
    }

    private static string[] CategoriesOf(string path, ColumnScan[] same)
    {
        var values = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var column in same)
            values.UnionWith(column.Values?.Keys ?? []);
        long rows = same.Sum(column => column.Numbers + column.Texts);
        if (same.Any(column => column.Values is null) || values.Count > MostCategories)
            throw new InvalidDataException(
                $"{path}, column {same[0].Number}{(same[0].Name is { } name ? $" ('{name}')" : "")}: {(same.Any(c => c.Values is null) ? $"more than {ColumnScan.MostDistinct}" : values.Count)} different texts in {rows} rows "
                    + $"('{Excerpt.Of(same[0].FirstText?.Cell ?? "")}', …); as categories at most {MostCategories} are taken. Leave it out: data.ignore={same[0].Label}"
            );
        return [.. values];
    }

    /// <summary>The classes of a target; null for numbers.</summary>
    private static string[]? ClassesOf(IReadOnlyList<TableScan> scans, ColumnScan[] same, DataOptions options, int targets)
    {
        bool isText = options.TargetKind != "classes" && !IsOfNumbers(scans, same) || same.Any(column => !column.IsNumeric);
        if (options.TargetKind == "numbers" || targets > 1)
            return !isText
                ? null
                : throw new InvalidDataException(
                    $"{scans[0].Path}, column {same[0].Number} ('{same[0].Label}'): '{Excerpt.Of(same.First(c => c.FirstText is not null).FirstText!.Value.Cell)}' is not a number, and {(targets > 1 ? "several targets are numbers" : "data.target_kind = numbers")}."
                );
        if (options.TargetKind == "auto" && !isText && !Classes.LooksLikeNames(same[0].IsWhole, same[0].Values?.Count, same[0].Numbers))
            return null;
        if (same.Any(column => column.Values is null))
            throw new InvalidDataException(
                $"{scans[0].Path}, column {same[0].Number} ('{same[0].Label}'): more than {ColumnScan.MostDistinct} different classes. If they are numbers to be learned: data.target_kind=numbers; is another column the target (data.target=COLUMN)?"
            );
        string[] names = [.. same.SelectMany(column => column.Values!.Keys).Distinct()];
        return Classes.Sorted(names);
    }
}
