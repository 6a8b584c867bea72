namespace Nagumo.Plots.Drawing;

/// <summary>Where a text's given point lies: at its start, middle or end.</summary>
internal enum Anchor
{
    Start,
    Middle,
    End,
}

/// <summary>What a figure is drawn on. Lengths are in points of 1/96 inch, y points down, text stands on its baseline.</summary>
/// <remarks>Text may hold <c>^{…}</c> (superscript) and <c>_{…}</c> (subscript).</remarks>
internal abstract class Canvas(double width, double height)
{
    public double Width { get; } = width;

    public double Height { get; } = height;

    /// <summary>A text may become so many times as wide as measured: where the reader's own font is drawn.</summary>
    public virtual double MostStretch => 1;

    /// <summary>A canvas for the file's extension: .png or .svg.</summary>
    public static Canvas For(string path, double width, double height) =>
        Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".png" => new PngCanvas(width, height),
            ".svg" => new SvgCanvas(width, height),
            var other => throw new ArgumentException($"'{path}' ends with '{other}'; a figure is written as .png or .svg.", nameof(path)),
        };

    public static double TextWidth(string text, double size, bool bold = false) =>
        Run.Split(text).Sum(r => (bold ? Font.Bold : Font.Regular).Width(r.Text) * r.Scale * size);

    public abstract void Fill(IReadOnlyList<Vec> polygon, Color color);

    /// <summary>A line with round joins and ends.</summary>
    /// <param name="points">Its corners.</param>
    /// <param name="width">Its width.</param>
    /// <param name="color">Its colour.</param>
    /// <param name="dash">Length of a dash and of a gap; 0 draws a whole line.</param>
    public abstract void Stroke(IReadOnlyList<Vec> points, double width, Color color, double dash = 0);

    /// <param name="at">Where the anchor stands, on the base line.</param>
    /// <param name="text">One line; marks lower letters.</param>
    /// <param name="size">Size of the letters.</param>
    /// <param name="color">Their colour.</param>
    /// <param name="anchor">Which part of the line stands there.</param>
    /// <param name="bold">Whether the letters are bold.</param>
    /// <param name="upright">True turns the text a quarter to the left, to be read upwards.</param>
    public abstract void Text(
        Vec at,
        string text,
        double size,
        Color color,
        Anchor anchor = Anchor.Start,
        bool bold = false,
        bool upright = false
    );

    /// <summary>Colours as sharp rectangles. <paramref name="pixels"/> is [rows, columns], top row first.</summary>
    public abstract void Image(Box box, Color[,] pixels);

    public abstract void Save(string path);

    public void Rect(Box b, Color color) => Fill([new(b.X, b.Y), new(b.Right, b.Y), new(b.Right, b.Bottom), new(b.X, b.Bottom)], color);

    public void Line(double x1, double y1, double x2, double y2, double width, Color color, double dash = 0) =>
        Stroke([new(x1, y1), new(x2, y2)], width, color, dash);

    /// <summary>Words within a plot, on paper: no line that is drawn already strikes them through.</summary>
    public void Note(Vec at, string text, double size, Anchor anchor = Anchor.Start)
    {
        if (text.Length == 0)
        {
            return;
        }
        var width = TextWidth(text, size);
        var left =
            at.X
            - (
                anchor == Anchor.Start ? 0
                : anchor == Anchor.Middle ? 0.5 * width
                : width
            );
        Rect(new(left - 3, at.Y - (0.95 * size), width + 6, 1.3 * size), Ink.Paper);
        Text(at, text, size, Ink.Muted, anchor);
    }

    /// <summary>A filled marker; its shape follows the series so that a grey print can still be read.</summary>
    public void Marker(Vec at, int shape, double radius, Color color)
    {
        var (corners, turn, size) = (shape % 4) switch
        {
            0 => (24, 0.0, 1.0),
            1 => (4, 0.25 * Math.PI, 1.2),
            2 => (3, -0.5 * Math.PI, 1.4),
            _ => (4, 0.0, 1.35),
        };
        Fill(Polygon(at, radius * size, corners, turn), color);
    }

    protected static Vec[] Polygon(Vec centre, double radius, int corners, double turn = 0)
    {
        var points = new Vec[corners];
        for (var i = 0; i < corners; i++)
        {
            var (sin, cos) = Math.SinCos(turn + (2 * Math.PI * i / corners));
            points[i] = new Vec(centre.X + (radius * cos), centre.Y + (radius * sin));
        }
        return points;
    }
}

/// <summary>A piece of a text on one level: on the line, raised or lowered.</summary>
internal readonly record struct Run(string Text, double Scale, double Rise)
{
    public static IEnumerable<Run> Split(string text)
    {
        for (var at = 0; at < text.Length; )
        {
            var mark = text.AsSpan(at).IndexOfAny('^', '_');
            var opens = mark >= 0 && at + mark + 1 < text.Length && text[at + mark + 1] == '{';
            var close = opens ? text.IndexOf('}', at + mark) : -1;
            if (close < 0)
            {
                yield return new Run(text[at..], 1, 0);
                yield break;
            }
            if (mark > 0)
            {
                yield return new Run(text.Substring(at, mark), 1, 0);
            }
            var start = at + mark + 2;
            yield return new Run(text[start..close], 0.72, text[at + mark] == '^' ? 0.36 : -0.16);
            at = close + 1;
        }
    }
}
