using System.Formats.Tar;
using System.IO.Compression;
using Nagumo.Data;

namespace Nagumo.Tests.Data;

/// <summary>The npm source against commands that stand in for the npm client.</summary>
public sealed class NpmSourceTests : IDisposable
{
    private readonly TempFolder temp = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => temp.Dispose();

    [Fact]
    public async Task UnpacksThePackage()
    {
        MakePackage(temp.At("package.tgz"));
        var npm = MakeCommand($"[ \"$1 $2\" = 'pack tiny-data@1' ] && cp '{temp.At("package.tgz")}' tiny-data-1.tgz");
        var files = await ReadAsync(new NpmSource("tiny-data@1", npm), Cancel);
        Assert.Equal(Tiny.Files, files);
    }

    [Fact]
    public async Task NamesWhyNpmFailed()
    {
        var npm = MakeCommand("echo 'npm error code E404' >&2; echo 'npm error more' >&2; exit 1");
        var error = await Assert.ThrowsAsync<DataAcquisitionException>(() => ReadAsync(new NpmSource("tiny-data@1", npm), Cancel));
        Assert.Contains("npm package tiny-data@1: npm pack failed (npm error code E404)", error.Message);
    }

    [Fact]
    public async Task NamesADamagedArchive()
    {
        File.WriteAllBytes(temp.At("package.tgz"), [0x1f, 0x8b, 8, 0, 1, 2, 3]);
        var npm = MakeCommand($"cp '{temp.At("package.tgz")}' x.tgz");
        var error = await Assert.ThrowsAsync<DataAcquisitionException>(() => ReadAsync(new NpmSource("tiny-data@1", npm), Cancel));
        Assert.Contains("npm package tiny-data@1: ", error.Message);
    }

    [Fact]
    public async Task SaysThatNpmIsMissing()
    {
        var error = await Assert.ThrowsAsync<DataAcquisitionException>(() => ReadAsync(new NpmSource("x", "no-such-command"), Cancel));
        Assert.Contains("npm is not on PATH", error.Message);
    }

    [Fact]
    public async Task CancellingEndsTheClient()
    {
        var npm = MakeCommand("exec sleep 60");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        stop.CancelAfter(200);
        var start = Environment.TickCount64;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ReadAsync(new NpmSource("x", npm), stop.Token));
        Assert.True(Environment.TickCount64 - start < 10_000);
    }

    private Task<byte[][]> ReadAsync(IDataSource source, CancellationToken cancel) =>
        new DataStore(temp.At("cache")).ReadAsync(Tiny.Recipe(source), null, cancel);

    /// <summary>A rooted path stands in PATH look-ups for itself.</summary>
    private string MakeCommand(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the stand-in for npm is a shell script");
        var path = temp.At("npm");
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        return path;
    }

    private static void MakePackage(string path)
    {
        using var file = File.Create(path);
        using var gzip = new GZipStream(file, CompressionLevel.Optimal);
        using var tar = new TarWriter(gzip);
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "package/readme.md") { DataStream = new MemoryStream([1, 2, 3]) });
        foreach (var (name, bytes) in Tiny.Names.Zip(Tiny.Files))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"package/data/{name}") { DataStream = new MemoryStream(bytes) });
        }
    }
}
