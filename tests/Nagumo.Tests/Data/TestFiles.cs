using System.IO.Compression;
using System.Security.Cryptography;
using Nagumo.Data;

namespace Nagumo.Tests.Data;

/// <summary>A folder that vanishes with the test.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("nagumo-test-").FullName;

    public string At(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>A data set of twelve 5 × 4 images, as its four IDX files.</summary>
internal static class Tiny
{
    public static readonly string[] Names =
    [
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ];

    public static readonly byte[][] Files =
    [
        Idx.Write(Pixels(8), 8, 5, 4),
        Idx.Write([0, 1, 2, 0, 1, 2, 0, 1], 8),
        Idx.Write(Pixels(4), 4, 5, 4),
        Idx.Write([2, 1, 0, 0], 4),
    ];

    public static Recipe Recipe(params IDataSource[] sources) =>
        new("tiny", 3, Names.Select((name, i) => new DataFile(name, Files[i].Length, Hash(Files[i]))).ToList(), sources);

    /// <summary>The server as a source; never through a proxy.</summary>
    public static MirrorSource Mirror(TestServer server, double patienceSeconds = 20)
    {
        var client = MirrorSource.MakeClient(useProxy: false);
        client.Timeout = TimeSpan.FromSeconds(patienceSeconds);
        return new MirrorSource(server.Address, client);
    }

    public static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            gzip.Write(bytes);
        }
        return packed.ToArray();
    }

    public static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[] Pixels(int count) => Enumerable.Range(0, count * 20).Select(i => (byte)(i * 37 + i / 7)).ToArray();
}

/// <summary>Remembers what it was told, in order.</summary>
internal sealed class Remarks : IProgress<DataProgress>
{
    private readonly List<DataProgress> all = [];

    public string Notes => string.Join("\n", All.Select(p => p.Note).OfType<string>());

    public IReadOnlyList<DataProgress> All
    {
        get
        {
            lock (all)
            {
                return [.. all];
            }
        }
    }

    public void Report(DataProgress value)
    {
        lock (all)
        {
            all.Add(value);
        }
    }
}
