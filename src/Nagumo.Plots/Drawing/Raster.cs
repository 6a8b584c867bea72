namespace Nagumo.Plots.Drawing;

/// <summary>Fills polygons into an RGB picture with anti-aliasing; the non-zero winding rule unites overlapping parts.</summary>
/// <remarks>Coverage is exact along x and sampled on <c>Lines</c> scan lines per pixel along y.</remarks>
internal sealed class Raster
{
    private const int Lines = 8;

    private readonly byte[] _rgb;
    private readonly float[] _cover;
    private readonly List<(double X, int Turn)> _crossings = [];

    public Raster(int width, int height, Color paper)
    {
        (Width, Height) = (width, height);
        _rgb = new byte[3 * width * height];
        _cover = new float[width + 2];
        for (var i = 0; i < _rgb.Length; i += 3)
        {
            (_rgb[i], _rgb[i + 1], _rgb[i + 2]) = (paper.R, paper.G, paper.B);
        }
    }

    public int Width { get; }

    public int Height { get; }

    public ReadOnlySpan<byte> Rgb => _rgb;

    /// <param name="polygons">Closed contours in pixels; y points down.</param>
    /// <param name="color">What they are filled with.</param>
    public void Fill(IReadOnlyList<Vec[]> polygons, Color color)
    {
        var edges = Edges(polygons);
        if (edges.Count == 0)
        {
            return;
        }
        edges.Sort((a, b) => a.Top.CompareTo(b.Top));
        var bottom = edges.Max(e => e.Bottom);
        var first = Math.Max(0, (int)Math.Floor(edges[0].Top));
        var last = Math.Min(Height - 1, (int)Math.Floor(bottom));
        var active = new List<Edge>();
        var next = 0;
        for (var y = first; y <= last; y++)
        {
            while (next < edges.Count && edges[next].Top < y + 1)
            {
                active.Add(edges[next++]);
            }
            active.RemoveAll(e => e.Bottom <= y);
            int left = Width,
                right = -1;
            for (var s = 0; s < Lines; s++)
            {
                Scan(active, y + ((s + 0.5) / Lines), ref left, ref right);
            }
            for (var x = left; x <= right; x++)
            {
                Blend(((y * Width) + x) * 3, color, _cover[x]);
                _cover[x] = 0;
            }
        }
    }

    public void Set(int x, int y, Color color)
    {
        if ((uint)x < (uint)Width && (uint)y < (uint)Height)
        {
            Blend(((y * Width) + x) * 3, color, 1);
        }
    }

    private static List<Edge> Edges(IReadOnlyList<Vec[]> polygons)
    {
        var edges = new List<Edge>();
        foreach (var polygon in polygons)
        {
            for (var i = 0; i < polygon.Length; i++)
            {
                Vec a = polygon[i],
                    b = polygon[(i + 1) % polygon.Length];
                if (a.Y < b.Y)
                {
                    edges.Add(new Edge(a.Y, b.Y, a.X, (b.X - a.X) / (b.Y - a.Y), 1));
                }
                else if (a.Y > b.Y)
                {
                    edges.Add(new Edge(b.Y, a.Y, b.X, (a.X - b.X) / (a.Y - b.Y), -1));
                }
            }
        }
        return edges;
    }

    private void Scan(List<Edge> active, double y, ref int left, ref int right)
    {
        _crossings.Clear();
        foreach (var e in active)
        {
            if (e.Top <= y && y < e.Bottom)
            {
                _crossings.Add((e.X + ((y - e.Top) * e.Slope), e.Turn));
            }
        }
        _crossings.Sort((a, b) => a.X.CompareTo(b.X));
        var winding = 0;
        for (var i = 0; i + 1 < _crossings.Count; i++)
        {
            winding += _crossings[i].Turn;
            if (winding != 0)
            {
                Span(_crossings[i].X, _crossings[i + 1].X, ref left, ref right);
            }
        }
    }

    private void Span(double from, double to, ref int left, ref int right)
    {
        from = Math.Max(from, 0);
        to = Math.Min(to, Width);
        if (to <= from)
        {
            return;
        }
        int a = (int)from,
            b = Math.Min((int)to, Width - 1);
        left = Math.Min(left, a);
        right = Math.Max(right, b);
        for (var x = a; x <= b; x++)
        {
            _cover[x] += (float)((Math.Min(to, x + 1) - Math.Max(from, x)) / Lines);
        }
    }

    private void Blend(int at, Color color, float cover)
    {
        var alpha = Math.Min(cover, 1) * color.A / 255;
        _rgb[at] = Mix(_rgb[at], color.R, alpha);
        _rgb[at + 1] = Mix(_rgb[at + 1], color.G, alpha);
        _rgb[at + 2] = Mix(_rgb[at + 2], color.B, alpha);
    }

    private static byte Mix(byte below, byte above, float alpha) => (byte)(below + ((above - below) * alpha) + 0.5f);

    private readonly record struct Edge(double Top, double Bottom, double X, double Slope, int Turn);
}
