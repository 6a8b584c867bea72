namespace Nagumo.Plots.Drawing;

/// <summary>A plot area with its axes; maps values to points on the canvas.</summary>
internal sealed class Frame(Canvas canvas, Box box, Axis x, Axis y)
{
    public const double Small = 11.5;

    public Box Box => box;

    public Axis X => x;

    public Axis Y => y;

    public Vec At(double valueX, double valueY) => new(box.X + (x.Place(valueX) * box.Width), box.Bottom - (y.Place(valueY) * box.Height));

    /// <summary>Horizontal grid lines, the base line, ticks and labels.</summary>
    /// <param name="labelX">Null leaves the numbers and the label of the x axis out (a panel below carries them).</param>
    /// <param name="labelAt">Where the y label stands, for panels that share it; null: just beside the numbers.</param>
    public void DrawAxes(string? labelX, string labelY, bool gridX = false, double? labelAt = null)
    {
        var widest = 0.0;
        foreach (var tick in y.Ticks)
        {
            var at = box.Bottom - (y.Place(tick.Value) * box.Height);
            if (tick.Label.Length > 0)
            {
                canvas.Line(box.X, at, box.Right, at, 1, Ink.Grid);
                canvas.Text(new(box.X - 9, at + 4), tick.Label, Small, Ink.Muted, Anchor.End);
                widest = Math.Max(widest, Canvas.TextWidth(tick.Label, Small));
            }
            else
            {
                canvas.Line(box.X - 4, at, box.X, at, 0.8, Ink.Axis);
            }
        }
        foreach (var tick in x.Ticks)
        {
            var at = box.X + (x.Place(tick.Value) * box.Width);
            if (tick.Label.Length > 0 && gridX)
            {
                canvas.Line(at, box.Y, at, box.Bottom, 1, Ink.Grid);
            }
            canvas.Line(at, box.Bottom, at, box.Bottom + (tick.Label.Length > 0 ? 6 : 3.5), tick.Label.Length > 0 ? 1 : 0.8, Ink.Axis);
            if (labelX is not null && tick.Label.Length > 0)
            {
                canvas.Text(new(at, box.Bottom + 20), tick.Label, Small, Ink.Muted, Anchor.Middle);
            }
        }
        canvas.Line(box.X, box.Bottom, box.Right, box.Bottom, 1, Ink.Axis);
        canvas.Line(box.X, box.Y, box.X, box.Bottom, 1, Ink.Axis);
        canvas.Text(
            new(labelAt ?? (box.X - widest - 22), box.Y + (0.5 * box.Height)),
            labelY,
            12.5,
            Ink.Text,
            Anchor.Middle,
            upright: true
        );
        if (labelX is not null)
        {
            canvas.Text(new(box.X + (0.5 * box.Width), box.Bottom + 42), labelX, 12.5, Ink.Text, Anchor.Middle);
        }
    }

    /// <summary>A series as a line with markers. Values that an axis cannot show interrupt it.</summary>
    public void DrawSeries(IReadOnlyList<double> valuesX, IReadOnlyList<double> valuesY, int style)
    {
        var color = Ink.Line(style);
        var run = new List<Vec>();
        for (var i = 0; i <= valuesX.Count; i++)
        {
            if (i < valuesX.Count && x.CanShow(valuesX[i]) && y.CanShow(valuesY[i]))
            {
                run.Add(At(valuesX[i], valuesY[i]));
                continue;
            }
            if (run.Count > 1)
            {
                canvas.Stroke(run, 1.8, color);
            }
            // Every point while they do not crowd, then about a dozen, shifted from series to series.
            var every = Math.Max(1, valuesX.Count <= 40 ? 1 : valuesX.Count / 12);
            for (var k = run.Count == 1 ? 0 : style * every / 3 % every; k < run.Count; k += every)
            {
                canvas.Marker(run[k], style, 3.1, color);
            }
            run = [];
        }
    }
}
