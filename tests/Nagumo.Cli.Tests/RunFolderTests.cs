using System.Text.Json.Nodes;

namespace Nagumo.Cli.Tests;

public sealed class RunFolderTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    public void ARunLeavesEverythingThatIsPromised()
    {
        string run = _box.Train("run");

        string[] files = [.. Directory.GetFiles(run).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];
        Assert.Equal(
            [
                ".lock",
                "checkpoint.bin",
                "config.json",
                "confusion-matrix.png",
                "learning-curve.png",
                "metrics.jsonl",
                "result.json",
                "run.json",
                "timings.jsonl",
                "weights.npz",
                "weights.png",
            ],
            files
        );
        Assert.Equal(3, File.ReadAllLines(Path.Combine(run, "metrics.jsonl")).Length);
        Assert.Equal(3, File.ReadAllLines(Path.Combine(run, "timings.jsonl")).Length);
    }

    [Theory]
    [InlineData("", "train")]
    [InlineData("--threads 2", "train")]
    [InlineData("--threads 3", "train")]
    public void ThreadsAndTimesDoNotChangeTheBytes(string options, string command)
    {
        string one = _box.Train("one", "--threads", "1");

        var outcome = Sandbox.Run([command, one, "--out", _box["two"], .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Equal(Sandbox.Bytes(one), Sandbox.Bytes(_box["two"]));
    }

    [Fact]
    public void ThreadsDoNotChangeTheBytesOfRelaxationsWithATolerance()
    {
        string one = _box.Train("one", "--threads", "1", "--set", "free.tolerance=1e-4", "--set", "free.max_sweeps=30", "--epochs", "1");

        Sandbox.Run("train", one, "--out", _box["two"], "--threads", "3");

        Assert.Equal(Sandbox.Bytes(one), Sandbox.Bytes(_box["two"]));
    }

    [Fact]
    public void AFinishedRunIsNeverOverwritten()
    {
        string run = _box.Train("run", "--epochs", "1");
        string before = Sandbox.Bytes(run);

        string line = Sandbox.Run("train", _box.Config(), "--out", run).OneError(2);

        Assert.Equal($"'{run}' holds a finished run: name another --out.", line);
        Assert.Equal(before, Sandbox.Bytes(run));
    }

    [Fact]
    public void ResumingAFinishedRunGivesItsResult()
    {
        string run = _box.Train("run", "--epochs", "1");
        string before = File.ReadAllText(Path.Combine(run, "result.json"));

        var outcome = Sandbox.Run("train", run, "--resume", "--json");

        Assert.Equal(0, outcome.Code);
        Assert.Equal(before, outcome.Output);
        Assert.Contains("finished", outcome.Error);
    }

    [Fact]
    public void ResumingWithAnotherConfigurationIsRefused()
    {
        string run = _box.Train("run", "--epochs", "1");

        string line = Sandbox.Run("train", run, "--resume", "--set", "optimizer.rate=0.5").OneError(2);

        Assert.Contains("optimizer.rate is 0.01 there and 0.5 here", line);
    }

    [Fact]
    public void TwoRunsInOneFolderAreRefused()
    {
        string run = _box.Train("run", "--epochs", "1");
        using (new FileStream(Path.Combine(run, ".lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            Assert.Contains("another process is training", Sandbox.Run("train", run, "--resume").OneError(1));
    }

    [Fact]
    public void AFolderThatCannotBeWrittenIsAnError()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/sys is there on Linux only");

        Sandbox.Run("train", _box.Config(), "--out", "/sys/nagumo").OneError(1);
    }

    [Fact]
    public void AFileInPlaceOfTheFolderIsAnError()
    {
        string file = _box.Config();

        Assert.Contains("is a file", Sandbox.Run("train", file, "--out", file).OneError(2));
    }

    [Fact]
    public void AFullDiskLeavesTheOldCheckpoint()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a limit of the file size");
        string run = _box.Train("whole");
        // One epoch, then no file may be longer than 64 KiB: the next checkpoint cannot be written. (W^X needs a large file of its own.)
        var first = Partial("run", 1);

        var outcome = _box.RunApart($"train {first} --resume --threads 1", "export DOTNET_EnableWriteXorExecute=0; ulimit -f 64;");

        Assert.Contains("Free some space", outcome.OneError(1));
        Assert.Empty(Directory.GetFiles(first, "*.part"));
        var continued = Sandbox.Run("train", first, "--resume");
        Assert.True(continued.Code == 0, continued.Error);
        Assert.Equal(Sandbox.Bytes(run), Sandbox.Bytes(first));
    }

    [Fact]
    public void AnUnfinishedRunSaysSoWhenItIsEvaluated()
    {
        string run = Partial("run", 1);

        Assert.Matches("trained +[12] of 3 epochs: an unfinished run", Sandbox.Run("eval", run).Output);
        Assert.DoesNotContain("unfinished", Sandbox.Run("eval", _box.Train("whole")).Output);
        Assert.Contains("is a configuration: train it first", Sandbox.Run("eval", _box.Config()).OneError(2));
    }

    /// <summary>A run of the tiny configuration that was stopped after some epochs.</summary>
    private string Partial(string name, int epochs)
    {
        using var process = _box.Start($"train {_box.Config()} --out {_box[name]} --threads 1");
        while (
            !process.HasExited
            && (!File.Exists(_box[$"{name}/metrics.jsonl"]) || File.ReadAllLines(_box[$"{name}/metrics.jsonl"]).Length < epochs)
        )
            Thread.Sleep(2);
        process.Kill();
        process.WaitForExit();
        Assert.False(File.Exists(_box[$"{name}/result.json"]));
        return _box[name];
    }

    [Fact]
    public void EveryDamagedByteOfACheckpointIsNoticed()
    {
        string run = _box.Train("run", "--epochs", "1"),
            file = Path.Combine(run, "checkpoint.bin");
        File.Delete(Path.Combine(run, "result.json"));
        byte[] whole = File.ReadAllBytes(file);
        int[] places = [0, 7, 8, 11, 12, 200, whole.Length / 3, whole.Length / 2, whole.Length - 33, whole.Length - 32, whole.Length - 1];

        foreach (int at in places)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0x10;
            File.WriteAllBytes(file, damaged);
            Assert.Contains("checkpoint", Sandbox.Run("train", run, "--resume").OneError(2));
            Assert.Contains("checkpoint", Sandbox.Run("eval", run).OneError(2));
        }
        foreach (int length in (int[])[0, 1, 8, 12, 44, whole.Length / 2, whole.Length - 1])
        {
            File.WriteAllBytes(file, whole[..length]);
            Assert.Contains("checkpoint", Sandbox.Run("train", run, "--resume").OneError(2));
        }
        byte[] older = [.. whole];
        older[6] = (byte)'1';
        File.WriteAllBytes(file, older);
        Assert.Contains("another version", Sandbox.Run("train", run, "--resume").OneError(2));
        File.WriteAllBytes(file, whole);
        Assert.Equal(0, Sandbox.Run("train", run, "--resume").Code);
    }

    [Fact]
    public void ACheckpointOfAnotherArchitectureIsRefused()
    {
        string run = _box.Train("run", "--epochs", "1"),
            other = _box.Train("other", "--epochs", "1", "--set", "network.populations.h1.size=13");
        File.Delete(Path.Combine(run, "result.json"));
        File.Copy(Path.Combine(other, "checkpoint.bin"), Path.Combine(run, "checkpoint.bin"), overwrite: true);

        Assert.Contains(
            "another experiment: network.populations.1.size is 13 there and 12 here",
            Sandbox.Run("train", run, "--resume").OneError(2)
        );
    }

    [Fact]
    public void WeightsMakeARoundTrip()
    {
        string run = _box.Train("run", "--epochs", "1"),
            weights = Path.Combine(run, "weights.npz");

        var again = Sandbox.Run("eval", weights, "--json");
        string start = _box.Train(
            "start",
            "--weights",
            weights,
            "--epochs",
            "1",
            "--set",
            "optimizer.rate=1e-30",
            "--set",
            "pixels.dropout=0"
        );

        Assert.Equal(Error(File.ReadAllText(Path.Combine(run, "result.json"))), Error(again.Output));
        Assert.Equal(File.ReadAllBytes(weights), File.ReadAllBytes(Path.Combine(start, "weights.npz")));
        var rerun = Sandbox.Run("train", start, "--out", _box["rerun"]);
        Assert.True(rerun.Code == 0, rerun.Error);
        Assert.Equal(Sandbox.Bytes(start), Sandbox.Bytes(_box["rerun"]));

        static double Error(string json) => (double)JsonNode.Parse(json)!["test_error_percent"]!;
    }

    [Fact]
    public void WeightsOfAnotherNetworkAreRefused()
    {
        string run = _box.Train("run", "--epochs", "1");

        string line = Sandbox
            .Run(
                "train",
                _box.Config(),
                "--set",
                "network.populations.h1.size=13",
                "--weights",
                Path.Combine(run, "weights.npz"),
                "--out",
                _box["x"]
            )
            .OneError(2);

        Assert.Contains("'x-h1.W' has the shape [12, 784]; the network needs [13, 784]", line);
        File.WriteAllText(_box["bad.npz"], "no zip");
        Assert.Contains("bad.npz", Sandbox.Run("train", _box.Config(), "--weights", _box["bad.npz"], "--out", _box["y"]).OneError(2));
    }

    [Theory]
    [InlineData("optimizer.rate=1e30")]
    [InlineData("network.couplings.x-h1.sd=1e30")]
    public void DivergenceStopsWithAdvice(string assignment)
    {
        var outcome = Sandbox.Run("train", _box.Config(), "--out", _box["run"], "--set", assignment, "--set", "optimizer.norm_bounds=null");

        Assert.Contains("Lower optimizer.rate", outcome.OneError(1));
    }

    [Fact]
    public void AnInterruptionIsNotedAndCanBeResumed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs signals");
        string whole = _box.Train("whole", "--epochs", "12");
        foreach (string signal in (string[])["INT", "TERM"])
        {
            var process = _box.Start($"train {_box.Config()} --epochs 12 --out {_box[signal]} --threads 1");
            while (!process.HasExited && !File.Exists(_box[$"{signal}/checkpoint.bin"]))
                Thread.Sleep(2);
            System.Diagnostics.Process.Start("kill", [$"-{signal}", $"{process.Id}"]).WaitForExit();
            var outcome = Sandbox.End(process);

            Assert.Equal(130, outcome.Code);
            Assert.Empty(outcome.Output);
            Assert.Contains($"continue with: nagumo train {_box[signal]} --resume", outcome.Error);
            Assert.Equal(0, Sandbox.Run("train", _box[signal], "--resume").Code);
            Assert.Equal(Sandbox.Bytes(whole), Sandbox.Bytes(_box[signal]));
        }
    }

    [Fact]
    [Trait("speed", "slow")]
    public void WithoutANetworkAPresetTrainsOnTheDigitsInside()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs bash");
        const string offline =
            "export https_proxy=http://127.0.0.1:1 http_proxy=http://127.0.0.1:1 npm_config_registry=http://127.0.0.1:1/ npm_config_fetch_retries=0;";

        var preset = _box.RunApart("train fhn-quick --epochs 1 --json", offline);
        var chosen = _box.RunApart("train fhn-quick --data mnist", offline);

        Assert.True(preset.Code == 0, preset.Error);
        Assert.Contains("\"data\": \"mnist-mini\"", preset.Output);
        Assert.Single(preset.Error.Split('\n'), line => line.Contains("Training on mnist-mini instead"));
        Assert.Contains("mnist could not be acquired", chosen.OneError(1));
    }

    [Fact]
    public void ARunKilledAtRandomMomentsResumesToTheSameBits() => KillAndResume(4);

    [Fact]
    [Trait("speed", "slow")]
    public void ARunKilledFiftyTimesResumesToTheSameBits() => KillAndResume(50);

    private void KillAndResume(int kills)
    {
        const string options = "--epochs 12";
        string whole = _box.Train("whole", options.Split(' '));
        string config = _box.Config();
        var random = new Random(7);
        int killed = 0;
        for (int run = 0; killed < kills; run++)
        {
            string folder = _box[$"killed{run}"];
            while (killed < kills)
            {
                using var process = _box.Start($"train {config} {options} --out {folder} --resume --threads 1");
                if (process.WaitForExit(random.Next(150, 1200)))
                    break;
                process.Kill();
                process.WaitForExit();
                killed++;
            }
            var last = Sandbox.Run(["train", config, .. options.Split(' '), "--out", folder, "--resume"]);
            Assert.True(last.Code == 0, last.Error);
            Assert.Equal(Sandbox.Bytes(whole), Sandbox.Bytes(folder));
        }
    }
}
