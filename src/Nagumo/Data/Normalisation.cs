namespace Nagumo.Data;

/// <summary>An affine map of values, x ↦ (x − offset)/scale, one for all of them or one a column: fitted on training samples, kept, and applied ever after.</summary>
/// <param name="Method">"standard" (mean 0, variance 1), "range" (least −1, largest 1) or "none".</param>
/// <param name="Offset">Subtracted: one number, or one for each value of a sample; in the units of the data.</param>
/// <param name="Scale">Divided by, never 0.</param>
/// <param name="Constant">The values that were the same in every training sample: their scale is 1, so that they become 0.</param>
public sealed record Normalisation(string Method, double[] Offset, double[] Scale, int[] Constant)
{
    /// <summary>The map that leaves everything as it is.</summary>
    public static Normalisation None { get; } = new("none", [0], [1], []);

    /// <summary>Whether one map serves all values.</summary>
    public bool IsWhole => Offset.Length == 1;

    /// <summary>Offset and scale of one value of a sample.</summary>
    public (double Offset, double Scale) this[int value] => IsWhole ? (Offset[0], Scale[0]) : (Offset[value], Scale[value]);

    /// <summary>The values of a sample, mapped in place.</summary>
    public void Apply(Span<double> row)
    {
        for (int i = 0; i < row.Length; i++)
        {
            var (offset, scale) = this[i];
            row[i] = (row[i] - offset) / scale;
        }
    }

    /// <summary>The way back, to the units of the data, in place.</summary>
    public void Undo(Span<double> row)
    {
        for (int i = 0; i < row.Length; i++)
        {
            var (offset, scale) = this[i];
            row[i] = offset + scale * row[i];
        }
    }

    /// <summary>Reads the values of a sample into a row.</summary>
    internal delegate void RowReader(int sample, Span<double> row);

    /// <summary>Fits a map to some samples.</summary>
    /// <param name="method">"standard", "range" or "none".</param>
    /// <param name="perColumn">Whether each value has a map of its own.</param>
    /// <param name="samples">The samples to fit to: those of training.</param>
    /// <param name="size">Values of a sample.</param>
    /// <param name="read">Reads one.</param>
    /// <param name="isCategory">Values that stay as they are, 0 and 1 of a category; null for none.</param>
    internal static Normalisation Fit(
        string method,
        bool perColumn,
        ReadOnlySpan<int> samples,
        int size,
        RowReader read,
        bool[]? isCategory
    )
    {
        if (method == "none")
            return None;
        int maps = perColumn ? size : 1;
        double[] min = new double[maps],
            max = new double[maps],
            mean = new double[maps],
            squares = new double[maps],
            row = new double[size];
        Array.Fill(min, double.PositiveInfinity);
        Array.Fill(max, double.NegativeInfinity);
        // Differences from the first sample: a mean of large numbers keeps its digits.
        double[] first = new double[size];
        read(samples[0], first);
        double[] origin = perColumn ? first : [first[0]];
        foreach (int sample in samples)
        {
            read(sample, row);
            for (int i = 0; i < size; i++)
            {
                int m = perColumn ? i : 0;
                (min[m], max[m]) = (Math.Min(min[m], row[i]), Math.Max(max[m], row[i]));
                mean[m] += row[i] - origin[m];
            }
        }
        double count = perColumn ? samples.Length : (double)samples.Length * size;
        for (int m = 0; m < maps; m++)
            mean[m] = origin[m] + mean[m] / count;
        foreach (int sample in samples)
        {
            read(sample, row);
            for (int i = 0; i < size; i++)
            {
                int m = perColumn ? i : 0;
                squares[m] += (row[i] - mean[m]) * (row[i] - mean[m]);
            }
        }
        double[] offset = new double[maps],
            scale = new double[maps];
        var constant = new List<int>();
        for (int m = 0; m < maps; m++)
        {
            if (perColumn && isCategory is not null && isCategory[m])
            {
                (offset[m], scale[m]) = (0, 1);
                continue;
            }
            (offset[m], scale[m]) =
                method == "standard" ? (mean[m], Math.Sqrt(squares[m] / count)) : (min[m] / 2 + max[m] / 2, max[m] / 2 - min[m] / 2);
            // Also a spread so small or so large that a number cannot hold it is none.
            if (max[m] > min[m] && double.IsNormal(scale[m]))
                continue;
            constant.Add(m);
            (offset[m], scale[m]) = (min[m], 1);
        }
        return new(method, offset, scale, [.. constant]);
    }
}
