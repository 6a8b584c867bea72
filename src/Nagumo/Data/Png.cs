using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace Nagumo.Data;

/// <summary>Decoder of PNG images to bytes, grey or red, green and blue: grey, RGB, palette, each with or without alpha, 1 to 16 bits, interlaced or not.</summary>
/// <remarks>[W3C, "Portable Network Graphics (PNG) Specification", third edition]</remarks>
internal static class Png
{
    private const int grey = 0;
    private const int rgb = 2;
    private const int palette = 3;
    private const int greyAlpha = 4;
    private const int rgba = 6;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    public static bool IsPng(ReadOnlySpan<byte> file) => file.StartsWith(Signature);

    /// <summary>The size and whether it may have colours, from the file's beginning; nothing is unpacked.</summary>
    public static (uint Rows, uint Cols, bool IsColour) Size(ReadOnlySpan<byte> file, string name)
    {
        var at = Signature.Length;
        if (Chunk(file, ref at, name, out var body) != "IHDR")
        {
            throw new InvalidDataException($"{name}: the PNG chunk IHDR is not the first and only one.");
        }
        var header = Header.Read(body, name);
        return (header.Height, header.Width, header.Colour is rgb or palette or rgba);
    }

    /// <summary>The pixels, 0 to 255, [rows × cols] or, in colour, [rows × cols × 3]; transparency lies over <paramref name="ground"/>.</summary>
    public static byte[] Decode(ReadOnlySpan<byte> file, string name, int rows, int cols, byte ground, bool colour = false)
    {
        var header = default(Header);
        byte[] colours = [];
        byte[] transparency = [];
        using var data = new MemoryStream();
        var at = Signature.Length;
        for (var (type, isFirst) = ("", true); type != "IEND"; isFirst = false)
        {
            type = Chunk(file, ref at, name, out var body);
            if (isFirst != (type == "IHDR"))
            {
                throw new InvalidDataException($"{name}: the PNG chunk IHDR is not the first and only one.");
            }
            switch (type)
            {
                case "IHDR":
                    header = Header.Read(body, name);
                    ImageFile.CheckSize(name, header.Height, header.Width, rows, cols);
                    break;
                case "PLTE":
                    colours = body.ToArray();
                    break;
                case "tRNS":
                    transparency = body.ToArray();
                    break;
                case "IDAT":
                    data.Write(body);
                    break;
            }
        }
        data.Position = 0;
        var passes = header.IsInterlaced ? Adam7 : Plain;
        var filtered = Inflate(data, passes.Sum(pass => header.Lines(pass).Bytes), name);
        var image = new Image(header, colours, transparency, ground, name);
        var pixels = new byte[checked(rows * cols * (colour ? 3 : 1))];
        var from = 0;
        foreach (var pass in passes)
        {
            var size = header.Lines(pass);
            var lines = Unfilter(filtered.AsSpan(from, size.Bytes), size, header.Step, name);
            for (var y = 0; y < size.Rows; y++)
            for (var x = 0; x < size.Cols; x++)
            {
                var line = lines.AsSpan(y * size.Stride, size.Stride);
                var to = (pass.Y + y * pass.Dy) * cols + pass.X + x * pass.Dx;
                if (colour)
                {
                    image.Colour(line, x, pixels.AsSpan(3 * to, 3));
                }
                else
                {
                    pixels[to] = image.Grey(line, x);
                }
            }
            from += size.Bytes;
        }
        return pixels;
    }

    /// <summary>Which pixels a pass holds: columns X, X + Dx, …, rows Y, Y + Dy, …</summary>
    private readonly record struct Pass(int X, int Y, int Dx, int Dy);

    private static readonly Pass[] Plain = [new(0, 0, 1, 1)],
        Adam7 = [new(0, 0, 8, 8), new(4, 0, 8, 8), new(0, 4, 4, 8), new(2, 0, 4, 4), new(0, 2, 2, 4), new(1, 0, 2, 2), new(0, 1, 1, 2)];

    /// <summary>The lines of a pass; a pass without columns has no lines, not even their filter bytes.</summary>
    private readonly record struct Lines(int Rows, int Cols, int Stride)
    {
        public int Bytes => Rows * (Stride + 1);
    }

    private readonly record struct Header(uint Width, uint Height, int Depth, int Colour, bool IsInterlaced)
    {
        private int Samples =>
            Colour switch
            {
                rgb => 3,
                greyAlpha => 2,
                rgba => 4,
                _ => 1,
            };

        /// <summary>Bytes from one pixel to the next, at least 1.</summary>
        public int Step => Math.Max(1, Samples * Depth / 8);

        /// <summary>The size of a pass.</summary>
        public Lines Lines(Pass pass)
        {
            var cols = ((int)Width - pass.X + pass.Dx - 1) / pass.Dx;
            var rows = cols > 0 ? ((int)Height - pass.Y + pass.Dy - 1) / pass.Dy : 0;
            return new(rows, cols, (cols * Samples * Depth + 7) / 8);
        }

        public static Header Read(ReadOnlySpan<byte> body, string name)
        {
            if (body.Length != 13)
            {
                throw new InvalidDataException($"{name}: PNG header of {body.Length} bytes instead of 13.");
            }
            var header = new Header(
                BinaryPrimitives.ReadUInt32BigEndian(body),
                BinaryPrimitives.ReadUInt32BigEndian(body[4..]),
                body[8],
                body[9],
                body[12] == 1
            );
            var isKnown = header.Colour switch
            {
                grey => header.Depth is 1 or 2 or 4 or 8 or 16,
                palette => header.Depth is 1 or 2 or 4 or 8,
                rgb or greyAlpha or rgba => header.Depth is 8 or 16,
                _ => false,
            };
            if (!isKnown)
            {
                throw new InvalidDataException(
                    $"{name}: PNG of colour type {header.Colour} with {header.Depth} bits, which the format does not know."
                );
            }
            return body[10] == 0 && body[11] == 0 && body[12] <= 1
                ? header
                : throw new InvalidDataException($"{name}: an unknown kind of PNG (compression, filter or interlace method).");
        }
    }

    private static string Chunk(ReadOnlySpan<byte> file, ref int at, string name, out ReadOnlySpan<byte> body)
    {
        if (file.Length - at < 12 || BinaryPrimitives.ReadUInt32BigEndian(file[at..]) is var length && length > file.Length - at - 12)
        {
            throw new InvalidDataException($"{name}: the PNG ends inside a chunk.");
        }
        var checkedPart = file.Slice(at + 4, (int)length + 4);
        body = checkedPart[4..];
        if (Crc32.HashToUInt32(checkedPart) != BinaryPrimitives.ReadUInt32BigEndian(file[(at + 8 + (int)length)..]))
        {
            throw new InvalidDataException($"{name}: a damaged PNG chunk (checksum).");
        }
        at += 12 + (int)length;
        return Encoding.Latin1.GetString(checkedPart[..4]);
    }

    private static byte[] Inflate(Stream data, int length, string name)
    {
        var lines = new byte[length];
        try
        {
            using var zlib = new ZLibStream(data, CompressionMode.Decompress);
            zlib.ReadExactly(lines);
            return lines;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException($"{name}: the PNG holds no complete image.", e);
        }
    }

    /// <summary>Undoes the line filters: each byte was stored less its left, upper, mean or Paeth neighbour.</summary>
    private static byte[] Unfilter(ReadOnlySpan<byte> filtered, Lines size, int step, string name)
    {
        var stride = size.Stride;
        var lines = new byte[size.Rows * stride];
        for (var row = 0; row < size.Rows; row++)
        {
            var filter = filtered[row * (stride + 1)];
            for (var i = 0; i < stride; i++)
            {
                var at = row * stride + i;
                int left = i >= step ? lines[at - step] : 0;
                int up = row > 0 ? lines[at - stride] : 0;
                int corner = i >= step && row > 0 ? lines[at - stride - step] : 0;
                var predicted = filter switch
                {
                    0 => 0,
                    1 => left,
                    2 => up,
                    3 => (left + up) / 2,
                    4 => Paeth(left, up, corner),
                    _ => throw new InvalidDataException($"{name}: unknown PNG filter {filter} in line {row}."),
                };
                lines[at] = (byte)(filtered[row * (stride + 1) + 1 + i] + predicted);
            }
        }
        return lines;
    }

    private static int Paeth(int left, int up, int corner)
    {
        var guess = left + up - corner;
        var (dl, du, dc) = (Math.Abs(guess - left), Math.Abs(guess - up), Math.Abs(guess - corner));
        return dl <= du && dl <= dc ? left
            : du <= dc ? up
            : corner;
    }

    /// <summary>How samples become grey: the chunks that say so.</summary>
    private readonly record struct Image(Header Header, byte[] Colours, byte[] Transparency, byte Ground, string Name)
    {
        /// <summary>The grey of the pixel at column <paramref name="x"/> of a line.</summary>
        public byte Grey(ReadOnlySpan<byte> line, int x)
        {
            var bytes = line[(Header.Depth >= 8 ? x * Header.Step : 0)..];
            return Header.Colour switch
            {
                grey => IsTransparent(line, x, 1) ? Ground : Scaled(Raw(line, x)),
                rgb => IsTransparent(line, x, 3) ? Ground : ImageFile.Luma(Of(bytes, 0), Of(bytes, 1), Of(bytes, 2)),
                palette => Look(Raw(line, x)),
                greyAlpha => Over(Of(bytes, 0), Of(bytes, 1)),
                _ => Over(ImageFile.Luma(Of(bytes, 0), Of(bytes, 1), Of(bytes, 2)), Of(bytes, 3)),
            };
        }

        /// <summary>Red, green and blue of the pixel at column <paramref name="x"/> of a line.</summary>
        public void Colour(ReadOnlySpan<byte> line, int x, Span<byte> pixel)
        {
            switch (Header.Colour)
            {
                case grey or greyAlpha:
                    pixel.Fill(Grey(line, x));
                    break;
                case palette:
                    var index = Raw(line, x);
                    _ = Look(index);
                    for (var s = 0; s < 3; s++)
                    {
                        pixel[s] = Over(Colours[3 * index + s], Alpha(index));
                    }
                    break;
                default:
                    var bytes = line[(x * Header.Step)..];
                    var alpha =
                        Header.Colour == rgba ? Of(bytes, 3)
                        : IsTransparent(line, x, 3) ? 0
                        : 255;
                    for (var s = 0; s < 3; s++)
                    {
                        pixel[s] = Over(Of(bytes, s), alpha);
                    }
                    break;
            }
        }

        /// <summary>A sample of one of the kinds with at least 8 bits, 0 to 255.</summary>
        private byte Of(ReadOnlySpan<byte> pixel, int sample) =>
            Header.Depth == 8 ? pixel[sample] : Scaled(BinaryPrimitives.ReadUInt16BigEndian(pixel[(2 * sample)..]));

        /// <summary>The one sample of a grey or palette pixel as it stands.</summary>
        private int Raw(ReadOnlySpan<byte> line, int x) =>
            Header.Depth == 16
                ? BinaryPrimitives.ReadUInt16BigEndian(line[(2 * x)..])
                : (line[x * Header.Depth / 8] >> (8 - Header.Depth - x * Header.Depth % 8)) & ((1 << Header.Depth) - 1);

        private byte Scaled(int sample) =>
            Header.Depth == 16 ? (byte)((sample + 128) / 257) : (byte)(sample * 255 / ((1 << Header.Depth) - 1));

        /// <summary>Whether the pixel has the colour that tRNS names, in samples of 16 bits each.</summary>
        private bool IsTransparent(ReadOnlySpan<byte> line, int x, int samples)
        {
            if (Transparency.Length != 2 * samples)
            {
                return false;
            }
            for (var s = 0; s < samples; s++)
            {
                var sample =
                    samples == 1 ? Raw(line, x)
                    : Header.Depth == 8 ? line[x * Header.Step + s]
                    : BinaryPrimitives.ReadUInt16BigEndian(line[(x * Header.Step + 2 * s)..]);
                if (sample != BinaryPrimitives.ReadUInt16BigEndian(Transparency.AsSpan(2 * s)))
                {
                    return false;
                }
            }
            return true;
        }

        private byte Look(int index) =>
            3 * index + 2 < Colours.Length
                ? Over(ImageFile.Luma(Colours[3 * index], Colours[3 * index + 1], Colours[3 * index + 2]), Alpha(index))
                : throw new InvalidDataException($"{Name}: a pixel asks for colour {index} of a palette of {Colours.Length / 3}.");

        private int Alpha(int index) => index < Transparency.Length ? Transparency[index] : 255;

        private byte Over(int value, int alpha) => (byte)((value * alpha + Ground * (255 - alpha) + 127) / 255);
    }
}
