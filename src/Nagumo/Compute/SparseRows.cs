namespace Nagumo.Compute;

/// <summary>A matrix by its entries that are not zero, row after row, for many products with one vector.</summary>
internal sealed class SparseRows
{
    private readonly int[] _starts,
        _columns;
    private readonly double[] _values;

    private SparseRows(int[] starts, List<int> columns, List<double> values) =>
        (_starts, _columns, _values) = (starts, [.. columns], [.. values]);

    /// <summary>Number of rows.</summary>
    public int Rows => _starts.Length - 1;

    /// <summary>Takes over a block-tridiagonal matrix: links that are diagonal cost their diagonal only.</summary>
    public static SparseRows Of(BlockTridiagonal a)
    {
        var starts = new int[a.Offsets[^1] + 1];
        var (columns, values) = (new List<int>(), new List<double>());
        for (int l = 0; l < a.Sizes.Length; l++)
        for (int i = 0; i < a.Sizes[l]; i++)
        {
            for (int j = 0; l > 0 && j < a.Sizes[l - 1]; j++)
                Add(a.Offsets[l - 1] + j, a.Upper(l - 1)[j * a.Sizes[l] + i]);
            for (int j = 0; j < a.Sizes[l]; j++)
                Add(a.Offsets[l] + j, a.Diagonal(l)[i * a.Sizes[l] + j]);
            for (int j = 0; l + 1 < a.Sizes.Length && j < a.Sizes[l + 1]; j++)
                Add(a.Offsets[l + 1] + j, a.Upper(l)[i * a.Sizes[l + 1] + j]);
            starts[a.Offsets[l] + i + 1] = values.Count;
        }
        return new(starts, columns, values);

        void Add(int column, double value)
        {
            if (value == 0)
                return;
            columns.Add(column);
            values.Add(value);
        }
    }

    /// <summary>y = A x; they do not overlap.</summary>
    public void Times(ReadOnlySpan<double> x, Span<double> y)
    {
        for (int i = 0; i < Rows; i++)
        {
            double sum = 0;
            for (int k = _starts[i]; k < _starts[i + 1]; k++)
                sum += _values[k] * x[_columns[k]];
            y[i] = sum;
        }
    }
}
