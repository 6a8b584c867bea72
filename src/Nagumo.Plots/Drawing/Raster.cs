using System.Runtime.CompilerServices;

namespace Nagumo.Plots.Drawing;

/// <summary>Fills polygons into an RGB picture with anti-aliasing; the non-zero winding rule unites overlapping parts.</summary>
/// <remarks>
/// Coverage is exact along x and sampled on <c>Lines</c> scan lines per pixel along y. Loops over pixels are compiled in full
/// at once: a command draws a few figures of millions of pixels and ends.
/// </remarks>
internal sealed class Raster
{
    private const int Lines = 8;

    private readonly byte[] _rgb;
    private readonly float[] _step;

    // Edges, and of each row those that begin on it: the first one, and which follows which.
    private Edge[] _edges = new Edge[64];
    private int[] _next = new int[64];
    private readonly int[] _begins;

    // Edges that a row meets, and where a scan line crosses them, from left to right.
    private int[] _active = new int[64];
    private (double X, int Turn)[] _crossings = new (double, int)[64];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Raster(int width, int height, Color paper)
    {
        (Width, Height) = (width, height);
        _rgb = new byte[3 * width * height];
        _step = new float[width + 2];
        _begins = new int[height];
        Array.Fill(_begins, -1);
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(IReadOnlyList<Vec[]> polygons, Color color)
    {
        var (first, last) = Enter(polygons);
        var active = 0;
        for (var y = first; y <= last; y++)
        {
            for (var e = _begins[y]; e >= 0; e = _next[e])
            {
                _active[active++] = e;
            }
            _begins[y] = -1;
            var kept = 0;
            for (var i = 0; i < active; i++)
            {
                if (_edges[_active[i]].Bottom > y)
                {
                    _active[kept++] = _active[i];
                }
            }
            active = kept;
            int left = Width,
                right = -1;
            for (var s = 0; s < Lines; s++)
            {
                Scan(active, y + ((s + 0.5) / Lines), ref left, ref right);
            }
            // The coverage of a pixel is the sum of the steps up to it.
            var cover = 0f;
            for (var x = left; x <= right; x++)
            {
                cover += _step[x];
                _step[x] = 0;
                Blend(((y * Width) + x) * 3, color, cover);
            }
            if (right >= left)
            {
                _step[right + 1] = 0;
            }
        }
    }

    /// <summary>Pixels side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Set(int x, int y, ReadOnlySpan<Color> colors)
    {
        for (var i = Math.Max(0, -x); (uint)y < (uint)Height && i < colors.Length && x + i < Width; i++)
        {
            Blend(((y * Width) + x + i) * 3, colors[i], 1);
        }
    }

    /// <summary>Enters the edges, each at the row where it begins.</summary>
    /// <returns>The first and the last row that they meet; nothing where none does.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (int First, int Last) Enter(IReadOnlyList<Vec[]> polygons)
    {
        int first = Height,
            last = -1,
            count = 0;
        for (var p = 0; p < polygons.Count; p++)
        {
            var polygon = polygons[p];
            if (count + polygon.Length > _edges.Length)
            {
                var room = 2 * (count + polygon.Length);
                Array.Resize(ref _edges, room);
                Array.Resize(ref _next, room);
                Array.Resize(ref _active, room);
                Array.Resize(ref _crossings, room);
            }
            for (var i = 0; i < polygon.Length; i++)
            {
                Vec a = polygon[i],
                    b = polygon[i + 1 == polygon.Length ? 0 : i + 1];
                var turn = 1;
                if (a.Y > b.Y)
                {
                    (a, b, turn) = (b, a, -1);
                }
                if (!(a.Y < b.Y) || b.Y <= 0 || a.Y >= Height)
                {
                    continue;
                }
                var row = (int)Math.Max(a.Y, 0);
                _edges[count] = new(a.Y, b.Y, a.X, (b.X - a.X) / (b.Y - a.Y), turn);
                _next[count] = _begins[row];
                _begins[row] = count++;
                first = Math.Min(first, row);
                last = Math.Max(last, (int)Math.Min(b.Y, Height - 1));
            }
        }
        return (first, last);
    }

    /// <summary>Covers one scan line by what the winding rule says is inside.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scan(int active, double y, ref int left, ref int right)
    {
        var count = 0;
        for (var i = 0; i < active; i++)
        {
            ref readonly var e = ref _edges[_active[i]];
            if (e.Top > y || y >= e.Bottom)
            {
                continue;
            }
            var x = e.X + ((y - e.Top) * e.Slope);
            var at = count++;
            for (; at > 0 && _crossings[at - 1].X > x; at--)
            {
                _crossings[at] = _crossings[at - 1];
            }
            _crossings[at] = (x, e.Turn);
        }
        var winding = 0;
        for (var i = 0; i + 1 < count; i++)
        {
            winding += _crossings[i].Turn;
            if (winding != 0)
            {
                Span(_crossings[i].X, _crossings[i + 1].X, ref left, ref right);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
        const float Whole = 1f / Lines;
        if (a == b)
        {
            var part = (float)(to - from) * Whole;
            _step[a] += part;
            _step[a + 1] -= part;
            return;
        }
        float first = (float)(a + 1 - from) * Whole,
            last = (float)(to - b) * Whole;
        _step[a] += first;
        _step[a + 1] += Whole - first;
        _step[b] += last - Whole;
        _step[b + 1] -= last;
    }

    private void Blend(int at, Color color, float cover)
    {
        if (cover >= 1 && color.A == 255)
        {
            (_rgb[at], _rgb[at + 1], _rgb[at + 2]) = (color.R, color.G, color.B);
            return;
        }
        var alpha = Math.Min(cover, 1) * color.A / 255;
        _rgb[at] = Mix(_rgb[at], color.R, alpha);
        _rgb[at + 1] = Mix(_rgb[at + 1], color.G, alpha);
        _rgb[at + 2] = Mix(_rgb[at + 2], color.B, alpha);
    }

    private static byte Mix(byte below, byte above, float alpha) => (byte)(below + ((above - below) * alpha) + 0.5f);

    private readonly record struct Edge(double Top, double Bottom, double X, double Slope, int Turn);
}
