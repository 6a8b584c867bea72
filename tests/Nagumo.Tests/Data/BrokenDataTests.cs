using CsCheck;
using Nagumo.Data;

namespace Nagumo.Tests.Data;

/// <summary>Files that are cut, changed or made of anything are described or refused in words; nothing else ever comes out.</summary>
public sealed class BrokenDataTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private byte[][] Whole()
    {
        string npz = _folder.At("whole.npz");
        var x = new NpyArray(Enumerable.Range(0, 40).Select(i => (float)i).ToArray(), 10, 4);
        var y = new NpyArray(Enumerable.Range(0, 10).Select(i => (long)(i % 2)).ToArray(), 10);
        Npz.Write(npz, [KeyValuePair.Create("x", x), KeyValuePair.Create("y", y)], compress: true);
        using var npy = new MemoryStream();
        Npy.Write(npy, x);
        byte[] table = System.Text.Encoding.UTF8.GetBytes(
            "a,\"b, c\",kind,y\n" + string.Concat(Enumerable.Range(0, 10).Select(i => $"{i},{i * 0.5},\"k{i % 3}\",{i % 2}\n"))
        );
        return
        [
            File.ReadAllBytes(npz),
            npy.ToArray(),
            table,
            Tiny.Gzip(table),
            Idx.Write(new byte[40], 10, 2, 2),
            ImageFolderTests.Png(2, 2, [1, 2, 3, 4]),
            "P3 2 2 255 1 2 3 4 5 6 7 8 9 10 11 12"u8.ToArray(),
        ];
    }

    [Fact]
    public void BrokenFilesAreRefusedInWords()
    {
        byte[][] whole = Whole();
        Npy.Write(_folder.At("y.npy"), new NpyArray(new long[] { 0, 1, 0, 1, 0, 1, 0, 1, 0, 1 }, 10));
        Directory.CreateDirectory(_folder.At("pictures", "a"));
        Directory.CreateDirectory(_folder.At("pictures", "b"));
        File.WriteAllBytes(_folder.At("pictures", "a", "1.png"), whole[5]);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Int[0, 300], Gen.Select(Gen.Int[0, 400], Gen.Byte).Array[0, 6])
            .ForAll(
                (which, cut, changes) =>
                {
                    byte[] file = [.. whole[which]];
                    if (cut < file.Length)
                        file = file[..cut];
                    foreach (var (at, value) in changes)
                        if (at < file.Length)
                            file[at] = value;
                    bool isPicture = which >= 5;
                    string path = isPicture ? _folder.At("pictures", "b", "1.png") : _folder.At("x.npy");
                    File.WriteAllBytes(path, file);
                    var about = DataDescription.Of(new(isPicture ? _folder.At("pictures") : path));
                    Assert.All(about.Problems, problem => Assert.Contains(_folder.Path, problem));
                    Assert.True(about.Problems.Count > 0 || about.Shape is not null);
                },
                iter: 1500
            );
    }

    /// <summary>Headers that promise more than there is take no memory.</summary>
    [Fact]
    public void PromisesTakeNoMemory()
    {
        byte[] huge = Idx.Write([], 1 << 14, 1 << 8, 1 << 8);
        File.WriteAllBytes(_folder.At("x.idx"), huge);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.NotEmpty(DataDescription.Of(new(_folder.At("x.idx"))).Problems);
        byte[] png = ImageFolderTests.Png(1, 1, [0]);
        png[16] = png[20] = 0x40;
        Directory.CreateDirectory(_folder.At("p", "a"));
        File.WriteAllBytes(_folder.At("p", "a", "1.png"), png);
        Assert.NotEmpty(DataDescription.Of(new(_folder.At("p"))).Problems);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
    }
}
