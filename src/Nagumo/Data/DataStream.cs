using System.IO.Compression;
using System.Security.Cryptography;

namespace Nagumo.Data;

/// <summary>A file of data as bytes: unpacked where it is gzipped, never more than the memory holds.</summary>
internal static class DataStream
{
    /// <summary>Opens a file to be read from the beginning to the end; gzip is known by its first two bytes.</summary>
    public static Stream Open(string path)
    {
        if (Directory.Exists(path))
            throw new InvalidDataException($"{path}: a folder, where a file is expected.");
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16);
        try
        {
            Span<byte> first = stackalloc byte[2];
            int got = file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
            file.Position = 0;
            return Idx.IsGzip(first[..got]) ? new GZipStream(file, CompressionMode.Decompress) : file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>All bytes of a file, unpacked.</summary>
    /// <exception cref="InvalidDataException">Damaged, or more than an array or the machine holds.</exception>
    public static byte[] ReadAll(string path)
    {
        using var stream = Open(path);
        if (stream is FileStream plain)
        {
            Memory.Require(path, plain.Length, 1);
            byte[] whole = new byte[plain.Length];
            plain.ReadExactly(whole);
            return whole;
        }
        using var unpacked = new MemoryStream();
        byte[] block = new byte[1 << 16];
        for (int got; (got = ReadSome(stream, block, path)) > 0; )
        {
            Memory.Require(path, unpacked.Length + got, 2);
            unpacked.Write(block, 0, got);
        }
        return unpacked.ToArray();
    }

    /// <summary>The first bytes of a file, unpacked; fewer where it is shorter.</summary>
    public static byte[] Begin(string path, int count)
    {
        using var stream = Open(path);
        byte[] first = new byte[count];
        return first[..ReadSome(stream, first, path)];
    }

    private static int ReadSome(Stream stream, byte[] block, string path)
    {
        try
        {
            return stream.ReadAtLeast(block, block.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: damaged gzip data ({e.Message.TrimEnd('.')}).", e);
        }
    }

    /// <summary>The SHA-256 of the bytes of a file as they lie there, or of the names and bytes of a folder's files in the order of their names.</summary>
    public static string Sha256(string path)
    {
        if (!Directory.Exists(path))
        {
            using var file = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string name in ImageFolder.Files(path))
        {
            using var file = File.OpenRead(Path.Combine(path, name));
            all.AppendData(System.Text.Encoding.UTF8.GetBytes(name + "\n"));
            all.AppendData(SHA256.HashData(file));
        }
        return Convert.ToHexStringLower(all.GetHashAndReset());
    }
}
