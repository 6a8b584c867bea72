namespace Nagumo.Cli.Tests;

/// <summary>Progress that cannot be written is dropped; results that cannot be are an error.</summary>
public sealed class StandardStreamTests : IDisposable
{
    /// <summary>Descriptor 3 is a pipe whose reader has left.</summary>
    private const string NobodyReads = "exec 3> >(true); wait $!;";

    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Theory]
    [InlineData("2>/dev/full")]
    [InlineData("2>&-")]
    [InlineData("2> >(true)")]
    public void ARunDoesNotNeedStandardError(string redirection)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /dev/full");
        string whole = _box.Train("whole");

        var outcome = _box.RunApart($"train {_box.Config()} --out {_box["run"]} --json {redirection}");

        Assert.Equal(0, outcome.Code);
        Assert.Contains("\"test_error_percent\"", outcome.Output);
        Assert.Equal(Sandbox.Bytes(whole), Sandbox.Bytes(_box["run"]));
    }

    [Theory]
    [InlineData(">/dev/full", "No space left on device")]
    [InlineData(">&-", "it is closed")]
    public void ResultsThatCannotBeWrittenAreAnError(string redirection, string reason)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /dev/full");

        var outcome = _box.RunApart($"train {_box.Config()} --epochs 1 --out {_box["run"]} {redirection}");

        Assert.Equal($"the results cannot be written to standard output: {reason}.", outcome.OneError(1));
        Assert.True(File.Exists(_box["run/result.json"]));
    }

    [Theory]
    [InlineData("presets")]
    [InlineData("presets --json")]
    [InlineData("train --help")]
    public void AReaderThatHasSeenEnoughEndsTheCommandQuietly(string command)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs bash");

        var outcome = _box.RunApart($"{command} >&3", NobodyReads);

        Assert.Equal(ExitCode.ReaderLeft, outcome.Code);
        Assert.Empty(outcome.Error);
    }

    [Fact]
    public void ARunIsWholeThoughNobodyReadsItsResults()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs bash");

        var outcome = _box.RunApart($"train {_box.Config()} --epochs 1 --out {_box["run"]} >&3", NobodyReads);

        Assert.Equal(ExitCode.ReaderLeft, outcome.Code);
        Assert.DoesNotContain("error:", outcome.Error);
        Assert.True(File.Exists(_box["run/result.json"]));
    }

    [Fact]
    public void NothingIsWrittenIntoWhatTheRuntimeOpens()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs bash");

        // With all three closed the runtime's own pipes have their numbers.
        Assert.Equal(1, _box.RunApart("presets <&- >&- 2>&-").Code);
        Assert.Equal(2, _box.RunApart("train nothing <&- >&- 2>&-").Code);
    }
}
