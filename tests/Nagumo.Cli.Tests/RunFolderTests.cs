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
                "confusion-matrix.svg",
                "learning-curve.png",
                "learning-curve.svg",
                "metrics.jsonl",
                "result.json",
                "run.json",
                "timings.jsonl",
                "weights.npz",
                "weights.png",
                "weights.svg",
            ],
            files
        );
        Assert.Equal(3, File.ReadAllLines(Path.Combine(run, "metrics.jsonl")).Length);
        Assert.Equal(3, File.ReadAllLines(Path.Combine(run, "timings.jsonl")).Length);
    }

    [Fact]
    public void ARunThatLostItsCheckpointNamesItsWeights()
    {
        string run = _box.Train("run");
        File.Delete(Path.Combine(run, "checkpoint.bin"));
        Assert.Contains($"name {Path.Combine(run, "weights.npz")}", Sandbox.Run("eval", run).OneError(2));
        Assert.Equal(0, Sandbox.Run("eval", Path.Combine(run, "weights.npz")).Code);
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

    [Theory]
    [InlineData("checkpoint.bin")]
    [InlineData("weights.npz")]
    [InlineData("result.json")]
    [InlineData("metrics.jsonl")]
    [InlineData("timings.jsonl")]
    [InlineData("learning-curve.png")]
    [InlineData("learning-curve.svg")]
    public void AFolderWithAnythingOfARunIsRefused(string file)
    {
        Directory.CreateDirectory(_box["folder"]);
        File.WriteAllText(_box[$"folder/{file}"], "somebody's");

        foreach (
            string[] options in (string[][])
                [
                    [],
                    ["--resume"],
                ]
        )
            Assert.Contains(
                $"holds '{file}', which a run would replace",
                Sandbox.Run(["train", _box.Config(), "--out", _box["folder"], .. options]).OneError(2)
            );
        Assert.Contains(file, Sandbox.Run("simulate", "hopf", "--out", _box["folder"]).OneError(2));
        Assert.Equal("somebody's", File.ReadAllText(_box[$"folder/{file}"]));
    }

    [Fact]
    public void ASeedsFolderThatBecameARunMeanwhileIsKept()
    {
        string config = _box.Config();
        var process = _box.Start($"train {config} --epochs 60 --seeds 2 --out {_box["seeds"]}");
        while (!process.HasExited && !File.Exists(_box["seeds/s1/config.json"]))
            Thread.Sleep(2);
        string run = _box.Train("seeds/s2", "--epochs", "1", "--seed", "2"),
            before = Sandbox.Bytes(run);

        string line = Sandbox.End(process).OneError(2);

        Assert.Contains("s2' holds a finished run", line);
        Assert.Equal(before, Sandbox.Bytes(run));
        Assert.True(File.Exists(_box["seeds/s1/result.json"]));
    }

    [Fact]
    public void RunsThatBeginAtOnceTakeDifferentFolders()
    {
        string config = _box.Config();
        System.Diagnostics.Process[] all = [.. Enumerable.Range(0, 3).Select(_ => _box.Start($"train {config} --epochs 1 --threads 1"))];

        foreach (var process in all)
        {
            var outcome = Sandbox.End(process);
            Assert.True(outcome.Code == 0, outcome.Error);
        }

        string[] bytes = [.. ((string[])["tiny-s1", "tiny-s1-2", "tiny-s1-3"]).Select(name => Sandbox.Bytes(_box[$"runs/{name}"]))];
        Assert.Single(bytes.Distinct());
    }

    [Fact]
    public void WhatADeadProcessLeftIsCleared()
    {
        string run = Partial("run", 1),
            timings = Path.Combine(run, "timings.jsonl");
        foreach (string part in (string[])[".nagumo-0.part", "config.json.part", "checkpoint.bin.0f.part"])
            File.WriteAllText(Path.Combine(run, part), "");
        // Beside what the checkpoint holds, an epoch that was not kept and half a line.
        string first = File.ReadLines(timings).First();
        File.WriteAllText(timings, $"{first}\n{first.Replace("\"epoch\":1", "\"epoch\":9")}\n{first[..20]}");
        int kept = File.ReadAllLines(Path.Combine(run, "metrics.jsonl")).Length;

        var outcome = Sandbox.Run("train", run, "--resume");

        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Empty(Directory.GetFiles(run, "*.part"));
        Assert.Equal(kept == 1 ? [1, 2, 3] : [1, 3], File.ReadLines(timings).Select(line => (int)JsonNode.Parse(line)!["epoch"]!));
    }

    [Fact]
    public void ALinkInPlaceOfAPartIsNotFollowed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights there");
        File.WriteAllText(_box["precious"], "mine");
        Directory.CreateDirectory(_box["run"]);
        foreach (string file in (string[])["config.json.part", "run.json.part", "checkpoint.bin.part"])
            File.CreateSymbolicLink(_box[$"run/{file}"], _box["precious"]);

        _box.Train("run", "--epochs", "1");

        Assert.Equal("mine", File.ReadAllText(_box["precious"]));
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
    public void AFinishedRunWhoseConfigurationWasEditedIsNotCalledItsResult()
    {
        string run = _box.Train("run"),
            config = Path.Combine(run, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"epochs\": 3", "\"epochs\": 5"));

        Assert.Contains("epochs was 3 when it was trained and is 5 now", Sandbox.Run("train", run, "--resume").OneError(2));
    }

    /// <summary>The checkpoint decides what was trained; a config.json that says otherwise is refused by every command that looks at the run.</summary>
    [Theory]
    [InlineData("eval RUN")]
    [InlineData("predict RUN mnist-mini:0")]
    [InlineData("check RUN --samples 1")]
    [InlineData("audit RUN --probes 2")]
    [InlineData("info RUN")]
    [InlineData("circuit export RUN")]
    [InlineData("circuit power RUN")]
    public void ARunWhoseConfigurationWasEditedIsRefusedByEveryDoor(string command)
    {
        string run = _box.Train("run", "--epochs", "1"),
            config = Path.Combine(run, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"kappa\": 5", "\"kappa\": 3"));

        string line = Sandbox.Run(command.Replace("RUN", run).Split(' ')).OneError(2).ReplaceLineEndings(" ");

        Assert.Contains("its config.json was changed since: readout.kappa was 5 when it was trained and is 3 now", line);
    }

    [Theory]
    [InlineData("{}", "keys are missing")]
    [InlineData("null", "keys are missing")]
    [InlineData("", "not JSON")]
    [InlineData("{\"test_error_percent\": \"nope\"}", "keys are missing")]
    public void AResultThatIsNoneIsRefused(string text, string reason)
    {
        string run = _box.Train("run", "--epochs", "1");
        File.WriteAllText(Path.Combine(run, "result.json"), text);

        Assert.Contains(reason, Sandbox.Run("train", run, "--resume").OneError(2));
        Assert.Contains(reason, Sandbox.Run("info", run).OneError(2));
    }

    [Fact]
    public void AConfigurationBesideARunIsRefused()
    {
        string run = _box.Train("run", "--epochs", "1");

        foreach (string path in (string[])[run, Path.Combine(run, "checkpoint.bin")])
        foreach (
            string[] command in (string[][])
                [
                    ["eval", path],
                    ["predict", path, "mnist-mini:0"],
                ]
        )
            Assert.Contains("--config nope", Sandbox.Run([.. command, "--config", "nope"]).OneError(2));
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
            "another experiment: network.populations.h1.size is 13 there and 12 here",
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
    [InlineData("optimizer.rate=1e30", "Lower optimizer.rate")]
    [InlineData("network.couplings.x-h1.sd=1e30", "No parameter has changed yet, so the network itself runs away")]
    public void DivergenceStopsWithAdvice(string assignment, string advice)
    {
        var outcome = Sandbox.Run("train", _box.Config(), "--out", _box["run"], "--set", assignment, "--set", "optimizer.norm_bounds=null");

        Assert.Contains(advice, outcome.OneError(1));
    }

    [Theory]
    [InlineData("Lower optimizer.rate", "optimizer.rate=1e30", "batch=65536")]
    [InlineData("lower optimizer.rate", "optimizer.rate=1e30", "batch=65536", "validation=0")]
    [InlineData("Lower optimizer.rate", "optimizer.rate=3e38", "batch=65536", "optimizer.kind=sgd")]
    [InlineData("Lower hardware.drift", "hardware.drift=1e308")]
    public void WhatTheLastStepBreaksIsNoFinishedRun(string remedy, params string[] assignments)
    {
        string run = _box["run"];

        var outcome = Sandbox.Run([
            "train",
            _box.Config(),
            "--epochs",
            "1",
            "--out",
            run,
            "--set",
            "optimizer.norm_bounds=null",
            .. assignments.SelectMany(a => (string[])["--set", a]),
        ]);

        string line = outcome.OneError(1);
        Assert.Contains("Diverged", line);
        Assert.Contains(remedy, line);
        Assert.False(File.Exists(Path.Combine(run, "result.json")));
        Assert.False(File.Exists(Path.Combine(run, "weights.npz")));
    }

    [Fact]
    public void WeightsThatAreNotFiniteAreRefusedByName()
    {
        string run = _box.Train("run", "--epochs", "1"),
            file = Path.Combine(run, "checkpoint.bin");
        byte[] bytes = File.ReadAllBytes(file);
        // Magic, length of the header, header, numbers, SHA-256.
        int first = 12 + BitConverter.ToInt32(bytes, 8);
        BitConverter.GetBytes(float.NaN).CopyTo(bytes, first + 4 * 17);
        System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(..^32)).CopyTo(bytes, bytes.Length - 32);
        File.WriteAllBytes(file, bytes);

        foreach (
            string[] command in (string[][])
                [
                    ["eval", run],
                    ["check", run],
                    ["info", run],
                    ["predict", run, "mnist-mini:0", "--json"],
                    ["circuit", "export", run, "--sample", "0"],
                    ["train", run, "--resume"],
                ]
        )
        {
            string line = Sandbox.Run(command).OneError(2);
            Assert.Contains("'x-h1.W' holds NaN at 17", line);
            Assert.Contains(file, line);
        }
    }

    [Fact]
    public void NumbersThatAreNotFiniteAreNull()
    {
        string run = _box["run"];
        Sandbox.Run(
            "train",
            _box.Config(),
            "--epochs",
            "1",
            "--out",
            run,
            "--set",
            "optimizer.norm_bounds=null",
            "--set",
            "optimizer.rate=1e30",
            "--set",
            "batch=65536",
            "--set",
            "validation=0"
        );

        var eval = Sandbox.Run("eval", run, "--json");
        var predict = Sandbox.Run("predict", run, "mnist-mini:0", "--json");

        Assert.Equal((3, 3), (eval.Code, predict.Code));
        Assert.Null(JsonNode.Parse(eval.Output)!["test_loss"]);
        Assert.Null(JsonNode.Parse(predict.Output)!["residual"]);
        Assert.DoesNotContain("NaN", eval.Output + predict.Output);
        Assert.DoesNotContain("bug", Sandbox.Run("check", run, "--samples", "1").OneError(1));
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
    public void ARunKilledAHundredTimesResumesToTheSameBits() => KillAndResume(100);

    private void KillAndResume(int kills)
    {
        const int epochs = 12;
        string options = $"--epochs {epochs}",
            whole = _box.Train("whole", options.Split(' ')),
            config = _box.Config();
        string[] files = Files(whole);
        var random = new Random(7);
        int killed = 0;
        for (int run = 0; killed < kills; run++)
        {
            string folder = _box[$"killed{run}"];
            // Half of the runs have starting weights to keep, too.
            string start = run % 2 == 0 ? "" : $"--weights {whole}/weights.npz";
            while (killed < kills)
            {
                using var process = _box.Start($"train {config} {options} {start} --out {folder} --resume --threads 1");
                if (process.WaitForExit(random.Next(150, 1200)))
                    break;
                process.Kill();
                process.WaitForExit();
                killed++;
            }
            var last = Sandbox.Run([
                "train",
                config,
                .. $"{options} {start}".Split(' ', StringSplitOptions.RemoveEmptyEntries),
                "--out",
                folder,
                "--resume",
            ]);
            Assert.True(last.Code == 0, last.Error);
            Assert.Equal(epochs, File.ReadAllLines(Path.Combine(folder, "timings.jsonl")).Length);
            if (start.Length == 0)
            {
                Assert.Equal(Sandbox.Bytes(whole), Sandbox.Bytes(folder));
                Assert.Equal(files, Files(folder));
            }
            else
            {
                string undisturbed = _box["undisturbed"];
                if (!Directory.Exists(undisturbed))
                    _box.Train("undisturbed", [.. options.Split(' '), "--weights", Path.Combine(whole, "weights.npz")]);
                Assert.Equal(Sandbox.Bytes(undisturbed), Sandbox.Bytes(folder));
            }
        }

        static string[] Files(string folder) =>
            [.. Directory.GetFiles(folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];
    }
}
