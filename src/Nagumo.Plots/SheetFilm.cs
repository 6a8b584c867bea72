using Nagumo.Plots.Drawing;

namespace Nagumo.Plots;

/// <summary>Pictures of a sheet in time: single frames as PNG, and all of them as one animated PNG, which browsers play.</summary>
/// <remarks>Frames are bare: no axes, as many pixels as cells, or a whole multiple.</remarks>
public sealed class SheetFilm
{
    private static readonly Color[] Palette =
    [
        .. Enumerable.Range(0, ColorMap.Steps).Select(i => ColorMap.Sequential((double)i / (ColorMap.Steps - 1))),
        Ink.Paper,
    ];

    private readonly double _low,
        _high;
    private readonly int _zoom;
    private readonly List<byte[]> _frames = [];

    /// <param name="rows">Rows of cells.</param>
    /// <param name="columns">Columns of cells.</param>
    /// <param name="low">The value of the darkest colour.</param>
    /// <param name="high">The value of the lightest colour.</param>
    /// <param name="side">The picture's longer side has about so many pixels, at least one per cell.</param>
    public SheetFilm(int rows, int columns, double low, double high, int side = 256)
    {
        if (!(low < high))
        {
            throw new ArgumentException($"A field cannot be drawn from {low} to {high}; give low < high.", nameof(low));
        }
        (_low, _high) = (low, high);
        _zoom = Math.Max(1, (int)Math.Round((double)side / Math.Max(rows, columns)));
        (Height, Width) = (rows * _zoom, columns * _zoom);
    }

    /// <summary>Pixels.</summary>
    public int Width { get; }

    /// <summary>Pixels.</summary>
    public int Height { get; }

    /// <summary>Frames so far.</summary>
    public int Count => _frames.Count;

    /// <summary>Adds a frame.</summary>
    /// <param name="field">A field of as many cells as the film's.</param>
    /// <param name="path">A line over it, as (column, row) in cells; null for none.</param>
    public void Add(SheetField field, IReadOnlyList<(double Column, double Row)>? path = null)
    {
        var large = field.Enlarge(_zoom);
        if (large.Rows != Height || large.Columns != Width)
        {
            throw new ArgumentException($"A frame of {field.Rows} × {field.Columns} cells in a film of another size.", nameof(field));
        }
        var frame = new byte[Width * Height];
        for (var i = 0; i < frame.Length; i++)
        {
            var t = (large.Values[i] - _low) / (_high - _low);
            frame[i] = (byte)(double.IsNaN(t) ? 0 : Math.Round(Math.Clamp(t, 0, 1) * (ColorMap.Steps - 1)));
        }
        for (var k = 0; k + 1 < path?.Count; k++)
        {
            Line(frame, path[k], path[k + 1]);
        }
        _frames.Add(frame);
    }

    /// <summary>Writes a frame.</summary>
    public void SaveFrame(string path, int index) => File.WriteAllBytes(path, IndexedPng.Encode(Palette, [_frames[index]], Width, Height));

    /// <summary>Writes all frames as one animated PNG.</summary>
    /// <param name="path">The file to write, .png.</param>
    /// <param name="milliseconds">How long a frame stays.</param>
    public void Save(string path, int milliseconds = 60) =>
        File.WriteAllBytes(path, IndexedPng.Encode(Palette, _frames, Width, Height, milliseconds));

    /// <summary>A line of single pixels.</summary>
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
            if ((uint)x < (uint)Width && (uint)y < (uint)Height)
            {
                frame[(y * Width) + x] = (byte)ColorMap.Steps;
            }
        }
    }
}
