namespace Nagumo.Plots.Drawing;

/// <summary>A plot area with its axes; maps values to points on the canvas.</summary>
internal sealed class Frame(Canvas canvas, Box box, Axis x, Axis y)
{
    public const double Small = 11.5;

    /// <summary>From the numbers of the y axis to the base line of its label, and the label's height with a little air.</summary>
    private const double Beside = 22,
        Upright = 16;

    /// <summary>The room that the numbers of a y axis and its label need left of the plot.</summary>
    public static double Room(Axis y) => Widest(y) + Beside + Upright;

    private static double Widest(Axis y) => y.Ticks.Select(t => Canvas.TextWidth(t.Label, Small)).DefaultIfEmpty().Max();

    public Box Box => box;

    public Axis X => x;

    public Axis Y => y;

    public Vec At(double valueX, double valueY) => new(box.X + (x.Place(valueX) * box.Width), box.Bottom - (y.Place(valueY) * box.Height));

    /// <summary>Horizontal grid lines, the base line, ticks and labels; a label says when its axis is logarithmic.</summary>
    /// <param name="labelX">Null leaves the numbers and the label of the x axis out (a panel below carries them).</param>
    /// <param name="labelY">The label of the y axis.</param>
    /// <param name="gridX">Whether there are vertical grid lines, too.</param>
    /// <param name="labelAt">Where the y label stands, for panels that share it; null: just beside the numbers.</param>
    /// <param name="grid">False leaves the grid out, as over a picture.</param>
    public void DrawAxes(string? labelX, string labelY, bool gridX = false, double? labelAt = null, bool grid = true)
    {
        foreach (var tick in y.Ticks)
        {
            var at = box.Bottom - (y.Place(tick.Value) * box.Height);
            if (tick.Label.Length > 0)
            {
                if (grid)
                {
                    canvas.Line(box.X, at, box.Right, at, 1, Ink.Grid);
                }
                else
                {
                    canvas.Line(box.X - 6, at, box.X, at, 1, Ink.Axis);
                }
                canvas.Text(new(box.X - 9, at + 4), tick.Label, Small, Ink.Muted, Anchor.End);
            }
            else
            {
                canvas.Line(box.X - 4, at, box.X, at, 0.8, Ink.Axis);
            }
        }
        // Numbers that are too long for their ticks leave some out: none runs into the one before or off the canvas.
        var free = 0.0;
        foreach (var tick in x.Ticks)
        {
            var at = box.X + (x.Place(tick.Value) * box.Width);
            if (tick.Label.Length > 0 && gridX)
            {
                canvas.Line(at, box.Y, at, box.Bottom, 1, Ink.Grid);
            }
            canvas.Line(at, box.Bottom, at, box.Bottom + (tick.Label.Length > 0 ? 6 : 3.5), tick.Label.Length > 0 ? 1 : 0.8, Ink.Axis);
            var half = 0.5 * Canvas.TextWidth(tick.Label, Small);
            if (labelX is not null && tick.Label.Length > 0 && at - half >= free && at + half <= canvas.Width)
            {
                canvas.Text(new(at, box.Bottom + 20), tick.Label, Small, Ink.Muted, Anchor.Middle);
                free = at + half;
            }
        }
        canvas.Line(box.X, box.Bottom, box.Right, box.Bottom, 1, Ink.Axis);
        canvas.Line(box.X, box.Y, box.X, box.Bottom, 1, Ink.Axis);
        canvas.Text(
            new(labelAt ?? (box.X - Widest(y) - Beside), box.Y + (0.5 * box.Height)),
            labelY + y.Scale,
            12.5,
            Ink.Text,
            Anchor.Middle,
            upright: true
        );
        if (labelX is not null)
        {
            canvas.Text(new(box.X + (0.5 * box.Width), box.Bottom + 42), labelX + x.Scale, 12.5, Ink.Text, Anchor.Middle);
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

    /// <summary>A line, cut where it leaves the frame. Values that an axis cannot show interrupt it; one between two gaps is a dot.</summary>
    /// <param name="valuesX">Abscissae.</param>
    /// <param name="valuesY">Ordinates.</param>
    /// <param name="color">Colour of the line.</param>
    /// <param name="width">Width of the line.</param>
    /// <param name="dash">Length of a dash and of a gap; 0 draws a whole line.</param>
    /// <param name="directed">Whether heads of arrows point along the line.</param>
    public void DrawLine(
        IReadOnlyList<double> valuesX,
        IReadOnlyList<double> valuesY,
        Color color,
        double width,
        double dash,
        bool directed = false
    )
    {
        var run = new List<Vec>();
        var heads = new List<Vec>();
        for (var i = 0; i < valuesX.Count; i++)
        {
            if (Shows(i) && !Shows(i - 1) && !Shows(i + 1) && Holds(valuesX[i], valuesY[i]))
            {
                canvas.Marker(At(valuesX[i], valuesY[i]), 0, 1.2 * width, color);
            }
        }
        for (var i = 1; i < valuesX.Count; i++)
        {
            if (Cut(i - 1, i) is not var (from, to))
            {
                Flush();
                continue;
            }
            if (run.Count == 0 || (run[^1] - from).Length > 1e-9)
            {
                Flush();
                run.Add(from);
            }
            run.Add(to);
        }
        Flush();

        void Flush()
        {
            if (run.Count > 1)
            {
                canvas.Stroke(Thinned(run), width, color, dash);
                if (directed)
                {
                    DrawHeads(run, heads, color);
                }
            }
            run = [];
        }

        bool Shows(int i) => i >= 0 && i < valuesX.Count && x.CanShow(valuesX[i]) && y.CanShow(valuesY[i]);

        (Vec From, Vec To)? Cut(int i, int j)
        {
            if (!(Shows(i) && Shows(j)))
            {
                return null;
            }
            Vec a = At(valuesX[i], valuesY[i]),
                along = At(valuesX[j], valuesY[j]) - a;
            double from = 0,
                to = 1;
            // [Liang and Barsky 1984]
            foreach (
                var (slope, room) in (ReadOnlySpan<(double, double)>)
                    [(-along.X, a.X - box.X), (along.X, box.Right - a.X), (-along.Y, a.Y - box.Y), (along.Y, box.Bottom - a.Y)]
            )
            {
                if (slope == 0 && room < 0)
                {
                    return null;
                }
                if (slope < 0)
                {
                    from = Math.Max(from, room / slope);
                }
                else if (slope > 0)
                {
                    to = Math.Min(to, room / slope);
                }
            }
            return from < to ? (a + (along * from), a + (along * to)) : null;
        }
    }

    /// <summary>Markers alone.</summary>
    public void DrawPoints(IReadOnlyList<double> valuesX, IReadOnlyList<double> valuesY, int style)
    {
        for (var i = 0; i < valuesX.Count; i++)
        {
            if (x.CanShow(valuesX[i]) && y.CanShow(valuesY[i]) && Holds(valuesX[i], valuesY[i]))
            {
                canvas.Marker(At(valuesX[i], valuesY[i]), style, 3.8, Ink.Line(style));
            }
        }
    }

    private bool Holds(double valueX, double valueY) => x.Place(valueX) is >= 0 and <= 1 && y.Place(valueY) is >= 0 and <= 1;

    /// <summary>Heads of arrows along a line, evenly, but none beside an earlier one, as where an orbit comes round again.</summary>
    /// <param name="line">Points on the canvas.</param>
    /// <param name="heads">Where heads are already; the new ones are added.</param>
    /// <param name="color">Their colour.</param>
    private void DrawHeads(List<Vec> line, List<Vec> heads, Color color)
    {
        const double Every = 170,
            Apart = 70,
            Length = 10,
            Half = 4.2;
        double total = 0;
        for (var i = 1; i < line.Count; i++)
        {
            total += (line[i] - line[i - 1]).Length;
        }
        if (total < 2 * Length)
        {
            return;
        }
        // A line shorter than two distances has its only head in the middle.
        double next = Math.Min(0.5 * total, Every),
            gone = 0;
        for (var i = 1; i < line.Count; i++)
        {
            var step = line[i] - line[i - 1];
            for (; step.Length > 0 && gone + step.Length >= next; next += Every)
            {
                var along = step * (1 / step.Length);
                var across = new Vec(-along.Y, along.X);
                var tip = line[i - 1] + (along * (next - gone + (0.5 * Length)));
                if (heads.TrueForAll(h => (h - tip).Length > Apart))
                {
                    var back = tip - (along * Length);
                    canvas.Fill([tip, back + (across * Half), back - (across * Half)], color);
                    heads.Add(tip);
                }
            }
            gone += step.Length;
        }
    }

    /// <summary>Leaves out points that no print could tell apart; the ends stay.</summary>
    private static List<Vec> Thinned(List<Vec> points)
    {
        const double Closest = 0.25;
        var kept = new List<Vec> { points[0] };
        for (var i = 1; i < points.Count; i++)
        {
            if (i == points.Count - 1 || (points[i] - kept[^1]).Length > Closest)
            {
                kept.Add(points[i]);
            }
        }
        return kept;
    }
}
