using Nagumo.Plots.Drawing;

namespace Nagumo.Plots;

/// <summary>Test error against the size of a hardware effect: the mean of each way as a line, every single chip as a dot.</summary>
public static class ToleranceCurve
{
    /// <summary>Writes the figure; the path ends with .png or .svg.</summary>
    /// <param name="path">The file to write; an existing one is replaced.</param>
    /// <param name="caption">Title and subtitle.</param>
    /// <param name="labelX">What varies, with its unit.</param>
    /// <param name="means">Mean error in per cent against the effect, one series per way.</param>
    /// <param name="chips">The single errors of each way, as long a list as <paramref name="means"/>.</param>
    /// <param name="ideal">Error without the effect; null draws no line.</param>
    /// <param name="logarithmic">Whether the effect's axis is logarithmic.</param>
    public static void Save(
        string path,
        Caption caption,
        string labelX,
        IReadOnlyList<Series> means,
        IReadOnlyList<Series> chips,
        double? ideal,
        bool logarithmic = false
    )
    {
        Series.NotEmpty(means, nameof(means));
        var canvas = Canvas.For(path, 720, 500);
        var top = Heading.DrawLegend(canvas, Heading.Draw(canvas, caption), Heading.Left, [.. means.Select(s => s.Name)]) + 8;
        var x = means.SelectMany(s => s.X);
        var y = chips.Concat(means).SelectMany(s => s.Y).Where(double.IsFinite);
        var values = ideal is { } line ? y.Append(line) : y;
        var frame = new Frame(
            canvas,
            new(84, top, canvas.Width - 84 - 36, canvas.Height - top - 62),
            logarithmic ? Axis.Logarithmic(x, margin: 0.03) : Axis.Linear(x, round: false, wanted: 8),
            // Where a way fails altogether, its errors must not flatten the others.
            values.Max()
            > 8 * values.Min()
                ? Axis.Logarithmic(values)
                : Axis.Linear(values, round: true)
        );
        frame.DrawAxes(labelX, "test error (%)");
        if (ideal is { } error)
        {
            var at = frame.At(frame.X.Min, error).Y;
            canvas.Line(frame.Box.X, at, frame.Box.Right, at, 1.2, Ink.Muted, dash: 5);
            // Errors of chips lie above it.
            canvas.Text(new(frame.Box.Right, at + 16 < frame.Box.Bottom ? at + 16 : at - 6), "ideal devices", 11.5, Ink.Muted, Anchor.End);
        }
        for (var i = 0; i < means.Count; i++)
        {
            for (var k = 0; k < chips[i].X.Count; k++)
            {
                if (frame.X.CanShow(chips[i].X[k]) && frame.Y.CanShow(chips[i].Y[k]))
                {
                    canvas.Marker(frame.At(chips[i].X[k], chips[i].Y[k]), i, 1.6, Ink.Line(i));
                }
            }
            frame.DrawSeries(means[i].X, means[i].Y, i);
        }
        canvas.Save(path);
    }
}
