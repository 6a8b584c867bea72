using System.Buffers.Binary;
using System.Text;

namespace Nagumo.Plots.Drawing;

/// <summary>A TrueType font read from an embedded file: outlines, widths and pair kerning of single characters.</summary>
/// <remarks>Lengths are in em; y points up from the baseline. [OpenType 1.9: head, hhea, hmtx, cmap format 4, loca, glyf, kern format 0]</remarks>
internal sealed class Font
{
    private static readonly Lazy<Font> LazyRegular = new(() => Load("OpenSans-Regular.ttf"));
    private static readonly Lazy<Font> LazyBold = new(() => Load("OpenSans-Semibold.ttf"));

    private readonly byte[] _file;
    private readonly Dictionary<string, int> _tables = [];
    private readonly Dictionary<uint, double> _kerning = [];
    private readonly Dictionary<int, Vec[][]> _outlines = [];
    private readonly double _em;
    private readonly bool _longOffsets;
    private readonly int _widths;
    private readonly int _cmap;

    private Font(byte[] file)
    {
        _file = file;
        for (int i = 0, n = U16(4); i < n; i++)
        {
            var entry = 12 + (16 * i);
            _tables[Encoding.ASCII.GetString(file, entry, 4)] = (int)U32(entry + 8);
        }
        _em = U16(_tables["head"] + 18);
        _longOffsets = U16(_tables["head"] + 50) != 0;
        _widths = U16(_tables["hhea"] + 34);
        _cmap = FindCmap();
        ReadKerning();
    }

    public static Font Regular => LazyRegular.Value;

    public static Font Bold => LazyBold.Value;

    public bool Has(char c) => Glyph(c) != 0;

    /// <summary>Width of a string in em.</summary>
    public double Width(string text)
    {
        var x = 0.0;
        for (var i = 0; i < text.Length; i++)
        {
            x += Advance(text[i]) + (i + 1 < text.Length ? Kerning(text[i], text[i + 1]) : 0);
        }
        return x;
    }

    /// <summary>Calls back with every character's outline (closed contours, curves flattened) and its x position.</summary>
    public double Trace(string text, Action<Vec[][], double> glyph)
    {
        var x = 0.0;
        for (var i = 0; i < text.Length; i++)
        {
            glyph(Outline(Glyph(text[i])), x);
            x += Advance(text[i]) + (i + 1 < text.Length ? Kerning(text[i], text[i + 1]) : 0);
        }
        return x;
    }

    private static Font Load(string name)
    {
        using var stream =
            typeof(Font).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The font {name} is not embedded in {typeof(Font).Assembly.GetName().Name}.");
        var file = new byte[stream.Length];
        stream.ReadExactly(file);
        return new Font(file);
    }

    private double Advance(char c)
    {
        var index = Math.Min(Glyph(c), _widths - 1);
        return U16(_tables["hmtx"] + (4 * index)) / _em;
    }

    private double Kerning(char left, char right) => _kerning.GetValueOrDefault(((uint)Glyph(left) << 16) | (uint)Glyph(right));

    private int Glyph(char c)
    {
        var segments = U16(_cmap + 6); // twice their number
        for (var i = 0; i < segments; i += 2)
        {
            if (U16(_cmap + 14 + i) < c)
            {
                continue;
            }
            var start = U16(_cmap + 16 + segments + i);
            if (start > c)
            {
                return 0;
            }
            var delta = U16(_cmap + 16 + (2 * segments) + i);
            var place = _cmap + 16 + (3 * segments) + i;
            var offset = U16(place);
            if (offset == 0)
            {
                return (c + delta) & 0xFFFF;
            }
            var glyph = U16(place + offset + (2 * (c - start)));
            return glyph == 0 ? 0 : (glyph + delta) & 0xFFFF;
        }
        return 0;
    }

    private Vec[][] Outline(int glyph)
    {
        if (!_outlines.TryGetValue(glyph, out var outline))
        {
            outline = [.. Contours(glyph)];
            _outlines[glyph] = outline;
        }
        return outline;
    }

    private List<Vec[]> Contours(int glyph)
    {
        var loca = _tables["loca"];
        var from = _longOffsets ? (int)U32(loca + (4 * glyph)) : 2 * U16(loca + (2 * glyph));
        var to = _longOffsets ? (int)U32(loca + (4 * glyph) + 4) : 2 * U16(loca + (2 * glyph) + 2);
        if (from == to)
        {
            return [];
        }
        var at = _tables["glyf"] + from;
        var contours = I16(at);
        return contours < 0 ? Composite(at + 10) : Simple(at + 10, contours);
    }

    private List<Vec[]> Composite(int at)
    {
        const int Words = 1,
            Offsets = 2,
            Scale = 8,
            More = 0x20,
            ScaleXY = 0x40,
            Matrix = 0x80;
        var result = new List<Vec[]>();
        int flags;
        do
        {
            flags = U16(at);
            var part = U16(at + 2);
            at += 4;
            double dx = 0,
                dy = 0;
            if ((flags & Offsets) != 0)
            {
                dx = ((flags & Words) != 0 ? I16(at) : (sbyte)_file[at]) / _em;
                dy = ((flags & Words) != 0 ? I16(at + 2) : (sbyte)_file[at + 1]) / _em;
            }
            at += (flags & Words) != 0 ? 4 : 2;
            double xx = 1,
                xy = 0,
                yx = 0,
                yy = 1;
            if ((flags & Scale) != 0)
            {
                xx = yy = I16(at) / 16384.0;
                at += 2;
            }
            else if ((flags & ScaleXY) != 0)
            {
                (xx, yy) = (I16(at) / 16384.0, I16(at + 2) / 16384.0);
                at += 4;
            }
            else if ((flags & Matrix) != 0)
            {
                (xx, xy, yx, yy) = (I16(at) / 16384.0, I16(at + 2) / 16384.0, I16(at + 4) / 16384.0, I16(at + 6) / 16384.0);
                at += 8;
            }
            foreach (var contour in Contours(part))
            {
                result.Add(Array.ConvertAll(contour, p => new Vec((xx * p.X) + (yx * p.Y) + dx, (xy * p.X) + (yy * p.Y) + dy)));
            }
        } while ((flags & More) != 0);
        return result;
    }

    private List<Vec[]> Simple(int at, int contours)
    {
        var ends = new int[contours];
        for (var i = 0; i < contours; i++)
        {
            ends[i] = U16(at + (2 * i));
        }
        at += 2 * contours;
        at += 2 + U16(at); // hinting instructions

        var points = ends[^1] + 1;
        var flags = new byte[points];
        for (var i = 0; i < points; )
        {
            var flag = _file[at++];
            var repeat = (flag & 8) != 0 ? _file[at++] : 0;
            for (var k = 0; k <= repeat; k++)
            {
                flags[i++] = flag;
            }
        }
        var xs = Coordinates(ref at, flags, shortBit: 2, sameBit: 16);
        var ys = Coordinates(ref at, flags, shortBit: 4, sameBit: 32);

        var result = new List<Vec[]>(contours);
        for (int c = 0, start = 0; c < contours; start = ends[c] + 1, c++)
        {
            var n = ends[c] - start + 1;
            if (n >= 2)
            {
                result.Add(Flatten(xs.AsSpan(start, n), ys.AsSpan(start, n), flags.AsSpan(start, n)));
            }
        }
        return result;
    }

    private double[] Coordinates(ref int at, ReadOnlySpan<byte> flags, int shortBit, int sameBit)
    {
        var result = new double[flags.Length];
        var value = 0;
        for (var i = 0; i < flags.Length; i++)
        {
            var same = (flags[i] & sameBit) != 0;
            if ((flags[i] & shortBit) != 0)
            {
                value += same ? _file[at] : -_file[at];
                at++;
            }
            else if (!same)
            {
                value += I16(at);
                at += 2;
            }
            result[i] = value / _em;
        }
        return result;
    }

    /// <summary>Quadratic splines to polygons; between two control points lies an implied point on the curve.</summary>
    private static Vec[] Flatten(ReadOnlySpan<double> xs, ReadOnlySpan<double> ys, ReadOnlySpan<byte> flags)
    {
        const int Steps = 6;
        var n = xs.Length;
        var polygon = new List<Vec>();
        for (var i = 0; i < n; i++)
        {
            var here = new Vec(xs[i], ys[i]);
            if ((flags[i] & 1) != 0)
            {
                polygon.Add(here);
                continue;
            }
            int before = (i + n - 1) % n,
                after = (i + 1) % n;
            var a = new Vec(xs[before], ys[before]);
            var b = new Vec(xs[after], ys[after]);
            a = (flags[before] & 1) != 0 ? a : (a + here) * 0.5;
            b = (flags[after] & 1) != 0 ? b : (b + here) * 0.5;
            for (var k = 0; k <= Steps; k++)
            {
                var t = k / (double)Steps;
                polygon.Add((a * ((1 - t) * (1 - t))) + (here * (2 * t * (1 - t))) + (b * (t * t)));
            }
        }
        return [.. polygon];
    }

    private int FindCmap()
    {
        var cmap = _tables["cmap"];
        for (int i = 0, n = U16(cmap + 2); i < n; i++)
        {
            var table = cmap + (int)U32(cmap + 4 + (8 * i) + 4);
            if (U16(table) == 4)
            {
                return table;
            }
        }
        throw new InvalidDataException("The font has no Unicode character map (cmap format 4).");
    }

    private void ReadKerning()
    {
        if (!_tables.TryGetValue("kern", out var kern) || U16(kern + 2) == 0)
        {
            return;
        }
        for (int i = 0, n = U16(kern + 10); i < n; i++)
        {
            var pair = kern + 18 + (6 * i);
            _kerning[U32(pair)] = I16(pair + 4) / _em;
        }
    }

    private ushort U16(int at) => BinaryPrimitives.ReadUInt16BigEndian(_file.AsSpan(at));

    private short I16(int at) => BinaryPrimitives.ReadInt16BigEndian(_file.AsSpan(at));

    private uint U32(int at) => BinaryPrimitives.ReadUInt32BigEndian(_file.AsSpan(at));
}
