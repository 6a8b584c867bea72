using Nagumo.Data;
using Nagumo.Plots.Drawing;

namespace Nagumo.Plots;

/// <summary>Pictures of a sheet in time: single frames as PNG, and all of them as one animated PNG, which browsers play.</summary>
/// <remarks>Above the field stands the time, beside it the scale of its colours, below it a scale of length.</remarks>
public sealed class SheetFilm
{
    private const int Greys = 15;

    /// <summary>Points around the field.</summary>
    private const double Left = 10,
        Top = 26,
        Right = 64,
        Bottom = 26;

    /// <summary>The colours of values, then greys from paper to text.</summary>
    private static readonly Color[] Palette =
    [
        .. Enumerable.Range(0, ColorMap.Steps).Select(i => ColorMap.Sequential((double)i / (ColorMap.Steps - 1))),
        .. Enumerable.Range(0, Greys + 1).Select(i => Between(Ink.Paper, Ink.Text, (double)i / Greys)),
    ];

    private static readonly Dictionary<Color, byte> Indices = Palette
        .Select((c, i) => (c, i))
        .DistinctBy(p => p.c)
        .ToDictionary(p => p.c, p => (byte)p.i);

    private readonly double _low,
        _high;
    private readonly int _zoom,
        _left,
        _top,
        _fieldWidth,
        _fieldHeight;
    private readonly string _label;
    private byte[]? _still;
    private readonly List<byte[]> _frames = [];

    /// <param name="rows">Rows of cells.</param>
    /// <param name="columns">Columns of cells.</param>
    /// <param name="low">The value of the darkest colour.</param>
    /// <param name="high">The value of the lightest colour.</param>
    /// <param name="side">The field's longer side has about so many pixels, at least one per cell.</param>
    /// <param name="label">The field's name, at the scale of colours.</param>
    public SheetFilm(int rows, int columns, double low, double high, int side = 512, string label = "u")
    {
        if (!(low < high))
        {
            throw new ArgumentException($"A field cannot be drawn from {low} to {high}; give low < high.", nameof(low));
        }
        (_low, _high, _label) = (low, high, label);
        _zoom = Math.Max(1, (int)Math.Round((double)side / Math.Max(rows, columns)));
        (_fieldHeight, _fieldWidth) = (rows * _zoom, columns * _zoom);
        (_left, _top) = ((int)(Left * PngCanvas.Density), (int)(Top * PngCanvas.Density));
        Width = _left + _fieldWidth + (int)(Right * PngCanvas.Density);
        Height = _top + _fieldHeight + (int)(Bottom * PngCanvas.Density);
    }

    /// <summary>Pixels.</summary>
    public int Width { get; }

    /// <summary>Pixels.</summary>
    public int Height { get; }

    /// <summary>Frames so far.</summary>
    public int Count => _frames.Count;

    /// <summary>Where the field's first pixel lies.</summary>
    internal (int Left, int Top) Origin => (_left, _top);

    /// <summary>Adds a frame.</summary>
    /// <param name="field">A field of as many cells as the film's.</param>
    /// <param name="path">A line over it, as (column, row) in cells; null for none.</param>
    /// <param name="time">What stands above it, such as "t = 12.5"; null for nothing.</param>
    public void Add(SheetField field, IReadOnlyList<(double Column, double Row)>? path = null, string? time = null)
    {
        if (field.Rows * _zoom != _fieldHeight || field.Columns * _zoom != _fieldWidth)
        {
            throw new ArgumentException($"A frame of {field.Rows} × {field.Columns} cells in a film of another size.", nameof(field));
        }
        _still ??= Still(field.Columns * field.Every);
        var frame = (byte[])_still.Clone();
        var large = field.Enlarge(_zoom);
        for (var y = 0; y < _fieldHeight; y++)
        {
            for (var x = 0; x < _fieldWidth; x++)
            {
                var t = (large.Values[(y * _fieldWidth) + x] - _low) / (_high - _low);
                frame[((_top + y) * Width) + _left + x] = (byte)(
                    double.IsNaN(t) ? 0 : Math.Round(Math.Clamp(t, 0, 1) * (ColorMap.Steps - 1))
                );
            }
        }
        for (var k = 0; k + 1 < path?.Count; k++)
        {
            Line(frame, path[k], path[k + 1]);
        }
        if (time is not null)
        {
            var canvas = new PngCanvas((double)(_left + _fieldWidth) / PngCanvas.Density, Top - 6);
            canvas.Text(new(Left, Top - 8), time, 13, Ink.Text);
            Copy(canvas.Pixels, frame);
        }
        _frames.Add(frame);
    }

    /// <summary>Writes a frame.</summary>
    public void SaveFrame(string path, int index) =>
        AtomicFile.Write(path, stream => stream.Write(IndexedPng.Encode(Palette, [_frames[index]], Width, Height)), flush: false);

    /// <summary>Writes all frames as one animated PNG.</summary>
    /// <param name="path">The file to write, .png.</param>
    /// <param name="milliseconds">How long a frame stays.</param>
    public void Save(string path, int milliseconds = 60) =>
        AtomicFile.Write(path, stream => stream.Write(IndexedPng.Encode(Palette, _frames, Width, Height, milliseconds)), flush: false);

    /// <summary>What all frames share.</summary>
    private byte[] Still(int cells)
    {
        double width = (double)_fieldWidth / PngCanvas.Density,
            height = (double)_fieldHeight / PngCanvas.Density;
        var canvas = new PngCanvas((double)Width / PngCanvas.Density, (double)Height / PngCanvas.Density);
        ColorBar.Draw(
            canvas,
            new(Left + width + 10, Top, 10, Math.Max(24, height - 30)),
            _low,
            _high,
            x => ColorMap.Sequential((x - _low) / (_high - _low)),
            _label
        );
        ScaleBar.Draw(canvas, Left + width, Top + height + 12, width, cells);
        var frame = new byte[Width * Height];
        Copy(canvas.Pixels, frame);
        return frame;
    }

    /// <summary>The upper left of a frame from a drawing, each pixel as the nearest colour of the palette.</summary>
    private void Copy(Raster drawing, byte[] frame)
    {
        var rgb = drawing.Rgb;
        for (var i = 0; i < drawing.Width * drawing.Height; i++)
        {
            var color = new Color(rgb[3 * i], rgb[(3 * i) + 1], rgb[(3 * i) + 2]);
            frame[(i / drawing.Width * Width) + (i % drawing.Width)] = Indices.TryGetValue(color, out var index)
                ? index
                : (byte)(
                    ColorMap.Steps
                    + Math.Clamp((int)Math.Round(Greys * (Ink.Paper.Luma - color.Luma) / (Ink.Paper.Luma - Ink.Text.Luma)), 0, Greys)
                );
        }
    }

    private static Color Between(Color a, Color b, double t)
    {
        byte Mix(byte x, byte y) => (byte)Math.Round(x + (t * (y - x)));
        return new(Mix(a.R, b.R), Mix(a.G, b.G), Mix(a.B, b.B));
    }

    /// <summary>A line of paper's colour, two pixels wide.</summary>
    private void Line(byte[] frame, (double Column, double Row) from, (double Column, double Row) to)
    {
        double x0 = (from.Column + 0.5) * _zoom,
            y0 = (from.Row + 0.5) * _zoom,
            x1 = (to.Column + 0.5) * _zoom,
            y1 = (to.Row + 0.5) * _zoom;
        var steps = (int)Math.Ceiling(Math.Max(Math.Abs(x1 - x0), Math.Abs(y1 - y0))) + 1;
        for (var i = 0; i <= steps; i++)
        {
            int x = (int)(x0 + ((x1 - x0) * i / steps)),
                y = (int)(y0 + ((y1 - y0) * i / steps));
            for (var j = 0; j < 4; j++)
            {
                int px = x + (j % 2),
                    py = y + (j / 2);
                if ((uint)px < (uint)_fieldWidth && (uint)py < (uint)_fieldHeight)
                {
                    frame[((_top + py) * Width) + _left + px] = (byte)ColorMap.Steps;
                }
            }
        }
    }
}
