using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nagumo.Plots.Drawing;

/// <summary>Writes 8-bit RGB PNG files. [ISO/IEC 15948]</summary>
internal static class Png
{
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <param name="rgb">[height × width × 3], row-major.</param>
    /// <param name="width">Pixels of a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="pixelsPerInch">Written as the picture's physical size; 0 leaves it out.</param>
    public static byte[] Encode(ReadOnlySpan<byte> rgb, int width, int height, double pixelsPerInch = 0)
    {
        using var file = new MemoryStream();
        file.Write(Signature);

        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 8; // bits per channel
        header[9] = 2; // RGB
        Chunk(file, "IHDR", header);

        if (pixelsPerInch > 0)
        {
            Span<byte> physical = stackalloc byte[9];
            var perMetre = (int)Math.Round(pixelsPerInch / 0.0254);
            BinaryPrimitives.WriteInt32BigEndian(physical, perMetre);
            BinaryPrimitives.WriteInt32BigEndian(physical[4..], perMetre);
            physical[8] = 1; // per metre
            Chunk(file, "pHYs", physical);
        }

        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            // Filter "up": figures repeat from row to row.
            var stride = 3 * width;
            var line = new byte[1 + stride];
            line[0] = 2;
            for (var y = 0; y < height; y++)
            {
                Subtract(rgb.Slice(y * stride, stride), y == 0 ? [] : rgb.Slice((y - 1) * stride, stride), line.AsSpan(1));
                zlib.Write(line);
            }
        }
        Chunk(file, "IDAT", packed.GetBuffer().AsSpan(0, (int)packed.Length));
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    public static void Chunk(Stream file, string type, ReadOnlySpan<byte> data)
    {
        var body = new byte[4 + data.Length];
        for (var i = 0; i < 4; i++)
        {
            body[i] = (byte)type[i];
        }
        data.CopyTo(body.AsSpan(4));
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        file.Write(word);
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(word, Crc32.HashToUInt32(body));
        file.Write(word);
    }

    /// <summary>row − above, byte by byte; nothing lies above the first row.</summary>
    /// <remarks>Compiled in full at once: a figure is drawn once, and its millions of bytes would pass through unoptimized code.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Subtract(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, Span<byte> difference)
    {
        if (above.IsEmpty)
        {
            row.CopyTo(difference);
            return;
        }
        var i = 0;
        for (; i + Vector<byte>.Count <= row.Length; i += Vector<byte>.Count)
        {
            (new Vector<byte>(row[i..]) - new Vector<byte>(above[i..])).CopyTo(difference[i..]);
        }
        for (; i < row.Length; i++)
        {
            difference[i] = (byte)(row[i] - above[i]);
        }
    }
}
