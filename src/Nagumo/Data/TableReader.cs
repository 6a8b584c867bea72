namespace Nagumo.Data;

/// <summary>Reads the rows of a text table as a schema understands them.</summary>
internal static class TableReader
{
    /// <summary>Reads a table that is to be trained on, and the one to test on if that is another file.</summary>
    public static RawData Read(string path, DataOptions options)
    {
        string[] paths = options.TestFile is { } test ? [path, test] : [path];
        var schema = TableSchema.Of([.. paths.Select(p => TableScan.Of(p, options))], options);
        var data = Read(path, options, schema, needsTargets: true);
        return options.Target is not null
            ? data
            : data with
            {
                Notes =
                [
                    .. data.Notes!,
                    $"the target is the last column, '{schema.Targets.First().Label}' (data.target=COLUMN takes another)",
                ],
            };
    }

    /// <summary>Reads a table, and the one to test on if that is another file, as a schema understands them.</summary>
    public static RawData Read(string path, DataOptions options, TableSchema schema, bool needsTargets)
    {
        var (train, dropped) = Read(path, schema, options, needsTargets);
        var (test, more) = options.TestFile is { } file ? Read(file, schema, options, needsTargets) : ((RawSamples?)null, 0);
        string[] notes = dropped + more > 0 ? [$"rows with missing values that are left out: {dropped + more}"] : [];
        return new("table", train, test, schema.InputNames, schema.IsCategory, schema, notes);
    }

    /// <summary>Reads a table by a schema that stands: columns are found by their names where both have names, and by their order elsewhere.</summary>
    /// <param name="path">The file.</param>
    /// <param name="schema">How it is understood.</param>
    /// <param name="options">Separator and what becomes of missing values.</param>
    /// <param name="needsTargets">Whether targets must be there; else they are read where all of them are.</param>
    private static (RawSamples Samples, int Dropped) Read(string path, TableSchema schema, DataOptions options, bool needsTargets)
    {
        using var text = TableText.Open(path, options.Separator);
        if (!text.Next())
            throw new InvalidDataException($"{path}: empty, where rows of a table are expected.");
        string[] first = TableScan.FirstRow(text);
        // A row of words in the place of numbers is a header, too, if that of another table.
        bool hasHeader =
            schema.HasHeader
            && (
                schema.Inputs.Any(c => first.Contains(c.Name))
                || schema.Inputs.Any(c => c.Categories is null) && !first.Any(cell => CellValue.TryNumber(cell, schema.Comma, out _))
            );
        int width = first.Length;
        int[] at = hasHeader ? ByName(path, first, schema) : ByOrder(path, width, schema);
        bool hasTargets = schema.Columns.Zip(at).All(p => p.First.Role != ColumnRole.Target || p.Second >= 0);
        if (needsTargets && !hasTargets)
            throw new InvalidDataException(
                $"{path}: the column '{schema.Columns.Zip(at).First(p => p.First.Role == ColumnRole.Target && p.Second < 0).First.Label}', which was learned, is not there."
            );
        var rows = new Rows(path, schema, at, hasTargets, options.Missing == "drop");
        for (bool more = !hasHeader || text.Next(); more; more = text.Next())
        {
            TableScan.RequireWidth(text, width, path);
            rows.Add(text);
        }
        return rows.Done();
    }

    private static int[] ByName(string path, string[] header, TableSchema schema)
    {
        int[] at = [.. schema.Columns.Select(c => Array.IndexOf(header, c.Name))];
        for (int c = 0; c < at.Length; c++)
            if (at[c] < 0 && schema.Columns[c].Role == ColumnRole.Input)
                throw new InvalidDataException(
                    $"{path}: the column '{schema.Columns[c].Label}', which the network reads, is not there.{Nearest.Hint(schema.Columns[c].Label, header)}"
                );
        return at;
    }

    private static int[] ByOrder(string path, int width, TableSchema schema)
    {
        int inputs = schema.Inputs.Count();
        if (width == schema.Columns.Length)
            return [.. Enumerable.Range(0, width)];
        if (width != inputs)
            throw new InvalidDataException(
                $"{path}, line 1: {Counted.Of(width, "cell")}; {inputs} expected ({Excerpt.Of(string.Join(", ", schema.Inputs.Select(c => c.Label)), 80)}), or {schema.Columns.Length} with every column of the table that was trained on."
            );
        int next = 0;
        return [.. schema.Columns.Select(c => c.Role == ColumnRole.Input ? next++ : -1)];
    }

    /// <summary>The rows read so far.</summary>
    private sealed class Rows(string path, TableSchema schema, int[] at, bool hasTargets, bool drops)
    {
        private readonly (TableColumn Column, int At, Dictionary<string, int>? Categories)[] _columns =
        [
            .. schema
                .Columns.Zip(at)
                .Where(p => p.First.Role == ColumnRole.Input || p.First.Role == ColumnRole.Target && hasTargets)
                .Select(p => (p.First, p.Second, p.First.Categories?.Select((name, i) => (name, i)).ToDictionary(n => n.name, n => n.i))),
        ];
        private readonly List<double> _inputs = [],
            _targets = [];
        private readonly List<int> _labels = [],
            _lines = [];
        private readonly double[] _row = new double[schema.Columns.Length];
        private int _rows,
            _dropped;

        public void Add(TableText text)
        {
            for (int c = 0; c < _columns.Length; c++)
            {
                var (column, from, categories) = _columns[c];
                var cell = text.Cell(from);
                if (!CellValue.IsMissing(cell))
                    _row[c] = categories is null ? Number(cell, column, text.Line) : Category(cell, column, categories, text.Line);
                else if (drops)
                {
                    _dropped++;
                    return;
                }
                else
                    throw new InvalidDataException(
                        $"{path}, {new Place(text.Line, column.Number, column.Name)}: the value is missing. Fill it, delete the row, or leave such rows out: data.missing=drop"
                    );
            }
            _lines.Add(text.Line);
            Keep();
        }

        public (RawSamples Samples, int Dropped) Done()
        {
            if (_rows == 0)
                throw new InvalidDataException(
                    $"{path}: no row is left{(_dropped > 0 ? $" of {_dropped}: a value is missing in each" : "")}."
                );
            var inputs = new NpyArray(_inputs.ToArray(), _rows, _inputs.Count / _rows);
            var targets = schema.Targets.ToArray();
            return (
                new(
                    inputs,
                    !hasTargets ? null
                        : targets[0].Categories is { } names ? new RawTargets.OfClasses(names, [.. _labels])
                        : new RawTargets.OfNumbers([.. targets.Select(t => t.Label)], [.. _targets]),
                    [.. _lines]
                ),
                _dropped
            );
        }

        private void Keep()
        {
            for (int c = 0; c < _columns.Length; c++)
            {
                var (column, _, categories) = _columns[c];
                if (column.Role == ColumnRole.Target)
                {
                    if (categories is null)
                        _targets.Add(_row[c]);
                    else
                        _labels.Add((int)_row[c]);
                }
                else if (categories is null)
                    _inputs.Add(_row[c]);
                else
                    for (int k = 0; k < categories.Count; k++)
                        _inputs.Add(k == (int)_row[c] ? 1 : 0);
            }
            if (++_rows % 4096 == 0)
                Memory.Require(path, 2L * _inputs.Count, 3 * sizeof(double));
        }

        private double Number(ReadOnlySpan<char> cell, TableColumn column, int line) =>
            CellValue.TryNumber(cell, schema.Comma, out double number)
                ? number
                : throw new InvalidDataException(
                    $"{path}, {new Place(line, column.Number, column.Name)}: '{Excerpt.Of(cell.ToString())}' is not a number."
                );

        private int Category(ReadOnlySpan<char> cell, TableColumn column, Dictionary<string, int> categories, int line) =>
            categories.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(cell, out int found)
                ? found
                : throw new InvalidDataException(
                    $"{path}, {new Place(line, column.Number, column.Name)}: '{Excerpt.Of(cell.ToString())}' was not there in training.{Nearest.Hint(cell.ToString(), column.Categories!)}"
                );
    }
}
