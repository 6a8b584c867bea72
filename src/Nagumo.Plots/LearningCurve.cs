using System.Globalization;
using Nagumo.Plots.Drawing;

namespace Nagumo.Plots;

/// <summary>Errors in percent and, below them, losses against the epoch, or whatever the training counts.</summary>
public static class LearningCurve
{
    private const double Right = 92;

    /// <summary>Writes the figure; the path ends with .png or .svg.</summary>
    /// <param name="path">The file to write; an existing one is replaced.</param>
    /// <param name="caption">Title and subtitle.</param>
    /// <param name="errors">Error in percent against epoch: training, validation, test.</param>
    /// <param name="losses">Loss against epoch; null leaves the lower panel out. Equal names have equal colours in both panels.</param>
    /// <param name="labelX">What the training counts.</param>
    /// <param name="labelY">What the upper panel shows.</param>
    /// <param name="unit">Its unit, behind the last values.</param>
    /// <remarks>Where values fall to a fourth and none is 0 a panel is logarithmic; its label says so.</remarks>
    public static void Save(
        string path,
        Caption caption,
        IReadOnlyList<Series> errors,
        IReadOnlyList<Series>? losses = null,
        string labelX = "epoch",
        string labelY = "error (%)",
        string unit = " %"
    )
    {
        Series.NotEmpty(errors, nameof(errors));
        losses ??= [];
        var canvas = Canvas.For(path, 760, losses.Count > 0 ? 640 : 480);
        List<string> names = [.. errors.Concat(losses).Select(s => s.Name).Distinct()];
        const double Left = 84;
        var top = Heading.DrawLegend(canvas, Heading.Draw(canvas, caption), Heading.Left, names) + 8;
        var x = Axis.Linear(errors.Concat(losses).SelectMany(s => s.X), round: false, wanted: 8, whole: true, margin: 0.015);
        var height = canvas.Height - top - 62;
        var upper = losses.Count > 0 ? (0.62 * height) - 14 : height;

        Panel(
            canvas,
            new(Left, top, canvas.Width - Left - Right, upper),
            x,
            errors,
            names,
            losses.Count == 0 ? labelX : null,
            labelY,
            unit
        );
        if (losses.Count > 0)
        {
            var box = new Box(Left, top + upper + 28, canvas.Width - Left - Right, height - upper - 28);
            Panel(canvas, box, x, losses, names, labelX, "loss", "");
        }
        canvas.Save(path);
    }

    private static void Panel(
        Canvas canvas,
        Box box,
        Axis x,
        IReadOnlyList<Series> series,
        List<string> names,
        string? labelX,
        string labelY,
        string unit
    )
    {
        var values = series.SelectMany(s => s.Y).Where(double.IsFinite).ToList();
        // A logarithmic axis shows late progress, but cannot show an error of zero.
        var log = values.Count > 0 && values.Min() > 0 && values.Max() > 4 * values.Min();
        var y = log ? Axis.Logarithmic(values) : Axis.Linear(values.Append(0), round: true);
        var frame = new Frame(canvas, box, x, y);
        frame.DrawAxes(labelX, labelY, labelAt: Heading.Left + 8);
        var ends = new List<(double Y, string Text, int Style)>();
        foreach (var s in series)
        {
            var style = names.IndexOf(s.Name);
            frame.DrawSeries(s.X, s.Y, style);
            for (var i = s.Y.Count - 1; i >= 0; i--)
            {
                if (y.CanShow(s.Y[i]) && x.CanShow(s.X[i]))
                {
                    var digits = s.Y[i] >= 0.1 ? "F2" : "G2";
                    ends.Add((frame.At(s.X[i], s.Y[i]).Y, s.Y[i].ToString(digits, CultureInfo.InvariantCulture) + unit, style));
                    break;
                }
            }
        }
        // A label is 15 high and stands on its place + 4: all of it beside the panel.
        var places = Spread([.. ends.Select(e => e.Y)], 15, box.Y + 7, box.Bottom - 4);
        for (var i = 0; i < ends.Count; i++)
        {
            canvas.Text(new(box.Right + 10, places[i] + 4), ends[i].Text, 12, Ink.Line(ends[i].Style), bold: true);
        }
    }

    /// <summary>Moves labels apart to at least <paramref name="gap"/> while each stays near its place, and all between two bounds where there is room.</summary>
    internal static double[] Spread(double[] wanted, double gap, double low, double high)
    {
        var order = Enumerable.Range(0, wanted.Length).OrderBy(i => wanted[i]).ToArray();
        var places = (double[])wanted.Clone();
        for (var pass = 0; pass < 50; pass++)
        {
            for (var k = 0; k + 1 < order.Length; k++)
            {
                var missing = gap - (places[order[k + 1]] - places[order[k]]);
                if (missing > 0)
                {
                    places[order[k]] -= 0.5 * missing;
                    places[order[k + 1]] += 0.5 * missing;
                }
            }
        }
        // Up from the bottom as far as it takes; where not all fit, the topmost stay within. (y grows downwards.)
        for (int k = order.Length - 1, n = 0; k >= 0; k--, n++)
        {
            places[order[k]] = Math.Min(places[order[k]], high - (n * gap));
        }
        for (var k = 0; k < order.Length; k++)
        {
            places[order[k]] = Math.Max(places[order[k]], low + (k * gap));
        }
        return places;
    }
}
