using Nagumo.Plots.Drawing;

namespace Nagumo.Plots;

/// <summary>A line of cells against time: cells to the right, time downwards, values as signed colours about a centre.</summary>
public static class SpaceTimePicture
{
    private const double Left = 84,
        Right = 128,
        Bottom = 62;

    /// <summary>Writes the figure; the path ends with .png or .svg.</summary>
    /// <param name="path">The file to write; an existing one is replaced.</param>
    /// <param name="caption">Title and subtitle.</param>
    /// <param name="rows">[times] of [cells], the first at time 0.</param>
    /// <param name="duration">Time of the last row, &gt; 0.</param>
    /// <param name="centre">The value without colour, such as that at rest.</param>
    /// <param name="quantity">What the colours show.</param>
    /// <param name="labelX">What the cells are.</param>
    /// <param name="labelTime">The unit of time.</param>
    public static void Save(
        string path,
        Caption caption,
        IReadOnlyList<double[]> rows,
        double duration,
        double centre,
        string quantity,
        string labelX = "neuron",
        string labelTime = "time (activator time constants)"
    )
    {
        if (rows.Count < 2 || rows.Any(r => r.Length == 0 || r.Length != rows[0].Length))
        {
            throw new ArgumentException("A space–time picture needs at least two rows of equal, non-zero length.", nameof(rows));
        }
        var canvas = Canvas.For(path, 640, 720);
        var top = Heading.Draw(canvas, caption) + 8;
        var box = new Box(Left, top, canvas.Width - Left - Right, canvas.Height - top - Bottom);
        var values = rows.SelectMany(r => r).Where(double.IsFinite).DefaultIfEmpty(centre).ToList();
        var (low, high) = (values.Min(), values.Max());
        (low, high) = high > low ? (low, high) : (low - 1, high + 1);
        var reach = Math.Max(high - centre, centre - low);
        canvas.Image(box, Pixels(rows, centre, reach));
        var frame = new Frame(
            canvas,
            box,
            // Cell i lies about i, the first being 0.
            Axis.Linear([-0.5, rows[0].Length - 0.5], round: false, whole: true),
            Axis.Linear([0, duration], round: false).Downwards
        );
        frame.DrawAxes(labelX, labelTime, grid: false);
        ColorBar.Draw(
            canvas,
            new(box.Right + 26, box.Y, 14, Math.Min(box.Height, 280)),
            low,
            high,
            v => ColorMap.Signed((v - centre) / reach),
            quantity
        );
        canvas.Save(path);
    }

    /// <summary>At most as many pixels as the figure can show: the mean of the cells and times that share one would hide thin waves, so the
    /// nearest is taken.</summary>
    private static Color[,] Pixels(IReadOnlyList<double[]> rows, double centre, double reach)
    {
        int height = Math.Min(rows.Count, 1200),
            width = Math.Min(rows[0].Length, 1200);
        var pixels = new Color[height, width];
        for (var y = 0; y < height; y++)
        {
            var row = rows[(int)((y + 0.5) * rows.Count / height)];
            for (var x = 0; x < width; x++)
            {
                pixels[y, x] = ColorMap.Signed((row[(int)((x + 0.5) * row.Length / width)] - centre) / reach);
            }
        }
        return pixels;
    }
}
