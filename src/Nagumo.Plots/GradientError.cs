using System.Globalization;
using Nagumo.Plots.Drawing;

namespace Nagumo.Plots;

/// <summary>Relative error of estimated gradients against the nudging strength β, both logarithmic, with fitted orders.</summary>
public static class GradientError
{
    /// <summary>Writes the figure; the path ends with .png or .svg.</summary>
    /// <param name="path">The file to write; an existing one is replaced.</param>
    /// <param name="caption">Title and subtitle.</param>
    /// <param name="estimators">Relative error (dimensionless) against β, one series per estimator.</param>
    public static void Save(string path, Caption caption, IReadOnlyList<Series> estimators)
    {
        Series.NotEmpty(estimators, nameof(estimators));
        var canvas = Canvas.For(path, 720, 560);
        var fits = estimators.Select(s => PowerLaw.Fit(s.X, s.Y)).ToList();
        var names = estimators
            .Select((s, i) => fits[i] is { } fit ? string.Create(CultureInfo.InvariantCulture, $"{s.Name}: slope {fit.Slope:F2}") : s.Name)
            .ToList();
        var top = Heading.DrawLegend(canvas, Heading.Draw(canvas, caption), Heading.Left, names) + 8;
        var frame = new Frame(
            canvas,
            new(92, top, canvas.Width - 92 - 36, canvas.Height - top - 62),
            Axis.Logarithmic(estimators.SelectMany(s => s.X), margin: 0.03),
            Axis.Logarithmic(estimators.SelectMany(s => s.Y))
        );
        frame.DrawAxes("nudging strength β (dimensionless)", "relative error of the gradient", gridX: true);
        for (var order = 1; order <= 2; order++)
        {
            Guide(canvas, frame, order, fits);
        }
        for (var i = 0; i < estimators.Count; i++)
        {
            frame.DrawSeries(estimators[i].X, estimators[i].Y, i);
        }
        canvas.Save(path);
    }

    /// <summary>A dashed line of exact slope just below the first series of that order.</summary>
    private static void Guide(Canvas canvas, Frame frame, int order, IEnumerable<PowerLaw?> fits)
    {
        if (fits.FirstOrDefault(f => f is not null && Math.Abs(f.Slope - order) < 0.4) is not { } fit)
        {
            return;
        }
        var below = Math.Pow(frame.Y.Max / frame.Y.Min, -0.045);
        double from = fit.From,
            to = fit.To;
        double At(double x) => below * fit.At(Math.Sqrt(from * to)) * Math.Pow(x / Math.Sqrt(from * to), order);
        if (At(from) < frame.Y.Min)
        {
            from *= Math.Pow(frame.Y.Min / At(from), 1.0 / order);
        }
        if (from >= to)
        {
            return;
        }
        canvas.Stroke([frame.At(from, At(from)), frame.At(to, At(to))], 1.2, Ink.Muted, dash: 5);
        var middle = Math.Sqrt(from * to);
        canvas.Note(frame.At(middle, At(middle)) + new Vec(10, 16), $"slope {order}", Frame.Small);
    }
}
