using System.Text;
using Nagumo.Data;

namespace Nagumo.Tests.Data;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nagumo-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string file) => Path.Combine(_folder, file);

    [Fact]
    public void AFailureLeavesTheOldFileAndNoPart()
    {
        AtomicFile.WriteText(At("a"), "old");

        var thrown = Record.Exception(() =>
            AtomicFile.Write(
                At("a"),
                stream =>
                {
                    stream.Write("ne"u8);
                    throw new IOException("stop");
                }
            )
        );

        Assert.Equal("stop", Assert.IsType<IOException>(thrown).Message);
        Assert.Equal("old", File.ReadAllText(At("a")));
        Assert.Equal([At("a")], Directory.GetFiles(_folder));
    }

    [Fact]
    public void NoLinkIsFollowed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights there");
        File.WriteAllText(At("mine"), "precious");
        File.CreateSymbolicLink(At("a"), At("mine"));
        File.CreateSymbolicLink(At("a.part"), At("mine"));

        AtomicFile.WriteText(At("a"), "new");

        Assert.Equal("precious", File.ReadAllText(At("mine")));
        Assert.Equal("new", File.ReadAllText(At("a")));
        Assert.Null(new FileInfo(At("a")).LinkTarget);
    }

    [Fact]
    public void ADeviceStaysADevice()
    {
        Assert.SkipUnless(File.Exists("/dev/null"), "needs /dev/null");

        AtomicFile.WriteText("/dev/null", "nothing");

        Assert.Equal("", File.ReadAllText("/dev/null"));
    }

    [Fact]
    public void AFolderThatCannotBeWrittenIsNamedByTheFile()
    {
        var thrown = Record.Exception(() => AtomicFile.WriteText(At("none/a"), ""));

        Assert.IsType<DirectoryNotFoundException>(thrown);
    }

    [Fact]
    public void OnlyPartsThatNobodyHoldsAreStale()
    {
        File.WriteAllText(At(".nagumo-dead.part"), "");
        File.WriteAllText(At("other.part"), "");
        AtomicFile.Write(
            At("a"),
            stream =>
            {
                stream.Write(Encoding.UTF8.GetBytes("whole"));
                AtomicFile.RemoveStale(_folder);
            }
        );

        Assert.Equal("whole", File.ReadAllText(At("a")));
        Assert.Equal(["a", "other.part"], Directory.GetFiles(_folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
    }
}
