using System.Globalization;
using System.Net;
using System.Text;
using Nagumo.Data;

namespace Nagumo.Plots.Drawing;

/// <summary>Draws into an SVG text; text stays text, so that it can be edited and searched.</summary>
internal sealed class SvgCanvas(double width, double height) : Canvas(width, height)
{
    private readonly StringBuilder _body = new();

    /// <summary>Without Open Sans: DejaVu Sans is 1.12 times as wide, its bold 1.21 times.</summary>
    public override double MostStretch => 1.22;

    public override void Fill(IReadOnlyList<Vec> polygon, Color color) =>
        _body.Append(CultureInfo.InvariantCulture, $"<polygon points=\"{Points(polygon)}\" fill=\"{color.Css}\"{Opacity(color)}/>\n");

    public override void Stroke(IReadOnlyList<Vec> points, double width, Color color, double dash = 0)
    {
        var dashes = dash > 0 ? $" stroke-dasharray=\"{N(dash)}\"" : "";
        _body.Append(
            CultureInfo.InvariantCulture,
            $"<polyline points=\"{Points(points)}\" fill=\"none\" stroke=\"{color.Css}\" stroke-width=\"{N(width)}\" stroke-linejoin=\"round\"{dashes}/>\n"
        );
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
        var turn = upright ? $" transform=\"rotate(-90 {N(at.X)} {N(at.Y)})\"" : "";
        var weight = bold ? " font-weight=\"600\"" : "";
        _body.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{N(at.X)}\" y=\"{N(at.Y)}\" font-size=\"{N(size)}\" fill=\"{color.Css}\" text-anchor=\"{anchor.ToString().ToLowerInvariant()}\"{weight}{turn}>"
        );
        var rise = 0.0;
        foreach (var run in Run.Split(text))
        {
            var shift = (rise - run.Rise) * size;
            rise = run.Rise;
            _body.Append(
                run.Scale == 1 && shift == 0
                    ? Encoded(run.Text)
                    : $"<tspan dy=\"{N(shift)}\" font-size=\"{N(run.Scale * size)}\">{Encoded(run.Text)}</tspan>"
            );
        }
        _body.Append("</text>\n");
    }

    public override void Image(Box box, Color[,] pixels)
    {
        int rows = pixels.GetLength(0),
            columns = pixels.GetLength(1);
        var rgb = new byte[3 * rows * columns];
        for (var i = 0; i < rows * columns; i++)
        {
            var c = pixels[i / columns, i % columns];
            (rgb[3 * i], rgb[(3 * i) + 1], rgb[(3 * i) + 2]) = (c.R, c.G, c.B);
        }
        var data = Convert.ToBase64String(Png.Encode(rgb, columns, rows));
        _body.Append(
            CultureInfo.InvariantCulture,
            $"<image x=\"{N(box.X)}\" y=\"{N(box.Y)}\" width=\"{N(box.Width)}\" height=\"{N(box.Height)}\" preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{data}\"/>\n"
        );
    }

    public override void Save(string path) =>
        AtomicFile.WriteText(
            path,
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{N(Width)}" height="{N(Height)}" viewBox="0 0 {N(Width)} {N(
                Height
            )}" font-family="'Open Sans', 'Segoe UI', Helvetica, Arial, sans-serif">
            <rect width="100%" height="100%" fill="{Ink.Paper.Css}"/>
            {_body}</svg>

            """,
            flush: false
        );

    /// <summary>Text as XML allows it: what has no place there, not even as a reference (control characters, half a pair), is shown as its code.</summary>
    private static string Encoded(string text)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text, i) && i + 1 < text.Length)
                plain.Append(text[i]).Append(text[++i]);
            else if (char.IsControl(text[i]) || char.IsSurrogate(text[i]) || text[i] >= '\uFFFE')
                plain.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}");
            else
                plain.Append(text[i]);
        }
        return WebUtility.HtmlEncode(plain.ToString());
    }

    private static string Points(IReadOnlyList<Vec> points) => string.Join(' ', points.Select(p => $"{N(p.X)},{N(p.Y)}"));

    private static string Opacity(Color color) => color.A == 255 ? "" : $" fill-opacity=\"{N(color.A / 255.0)}\"";

    private static string N(double value) => Math.Round(value, 2).ToString(CultureInfo.InvariantCulture);
}
