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
    /// <param name="ideal">Error without the effect, of the same abscissae: a broken line, over the whole width where it is constant.</param>
    /// <param name="logarithmic">Whether the effect's axis is logarithmic.</param>
    public static void Save(
        string path,
        Caption caption,
        string labelX,
        IReadOnlyList<Series> means,
        IReadOnlyList<Series> chips,
        Series ideal,
        bool logarithmic = false
    )
    {
        Series.NotEmpty(means, nameof(means));
        var canvas = Canvas.For(path, 720, 500);
        var top =
            Heading.DrawLegend(canvas, Heading.Draw(canvas, caption), Heading.Left, [.. means.Select(s => s.Name)], reference: ideal.Name)
            + 8;
        var x = means.SelectMany(s => s.X).ToList();
        var values = chips.Concat(means).Append(ideal).SelectMany(s => s.Y).Where(double.IsFinite).ToList();
        var frame = new Frame(
            canvas,
            new(84, top, canvas.Width - 84 - 36, canvas.Height - top - 62),
            logarithmic
                ? Axis.Logarithmic(x, margin: 0.03)
                : Axis.Linear(x, round: false, wanted: 8, whole: x.TrueForAll(double.IsInteger), margin: 0.03),
            // Where a way fails altogether, its errors must not flatten the others.
            values.Max()
            > 8 * values.Min()
                ? Axis.Logarithmic(values)
                : Axis.Linear(values, round: true, margin: 0.02)
        );
        frame.DrawAxes(labelX, "test error (%)");
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
        // Above the means: where chips are as good as ideal, it shows through the line of theirs.
        var constant = ideal.Y.Distinct().Count() == 1;
        frame.DrawLine(
            constant ? [frame.X.Min, frame.X.Max] : ideal.X,
            constant ? [ideal.Y[0], ideal.Y[0]] : ideal.Y,
            Ink.Text,
            Heading.ReferenceWidth,
            Heading.ReferenceDash
        );
        canvas.Save(path);
    }
}
