using System.IO.Compression;
using System.IO.Hashing;

namespace Nagumo.Data;

/// <summary>Reads and writes .npz files: named NumPy arrays in a ZIP archive. Equal arrays in equal order give equal bytes.</summary>
public static class Npz
{
    /// <summary>ZIP cannot say earlier; a fixed time keeps the bytes equal.</summary>
    private static readonly DateTimeOffset epoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes the arrays in the given order; the file appears whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="arrays">Names, each once, and arrays.</param>
    /// <param name="compress">Deflate the arrays; trained weights hardly shrink.</param>
    public static void Write(string path, IEnumerable<KeyValuePair<string, NpyArray>> arrays, bool compress = false) =>
        AtomicFile.Write(path, stream => Write(stream, arrays, compress));

    /// <exception cref="ArgumentException">A name occurs twice or is empty.</exception>
    public static void Write(Stream stream, IEnumerable<KeyValuePair<string, NpyArray>> arrays, bool compress = false)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        var names = new HashSet<string>();
        foreach (var (name, array) in arrays)
        {
            if (name.Length == 0 || !names.Add(name))
            {
                throw new ArgumentException($"The array name '{name}' is empty or occurs twice.", nameof(arrays));
            }
            var entry = archive.CreateEntry(name + ".npy", compress ? CompressionLevel.Optimal : CompressionLevel.NoCompression);
            entry.LastWriteTime = epoch;
            using var content = entry.Open();
            Npy.Write(content, array);
        }
    }

    /// <summary>Reads all arrays. Every entry's header is read and every checksum tested before anything is believed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mostBytes">Most bytes that the arrays may take; a file that says it needs more is refused before it is unpacked.</param>
    /// <exception cref="InvalidDataException">Not a ZIP archive, damaged, too large, or an entry that is no readable npy; the message names it.</exception>
    public static IReadOnlyDictionary<string, NpyArray> Read(string path, long mostBytes = int.MaxValue)
    {
        using var file = File.OpenRead(path);
        return Read(file, path, mostBytes, takesText: true);
    }

    /// <param name="stream">The archive.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="mostBytes">Most bytes that the arrays may take.</param>
    /// <param name="wanted">Which arrays are read; null for all. Of the others only their names are looked at.</param>
    /// <param name="takesText">Whether texts are read as well as numbers.</param>
    internal static IReadOnlyDictionary<string, NpyArray> Read(
        Stream stream,
        string name,
        long mostBytes = int.MaxValue,
        Predicate<string>? wanted = null,
        bool takesText = false
    )
    {
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            var left = mostBytes;
            var entries = archive.Entries.Where(entry => wanted?.Invoke(Key(entry)) ?? true).ToArray();
            var headers = entries.Select(entry => Header(entry, $"{name}: {entry.FullName}", ref left, mostBytes, takesText)).ToArray();
            var arrays = new Dictionary<string, NpyArray>();
            foreach (var (entry, header) in entries.Zip(headers))
            {
                var key = Key(entry);
                if (!arrays.TryAdd(key, Array(entry, header, $"{name}: {entry.FullName}")))
                {
                    throw new InvalidDataException($"{name}: the array '{key}' stands there twice.");
                }
            }
            return arrays;
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith(name, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{name}: not a readable npz file ({e.Message.TrimEnd('.')}).", e);
        }
    }

    /// <summary>The names of the arrays in a file, in its order.</summary>
    internal static string[] Names(Stream stream, string name)
    {
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            return [.. archive.Entries.Select(Key)];
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{name}: not a readable npz file ({e.Message.TrimEnd('.')}).", e);
        }
    }

    private static string Key(ZipArchiveEntry entry) =>
        entry.FullName.EndsWith(".npy", StringComparison.Ordinal) ? entry.FullName[..^4] : entry.FullName;

    private static NpyHeader Header(ZipArchiveEntry entry, string name, ref long left, long most, bool takesText)
    {
        using var content = entry.Open();
        var prefix = new byte[Math.Min(entry.Length, NpyHeader.Prefix)];
        var header = NpyHeader.Read(
            prefix.AsSpan(0, content.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false)),
            name,
            takesText
        );
        if (entry.Length != header.Start + header.Bytes)
        {
            throw new InvalidDataException(
                $"{name}: {entry.Length - header.Start} bytes of data; shape [{string.Join(", ", header.Shape)}] of '{header.Descriptor}' needs {header.Bytes}."
            );
        }
        return (left -= header.Bytes) >= 0
            ? header
            : throw new InvalidDataException(
                $"{name}: an array of shape [{string.Join(", ", header.Shape)}] makes the file larger than the {most} bytes that are expected here."
            );
    }

    /// <summary>Unpacks an entry as far as its header says, and not a byte further. .NET does not compare the checksum.</summary>
    private static NpyArray Array(ZipArchiveEntry entry, NpyHeader header, string name)
    {
        using var content = entry.Open();
        var file = new byte[header.Start + header.Bytes];
        if (content.ReadAtLeast(file, file.Length, throwOnEndOfStream: false) < file.Length || content.ReadByte() >= 0)
        {
            throw new InvalidDataException($"{name}: damaged, its data are not as long as the archive says.");
        }
        return Crc32.HashToUInt32(file) == entry.Crc32
            ? header.Array(file.AsSpan(header.Start), name)
            : throw new InvalidDataException($"{name}: damaged (its checksum, CRC-32, is wrong). Copy or write the file again.");
    }
}
