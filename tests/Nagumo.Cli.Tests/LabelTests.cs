using System.Text.Json.Nodes;

namespace Nagumo.Cli.Tests;

/// <summary>What --set changed stands wherever the name of what was changed stands.</summary>
public sealed class LabelTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    public void A_run_says_what_was_changed()
    {
        string run = _box["run"];
        var outcome = Sandbox.Run([
            "train",
            _box.Config(),
            "--epochs",
            "1",
            "--set",
            "optimizer.rate=0.02",
            "--set",
            "hardware.bits=6",
            "--out",
            run,
        ]);

        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.StartsWith("tiny, changed: optimizer.rate = 0.02, hardware.bits = 6 on mnist-mini", outcome.Error);
        var overrides = JsonNode.Parse(File.ReadAllText(Path.Combine(run, "result.json")))!["overrides"]!;
        Assert.Equal("""{"epochs":1,"optimizer.rate":0.02,"hardware.bits":6}""", overrides.ToJsonString());
    }

    [Fact]
    public void Nothing_changed_is_nothing_said()
    {
        string run = _box.Train("run");

        Assert.Equal("{}", JsonNode.Parse(File.ReadAllText(Path.Combine(run, "result.json")))!["overrides"]!.ToJsonString());
        Assert.DoesNotContain("changed", Sandbox.Run("info", run).Output);
    }

    /// <summary>A preset's name stands for the preset, also in a run that began with other keys.</summary>
    [Theory]
    [InlineData("info fhn-quick --set optimizer.rate=0.01", "changed: optimizer.rate = 0.01")]
    [InlineData("info fhn-deep --set network.populations.h1.scale=0.5", "changed: network.populations.h1.scale = 0.5")]
    [InlineData(
        "info fhn-quick --set batch=32 --set pixels.shift=2 --set readout.kappa=7 --set free.max_sweeps=7",
        "changed: readout.kappa = 7, batch = 32, free.max_sweeps = 7 and 1 more"
    )]
    public void Info_says_it(string line, string said)
    {
        var outcome = Sandbox.Run(line.Split(' '));

        Assert.Contains(said, string.Join(' ', outcome.Output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)));
        var json = JsonNode.Parse(Sandbox.Run([.. line.Split(' '), "--json"]).Output)!;
        Assert.NotEmpty(json["overrides"]!.AsObject());
    }

    [Fact]
    public void A_run_of_a_preset_with_other_keys_is_no_preset()
    {
        File.WriteAllText(
            _box["quick.json"],
            Nagumo.Learning.Presets.Get("fhn-quick").With(["data=mnist-mini", "network.populations.h1.size=8", "epochs=1"]).ToJson()
        );

        var outcome = Sandbox.Run("train", _box["quick.json"], "--out", _box["run"]);

        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.StartsWith("fhn-quick, changed: network.populations.h1.size = 8 on mnist-mini", outcome.Error);
        Assert.Contains("fhn-quick, changed: network.populations.h1.size = 8", Sandbox.Run("info", _box["run"]).Output);
    }

    [Fact]
    public void Check_and_tolerance_say_it()
    {
        string check = Sandbox.Run("check", _box.Config(), "--samples", "1", "--set", "estimator.beta=0.3").Output;
        Assert.Contains("changed: estimator.beta = 0.3", check);
        var tolerance = JsonNode.Parse(
            Sandbox
                .Run("tolerance", _box.Config(), "--levels", "0.1", "--chips", "1", "--epochs", "1", "--set", "validation=4500", "--json")
                .Output
        )!;
        Assert.Equal("""{"validation":4500,"epochs":1}""", tolerance["overrides"]!.ToJsonString());
    }

    [Fact]
    public void Without_pictures_everything_else_is_the_same()
    {
        string with = _box.Train("with", "--epochs", "1"),
            without = _box.Train("without", "--epochs", "1", "--no-pictures");

        Assert.Equal(Sandbox.Bytes(with), Sandbox.Bytes(without));
        Assert.NotEmpty(Directory.GetFiles(with, "*.png"));
        Assert.Empty(Directory.GetFiles(without, "*.png"));
        Assert.Contains("(weights.npz)", Sandbox.Run("train", without, "--epochs", "1", "--out", _box["third"], "--no-pictures").Output);

        Assert.Equal(0, Sandbox.Run("simulate", "spike", "--out", _box["spike"], "--no-pictures").Code);
        Assert.Equal(["config.json", "result.json"], Names("spike"));
        Assert.Equal(0, Sandbox.Run("simulate", "spots", "--size", "16", "--time", "1", "--out", _box["spots"], "--no-pictures").Code % 3);
        Assert.Equal(["config.json", "result.json"], Names("spots"));

        string[] tolerance = ["tolerance", _box.Config(), "--levels", "0.1", "--chips", "1", "--epochs", "1", "--set", "validation=4500"];
        Assert.Equal(0, Sandbox.Run([.. tolerance, "--out", _box["t"], "--no-pictures"]).Code);
        Assert.Equal(["tolerance.json"], Names("t"));
        // Hours of work are not replaced.
        Assert.Contains("holds the result of an earlier run", Sandbox.Run([.. tolerance, "--out", _box["t"]]).OneError(2));

        Sandbox.Run("check", _box.Config(), "--samples", "1", "--out", _box["c"], "--no-pictures");
        Assert.Equal(["check.json"], Names("c"));

        IEnumerable<string> Names(string folder) =>
            Directory.GetFiles(_box[folder]).Select(f => Path.GetFileName(f)).Where(f => f != ".lock").Order();
    }
}
