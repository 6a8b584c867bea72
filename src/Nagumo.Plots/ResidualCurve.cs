using Nagumo.Plots.Drawing;

namespace Nagumo.Plots;

/// <summary>How fast a relaxation comes to rest: the logarithm of the residual against sweeps.</summary>
public static class ResidualCurve
{
    /// <summary>Writes the figure; the path ends with .png or .svg.</summary>
    /// <param name="path">The file to write; an existing one is replaced.</param>
    /// <param name="caption">Title and subtitle.</param>
    /// <param name="residuals">Max-norm of ∇H (dimensionless) against sweeps or time.</param>
    /// <param name="tolerance">Where the relaxer stops; null draws no line.</param>
    /// <param name="labelX">What the relaxer counts.</param>
    /// <param name="labelY">What is drawn, when it is another error than the residual.</param>
    public static void Save(
        string path,
        Caption caption,
        IReadOnlyList<Series> residuals,
        double? tolerance = null,
        string labelX = "sweeps",
        string labelY = "residual, max-norm of ∂H (dimensionless)"
    )
    {
        Series.NotEmpty(residuals, nameof(residuals));
        var canvas = Canvas.For(path, 720, 500);
        var top = Heading.DrawLegend(canvas, Heading.Draw(canvas, caption), Heading.Left, [.. residuals.Select(s => s.Name)]) + 8;
        var values = residuals.SelectMany(s => s.Y);
        var frame = new Frame(
            canvas,
            new(92, top, canvas.Width - 92 - 36, canvas.Height - top - 62),
            Axis.Linear(residuals.SelectMany(s => s.X), round: false, wanted: 8, whole: labelX is "sweeps" or "layer", margin: 0.02),
            Axis.Logarithmic(tolerance is { } t ? values.Append(t) : values)
        );
        frame.DrawAxes(labelX, labelY);
        if (tolerance is { } stop and > 0)
        {
            var y = frame.At(frame.X.Min, stop).Y;
            canvas.Line(frame.Box.X, y, frame.Box.Right, y, 1.2, Ink.Muted, dash: 5);
            canvas.Note(new(frame.Box.Right - 6, y - 6), "tolerance", Frame.Small, Anchor.End);
        }
        for (var i = 0; i < residuals.Count; i++)
        {
            frame.DrawSeries(residuals[i].X, residuals[i].Y, i);
        }
        canvas.Save(path);
    }
}
