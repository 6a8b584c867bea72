using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Nagumo.Plots.Drawing;

namespace Nagumo.Plots.Tests;

/// <summary>Animated PNG, read back by its specification: chunks, order, and every frame's pixels.</summary>
public sealed class SheetFilmTests
{
    private static readonly Color[] Palette = [Color.Hex(0), Color.Hex(0xFF0000), Color.Hex(0x00FF00)];

    [Fact]
    public void Frames_come_back_as_they_went_in()
    {
        // The second differs in a rectangle, the third in nothing, the fourth everywhere.
        byte[][] frames =
        [
            [0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0],
            [0, 0, 0, 0, 1, 1, 2, 0, 2, 0, 1, 0],
            [0, 0, 0, 0, 1, 1, 2, 0, 2, 0, 1, 0],
            [2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1],
        ];
        var chunks = Chunks(IndexedPng.Encode(Palette, frames, 4, 3, 40));

        Assert.Equal(
            ["IHDR", "PLTE", "acTL", "fcTL", "IDAT", "fcTL", "fdAT", "fcTL", "fdAT", "fcTL", "fdAT", "IEND"],
            chunks.Select(c => c.Type)
        );
        Assert.Equal(4, Word(chunks[2].Data, 0));
        Assert.Equal(0, Word(chunks[2].Data, 4));
        var canvas = new byte[12];
        int sequence = 0,
            frame = 0;
        var part = (Width: 0, Height: 0, Left: 0, Top: 0);
        foreach (var (type, data) in chunks)
        {
            if (type == "fcTL")
            {
                Assert.Equal(sequence++, Word(data, 0));
                part = (Word(data, 4), Word(data, 8), Word(data, 12), Word(data, 16));
                Assert.Equal(
                    (40, 1000),
                    (BinaryPrimitives.ReadInt16BigEndian(data[20..]), BinaryPrimitives.ReadInt16BigEndian(data[22..]))
                );
            }
            else if (type is "IDAT" or "fdAT")
            {
                if (type == "fdAT")
                    Assert.Equal(sequence++, Word(data, 0));
                Paint(canvas, type == "IDAT" ? data : data[4..], part);
                Assert.Equal(frames[frame++], canvas);
            }
        }
        Assert.Equal(4, frame);
        Assert.Equal((2, 2, 1, 1), Part(chunks[5].Data));
    }

    [Fact]
    public void One_frame_is_an_ordinary_picture()
    {
        var chunks = Chunks(
            IndexedPng.Encode(
                Palette,
                [
                    [0, 1, 2, 0],
                ],
                2,
                2
            )
        );
        Assert.Equal(["IHDR", "PLTE", "IDAT", "IEND"], chunks.Select(c => c.Type));
        Assert.Equal([0, 0, 0, 255, 0, 0, 0, 255, 0], chunks[1].Data);
    }

    [Fact]
    public void A_film_shows_the_field_between_its_limits_and_the_path_on_it()
    {
        var film = new SheetFilm(8, 16, -1, 1, side: 32);
        film.Add(Samples.Sheet(8, 16));
        film.Add(Samples.Sheet(8, 16, 0.4), [(1, 2), (12, 6)], "t = 1");
        var (left, top) = film.Origin;
        Assert.Equal(2, film.Count);
        Assert.True(film.Width > left + 32 && film.Height > top + 16);
        var folder = Directory.CreateTempSubdirectory("nagumo-").FullName;
        try
        {
            film.Save(Path.Combine(folder, "film.png"), 50);
            film.SaveFrame(Path.Combine(folder, "0.png"), 0);
            var chunks = Chunks(File.ReadAllBytes(Path.Combine(folder, "0.png")));
            var all = new byte[film.Width * film.Height];
            Paint(all, chunks[2].Data, (film.Width, film.Height, 0, 0), film.Width);
            byte[] pixels = [.. Enumerable.Range(0, 16 * 32).Select(i => all[((top + (i / 32)) * film.Width) + left + (i % 32)])];
            // A cell's middle lies between pixels: the mean of its four is the cell's value to the curvature of the wave.
            double mean = 0.25 * (pixels[(6 * 32) + 10] + pixels[(6 * 32) + 11] + pixels[(7 * 32) + 10] + pixels[(7 * 32) + 11]);
            double value = Math.Sin((0.3 * 3) + (0.2 * 5));
            Assert.Equal((value + 1) / 2 * (ColorMap.Steps - 1), mean, 2.0);
            Assert.Equal("acTL", Chunks(File.ReadAllBytes(Path.Combine(folder, "film.png")))[2].Type);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(8, 2)]
    [InlineData(96, 20)]
    [InlineData(120, 20)]
    [InlineData(256, 50)]
    [InlineData(2048, 500)]
    public void A_scale_bar_has_a_round_length(int cells, int length) => Assert.Equal(length, ScaleBar.Length(cells));

    // Equal steps in OKLab, computed back from the sRGB bytes; their rounding is worth half a step of a channel, a tenth of a colour's step.
    [Fact]
    public void The_sequential_map_has_equal_steps_and_rising_lightness()
    {
        var lab = Enumerable.Range(0, 25).Select(i => OkLab(ColorMap.Sequential(i / 24.0))).ToArray();
        var steps = lab.Zip(lab.Skip(1), (a, b) => Math.Sqrt(Square(a.L - b.L) + Square(a.A - b.A) + Square(a.B - b.B))).ToArray();
        Assert.All(steps, s => Assert.InRange(s / steps.Average(), 0.9, 1.1));
        Assert.All(lab.Zip(lab.Skip(1)), p => Assert.True(p.Second.L > p.First.L));
    }

    /// <summary>[Ottosson 2020], forward.</summary>
    private static (double L, double A, double B) OkLab(Color c)
    {
        double r = Linear(c.R),
            g = Linear(c.G),
            b = Linear(c.B),
            l = Math.Cbrt((0.4122214708 * r) + (0.5363325363 * g) + (0.0514459929 * b)),
            m = Math.Cbrt((0.2119034982 * r) + (0.6806995451 * g) + (0.1073969566 * b)),
            s = Math.Cbrt((0.0883024619 * r) + (0.2817188376 * g) + (0.6299787005 * b));
        return (
            (0.2104542553 * l) + (0.7936177850 * m) - (0.0040720468 * s),
            (1.9779984951 * l) - (2.4285922050 * m) + (0.4505937099 * s),
            (0.0259040371 * l) + (0.7827717662 * m) - (0.8086757660 * s)
        );

        static double Linear(byte v) => v <= 10 ? v / 255.0 / 12.92 : Math.Pow(((v / 255.0) + 0.055) / 1.055, 2.4);
    }

    private static double Square(double x) => x * x;

    private static List<(string Type, byte[] Data)> Chunks(byte[] file)
    {
        var chunks = new List<(string, byte[])>();
        for (var at = 8; at < file.Length; )
        {
            var length = Word(file, at);
            chunks.Add((Encoding.ASCII.GetString(file, at + 4, 4), file[(at + 8)..(at + 8 + length)]));
            at += 12 + length;
        }
        return chunks;
    }

    private static (int, int, int, int) Part(byte[] control) => (Word(control, 4), Word(control, 8), Word(control, 12), Word(control, 16));

    /// <summary>Unpacks a rectangle whose lines all have the filter "up".</summary>
    private static void Paint(byte[] canvas, byte[] data, (int Width, int Height, int Left, int Top) part, int stride = 4)
    {
        using var zlib = new ZLibStream(new MemoryStream(data), CompressionMode.Decompress);
        using var raw = new MemoryStream();
        zlib.CopyTo(raw);
        var bytes = raw.ToArray();
        Assert.Equal(part.Height * (part.Width + 1), bytes.Length);
        for (var y = 0; y < part.Height; y++)
        {
            Assert.Equal(2, bytes[y * (part.Width + 1)]);
            for (var x = 0; x < part.Width; x++)
            {
                var at = ((part.Top + y) * stride) + part.Left + x;
                canvas[at] = (byte)(bytes[(y * (part.Width + 1)) + 1 + x] + (y == 0 ? 0 : canvas[at - stride]));
            }
        }
    }

    private static int Word(byte[] data, int at) => BinaryPrimitives.ReadInt32BigEndian(data.AsSpan(at));
}
