using Nagumo.Data;

namespace Nagumo.Tests.Data;

public sealed class DataStoreTests : IDisposable
{
    private readonly TempFolder temp = new();
    private readonly Remarks remarks = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private DataStore Store => new(temp.Path);

    public void Dispose() => temp.Dispose();

    [Fact]
    public async Task FetchesOnceThenReadsFromTheFolder()
    {
        using var server = TestServer.OfTiny();
        var recipe = Tiny.Recipe(Tiny.Mirror(server));
        var fetched = await Store.ReadAsync(recipe, remarks, Cancel);
        Assert.Equal(Tiny.Files, fetched);
        Assert.Equal(Tiny.Names.Select(n => $"/data/{n}.gz"), server.Requests);
        AssertComplete();
        var last = remarks.All.Last(p => p.File == Tiny.Names[0]);
        Assert.Equal(last.BytesTotal, last.BytesDone);

        Assert.Equal(Tiny.Files, await Store.ReadAsync(recipe, remarks, Cancel));
        Assert.Equal(Tiny.Files, Store.TryRead(recipe));
        Assert.Equal(4, server.Requests.Count);
        var set = DataSets.Assemble(recipe, fetched);
        Assert.Equal((8, 4, 5, 4, 3), (set.Train.Count, set.Test.Count, set.Shape[0], set.Shape[1], set.Train.Classes.Classes));
        Assert.Equal([3, 3, 2], set.Train.Classes.Counts());
    }

    [Fact]
    public async Task FollowsRedirects()
    {
        using var server = new TestServer(
            (path, stream, cancel) =>
                path.StartsWith("/data/", StringComparison.Ordinal)
                    ? TestServer.SendAsync(stream, "302 Found", $"Content-Length: 0\r\nLocation: /moved{path}", [], cancel)
                    : TestServer.SendAsync(stream, TestServer.Body(path), cancel)
        );
        Assert.Equal(Tiny.Files, await Store.ReadAsync(Tiny.Recipe(Tiny.Mirror(server)), null, Cancel));
    }

    public static TheoryData<string, string> Misbehaviours =>
        new()
        {
            { "missing", "HTTP 404 Not Found for train-images-idx3-ubyte.gz" },
            { "truncated", "broke off after" },
            { "interrupted", "broke off after" },
            { "stalled", "stalled after" },
            { "silent", "no answer in time" },
            { "wrong bytes", "train-images-idx3-ubyte: its SHA-256 is wrong" },
            { "longer", "train-images-idx3-ubyte: more than 176 bytes" },
            { "shorter", "train-images-idx3-ubyte: 100 bytes instead of 176" },
            { "damaged gzip", "damaged gzip data" },
            { "a web page", "train-images-idx3-ubyte: 30 bytes instead of 176" },
            { "endless", "is longer than it should be" },
        };

    /// <summary>Each fault is named, nothing of it stays, and the next mirror is asked.</summary>
    [Theory]
    [MemberData(nameof(Misbehaviours))]
    public async Task ABadMirrorIsNamedAndTheNextOneAsked(string fault, string cause)
    {
        using var bad = new TestServer((path, stream, cancel) => MisbehaveAsync(fault, path, stream, cancel));
        var mirror = Tiny.Mirror(bad, fault == "silent" ? 0.5 : 20);
        var store = new DataStore(temp.Path) { Stall = TimeSpan.FromSeconds(fault == "stalled" ? 0.5 : 20) };

        var error = await Assert.ThrowsAsync<DataAcquisitionException>(() => store.ReadAsync(Tiny.Recipe(mirror), null, Cancel));
        Assert.Contains($"{mirror.Name}: ", error.Message);
        Assert.Contains(cause, error.Message);
        Assert.Contains("Set NAGUMO_DATA", error.Message);
        Assert.Contains("mnist-mini", error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal([".lock"], Directory.GetFiles(temp.At("tiny")).Select(Path.GetFileName));
        Assert.Null(store.TryRead(Tiny.Recipe()));

        using var good = TestServer.OfTiny();
        var both = Tiny.Recipe(mirror, Tiny.Mirror(good));
        Assert.Equal(Tiny.Files, await store.ReadAsync(both, remarks, Cancel));
        Assert.Contains(cause, remarks.Notes);
        AssertComplete();
    }

    private static async Task MisbehaveAsync(string fault, string path, System.Net.Sockets.NetworkStream stream, CancellationToken cancel)
    {
        var body = TestServer.Body(path);
        var other = Tiny.Files[0].ToArray();
        other[^1] ^= 1;
        switch (fault)
        {
            case "missing":
                await TestServer.SendAsync(stream, "404 Not Found", "Content-Length: 0", [], cancel);
                break;
            case "truncated":
                await TestServer.SendAsync(stream, body, cancel, promised: body.Length + 1000);
                break;
            case "interrupted":
                await TestServer.SendAsync(stream, body[..(body.Length / 2)], cancel, promised: body.Length);
                stream.Socket.LingerState = new(true, 0);
                break;
            case "stalled":
                await TestServer.SendAsync(stream, body[..10], cancel, promised: body.Length);
                await Task.Delay(Timeout.Infinite, cancel);
                break;
            case "silent":
                await Task.Delay(Timeout.Infinite, cancel);
                break;
            case "endless":
                await TestServer.SendAsync(stream, "200 OK", "Content-Type: text/plain", new byte[1 << 20], cancel);
                break;
            default:
                var wrong = fault switch
                {
                    "wrong bytes" => Tiny.Gzip(other),
                    "longer" => Tiny.Gzip([.. Tiny.Files[0], 0]),
                    "shorter" => Tiny.Gzip(Tiny.Files[0][..100]),
                    "damaged gzip" => [.. body[..10], 0xff, 0xff, 0xff, .. body[13..]],
                    _ => "<html>Please sign in</html>   "u8.ToArray(),
                };
                await TestServer.SendAsync(stream, wrong, cancel);
                break;
        }
    }

    [Fact]
    public async Task WhatOneMirrorGaveIsKeptAndTheRestComesFromTheNext()
    {
        using var half = new TestServer(
            (path, stream, cancel) =>
                path.Contains("t10k")
                    ? TestServer.SendAsync(stream, "503 Busy", "Content-Length: 0", [], cancel)
                    : TestServer.SendAsync(stream, TestServer.Body(path), cancel)
        );
        using var whole = TestServer.OfTiny();
        var recipe = Tiny.Recipe(Tiny.Mirror(half), Tiny.Mirror(whole));
        Assert.Equal(Tiny.Files, await Store.ReadAsync(recipe, null, Cancel));
        Assert.Equal(Tiny.Names[2..].Select(n => $"/data/{n}.gz"), whole.Requests);
    }

    [Fact]
    public async Task AMirrorThatIsNotThereIsNamed()
    {
        var gone = TestServer.OfTiny();
        var mirror = Tiny.Mirror(gone);
        gone.Dispose();
        var error = await Assert.ThrowsAsync<DataAcquisitionException>(() => Store.ReadAsync(Tiny.Recipe(mirror), null, Cancel));
        Assert.Contains($"{mirror.Name}: no connection", error.Message);
    }

    [Theory]
    [InlineData("bit flip")]
    [InlineData("truncated")]
    [InlineData("empty")]
    public async Task ADamagedFileIsMovedAsideAndFetchedAgain(string damage)
    {
        using var server = TestServer.OfTiny();
        var recipe = Tiny.Recipe(Tiny.Mirror(server));
        await Store.ReadAsync(recipe, null, Cancel);
        var path = temp.At("tiny", Tiny.Names[0]);
        var damaged = Tiny.Files[0].ToArray();
        damaged[100] ^= 4;
        File.WriteAllBytes(
            path,
            damage switch
            {
                "bit flip" => damaged,
                "truncated" => damaged[..99],
                _ => [],
            }
        );

        Assert.Null(Store.TryRead(recipe));
        Assert.Equal(Tiny.Files, await Store.ReadAsync(recipe, remarks, Cancel));
        Assert.Equal(5, server.Requests.Count);
        Assert.Contains($"{path}: ", remarks.Notes);
        Assert.Contains("moved to train-images-idx3-ubyte.corrupt", remarks.Notes);
        Assert.True(File.Exists(path + ".corrupt"));
        Assert.Equal(Tiny.Files, Store.TryRead(recipe));
    }

    /// <summary>Checking names the file and the reason, and changes nothing.</summary>
    [Fact]
    public async Task VerifyingNamesWhatIsWrongAndMovesNothing()
    {
        using var server = TestServer.OfTiny();
        var recipe = Tiny.Recipe(Tiny.Mirror(server));
        await Store.ReadAsync(recipe, null, Cancel);
        Assert.Empty(Store.Faults(recipe));
        var damaged = Tiny.Files[1].ToArray();
        damaged[^1] ^= 4;
        File.WriteAllBytes(temp.At("tiny", Tiny.Names[1]), damaged);
        File.Delete(temp.At("tiny", Tiny.Names[3]));
        var before = Directory.GetFiles(temp.Path, "*", SearchOption.AllDirectories);
        Assert.Equal(
            [$"{temp.At("tiny", Tiny.Names[1])}: its SHA-256 is wrong", $"{temp.At("tiny", Tiny.Names[3])} is not there"],
            Store.Faults(recipe)
        );
        Assert.Equal(before, Directory.GetFiles(temp.Path, "*", SearchOption.AllDirectories));
        Assert.Equal(damaged, File.ReadAllBytes(temp.At("tiny", Tiny.Names[1])));
    }

    [Theory]
    [InlineData("", false, "-idx")]
    [InlineData("", true, "-idx")]
    [InlineData("tiny", true, "-idx")]
    [InlineData("", false, ".idx")]
    [InlineData("tiny", true, ".idx")]
    public async Task ReadsFilesThatTheUserPutThere(string folder, bool gzip, string kind)
    {
        Directory.CreateDirectory(temp.At(folder));
        foreach (var (file, bytes) in Tiny.Names.Zip(Tiny.Files))
        {
            var name = file.Replace("-idx", kind);
            File.WriteAllBytes(temp.At(folder, gzip ? name + ".gz" : name), gzip ? Tiny.Gzip(bytes) : bytes);
        }
        var before = Directory.GetFiles(temp.Path, "*", SearchOption.AllDirectories);
        Assert.Equal(Tiny.Files, await Store.ReadAsync(Tiny.Recipe(), null, Cancel));
        Assert.Equal(before, Directory.GetFiles(temp.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task AForeignFileInTheFolderIsNamedAndLeftAlone()
    {
        File.WriteAllText(temp.At(Tiny.Names[0]), "something else");
        var error = await Assert.ThrowsAsync<DataAcquisitionException>(() => Store.ReadAsync(Tiny.Recipe(), null, Cancel));
        Assert.Contains($"{temp.At(Tiny.Names[0])}: 14 bytes instead of 176, ignored", error.Message);
        Assert.Equal("something else", File.ReadAllText(temp.At(Tiny.Names[0])));
    }

    [Fact]
    public async Task TwoAtOnceFetchOnce()
    {
        using var server = new TestServer(
            async (path, stream, cancel) =>
            {
                // Until another of them has said that it waits.
                for (var i = 0; i < 500 && !remarks.Notes.Contains("waiting"); i++)
                {
                    await Task.Delay(20, cancel);
                }
                await TestServer.SendAsync(stream, TestServer.Body(path), cancel);
            }
        );
        var recipe = Tiny.Recipe(Tiny.Mirror(server));
        var all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Store.ReadAsync(recipe, remarks, Cancel), Cancel)));
        Assert.All(all, files => Assert.Equal(Tiny.Files, files));
        Assert.Equal(4, server.Requests.Count);
        Assert.Contains("waiting for another process", remarks.Notes);
        AssertComplete();
    }

    [Fact]
    public async Task CancellingLeavesNothing()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        using var server = new TestServer(
            async (path, stream, cancel) =>
            {
                await TestServer.SendAsync(stream, TestServer.Body(path)[..10], cancel, promised: 50);
                stop.Cancel();
                await Task.Delay(Timeout.Infinite, cancel);
            }
        );
        var recipe = Tiny.Recipe(Tiny.Mirror(server), Tiny.Mirror(server));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.ReadAsync(recipe, null, stop.Token));
        Assert.Equal([".lock"], Directory.GetFiles(temp.At("tiny")).Select(Path.GetFileName));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task PartsOfDeadProcessesAreRemovedAndThoseBeingWrittenLeft()
    {
        Directory.CreateDirectory(temp.At("tiny"));
        var (dead, held) = (temp.At("tiny", ".nagumo-1.part"), temp.At("tiny", ".nagumo-2.part"));
        File.WriteAllText(dead, "");
        using var writing = new FileStream(held, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        using var server = TestServer.OfTiny();
        await Store.ReadAsync(Tiny.Recipe(Tiny.Mirror(server)), null, Cancel);
        Assert.False(File.Exists(dead));
        Assert.True(File.Exists(held));
    }

    [Fact]
    public async Task AFolderThatCannotBeWrittenIsNamed()
    {
        File.WriteAllText(temp.At("file"), "");
        using var server = TestServer.OfTiny();
        var store = new DataStore(temp.At("file", "cache"));
        var error = await Assert.ThrowsAsync<DataAcquisitionException>(() =>
            store.ReadAsync(Tiny.Recipe(Tiny.Mirror(server)), null, Cancel)
        );
        Assert.Contains("Set NAGUMO_DATA to a writable folder", error.Message);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task FolderSourceReadsPlainAndGzipped()
    {
        Directory.CreateDirectory(temp.At("installed"));
        File.WriteAllBytes(temp.At("installed", Tiny.Names[0]), Tiny.Files[0]);
        File.WriteAllBytes(temp.At("installed", Tiny.Names[1] + ".gz"), Tiny.Gzip(Tiny.Files[1]));
        var absent = new FolderSource(temp.At("absent"), "install it");
        var recipe = Tiny.Recipe(absent, new FolderSource(temp.At("installed"), ""));
        var error = await Assert.ThrowsAsync<DataAcquisitionException>(() => Store.ReadAsync(recipe, null, Cancel));
        Assert.Contains("absent: no such folder (install it)", error.Message);
        Assert.Contains($"installed: holds no {Tiny.Names[2]}", error.Message);
        Assert.Equal(Tiny.Files[0], File.ReadAllBytes(temp.At("tiny", Tiny.Names[0])));
        Assert.Equal(Tiny.Files[1], File.ReadAllBytes(temp.At("tiny", Tiny.Names[1])));
    }

    [Fact]
    public void TheFolderFollowsTheEnvironment()
    {
        var rooted = temp.At("x");
        Assert.Equal("here", DataStore.DefaultFolder(name => name == DataStore.FolderVariable ? "here" : rooted));
        Assert.Equal(Path.GetFullPath("some"), new DataStore("some").Folder);
        Assert.SkipWhen(OperatingSystem.IsWindows(), "XDG folders are for the other systems");
        Assert.Equal(Path.Combine(rooted, "nagumo"), DataStore.DefaultFolder(name => name == "XDG_CACHE_HOME" ? rooted : null));
        var home = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "nagumo");
        Assert.Equal(home, DataStore.DefaultFolder(name => name == "XDG_CACHE_HOME" ? "relative" : ""));
    }

    private void AssertComplete() =>
        Assert.Equal(
            Tiny.Names.Append(".lock").Order(StringComparer.Ordinal),
            Directory.GetFiles(temp.At("tiny")).Select(p => Path.GetFileName(p)!).Order(StringComparer.Ordinal)
        );
}
