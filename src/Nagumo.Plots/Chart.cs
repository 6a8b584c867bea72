using Nagumo.Plots.Drawing;

namespace Nagumo.Plots;

/// <summary>Curves against one abscissa: simulated ones, theory, measurements, and marks where something happens.</summary>
public static class Chart
{
    private const double Left = 92,
        Right = 36,
        Bottom = 62,
        Air = 0.03;

    /// <summary>Writes the figure; the path ends with .png or .svg.</summary>
    /// <param name="path">The file to write; an existing one is replaced.</param>
    /// <param name="caption">Title and subtitle.</param>
    /// <param name="x">The abscissa.</param>
    /// <param name="y">The ordinate.</param>
    /// <param name="curves">What is drawn, the last on top. NaN leaves a gap.</param>
    /// <param name="marks">Upright lines.</param>
    /// <param name="square">Whether the plot is about as high as wide, as for a plane of states.</param>
    public static void Save(
        string path,
        Caption caption,
        ChartAxis x,
        ChartAxis y,
        IReadOnlyList<Curve> curves,
        IReadOnlyList<Mark>? marks = null,
        bool square = false
    )
    {
        Series.NotEmpty([.. curves.Select(c => c.Series)], nameof(curves));
        var canvas = Canvas.For(path, square ? 640 : 720, square ? 640 : 460);
        var named = curves.Select((c, i) => (c, Colour: c.Colour ?? i)).Where(c => c.c.Series.Name.Length > 0).ToList();
        var top = Heading.Draw(canvas, caption);
        top = (named.Count > 0 ? Legend(canvas, top, named) : top) + 8;
        Axis across = Of(x, curves.SelectMany(c => c.Series.X).Concat(marks?.Select(m => m.X) ?? []), Air),
            upright = Of(y, curves.SelectMany(c => c.Series.Y), marks is { Count: > 0 } ? 0.12 : Air);
        var left = Math.Max(Left, Frame.Room(upright));
        var frame = new Frame(canvas, new(left, top, canvas.Width - left - Right, canvas.Height - top - Bottom), across, upright);
        frame.DrawAxes(x.Label, y.Label, gridX: square);
        DrawMarks(canvas, frame, marks ?? []);
        for (var i = 0; i < curves.Count; i++)
        {
            var (series, style, colour) = (curves[i].Series, curves[i].Style, curves[i].Colour ?? i);
            if (style == CurveStyle.Points)
            {
                frame.DrawPoints(series.X, series.Y, colour);
            }
            else
            {
                frame.DrawLine(
                    series.X,
                    series.Y,
                    Ink.Line(colour),
                    style == CurveStyle.Dashed ? 1.4 : 1.8,
                    Dash(style),
                    curves[i].Directed
                );
            }
        }
        canvas.Save(path);
    }

    /// <param name="axis">What is said of the axis.</param>
    /// <param name="values">What it must hold; values outside its limits aside.</param>
    /// <param name="above">Share of the range that stays free above the largest value, for the marks' words.</param>
    private static Axis Of(ChartAxis axis, IEnumerable<double> values, double above)
    {
        var inside = values.Where(v => double.IsFinite(v) && !(v < axis.Min) && !(v > axis.Max));
        if (axis.Min is { } min)
        {
            inside = inside.Append(min);
        }
        if (axis.Max is { } max)
        {
            inside = inside.Append(max);
        }
        var used = inside.ToList();
        if (axis.Logarithmic)
        {
            return Axis.Logarithmic(used);
        }
        // A little air keeps lines off the frame; a given end stays where it is.
        if (used.Count > 0)
        {
            var (low, high) = (used.Min(), used.Max());
            used.Add(axis.Min ?? (low - (Air * (high - low))));
            used.Add(axis.Max ?? (high + (above * (high - low))));
        }
        return Axis.Linear(used, round: false, whole: axis.Whole);
    }

    /// <summary>Upright lines, then their words above all lines, each in the first row where it meets no earlier one.</summary>
    private static void DrawMarks(Canvas canvas, Frame frame, IReadOnlyList<Mark> marks)
    {
        var shown = marks.Where(m => frame.X.CanShow(m.X) && frame.X.Place(m.X) is >= 0 and <= 1).ToList();
        foreach (var mark in shown)
        {
            canvas.Line(Across(mark), frame.Box.Y, Across(mark), frame.Box.Bottom, 1.1, Ink.Muted, dash: 4);
        }
        var rows = new List<List<(double From, double To)>>();
        foreach (var mark in shown)
        {
            double width = Canvas.TextWidth(mark.Text, Frame.Small),
                at = Across(mark);
            var ends = at + 6 + width < frame.Box.Right;
            var from = ends ? at + 6 : at - 6 - width;
            var row = rows.FindIndex(r => r.TrueForAll(t => from > t.To + 6 || from + width < t.From - 6));
            if (row < 0)
            {
                row = rows.Count;
                rows.Add([]);
            }
            rows[row].Add((from, from + width));
            canvas.Note(new(from, frame.Box.Y + 12 + (16 * row)), mark.Text, Frame.Small);
        }

        double Across(Mark mark) => frame.Box.X + (frame.X.Place(mark.X) * frame.Box.Width);
    }

    private static double Dash(CurveStyle style) => style == CurveStyle.Dashed ? 6 : 0;

    /// <summary>A sample of each curve beside its name, wrapped when the figure is too narrow.</summary>
    private static double Legend(Canvas canvas, double y, List<(Curve Curve, int Colour)> named)
    {
        double x = Heading.Left,
            line = y + 10;
        foreach (var (curve, colour) in named)
        {
            var width = 34 + Canvas.TextWidth(curve.Series.Name, 12) + 22;
            if (x > Heading.Left && x + width > canvas.Width - Heading.Left + 22)
            {
                x = Heading.Left;
                line += 20;
            }
            if (curve.Style == CurveStyle.Points)
            {
                canvas.Marker(new(x + 13, line), colour, 3.6, Ink.Line(colour));
            }
            else
            {
                canvas.Line(x, line, x + 26, line, 1.8, Ink.Line(colour), Dash(curve.Style));
            }
            canvas.Text(new(x + 33, line + 4), curve.Series.Name, 12, Ink.Text);
            x += width;
        }
        return line + 14;
    }
}
