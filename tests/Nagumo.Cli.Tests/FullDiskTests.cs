namespace Nagumo.Cli.Tests;

/// <summary>Whatever a command writes, a disk that is full ends it with one line and leaves nothing half written.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Theory]
    [Trait("speed", "slow")]
    [InlineData("train CONFIG --epochs 1 --out OUT", 1)]
    [InlineData("train CONFIG --epochs 1 --out OUT", 64)]
    [InlineData("train CONFIG --epochs 1 --weights RUN/weights.npz --out OUT", 1)]
    [InlineData("check CONFIG --samples 1 --out OUT", 1)]
    [InlineData("chain --out OUT", 1)]
    [InlineData("audit CONFIG --out OUT/audit.png", 1)]
    [InlineData("simulate hopf --out OUT", 1)]
    [InlineData("tolerance CONFIG --epochs 1 --levels 0.1 --chips 1 --out OUT", 0)]
    [InlineData("circuit export neuron --out OUT/neuron.cir", 0)]
    [InlineData("circuit draw neuron --out OUT/neuron.svg", 1)]
    public void IsSaidAndLeavesNothingHalf(string command, int kibibytes)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a limit of the file size");
        string run = _box.Train("run", "--epochs", "1"),
            arguments = command.Replace("CONFIG", _box["tiny.json"]).Replace("RUN", run).Replace("OUT", _box["out"]);

        // Where the runtime writes code, it needs a large file of its own.
        var outcome = _box.RunApart(arguments, $"export DOTNET_EnableWriteXorExecute=0; ulimit -f {kibibytes};");

        Assert.Equal(1, outcome.Code);
        Assert.Contains(
            "Free some space",
            Assert.Single(outcome.Error.Split('\n'), l => l.StartsWith("error: ", StringComparison.Ordinal))
        );
        Assert.DoesNotContain("   at ", outcome.Error);
        string[] left = Directory.Exists(_box["out"]) ? Directory.GetFiles(_box["out"], "*", SearchOption.AllDirectories) : [];
        Assert.DoesNotContain(left, file => file.EndsWith(".part", StringComparison.Ordinal));
        Assert.DoesNotContain(left, file => Path.GetExtension(file) is ".png" or ".svg" or ".cir" && new FileInfo(file).Length == 0);
        Assert.False(File.Exists(_box["out/result.json"]));
    }
}
