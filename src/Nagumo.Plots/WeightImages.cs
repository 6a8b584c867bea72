using System.Globalization;
using System.Runtime.CompilerServices;
using Nagumo.Plots.Drawing;

namespace Nagumo.Plots;

/// <summary>The incoming weights of single neurons as pictures, in signed colours on one common scale.</summary>
public static class WeightImages
{
    private const double Gap = 8;

    /// <summary>Writes the figure; the path ends with .png or .svg.</summary>
    /// <param name="path">The file to write; an existing one is replaced.</param>
    /// <param name="caption">Title and subtitle.</param>
    /// <param name="weights">[neurons × (height · width)], row-major: the weights into one neuron lie together.</param>
    /// <param name="height">Rows of one picture.</param>
    /// <param name="width">Columns of one picture.</param>
    /// <param name="show">How many neurons to show: those with the largest Σ w², the strongest first.</param>
    public static void Save(string path, Caption caption, ReadOnlySpan<float> weights, int height = 28, int width = 28, int show = 64)
    {
        if (height < 1 || width < 1 || show < 1 || weights.Length == 0 || weights.Length % (height * width) != 0)
        {
            throw new ArgumentException(
                $"{weights.Length} weights do not make whole pictures of {height} × {width}; give neurons × {height * width} weights, at least one neuron.",
                nameof(weights)
            );
        }
        var size = height * width;
        var order = Strongest(weights, size, show);
        var columns = (int)Math.Ceiling(Math.Sqrt(order.Length));
        var rows = (order.Length + columns - 1) / columns;
        var scale = Scale(weights, order, size);

        // Whole pixels per weight keep the pictures sharp.
        var zoom = Math.Max(0.5, Math.Round(2 * 620.0 / (columns * width)) / 2);
        double tileX = zoom * width,
            tileY = zoom * height,
            pitchY = tileY + Gap + 12;
        var gridWidth = (columns * (tileX + Gap)) - Gap;
        var canvasWidth = Math.Max(Heading.Left + gridWidth + 96, 420);
        var top = Math.Ceiling(Heading.Draw(new SvgCanvas(canvasWidth, 0), caption)) + 10;
        var canvas = Canvas.For(path, canvasWidth, top + (rows * pitchY) + 16);
        Heading.Draw(canvas, caption);

        for (var k = 0; k < order.Length; k++)
        {
            var box = new Box(Heading.Left + (k % columns * (tileX + Gap)), top + (k / columns * pitchY), tileX, tileY);
            canvas.Image(box, Pixels(weights.Slice(order[k] * size, size), height, width, scale));
            canvas.Text(
                new(box.X + (0.5 * tileX), box.Bottom + 11),
                order[k].ToString(CultureInfo.InvariantCulture),
                9,
                Ink.Muted,
                Anchor.Middle
            );
        }
        var bar = new Box(Heading.Left + gridWidth + 24, top, 14, Math.Min((rows * pitchY) - 12 - Gap, 280));
        ColorBar.Draw(canvas, bar, -scale, scale, w => ColorMap.Signed(w / scale), "weight");
        canvas.Save(path);
    }

    private static int[] Strongest(ReadOnlySpan<float> weights, int size, int show)
    {
        var energy = new double[weights.Length / size];
        for (var i = 0; i < energy.Length; i++)
        {
            foreach (var w in weights.Slice(i * size, size))
            {
                energy[i] += (double)w * w;
            }
        }
        return [.. Enumerable.Range(0, energy.Length).OrderByDescending(i => energy[i]).ThenBy(i => i).Take(show)];
    }

    /// <summary>The weight that takes the full colour: 99.5 % of those shown are smaller.</summary>
    private static double Scale(ReadOnlySpan<float> weights, int[] order, int size)
    {
        var sizes = new List<float>(order.Length * size);
        foreach (var neuron in order)
        {
            foreach (var w in weights.Slice(neuron * size, size))
            {
                sizes.Add(float.IsFinite(w) ? Math.Abs(w) : 0);
            }
        }
        sizes.Sort();
        var scale = sizes[(int)(0.995 * (sizes.Count - 1))];
        return scale > 0 ? scale : Math.Max(sizes[^1], 1e-12);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Color[,] Pixels(ReadOnlySpan<float> weights, int height, int width, double scale)
    {
        var pixels = new Color[height, width];
        for (var i = 0; i < weights.Length; i++)
        {
            pixels[i / width, i % width] = ColorMap.Signed(weights[i] / scale);
        }
        return pixels;
    }
}
