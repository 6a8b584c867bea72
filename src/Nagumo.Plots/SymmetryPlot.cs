using Nagumo.Plots.Drawing;

namespace Nagumo.Plots;

/// <summary>Both directions of every coupling against each other: w_j J_ji over w_i J_ij. A self-adjoint system lies on the diagonal.</summary>
public static class SymmetryPlot
{
    private const int Most = 2000;

    /// <summary>Share of the pairs that the frame must hold.</summary>
    private const double Bulk = 0.98;

    /// <summary>Writes the figure; the path ends with .png or .svg.</summary>
    /// <param name="path">The file to write; an existing one is replaced.</param>
    /// <param name="caption">Title and subtitle.</param>
    /// <param name="states">
    /// One series per state: x = w_i J_ij, y = w_j J_ji, over the pairs i &lt; j. At most 2000 points of each are drawn; where a few pairs are far
    /// larger than all others, the frame holds the others and says how many lie outside.
    /// </param>
    public static void Save(string path, Caption caption, IReadOnlyList<Series> states)
    {
        Series.NotEmpty(states, nameof(states));
        var canvas = Canvas.For(path, 620, 660);
        var top =
            Heading.DrawLegend(canvas, Heading.Draw(canvas, caption), Heading.Left, [.. states.Select(s => s.Name)], lines: false) + 8;
        // One scale for both axes, so that symmetry is a straight line at 45°.
        var sizes = states.SelectMany(s => s.X.Zip(s.Y, Size)).Where(double.IsFinite).Order().ToList();
        var limit = sizes.Count == 0 ? 1 : sizes[^1];
        if (sizes.Count > 100 && sizes[(int)(Bulk * sizes.Count)] is var bulk && 4 * bulk < limit)
        {
            limit = bulk;
        }
        var axis = Axis.Linear([-limit, limit], round: true);
        var frame = new Frame(canvas, new(92, top, canvas.Width - 92 - 36, canvas.Height - top - 62), axis, axis);
        frame.DrawAxes("w_{i} J_{ij}", "w_{j} J_{ji}", gridX: true);
        canvas.Stroke([frame.At(axis.Min, axis.Min), frame.At(axis.Max, axis.Max)], 1.2, Ink.Muted, dash: 5);
        canvas.Text(frame.At(0.6 * axis.Max, 0.6 * axis.Max) + new Vec(12, 14), "w_{i} J_{ij} = w_{j} J_{ji}", 11.5, Ink.Muted);
        for (var s = states.Count - 1; s >= 0; s--)
        {
            var every = Math.Max(1, states[s].X.Count / Most);
            for (var i = 0; i < states[s].X.Count; i += every)
            {
                if (Size(states[s].X[i], states[s].Y[i]) <= axis.Max)
                {
                    canvas.Marker(frame.At(states[s].X[i], states[s].Y[i]), s, 3.1, Ink.Line(s));
                }
            }
        }
        if (sizes.Count(size => size > axis.Max) is > 0 and var outside)
        {
            canvas.Text(frame.At(axis.Max, axis.Max) + new Vec(0, -6), $"{outside} larger pairs lie outside", 11.5, Ink.Muted, Anchor.End);
        }
        canvas.Save(path);
    }

    private static double Size(double x, double y) => Math.Max(Math.Abs(x), Math.Abs(y));
}
