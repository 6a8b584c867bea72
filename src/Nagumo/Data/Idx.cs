using System.Buffers.Binary;
using System.IO.Compression;

namespace Nagumo.Data;

/// <summary>Unsigned bytes in an IDX file: dimensions and data.</summary>
/// <param name="Shape">The dimensions, outermost first.</param>
/// <param name="Data">Row-major, as many bytes as the product of the dimensions.</param>
public sealed record IdxArray(int[] Shape, ReadOnlyMemory<byte> Data);

/// <summary>The IDX format of the MNIST files.</summary>
/// <remarks>Big-endian: 0, 0, type (8 = unsigned byte), number of dimensions; one 32-bit size per dimension; the data. Gzip is recognised by its
/// first two bytes. [LeCun, Cortes, Burges, "The MNIST database of handwritten digits"]</remarks>
public static class Idx
{
    /// <summary>Reads a whole IDX file, plain or gzipped. A plain one is not copied.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="InvalidDataException">Not IDX, not unsigned bytes, or not exactly as long as its header says.</exception>
    public static IdxArray Read(ReadOnlyMemory<byte> file, string name)
    {
        if (IsGzip(file.Span))
        {
            file = Gunzip(file, Array.MaxLength, name);
        }
        var (shape, start, length) = Header(file.Span, name);
        if (file.Length != start + length)
        {
            throw new InvalidDataException(
                $"{name}: {file.Length} bytes, but {string.Join(" × ", shape)} samples and the header need {start + length}."
            );
        }
        return new IdxArray(shape, file[start..]);
    }

    /// <summary>Reads the first IDX array of several written back to back; <paramref name="rest"/> is what follows.</summary>
    internal static IdxArray ReadFirst(ReadOnlyMemory<byte> file, string name, out ReadOnlyMemory<byte> rest)
    {
        var (shape, start, length) = Header(file.Span, name);
        if (file.Length < start + length)
        {
            throw new InvalidDataException($"{name}: ends inside an array of {string.Join(" × ", shape)}.");
        }
        rest = file[(int)(start + length)..];
        return new IdxArray(shape, file.Slice(start, (int)length));
    }

    internal static byte[] Write(ReadOnlySpan<byte> data, params ReadOnlySpan<int> shape)
    {
        var file = new byte[4 + 4 * shape.Length + data.Length];
        file[2] = 8;
        file[3] = (byte)shape.Length;
        for (var i = 0; i < shape.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 + 4 * i), shape[i]);
        }
        data.CopyTo(file.AsSpan(4 + 4 * shape.Length));
        return file;
    }

    internal static bool IsGzip(ReadOnlySpan<byte> file) => file is [0x1f, 0x8b, ..];

    /// <summary>Unpacks, stopping one byte after <paramref name="limit"/>, so that a wrong file cannot fill the memory.</summary>
    internal static byte[] Gunzip(ReadOnlyMemory<byte> file, long limit, string name)
    {
        using var unpacked = new MemoryStream();
        using var gzip = new GZipStream(new MemoryStream(file.ToArray()), CompressionMode.Decompress);
        var buffer = new byte[1 << 16];
        try
        {
            for (int got; unpacked.Length <= limit && (got = gzip.Read(buffer)) > 0; )
            {
                unpacked.Write(buffer, 0, got);
            }
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{name}: damaged gzip data ({e.Message.TrimEnd('.')}).", e);
        }
        return unpacked.ToArray();
    }

    private static (int[] Shape, int Start, long Length) Header(ReadOnlySpan<byte> file, string name)
    {
        if (file.Length < 4 || file[0] != 0 || file[1] != 0)
        {
            throw new InvalidDataException(
                $"{name}: not an IDX file; it begins with {Convert.ToHexString(file[..Math.Min(4, file.Length)])}."
            );
        }
        if (file[2] != 8)
        {
            throw new InvalidDataException($"{name}: IDX type 0x{file[2]:x2}; only unsigned bytes (0x08) are read.");
        }
        var start = 4 + 4 * file[3];
        if (file[3] == 0 || file.Length < start)
        {
            throw new InvalidDataException($"{name}: IDX header of {file[3]} dimensions in a file of {file.Length} bytes.");
        }
        var shape = new int[file[3]];
        var length = 1L;
        for (var i = 0; i < shape.Length; i++)
        {
            shape[i] = BinaryPrimitives.ReadInt32BigEndian(file[(4 + 4 * i)..]);
            if (shape[i] < 0 || (length *= shape[i]) > Array.MaxLength)
            {
                throw new InvalidDataException($"{name}: IDX dimensions too large: {string.Join(" × ", shape[..(i + 1)])}.");
            }
        }
        return (shape, start, length);
    }
}
