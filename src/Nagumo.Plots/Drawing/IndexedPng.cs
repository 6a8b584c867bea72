using System.Buffers.Binary;
using System.IO.Compression;

namespace Nagumo.Plots.Drawing;

/// <summary>Writes pictures of at most 256 colours, one or a moving sequence of them (APNG, which every browser plays). [ISO/IEC 15948:2003; PNG third edition, W3C 2025]</summary>
/// <remarks>A frame after the first holds only the rectangle that differs from the one before.</remarks>
internal static class IndexedPng
{
    /// <param name="palette">The colours, at most 256.</param>
    /// <param name="frames">Each [height × width], indices into the palette; at least one.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="milliseconds">How long a frame stays; the sequence repeats for ever.</param>
    public static byte[] Encode(IReadOnlyList<Color> palette, IReadOnlyList<byte[]> frames, int width, int height, int milliseconds = 0)
    {
        using var file = new MemoryStream();
        file.Write(Png.Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 8; // bits per index
        header[9] = 3; // indexed
        Png.Chunk(file, "IHDR", header);
        Png.Chunk(file, "PLTE", [.. palette.SelectMany(c => new[] { c.R, c.G, c.B })]);
        if (frames.Count == 1)
        {
            Png.Chunk(file, "IDAT", Pack(frames[0], width, new(0, 0, width, height)));
        }
        else
        {
            Span<byte> control = stackalloc byte[8];
            BinaryPrimitives.WriteInt32BigEndian(control, frames.Count);
            Png.Chunk(file, "acTL", control);
            var sequence = 0;
            for (var k = 0; k < frames.Count; k++)
            {
                var part = k == 0 ? new(0, 0, width, height) : Difference(frames[k - 1], frames[k], width, height);
                Png.Chunk(file, "fcTL", Control(sequence++, part, milliseconds));
                var data = Pack(frames[k], width, part);
                if (k == 0)
                {
                    Png.Chunk(file, "IDAT", data);
                    continue;
                }
                var numbered = new byte[4 + data.Length];
                BinaryPrimitives.WriteInt32BigEndian(numbered, sequence++);
                data.CopyTo(numbered, 4);
                Png.Chunk(file, "fdAT", numbered);
            }
        }
        Png.Chunk(file, "IEND", []);
        return file.ToArray();
    }

    private static byte[] Control(int sequence, Part part, int milliseconds)
    {
        var control = new byte[26];
        int[] words = [sequence, part.Width, part.Height, part.Left, part.Top];
        for (var i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(control.AsSpan(4 * i), words[i]);
        }
        BinaryPrimitives.WriteInt16BigEndian(control.AsSpan(20), (short)milliseconds);
        BinaryPrimitives.WriteInt16BigEndian(control.AsSpan(22), 1000);
        return control; // dispose: leave; blend: replace
    }

    /// <summary>Each line as its difference to the line above: fields are smooth.</summary>
    private static byte[] Pack(byte[] frame, int width, Part part)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            var up = new byte[1 + part.Width];
            up[0] = 2;
            for (var y = 0; y < part.Height; y++)
            {
                var at = ((part.Top + y) * width) + part.Left;
                for (var x = 0; x < part.Width; x++)
                {
                    up[1 + x] = (byte)(frame[at + x] - (y == 0 ? 0 : frame[at + x - width]));
                }
                zlib.Write(up);
            }
        }
        return packed.ToArray();
    }

    /// <summary>The smallest rectangle outside of which two frames are equal; one pixel when they are.</summary>
    private static Part Difference(byte[] before, byte[] after, int width, int height)
    {
        int left = width,
            right = 0,
            top = height,
            bottom = 0;
        for (var i = 0; i < after.Length; i++)
        {
            if (before[i] != after[i])
            {
                (left, right) = (Math.Min(left, i % width), Math.Max(right, (i % width) + 1));
                (top, bottom) = (Math.Min(top, i / width), Math.Max(bottom, (i / width) + 1));
            }
        }
        return right == 0 ? new(0, 0, 1, 1) : new(left, top, right - left, bottom - top);
    }

    private readonly record struct Part(int Left, int Top, int Width, int Height);
}
