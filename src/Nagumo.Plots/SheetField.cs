namespace Nagumo.Plots;

/// <summary>A field on a sheet of cells, to be drawn.</summary>
public sealed record SheetField
{
    /// <param name="values">[rows × columns], row-major, the top row first.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <exception cref="ArgumentException">Not as many values as cells.</exception>
    public SheetField(float[] values, int rows, int columns)
    {
        if (rows < 1 || columns < 1 || values.Length != rows * columns)
        {
            throw new ArgumentException($"{values.Length} values for a sheet of {rows} × {columns} cells.", nameof(values));
        }
        (Values, Rows, Columns) = (values, rows, columns);
    }

    /// <summary>[rows × columns], row-major, the top row first; not copied.</summary>
    public float[] Values { get; }

    /// <summary>Cells of the sheet from one value to the next, 1 unless the field is thinned out.</summary>
    public int Every { get; init; } = 1;

    /// <summary>Cells from top to bottom.</summary>
    public int Rows { get; }

    /// <summary>Cells from left to right.</summary>
    public int Columns { get; }

    /// <summary>The value between cells: cubic through the four by four around it, the outermost repeated. [Catmull and Rom 1974]</summary>
    /// <param name="row">In cells; 0 is the middle of the first.</param>
    /// <param name="column">As <paramref name="row"/>.</param>
    internal double At(double row, double column)
    {
        int r = (int)Math.Floor(row),
            c = (int)Math.Floor(column);
        Span<double> wr = stackalloc double[4],
            wc = stackalloc double[4];
        Weights(row - r, wr);
        Weights(column - c, wc);
        double sum = 0;
        for (var i = 0; i < 4; i++)
        {
            var line = Math.Clamp(r + i - 1, 0, Rows - 1) * Columns;
            for (var j = 0; j < 4; j++)
            {
                sum += wr[i] * wc[j] * Values[line + Math.Clamp(c + j - 1, 0, Columns - 1)];
            }
        }
        return sum;
    }

    /// <summary>The field with every cell as <paramref name="zoom"/> × <paramref name="zoom"/> points.</summary>
    internal SheetField Enlarge(int zoom)
    {
        if (zoom == 1)
        {
            return this;
        }
        var values = new float[Rows * zoom * Columns * zoom];
        for (var y = 0; y < Rows * zoom; y++)
        {
            for (var x = 0; x < Columns * zoom; x++)
            {
                values[(y * Columns * zoom) + x] = (float)At(((y + 0.5) / zoom) - 0.5, ((x + 0.5) / zoom) - 0.5);
            }
        }
        return new(values, Rows * zoom, Columns * zoom);
    }

    private static void Weights(double t, Span<double> w)
    {
        w[0] = 0.5 * t * ((t * (2 - t)) - 1);
        w[1] = 0.5 * ((t * t * ((3 * t) - 5)) + 2);
        w[2] = 0.5 * t * ((t * (4 - (3 * t))) + 1);
        w[3] = 0.5 * t * t * (t - 1);
    }
}
