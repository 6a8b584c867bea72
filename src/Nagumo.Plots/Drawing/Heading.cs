namespace Nagumo.Plots.Drawing;

/// <summary>Title, subtitle and legend at the top left of a figure.</summary>
internal static class Heading
{
    public const double Left = 24;

    /// <summary>How a line to compare with is drawn.</summary>
    public const double ReferenceWidth = 1.4,
        ReferenceDash = 5;

    private const double TitleSize = 17;
    private const double SubtitleSize = 12.5;

    /// <returns>The y below the heading, where the figure may begin.</returns>
    public static double Draw(Canvas canvas, Caption caption)
    {
        var width = (canvas.Width - (2 * Left)) / canvas.MostStretch;
        var y = 18.0;
        foreach (var line in Wrap(caption.Title, TitleSize, true, width))
        {
            y += 22;
            canvas.Text(new(Left, y - 4), line, TitleSize, Ink.Text, bold: true);
        }
        foreach (var line in Wrap(caption.Subtitle ?? "", SubtitleSize, false, width))
        {
            y += 18;
            canvas.Text(new(Left, y - 2), line, SubtitleSize, Ink.Muted);
        }
        return y + 10;
    }

    /// <summary>One entry per series in a row, wrapped when the figure is too narrow.</summary>
    /// <param name="canvas">The figure.</param>
    /// <param name="y">Where the legend begins.</param>
    /// <param name="left">Where its rows begin.</param>
    /// <param name="names">The series.</param>
    /// <param name="reference">Name of a broken line to compare with; null: there is none.</param>
    public static double DrawLegend(Canvas canvas, double y, double left, IReadOnlyList<string> names, string? reference = null)
    {
        double x = left,
            line = y + 10;
        for (var i = 0; i < names.Count + (reference is null ? 0 : 1); i++)
        {
            var name = i < names.Count ? names[i] : reference!;
            var width = 34 + Canvas.TextWidth(name, 12) + 22;
            if (x > left && x + width > canvas.Width - Left + 22)
            {
                x = left;
                line += 20;
            }
            if (i < names.Count)
            {
                canvas.Line(x, line, x + 26, line, 1.8, Ink.Line(i));
                canvas.Marker(new(x + 13, line), i, 3.1, Ink.Line(i));
            }
            else
            {
                canvas.Line(x, line, x + 26, line, ReferenceWidth, Ink.Text, ReferenceDash);
            }
            canvas.Text(new(x + 33, line + 4), name, 12, Ink.Text);
            x += width;
        }
        return line + 14;
    }

    /// <summary>Breaks a text at spaces; a word wider than the line stays whole.</summary>
    public static IEnumerable<string> Wrap(string text, double size, bool bold, double width)
    {
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var longer = line.Length == 0 ? word : line + " " + word;
            if (line.Length > 0 && Canvas.TextWidth(longer, size, bold) > width)
            {
                yield return line;
                longer = word;
            }
            line = longer;
        }
        if (line.Length > 0)
        {
            yield return line;
        }
    }
}
