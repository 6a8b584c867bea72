using Nagumo.Plots.Drawing;

namespace Nagumo.Plots;

/// <summary>A field on a sheet in perceptually uniform colours, with paths drawn on it.</summary>
public static class SheetPicture
{
    private const double Side = 480;

    /// <summary>Writes the figure; the path ends with .png or .svg.</summary>
    /// <param name="path">The file to write; an existing one is replaced.</param>
    /// <param name="caption">Title and subtitle.</param>
    /// <param name="field">The field.</param>
    /// <param name="label">Its name, at the colour bar.</param>
    /// <param name="low">The value of the darkest colour.</param>
    /// <param name="high">The value of the lightest colour, above <paramref name="low"/>.</param>
    /// <param name="paths">Lines over the field, as (column, row) in cells; (0, 0) is the middle of the first cell.</param>
    /// <param name="note">A line under the field; null for none.</param>
    public static void Save(
        string path,
        Caption caption,
        SheetField field,
        string label,
        double low,
        double high,
        IReadOnlyList<IReadOnlyList<(double Column, double Row)>>? paths = null,
        string? note = null
    )
    {
        if (!(low < high))
        {
            throw new ArgumentException($"A field cannot be drawn from {low} to {high}; give low < high.", nameof(low));
        }
        var scale = Side / Math.Max(field.Rows, field.Columns);
        double width = scale * field.Columns,
            height = scale * field.Rows;
        var canvasWidth = Heading.Left + width + 84;
        var top = Math.Ceiling(Heading.Draw(new SvgCanvas(canvasWidth, 0), caption)) + 8;
        var canvas = Canvas.For(path, canvasWidth, top + height + (note is null ? 34 : 56));
        Heading.Draw(canvas, caption);
        var box = new Box(Heading.Left, top, width, height);
        canvas.Image(box, Pixels(field.Enlarge(Math.Max(1, (int)(2 * Side / Math.Max(field.Rows, field.Columns)))), low, high));
        foreach (var line in paths ?? [])
        {
            Vec[] points = [.. line.Select(p => new Vec(box.X + ((p.Column + 0.5) * scale), box.Y + ((p.Row + 0.5) * scale)))];
            canvas.Stroke(points, 2.6, Ink.Text);
            canvas.Stroke(points, 1.3, Ink.Paper);
        }
        ColorBar.Draw(
            canvas,
            new(box.Right + 18, top, 14, Math.Min(height, 280)),
            low,
            high,
            x => ColorMap.Sequential((x - low) / (high - low)),
            label
        );
        ScaleBar.Draw(canvas, box.Right, box.Bottom + 14, width, field.Columns * field.Every);
        if (note is not null)
        {
            canvas.Text(new(box.X, box.Bottom + 38), note, 12, Ink.Muted);
        }
        canvas.Save(path);
    }

    private static Color[,] Pixels(SheetField field, double low, double high)
    {
        var pixels = new Color[field.Rows, field.Columns];
        for (var i = 0; i < field.Values.Length; i++)
        {
            pixels[i / field.Columns, i % field.Columns] = ColorMap.Sequential((field.Values[i] - low) / (high - low));
        }
        return pixels;
    }
}
