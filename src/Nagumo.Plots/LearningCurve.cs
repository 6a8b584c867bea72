using System.Globalization;
using Nagumo.Plots.Drawing;

namespace Nagumo.Plots;

/// <summary>Errors in percent and, below them, losses against the epoch.</summary>
public static class LearningCurve
{
    private const double Right = 92;

    /// <summary>Writes the figure; the path ends with .png or .svg.</summary>
    /// <param name="path">The file to write; an existing one is replaced.</param>
    /// <param name="caption">Title and subtitle.</param>
    /// <param name="errors">Error in percent against epoch: training, validation, test.</param>
    /// <param name="losses">Loss against epoch; null leaves the lower panel out. Equal names have equal colours in both panels.</param>
    public static void Save(string path, Caption caption, IReadOnlyList<Series> errors, IReadOnlyList<Series>? losses = null)
    {
        Series.NotEmpty(errors, nameof(errors));
        losses ??= [];
        var canvas = Canvas.For(path, 760, losses.Count > 0 ? 640 : 480);
        List<string> names = [.. errors.Concat(losses).Select(s => s.Name).Distinct()];
        const double Left = 84;
        var top = Heading.DrawLegend(canvas, Heading.Draw(canvas, caption), Heading.Left, names) + 8;
        var x = Axis.Linear(errors.Concat(losses).SelectMany(s => s.X), round: false, wanted: 8, whole: true);
        var height = canvas.Height - top - 62;
        var upper = losses.Count > 0 ? (0.62 * height) - 14 : height;

        Panel(canvas, new(Left, top, canvas.Width - Left - Right, upper), x, errors, names, "error (%)", losses.Count == 0, " %");
        if (losses.Count > 0)
        {
            var box = new Box(Left, top + upper + 28, canvas.Width - Left - Right, height - upper - 28);
            Panel(canvas, box, x, losses, names, "loss", true, "");
        }
        canvas.Save(path);
    }

    private static void Panel(
        Canvas canvas,
        Box box,
        Axis x,
        IReadOnlyList<Series> series,
        List<string> names,
        string label,
        bool lowest,
        string unit
    )
    {
        var values = series.SelectMany(s => s.Y).Where(double.IsFinite).ToList();
        // A logarithmic axis shows late progress, but cannot show an error of zero.
        var log = values.Count > 0 && values.Min() > 0 && values.Max() > 4 * values.Min();
        var y = log ? Axis.Logarithmic(values) : Axis.Linear(values.Append(0), round: true);
        var frame = new Frame(canvas, box, x, y);
        frame.DrawAxes(lowest ? "epoch" : null, label, labelAt: Heading.Left + 8);
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
        var places = Spread([.. ends.Select(e => e.Y)], 15);
        for (var i = 0; i < ends.Count; i++)
        {
            canvas.Text(new(box.Right + 10, places[i] + 4), ends[i].Text, 12, Ink.Line(ends[i].Style), bold: true);
        }
    }

    /// <summary>Moves labels apart to at least <paramref name="gap"/> while each stays near its place.</summary>
    internal static double[] Spread(double[] wanted, double gap)
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
        return places;
    }
}
