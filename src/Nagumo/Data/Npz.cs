using System.IO.Compression;

namespace Nagumo.Data;

/// <summary>Reads and writes .npz files: named NumPy arrays in a ZIP archive. Equal arrays in equal order give equal bytes.</summary>
public static class Npz
{
    /// <summary>ZIP cannot say earlier; a fixed time keeps the bytes equal.</summary>
    private static readonly DateTimeOffset epoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes the arrays in the given order; the file appears whole or not at all.</summary>
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

    /// <exception cref="InvalidDataException">Not a ZIP archive, or an entry that is no readable npy; the message names it.</exception>
    public static IReadOnlyDictionary<string, NpyArray> Read(string path)
    {
        using var file = File.OpenRead(path);
        return Read(file, path);
    }

    internal static IReadOnlyDictionary<string, NpyArray> Read(Stream stream, string name)
    {
        var arrays = new Dictionary<string, NpyArray>();
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            foreach (var entry in archive.Entries)
            {
                using var content = entry.Open();
                using var bytes = new MemoryStream();
                content.CopyTo(bytes);
                var key = entry.FullName.EndsWith(".npy", StringComparison.Ordinal) ? entry.FullName[..^4] : entry.FullName;
                arrays[key] = Npy.Read(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), $"{name}: {entry.FullName}");
            }
            return arrays;
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith(name, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{name}: not a readable npz file ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
