using Nagumo.Data;

namespace Nagumo.Plots.Drawing;

/// <summary>Draws into pixels, two per point along each side (192 per inch).</summary>
internal sealed class PngCanvas(double width, double height) : Canvas(width, height)
{
    /// <summary>Pixels per point.</summary>
    public const int Density = 2;

    private readonly Raster _raster = new((int)Math.Round(width * Density), (int)Math.Round(height * Density), Ink.Paper);

    public Raster Pixels => _raster;

    public override void Fill(IReadOnlyList<Vec> polygon, Color color) =>
        _raster.Fill(
            [
                [.. polygon.Select(p => p * Density)],
            ],
            color
        );

    public override void Stroke(IReadOnlyList<Vec> points, double width, Color color, double dash = 0)
    {
        var parts = new List<Vec[]>();
        foreach (var line in dash > 0 ? Dashes(points, dash) : [points])
        {
            Outline(line, 0.5 * width, parts);
        }
        _raster.Fill(parts, color);
    }

    public override void Text(
        Vec at,
        string text,
        double size,
        Color color,
        Anchor anchor = Anchor.Start,
        bool bold = false,
        bool upright = false
    )
    {
        var font = bold ? Font.Bold : Font.Regular;
        var back = anchor switch
        {
            Anchor.Middle => 0.5 * TextWidth(text, size, bold),
            Anchor.End => TextWidth(text, size, bold),
            _ => 0,
        };
        var along = -back;
        var polygons = new List<Vec[]>();
        foreach (var run in Run.Split(text))
        {
            var scale = run.Scale * size;
            var offset = along;
            along +=
                scale
                * font.Trace(
                    run.Text,
                    (outline, x) =>
                    {
                        foreach (var contour in outline)
                        {
                            polygons.Add(
                                Array.ConvertAll(
                                    contour,
                                    p =>
                                    {
                                        double right = offset + ((x + p.X) * scale),
                                            up = (p.Y * scale) + (run.Rise * size);
                                        return (upright ? new Vec(at.X - up, at.Y - right) : new Vec(at.X + right, at.Y - up)) * Density;
                                    }
                                )
                            );
                        }
                    }
                );
        }
        _raster.Fill(polygons, color);
    }

    public override void Image(Box box, Color[,] pixels)
    {
        int left = (int)Math.Round(box.X * Density),
            right = (int)Math.Round(box.Right * Density),
            top = (int)Math.Round(box.Y * Density),
            bottom = (int)Math.Round(box.Bottom * Density);
        int rows = pixels.GetLength(0),
            columns = pixels.GetLength(1);
        var line = new Color[right - left];
        for (int y = top, drawn = -1; y < bottom; y++)
        {
            var row = (y - top) * rows / (bottom - top);
            if (row != drawn)
            {
                for (var x = 0; x < line.Length; x++)
                {
                    line[x] = pixels[row, x * columns / line.Length];
                }
                drawn = row;
            }
            _raster.Set(left, y, line);
        }
    }

    public override void Save(string path) =>
        AtomicFile.Write(path, stream => stream.Write(Png.Encode(_raster.Rgb, _raster.Width, _raster.Height, 96 * Density)), flush: false);

    /// <summary>One rectangle per segment and a disc per corner; the winding rule unites them, so all turn the same way.</summary>
    private static void Outline(IReadOnlyList<Vec> points, double half, List<Vec[]> parts)
    {
        for (var i = 0; i < points.Count; i++)
        {
            var inner = i > 0 && i + 1 < points.Count;
            if (inner || points.Count == 1)
            {
                parts.Add(Polygon(points[i] * Density, half * Density, 16));
            }
            if (i + 1 < points.Count && (points[i + 1] - points[i]) is { Length: > 0 } along)
            {
                var side = new Vec(-along.Y, along.X) * (half / along.Length);
                Vec a = points[i],
                    b = points[i + 1];
                parts.Add([(a - side) * Density, (b - side) * Density, (b + side) * Density, (a + side) * Density]);
            }
        }
    }

    private static List<IReadOnlyList<Vec>> Dashes(IReadOnlyList<Vec> points, double dash)
    {
        var result = new List<IReadOnlyList<Vec>>();
        var current = new List<Vec> { points[0] };
        double left = dash;
        var on = true;
        for (var i = 0; i + 1 < points.Count; i++)
        {
            Vec a = points[i],
                along = points[i + 1] - a;
            double length = along.Length,
                done = 0;
            while (length - done > left)
            {
                done += left;
                var here = a + (along * (done / length));
                current.Add(here);
                if (on)
                {
                    result.Add(current);
                }
                current = [here];
                on = !on;
                left = dash;
            }
            left -= length - done;
            current.Add(points[i + 1]);
        }
        if (on && current.Count > 1)
        {
            result.Add(current);
        }
        return result;
    }
}
