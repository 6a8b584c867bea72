namespace Nagumo.Data;

/// <summary>What one column of a table holds, counted over all of its rows.</summary>
/// <param name="Name">Its name, from the header; null where there is none.</param>
/// <param name="Number">Its number, from 1.</param>
internal sealed record ColumnScan(string? Name, int Number)
{
    /// <summary>Distinct values that are kept; a column of more is no list of names.</summary>
    public const int MostDistinct = 1000;

    private const int Places = 5;

    private readonly Dictionary<string, long> _values = [];

    /// <summary>The name, or "column 3".</summary>
    public string Label => Name ?? $"column {Number}";

    /// <summary>How many cells are missing.</summary>
    public long Missing { get; private set; }

    /// <summary>The first of them.</summary>
    public List<Place> MissingAt { get; } = [];

    /// <summary>How many cells are numbers.</summary>
    public long Numbers { get; private set; }

    /// <summary>How many cells are neither missing nor numbers.</summary>
    public long Texts { get; private set; }

    /// <summary>How many of the texts are numbers with a decimal comma.</summary>
    public long WithComma { get; private set; }

    /// <summary>The first text and the first number, with their places.</summary>
    public (Place At, string Cell)? FirstText { get; private set; }

    /// <inheritdoc cref="FirstText"/>
    public (Place At, string Cell)? FirstNumber { get; private set; }

    /// <summary>Whether all numbers are whole.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>The least and the largest number.</summary>
    public double Min { get; private set; } = double.PositiveInfinity;

    /// <inheritdoc cref="Min"/>
    public double Max { get; private set; } = double.NegativeInfinity;

    /// <summary>The distinct values and how often each is there; null where they are more than <see cref="MostDistinct"/>.</summary>
    public IReadOnlyDictionary<string, long>? Values => _values.Count <= MostDistinct ? _values : null;

    /// <summary>Whether every cell is a number or missing.</summary>
    public bool IsNumeric => Texts == 0;

    /// <summary>Counts a cell.</summary>
    public void Add(ReadOnlySpan<char> cell, int line, bool comma)
    {
        if (CellValue.IsMissing(cell))
        {
            Missing++;
            if (MissingAt.Count < Places)
                MissingAt.Add(new(line, Number, Name));
            return;
        }
        if (CellValue.TryNumber(cell, comma, out double number))
        {
            Numbers++;
            IsWhole &= CellValue.IsWhole(cell);
            (Min, Max) = (Math.Min(Min, number), Math.Max(Max, number));
            if (FirstNumber is null)
                FirstNumber = (new(line, Number, Name), cell.ToString());
        }
        else
        {
            Texts++;
            if (!comma && cell.Contains(',') && CellValue.TryNumber(cell, comma: true, out _))
                WithComma++;
            if (FirstText is null)
                FirstText = (new(line, Number, Name), cell.ToString());
        }
        if (_values.Count > MostDistinct)
            return;
        var values = _values.GetAlternateLookup<ReadOnlySpan<char>>();
        values.TryGetValue(cell, out long count);
        values[cell] = count + 1;
    }
}
