using Nagumo.Plots.Drawing;

namespace Nagumo.Plots;

/// <summary>Both directions of every coupling against each other: w_j J_ji over w_i J_ij. A self-adjoint system lies on the diagonal.</summary>
public static class SymmetryPlot
{
    /// <summary>So many pairs are told apart as dots; of more, their number is drawn.</summary>
    private const int Dots = 400;

    /// <summary>Cells of the density to a side, as many upwards as across: what is symmetric lies in those of the diagonal.</summary>
    private const int Cells = 99;

    /// <summary>A largest pair so many times the typical one would leave all others in one spot of a linear axis.</summary>
    private const double Wide = 8;

    /// <summary>Writes the figure; the path ends with .png or .svg.</summary>
    /// <param name="path">The file to write; an existing one is replaced.</param>
    /// <param name="caption">Title and subtitle.</param>
    /// <param name="pairs">
    /// x = w_i J_ij, y = w_j J_ji, over the pairs i &lt; j; what is not finite is left out. Few are dots, many a density: the colour of a place is
    /// the number of pairs there. Both axes are the same and hold every pair; where sizes differ widely they are logarithmic beyond a line about 0.
    /// </param>
    public static void Save(string path, Caption caption, Series pairs)
    {
        var canvas = Canvas.For(path, 620, 660);
        var points = pairs.X.Zip(pairs.Y).Where(p => double.IsFinite(p.First) && double.IsFinite(p.Second)).ToList();
        var axis = Scale([.. points.Select(p => Math.Max(Math.Abs(p.First), Math.Abs(p.Second))).Where(size => size > 0).Order()]);
        var heading = Heading.Draw(canvas, caption);
        var top = heading + 32;
        var frame = new Frame(canvas, new(92, top, canvas.Width - 92 - 36, canvas.Height - top - 62), axis, axis);
        frame.DrawAxes("w_{i} J_{ij}", "w_{j} J_{ji}", gridX: true);
        // Beneath the pairs in a density, which lie on it.
        canvas.Stroke([frame.At(axis.Min, axis.Min), frame.At(axis.Max, axis.Max)], 1.2, Ink.Muted, dash: 5);
        if (points.Count <= Dots)
        {
            canvas.Marker(new(Heading.Left + 13, heading + 10), 0, 3.1, Ink.Line(0));
            canvas.Text(new(Heading.Left + 33, heading + 14), $"{pairs.Name}: a dot each", 12, Ink.Text);
            foreach (var (x, y) in points)
            {
                canvas.Marker(frame.At(x, y), 0, 3.1, Ink.Line(0));
            }
        }
        else
        {
            DrawDensity(canvas, frame, points, pairs.Name, heading);
        }
        canvas.Note(
            new(frame.Box.X + (0.86 * frame.Box.Width) - 10, frame.Box.Y + (0.14 * frame.Box.Height) - 8),
            "w_{i} J_{ij} = w_{j} J_{ji}",
            Frame.Small,
            Anchor.End
        );
        canvas.Save(path);
    }

    /// <summary>One scale for both axes, so that symmetry is a straight line at 45°.</summary>
    /// <param name="sizes">Those of the pairs, all &gt; 0, ascending.</param>
    private static Axis Scale(List<double> sizes)
    {
        if (sizes.Count == 0)
        {
            return Axis.Linear([-1, 1], round: true);
        }
        var limit = sizes[^1];
        if (limit <= Wide * sizes[sizes.Count / 2])
        {
            return Axis.Linear([-limit, limit], round: true);
        }
        // The smallest tenth shares the line; beyond six decades all is as good as 0.
        return Axis.SignedLogarithmic(1.25 * limit, Math.Max(sizes[sizes.Count / 10], 1e-6 * limit));
    }

    private static void DrawDensity(Canvas canvas, Frame frame, List<(double X, double Y)> points, string name, double heading)
    {
        var counts = new int[Cells, Cells];
        var most = 0;
        foreach (var (x, y) in points)
        {
            int column = Math.Min((int)(frame.X.Place(x) * Cells), Cells - 1),
                row = Math.Min((int)(frame.Y.Place(y) * Cells), Cells - 1);
            most = Math.Max(most, ++counts[row, column]);
        }
        double width = frame.Box.Width / Cells,
            height = frame.Box.Height / Cells;
        // Neighbours overlap a little, so that no seam of paper shows between them.
        const double Seam = 0.3;
        for (var row = 0; row < Cells; row++)
        {
            for (var column = 0; column < Cells; column++)
            {
                if (counts[row, column] > 0)
                {
                    canvas.Rect(
                        new(frame.Box.X + (column * width), frame.Box.Bottom - ((row + 1) * height), width + Seam, height + Seam),
                        Shade(most > 1 ? Math.Log(counts[row, column]) / Math.Log(most) : 1)
                    );
                }
            }
        }

        // The key: from one pair to the most that share a place.
        const int Steps = 60;
        const double Long = 110;
        var key = new Color[1, Steps];
        for (var i = 0; i < Steps; i++)
        {
            key[0, i] = Shade((i + 0.5) / Steps);
        }
        var at = Heading.Left;
        Word($"{Count(points.Count)} {name}, in a place: 1");
        canvas.Image(new(at, heading + 4, Long, 12), key);
        at += Long + 6;
        Word($"{Count(most)}, log scale");

        void Word(string text)
        {
            canvas.Text(new(at, heading + 14), text, 12, Ink.Text);
            at += Canvas.TextWidth(text, 12) + 6;
        }

        // Away from paper at the light end, so that a single pair shows.
        static Color Shade(double t) => ColorMap.Sequential(0.82 * (1 - t));

        static string Count(int n) => Axis.Number(n, 1);
    }
}
