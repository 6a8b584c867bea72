using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Nagumo.Data;

/// <summary>Decoder of PNG images to grey bytes: grey, RGB, palette, each with or without alpha, up to 8 bits, not interlaced.</summary>
/// <remarks>[W3C, "Portable Network Graphics (PNG) Specification", third edition]</remarks>
internal static class Png
{
    private const int grey = 0;
    private const int rgb = 2;
    private const int palette = 3;
    private const int greyAlpha = 4;
    private const int rgba = 6;

    private static readonly uint[] crcTable = MakeCrcTable();

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    public static bool IsPng(ReadOnlySpan<byte> file) => file.StartsWith(Signature);

    public static byte[] Decode(ReadOnlySpan<byte> file, string name, int rows, int cols)
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
        var lines = Unfilter(Inflate(data, rows * (1 + header.Stride), name), header, name);
        return ToGrey(lines, header, colours, transparency, name);
    }

    private readonly record struct Header(uint Width, uint Height, int Depth, int Colour)
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

        /// <summary>Bytes of a line without its filter byte.</summary>
        public int Stride => (int)((Width * (uint)(Samples * Depth) + 7) / 8);

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
                body[9]
            );
            var isKnown = header.Colour switch
            {
                grey or palette => header.Depth is 1 or 2 or 4 or 8,
                rgb or greyAlpha or rgba => header.Depth == 8,
                _ => false,
            };
            if (!isKnown)
            {
                throw new InvalidDataException(
                    $"{name}: PNG of colour type {header.Colour} with {header.Depth} bits; save it with 8 bits per channel."
                );
            }
            return body[10] == 0 && body[11] == 0 && body[12] == 0
                ? header
                : throw new InvalidDataException($"{name}: interlaced or unknown kind of PNG; save it without interlacing.");
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
        if (Crc(checkedPart) != BinaryPrimitives.ReadUInt32BigEndian(file[(at + 8 + (int)length)..]))
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
    private static byte[] Unfilter(byte[] filtered, Header header, string name)
    {
        var (stride, step) = (header.Stride, header.Step);
        var lines = new byte[(int)header.Height * stride];
        for (var row = 0; row < header.Height; row++)
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

    private static byte[] ToGrey(byte[] lines, Header header, byte[] colours, byte[] transparency, string name)
    {
        var (rows, cols) = ((int)header.Height, (int)header.Width);
        var pixels = new byte[rows * cols];
        for (var i = 0; i < pixels.Length; i++)
        {
            var line = lines.AsSpan(i / cols * header.Stride, header.Stride);
            var bytes = line[(header.Depth == 8 ? i % cols * header.Step : 0)..];
            pixels[i] = header.Colour switch
            {
                grey => GreySample(Sample(line, i % cols, header.Depth), header.Depth, transparency),
                rgb => IsTransparent(bytes, transparency) ? (byte)0 : Luma(bytes),
                palette => Look(Sample(line, i % cols, header.Depth), colours, transparency, name),
                greyAlpha => Over(bytes[0], bytes[1]),
                _ => Over(Luma(bytes), bytes[3]),
            };
        }
        return pixels;
    }

    private static int Sample(ReadOnlySpan<byte> line, int col, int depth) =>
        (line[col * depth / 8] >> (8 - depth - col * depth % 8)) & ((1 << depth) - 1);

    private static byte GreySample(int sample, int depth, byte[] transparency) =>
        transparency.Length == 2 && BinaryPrimitives.ReadUInt16BigEndian(transparency) == sample
            ? (byte)0
            : (byte)(sample * 255 / ((1 << depth) - 1));

    private static bool IsTransparent(ReadOnlySpan<byte> colour, byte[] transparency) =>
        transparency.Length == 6 && transparency is [0, var r, 0, var g, 0, var b] && (colour[0], colour[1], colour[2]) == (r, g, b);

    private static byte Look(int index, byte[] colours, byte[] transparency, string name) =>
        3 * index + 2 < colours.Length
            ? Over(Luma(colours.AsSpan(3 * index, 3)), index < transparency.Length ? transparency[index] : (byte)255)
            : throw new InvalidDataException($"{name}: a pixel asks for colour {index} of a palette of {colours.Length / 3}.");

    private static byte Luma(ReadOnlySpan<byte> colour) => (byte)((299 * colour[0] + 587 * colour[1] + 114 * colour[2] + 500) / 1000);

    private static byte Over(int value, int alpha) => (byte)((value * alpha + 127) / 255);

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc = crcTable[(byte)(crc ^ b)] ^ (crc >> 8);
        }
        return ~crc;
    }

    private static uint[] MakeCrcTable()
    {
        var table = new uint[256];
        for (var n = 0u; n < table.Length; n++)
        {
            var c = n;
            for (var bit = 0; bit < 8; bit++)
            {
                c = (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1;
            }
            table[n] = c;
        }
        return table;
    }
}
