using System.Globalization;
using Nagumo.Plots.Drawing;

namespace Nagumo.Plots;

/// <summary>How often each true class was taken for each other one.</summary>
public static class ConfusionMatrix
{
    private const double Cell = 52;
    private const double CellHeight = 40;

    /// <summary>Writes the figure; the path ends with .png or .svg.</summary>
    /// <param name="path">The file to write; an existing one is replaced.</param>
    /// <param name="caption">Title and subtitle.</param>
    /// <param name="counts">[true class, predicted class], none negative.</param>
    /// <param name="classes">The names in the same order; null numbers them from 0.</param>
    public static void Save(string path, Caption caption, int[,] counts, IReadOnlyList<string>? classes = null)
    {
        var n = counts.GetLength(0);
        classes ??= [.. Enumerable.Range(0, n).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        if (n == 0 || counts.GetLength(1) != n || classes.Count != n)
        {
            throw new ArgumentException(
                $"The counts are {n} × {counts.GetLength(1)} and there are {classes.Count} class names; give a square matrix and one name per class.",
                nameof(counts)
            );
        }

        var left = 52 + Math.Max(32, classes.Max(c => Canvas.TextWidth(c, 12)));
        var names = classes.Select(c => Heading.Wrap(c.Replace("/", "/ "), 11.5, false, Cell - 2).ToList()).ToList();
        var above = 14 + (14 * names.Max(lines => lines.Count));
        var (wrong, total, worst) = Totals(counts, n);
        var width = Math.Max(left + (n * Cell) + 92, 420);
        // The heading wraps by width, so its height is known only after it is drawn once.
        var top = Heading.Draw(new SvgCanvas(width, 0), caption) + above + 20;
        var canvas = Canvas.For(path, width, top + (n * CellHeight) + 62);
        Heading.Draw(canvas, caption);

        var box = new Box(left, top, n * Cell, n * CellHeight);
        canvas.Text(new(box.X + (0.5 * box.Width), top - above), "predicted class", 12.5, Ink.Text, Anchor.Middle);
        canvas.Text(new(34, box.Y + (0.5 * box.Height)), "true class", 12.5, Ink.Text, Anchor.Middle, upright: true);
        canvas.Text(new(box.Right + 74, top - 10), "missed", 11, Ink.Muted, Anchor.End);
        canvas.Text(new(box.X - 10, box.Bottom + 22), "wrong", 11, Ink.Muted, Anchor.End);

        for (var i = 0; i < n; i++)
        {
            canvas.Text(new(left - 10, top + ((i + 0.5) * CellHeight) + 4), classes[i], 12, Ink.Text, Anchor.End);
            for (var k = 0; k < names[i].Count; k++)
            {
                var at = new Vec(left + ((i + 0.5) * Cell), top - 10 - (14 * (names[i].Count - 1 - k)));
                canvas.Text(at, names[i][k], 11.5, Ink.Text, Anchor.Middle);
            }
            Row(canvas, counts, i, n, worst, box);
            canvas.Text(new(box.Right + 74, top + ((i + 0.5) * CellHeight) + 4), Share(counts, i, n, row: true), 12, Ink.Muted, Anchor.End);
            canvas.Text(new(left + ((i + 0.5) * Cell), box.Bottom + 22), Share(counts, i, n, row: false), 11.5, Ink.Muted, Anchor.Middle);
        }
        var share = total == 0 ? "0" : (100.0 * wrong / total).ToString("F2", CultureInfo.InvariantCulture);
        canvas.Text(
            new(box.Right + 74, box.Bottom + 48),
            $"{Axis.Number(wrong, 1)} of {Axis.Number(total, 1)} wrong: {share} %",
            12.5,
            Ink.Text,
            Anchor.End,
            bold: true
        );
        canvas.Save(path);
    }

    private static void Row(Canvas canvas, int[,] counts, int i, int n, int worst, Box box)
    {
        for (var j = 0; j < n; j++)
        {
            var cell = new Box(box.X + (j * Cell) + 1, box.Y + (i * CellHeight) + 1, Cell - 2, CellHeight - 2);
            var centre = new Vec(cell.X + (0.5 * cell.Width), cell.Y + (0.5 * cell.Height) + 4.5);
            var count = counts[i, j];
            if (i == j)
            {
                canvas.Rect(cell, Ink.Tint);
                canvas.Text(centre, Axis.Number(count, 1), 12.5, Ink.Muted, Anchor.Middle, bold: true);
                continue;
            }
            // Square root: single errors stay visible beside the most frequent confusion.
            var fill = ColorMap.Error(worst == 0 ? 0 : Math.Sqrt(count / (double)worst));
            canvas.Rect(cell, count == 0 ? Color.Hex(0xFAFBFC) : fill);
            if (count > 0)
            {
                canvas.Text(centre, Axis.Number(count, 1), 12.5, fill.Luma < 0.52 ? Ink.Paper : Ink.Text, Anchor.Middle);
            }
        }
    }

    private static (long Wrong, long Total, int Worst) Totals(int[,] counts, int n)
    {
        long wrong = 0,
            total = 0;
        var worst = 0;
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                if (counts[i, j] < 0)
                {
                    throw new ArgumentException($"The count [{i}, {j}] is {counts[i, j]}; counts are not negative.", nameof(counts));
                }
                total += counts[i, j];
                if (i != j)
                {
                    wrong += counts[i, j];
                    worst = Math.Max(worst, counts[i, j]);
                }
            }
        }
        return (wrong, total, worst);
    }

    /// <summary>Share in percent of a row (or column) that lies beside the diagonal.</summary>
    private static string Share(int[,] counts, int k, int n, bool row)
    {
        long all = 0;
        for (var m = 0; m < n; m++)
        {
            all += row ? counts[k, m] : counts[m, k];
        }
        return all == 0 ? "–" : (100.0 * (all - counts[k, k]) / all).ToString("F1", CultureInfo.InvariantCulture) + " %";
    }
}
