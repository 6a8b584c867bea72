using Nagumo.Plots.Drawing;

namespace Nagumo.Plots;

/// <summary>Lines over one quantity, both axes linear.</summary>
public static class Curves
{
    /// <summary>Writes the figure; the path ends with .png or .svg.</summary>
    /// <param name="path">The file to write; an existing one is replaced.</param>
    /// <param name="caption">Title and subtitle.</param>
    /// <param name="series">At least one.</param>
    /// <param name="labelX">Quantity and unit of the abscissa.</param>
    /// <param name="labelY">Quantity and unit of the ordinate.</param>
    public static void Save(string path, Caption caption, IReadOnlyList<Series> series, string labelX, string labelY)
    {
        Series.NotEmpty(series, nameof(series));
        var canvas = Canvas.For(path, 720, 500);
        var top = Heading.DrawLegend(canvas, Heading.Draw(canvas, caption), Heading.Left, [.. series.Select(s => s.Name)]) + 8;
        var frame = new Frame(
            canvas,
            new(92, top, canvas.Width - 92 - 36, canvas.Height - top - 62),
            Axis.Linear(series.SelectMany(s => s.X), round: false, wanted: 8),
            Axis.Linear(series.SelectMany(s => s.Y), round: true)
        );
        frame.DrawAxes(labelX, labelY);
        for (var i = 0; i < series.Count; i++)
        {
            frame.DrawSeries(series[i].X, series[i].Y, i);
        }
        canvas.Save(path);
    }
}
