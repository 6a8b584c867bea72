using System.Globalization;

namespace Nagumo.Plots.Drawing;

/// <summary>How long so many cells are: a line of a round length, its number beside it.</summary>
internal static class ScaleBar
{
    /// <param name="canvas">Where it is drawn.</param>
    /// <param name="right">Its right end.</param>
    /// <param name="y">Its height.</param>
    /// <param name="width">Width of the field.</param>
    /// <param name="cells">Cells along that width.</param>
    public static void Draw(Canvas canvas, double right, double y, double width, double cells)
    {
        var length = Length(cells);
        var left = right - (width * length / cells);
        canvas.Line(left, y, right, y, 2.5, Ink.Text);
        canvas.Text(
            new(left - 7, y + 4),
            string.Create(CultureInfo.InvariantCulture, $"{length} {(length == 1 ? "cell" : "cells")}"),
            12,
            Ink.Text,
            Anchor.End
        );
    }

    /// <summary>The largest of 1, 2, 5, 10, … that is at most a quarter of the width.</summary>
    internal static int Length(double cells)
    {
        int best = 1;
        for (var power = 1; power <= 1_000_000; power *= 10)
        {
            foreach (var digit in (int[])[1, 2, 5])
            {
                if (digit * power <= 0.25 * cells)
                {
                    best = digit * power;
                }
            }
        }
        return best;
    }
}
