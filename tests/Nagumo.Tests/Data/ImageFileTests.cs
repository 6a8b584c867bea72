using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Nagumo.Data;

namespace Nagumo.Tests.Data;

public sealed class ImageFileTests
{
    private const int rows = 3;
    private const int cols = 5;

    /// <summary>Colour types and depths that are read.</summary>
    private static readonly (int Colour, int Depth)[] forms =
    [
        (0, 1),
        (0, 2),
        (0, 4),
        (0, 8),
        (0, 16),
        (2, 8),
        (2, 16),
        (3, 1),
        (3, 2),
        (3, 4),
        (3, 8),
        (4, 8),
        (4, 16),
        (6, 8),
        (6, 16),
    ];

    /// <summary>Every colour type and depth, every line filter, against an encoder and a conversion written out plainly here.</summary>
    [Fact]
    public void PngDecodesWhatWasEncoded() =>
        Gen.Select(
                Gen.Int[0, forms.Length - 1].Select(i => forms[i]),
                Gen.Int[0, 4].Array[rows],
                Gen.Int[0, 65535].Array[rows * cols * 4],
                Gen.Byte.Array[256 * 3],
                Gen.Byte.Array[0, 20]
            )
            .ForAll(
                (form, filters, random, colours, alphas) =>
                {
                    var (colour, depth) = form;
                    var samples = SamplesOf(colour);
                    var values = random[..(rows * cols * samples)].Select(v => v & ((1 << depth) - 1)).ToArray();
                    var file = Encode(colour, depth, values, filters, colour == 3 ? colours : null, colour == 3 ? alphas : null);
                    var woven = Encode(
                        colour,
                        depth,
                        values,
                        filters,
                        colour == 3 ? colours : null,
                        colour == 3 ? alphas : null,
                        interlace: 1
                    );
                    var expected = values.Chunk(samples).Select(v => Grey(colour, depth, v, colours, alphas)).ToArray();
                    Assert.Equal(expected, ImageFile.Decode(file, "x", rows, cols));
                    Assert.Equal(expected, ImageFile.Decode(woven, "x", rows, cols));
                }
            );

    /// <summary>Files made by netpbm's pnmtopng: a palette of colours, greys, and colours with alpha.</summary>
    [Theory]
    [InlineData(
        3,
        "76 150 29 255 0 18 48 76 150 29 2 0",
        "iVBORw0KGgoAAAANSUhEUgAAAAQAAAADBAMAAABG2rP1AAAAGFBMVEUAAAAAAP8BAgMoMjz///8A/wAKFB7/AACkbXLaAAAAEUlEQVQImWMoFWFgM2cIVAAABfkBOBQblO4AAAAASUVORK5CYII="
    )]
    [InlineData(
        2,
        "0 128 255 7 1 2 3 200",
        "iVBORw0KGgoAAAANSUhEUgAAAAQAAAACBAMAAACNhmBQAAAAGFBMVEUAAAABAQECAgIDAwOAgIDIyMj///8HBwd9tNnxAAAADklEQVQImWNgSWcQMgUAAg8As5qLBXYAAAAASUVORK5CYII="
    )]
    [InlineData(
        2,
        "76 75 0 200 2 5 8 4",
        "iVBORw0KGgoAAAANSUhEUgAAAAQAAAACBAMAAACNhmBQAAAAGFBMVEUAAP8A/wAKCwz/AAAHCAkEBQbIyMgBAgOT/Nd1AAAAA3RSTlMAgGSLKvnUAAAADklEQVQImWMwZGModQIAAj8A74lNyvYAAAAASUVORK5CYII="
    )]
    public void PngOfAnotherProgram(int height, string pixels, string base64) =>
        Assert.Equal(pixels.Split(' ').Select(byte.Parse), ImageFile.Decode(Convert.FromBase64String(base64), "x", height, 4));

    [Fact]
    public void PngRefusals()
    {
        var file = Encode(0, 8, new int[rows * cols], [0, 0, 0]);
        AssertRefused(file, "x: the image is 3 × 5 (rows × columns); 28 × 28 expected. Resize it first.", 28, 28);
        AssertRefused(file[..^13], "x: the PNG ends inside a chunk.");
        AssertRefused(file[..20], "x: the PNG ends inside a chunk.");
        AssertRefused(Encode(0, 8, new int[rows * cols], [0, 7, 0]), "x: unknown PNG filter 7 in line 1.");
        AssertRefused(Encode(3, 16, new int[rows * cols], [0, 0, 0]), "x: PNG of colour type 3 with 16 bits");
        AssertRefused(Encode(0, 8, new int[rows * cols], [0, 0, 0], interlace: 2), "x: an unknown kind of PNG");
        AssertRefused(
            Encode(3, 8, Enumerable.Repeat(5, rows * cols).ToArray(), [0, 0, 0], new byte[6]),
            "x: a pixel asks for colour 5 of a palette of 2."
        );
        AssertRefused(Encode(0, 8, new int[cols], [0]), "x: the PNG holds no complete image.");
        var damaged = file.ToArray();
        damaged[45] ^= 1;
        AssertRefused(damaged, "x: a damaged PNG chunk");
    }

    /// <summary>Whatever the damage, the answer is an image or InvalidDataException.</summary>
    [Fact]
    public void DamagedPngIsRefusedOrHarmless()
    {
        var file = Encode(2, 8, Enumerable.Range(0, rows * cols * 3).ToArray(), [4, 3, 1]);
        Gen.Select(Gen.Int[0, 200], Gen.Byte, Gen.Int[0, 200])
            .ForAll(
                (at, value, cut) =>
                {
                    var bytes = file[..Math.Min(file.Length, cut)];
                    if (at < bytes.Length)
                    {
                        bytes[at] = value;
                    }
                    try
                    {
                        ImageFile.Decode(bytes, "x", rows, cols);
                    }
                    catch (InvalidDataException)
                    {
                        // Refused with its own exception: the other allowed outcome. Any other exception fails the test.
                    }
                }
            );
    }

    [Theory]
    [InlineData("P2\n3 2\n255\n0 10 20\n30 40 255\n", "0 10 20 30 40 255")]
    [InlineData("P2 # made by hand\n# size\n3 2 # and\n15 0 1 2 3 4 15", "0 17 34 51 68 255")]
    [InlineData("P5\n3 2\n255\nABCDEF", "65 66 67 68 69 70")]
    [InlineData("P5 3 2 255 \n\t  #", "10 9 32 32 35 0")]
    [InlineData("P5\r\n3 2\r\n255\r\nABCDEF", "65 66 67 68 69 70")]
    [InlineData("P5\n3 2\n65535\nAABBCCDDEEFF", "65 66 67 68 69 70")]
    [InlineData("P2\n3 2\n65535\n0 257 514 65535 128 129", "0 1 2 255 0 1")]
    public void PgmDecodes(string file, string pixels)
    {
        var bytes = Encoding.Latin1.GetBytes(file);
        // The last case ends in a zero byte, which a string literal shows badly.
        bytes = pixels.EndsWith(" 0", StringComparison.Ordinal) ? [.. bytes, 0] : bytes;
        Assert.Equal(pixels.Split(' ').Select(byte.Parse), ImageFile.Decode(bytes, "x", 2, 3));
    }

    [Theory]
    [InlineData("P5\n3 2\n255\nABCDE", "x: ends after 5 of 6 values.")]
    [InlineData("P5\n3 2\n65535\nABCDEF", "x: ends after 3 of 6 values.")]
    [InlineData("P5\n3 2\n65536\nABCDEF", "x: largest value 65536")]
    [InlineData("P2\n3 2\n255\n0 1 2", "x: a number is missing at byte 16")]
    [InlineData("P2\n3 2\n15\n0 1 2 3 4 16", "x: value 5 is 16, above the largest value 15.")]
    [InlineData("P2\n2 3\n15\n", "x: the image is 3 × 2 (rows × columns); 2 × 3 expected.")]
    [InlineData("P2\n99999999999 3\n15\n", "x: the image is 3 × ")]
    [InlineData("P5\n3 2\n255", "x: ends after 0 of 6 values.")]
    [InlineData("P6\n3 2\n255\nABC", "x: ends after 3 of 18 values.")]
    [InlineData("P4\n3 2\nABC", "x: neither PNG nor PGM (P2, P5), PPM (P3, P6) nor npy.")]
    [InlineData("", "x: neither PNG nor PGM")]
    public void PgmRefusals(string file, string message) => AssertRefused(Encoding.Latin1.GetBytes(file), message, 2, 3);

    /// <summary>Dark ink on white, on a transparent ground, and as grey with alpha: inverted, all are the bright digit on black.</summary>
    [Fact]
    public void InvertedInkIsBrightOnDark()
    {
        int[] ink = [0, 255, 200, 7, 0, 0, 0, 255, 255, 0, 1, 2, 3, 4, 5];
        byte[] digit = [.. ink.Select(p => (byte)p)];
        Assert.Equal(digit, ImageFile.Decode(Encode(0, 8, [.. ink.Select(p => 255 - p)], [0, 0, 0]), "x", rows, cols, invert: true));
        Assert.Equal(
            digit,
            ImageFile.Decode(Encode(4, 8, [.. ink.SelectMany(p => new[] { 0, p })], [0, 0, 0]), "x", rows, cols, invert: true)
        );
        Assert.Equal(
            digit,
            ImageFile.Decode(Encode(6, 8, [.. ink.SelectMany(p => new[] { 0, 0, 0, p })], [0, 0, 0]), "x", rows, cols, invert: true)
        );
    }

    [Fact]
    public void OddPicturesAreCalledSo()
    {
        byte[] digit = DataSets.LoadCached("mnist-mini")!.Test.Bytes(0).ToArray();
        Assert.Null(PictureLook.Oddity(digit, 28, 28));
        Assert.Contains("ground is bright", PictureLook.Oddity(Array.ConvertAll(digit, p => (byte)(255 - p)), 28, 28));
        Assert.Contains("nothing is lit", PictureLook.Oddity(new byte[784], 28, 28));
        Assert.Contains("brightest pixel 1 of", PictureLook.Oddity(Array.ConvertAll(digit, p => (byte)(p / 255)), 28, 28));
        Assert.Contains("all one grey", PictureLook.Oddity(Enumerable.Repeat((byte)99, 784).ToArray(), 28, 28));
        var test = DataSets.LoadCached("mnist-mini")!.Test;
        Assert.All(Enumerable.Range(0, test.Count), i => Assert.Null(PictureLook.Oddity(test.Bytes(i), 28, 28)));
    }

    [Fact]
    public void NpyImages()
    {
        Assert.Equal([1, 2, 3, 4], Decode(new byte[] { 1, 2, 3, 4 }, 2, 2));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], Decode(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }, 2, 2, 2));
        Assert.Equal([0, 255, 128, 51], Decode(new[] { 0f, 1f, 0.5f, 0.2f }, 2, 2));
        Assert.Equal([0, 255, 128, 51], Decode(new[] { 0.0, 1.0, 0.5, 0.2 }, 2, 2));
        Refuses(new[] { 0f, 1f, 1.5f, 0.2f }, "the value 1.5 is outside 0 to 1", 2, 2);
        Refuses(new[] { 0, double.NaN, 0, 0 }, "the value NaN is outside 0 to 1", 2, 2);
        Assert.Equal([1, 2, 3, 255], Decode(new[] { 1, 2, 3, 255 }, 2, 2));
        Assert.Equal([1, 2, 3, 255], Decode(new long[] { 1, 2, 3, 255 }, 2, 2));
        Assert.Equal([255, 0, 0, 255], Decode(new[] { true, false, false, true }, 2, 2));
        Assert.Equal([1, 2, 3, 4], Decode(new byte[] { 1, 2, 3, 4 }, 4));
        Assert.Equal([1, 2, 3, 4], Decode(new byte[] { 1, 2, 3, 4 }, 2, 2, 1));
        Assert.Equal([1, 2, 3, 4], Decode(new byte[] { 1, 2, 3, 4 }, 1, 1, 2, 2));
        Refuses(new[] { 1, 2, 3, 256 }, "the value 256 is outside 0 to 255", 2, 2);
        Refuses(new[] { 1, 2, 3, -1 }, "the value -1 is outside 0 to 255", 2, 2);
        Refuses(new byte[8], "shape [2, 4]; [2, 2] or [images, 2, 2] expected", 2, 4);
        Refuses(new byte[6], "shape [2, 3]; [2, 2]", 2, 3);

        static byte[] Decode(Array values, params int[] shape) => ImageFile.Decode(File(values, shape), "x", 2, 2);
        static void Refuses(Array values, string message, params int[] shape) =>
            Assert.Contains(message, Assert.Throws<InvalidDataException>(() => Decode(values, shape)).Message);
        static byte[] File(Array values, int[] shape)
        {
            using var stream = new MemoryStream();
            Npy.Write(stream, new NpyArray(values, shape));
            return stream.ToArray();
        }
    }

    [Fact]
    public void ReadsFromDiskAndNamesTheFile()
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp.At("a.pgm"), "P2 1 1 255 7");
        Assert.Equal([7], ImageFile.Read(temp.At("a.pgm"), 1, 1));
        var error = Assert.Throws<InvalidDataException>(() => ImageFile.Read(temp.At("a.pgm"), 28, 28));
        Assert.StartsWith($"{temp.At("a.pgm")}: the image is 1 × 1", error.Message);
    }

    private static void AssertRefused(byte[] file, string message, int wantedRows = rows, int wantedCols = cols) =>
        Assert.StartsWith(message, Assert.Throws<InvalidDataException>(() => ImageFile.Decode(file, "x", wantedRows, wantedCols)).Message);

    private static int SamplesOf(int colour) =>
        colour switch
        {
            2 => 3,
            4 => 2,
            6 => 4,
            _ => 1,
        };

    private static byte Grey(int colour, int depth, int[] v, byte[] colours, byte[] alphas)
    {
        static int Luma(int r, int g, int b) => (int)Math.Floor(0.5m + (299 * r + 587 * g + 114 * b) / 1000m);
        // Of 16 bits the nearest of 8.
        int[] s = depth == 16 ? Array.ConvertAll(v, x => (int)Math.Floor(x / 257.0 + 0.5)) : v;
        return (byte)
            Math.Floor(
                colour switch
                {
                    0 => depth == 16 ? s[0] : v[0] * 255.0 / ((1 << depth) - 1),
                    2 => Luma(s[0], s[1], s[2]),
                    3 => Luma(colours[3 * v[0]], colours[3 * v[0] + 1], colours[3 * v[0] + 2])
                        * (v[0] < alphas.Length ? alphas[v[0]] : 255)
                        / 255.0
                        + 0.5,
                    4 => s[0] * s[1] / 255.0 + 0.5,
                    _ => Luma(s[0], s[1], s[2]) * s[3] / 255.0 + 0.5,
                }
            );
    }

    private static byte[] Encode(
        int colour,
        int depth,
        int[] values,
        int[] filters,
        byte[]? colours = null,
        byte[]? alphas = null,
        byte interlace = 0
    )
    {
        var samples = SamplesOf(colour);
        var step = Math.Max(1, samples * depth / 8);
        var data = new List<byte>();
        // Passes of Adam7: column and row of the first pixel, distances.
        (int X, int Y, int Dx, int Dy)[] passes =
            interlace == 1
                ? [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
                : [(0, 0, 1, 1)];
        foreach (var pass in passes)
        {
            var above = Array.Empty<byte>();
            for (var y = pass.Y; y < filters.Length && pass.X < cols; y += pass.Dy)
            {
                var line = new List<int>();
                for (var x = pass.X; x < cols && (y * cols + x) * samples < values.Length; x += pass.Dx)
                {
                    line.AddRange(values.AsSpan((y * cols + x) * samples, samples));
                }
                var stride = (line.Count * depth + 7) / 8;
                var raw = Pack([.. line], depth, stride);
                data.Add((byte)filters[y]);
                for (var i = 0; i < stride; i++)
                {
                    int a = i >= step ? raw[i - step] : 0;
                    int b = above.Length > 0 ? above[i] : 0;
                    int c = i >= step && above.Length > 0 ? above[i - step] : 0;
                    // Ties of the Paeth predictor go to left, then up.
                    var paeth = new[] { a, b, c }.MinBy(x => Math.Abs(a + b - c - x));
                    data.Add(
                        (byte)(
                            raw[i]
                            - filters[y] switch
                            {
                                1 => a,
                                2 => b,
                                3 => (a + b) / 2,
                                4 => paeth,
                                _ => 0,
                            }
                        )
                    );
                }
                above = raw;
            }
        }
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(data.ToArray());
        }
        var body = packed.ToArray();
        byte[] header = [0, 0, 0, cols, 0, 0, 0, rows, (byte)depth, (byte)colour, 0, 0, interlace];
        return
        [
            0x89,
            .. "PNG\r\n"u8,
            0x1a,
            10,
            .. Chunk("IHDR", header),
            .. colours is null ? [] : Chunk("PLTE", colours),
            .. alphas is null ? [] : Chunk("tRNS", alphas),
            .. Chunk("tEXt", "Title\0x"u8.ToArray()),
            .. Chunk("IDAT", body[..3]),
            .. Chunk("IDAT", body[3..]),
            .. Chunk("IEND", []),
        ];
    }

    private static byte[] Pack(int[] line, int depth, int stride)
    {
        var packed = new byte[stride];
        for (var i = 0; i < line.Length; i++)
        {
            if (depth == 16)
            {
                BinaryPrimitives.WriteUInt16BigEndian(packed.AsSpan(2 * i), (ushort)line[i]);
                continue;
            }
            packed[i * depth / 8] |= (byte)(line[i] << (8 - depth - i * depth % 8));
        }
        return packed;
    }

    private static byte[] Chunk(string type, byte[] body)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(type), .. body];
        var crc = uint.MaxValue;
        foreach (var bit in named.SelectMany(b => Enumerable.Range(0, 8).Select(i => (uint)(b >> i) & 1)))
        {
            crc = ((crc ^ bit) & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        var chunk = new byte[named.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(chunk, body.Length);
        named.CopyTo(chunk, 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(named.Length + 4), ~crc);
        return chunk;
    }
}
