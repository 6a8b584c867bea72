using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nagumo.Cli.Tests;

/// <summary>--json prints exactly one object, with the documented keys.</summary>
public sealed class JsonTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    public void TrainEvalPredictAndInfo()
    {
        var train = Sandbox.Run("train", _box.Config(), "--out", _box["run"], "--json");
        var result = Object(train);
        foreach (
            string key in "preset seed epochs data test_error_percent validation_error_percent train_error_percent test_loss test_samples nonconverged_samples max_residual max_sweeps samples_per_second cpu_seconds wall_seconds peak_rss_mib threads resumed_at_epoch run".Split(
                ' '
            )
        )
            Assert.True(result.ContainsKey(key), key);
        Assert.Equal("tiny", (string?)result["preset"]);
        Assert.InRange((double)result["test_error_percent"]!, 1, 60);
        Assert.InRange((double)result["validation_error_percent"]!, 1, 60);
        Assert.Equal(_box["run"], (string?)result["run"]);
        Assert.Equal(result.ToJsonString(), JsonNode.Parse(File.ReadAllText(_box["run/result.json"]))!.ToJsonString());

        Keys(
            Sandbox.Run("eval", _box["run"], "--json"),
            "run data samples test_error_percent test_loss converged nonconverged_samples max_residual max_sweeps tolerance wall_seconds confusion"
        );
        Keys(Sandbox.Run("eval", _box["run"], "--sweeps", "60", "--json"), "test_error_percent converged max_sweeps");
        var predict = Object(Sandbox.Run("predict", _box["run"], "mnist-mini:5", "--json"));
        Assert.Equal(1, predict["probabilities"]!.AsArray().Sum(p => (double)p!), 1e-9);
        Keys(
            Sandbox.Run("predict", _box["run"], "mnist-mini:5", "--json"),
            "run image class probabilities label converged residual sweeps"
        );
        Keys(
            Sandbox.Run("info", _box["run"], "--json"),
            "name populations couplings neurons parameters parameter_count config epochs_done finished test_error_percent"
        );
    }

    [Fact]
    public void SeveralSeeds()
    {
        var outcome = Sandbox.Run("train", _box.Config(), "--out", _box["runs"], "--seeds", "3", "--epochs", "1", "--json");

        var result = Object(outcome);
        foreach (
            string key in "preset seed seeds epochs data test_error_percent test_error_percent_ci95 test_error_percent_by_seed validation_error_percent validation_error_percent_ci95 train_error_percent nonconverged_samples max_residual samples_per_second cpu_seconds wall_seconds peak_rss_mib run runs".Split(
                ' '
            )
        )
            Assert.True(result.ContainsKey(key), key);
        double[] errors = [.. result["test_error_percent_by_seed"]!.AsArray().Select(e => (double)e!)];
        double mean = errors.Average(),
            sd = Math.Sqrt(errors.Sum(e => (e - mean) * (e - mean)) / 2);
        Assert.Equal(mean, (double)result["test_error_percent"]!, 1e-9);
        // Student's t with two degrees of freedom at 97.5 %: 4.302653 (any table).
        Assert.Equal(4.302653 * sd / Math.Sqrt(3), (double)result["test_error_percent_ci95"]!, 1e-4);
        Assert.Equal([1, 2, 3], result["seeds"]!.AsArray().Select(s => (int)s!));
        Assert.True(File.Exists(_box["runs/s3/result.json"]));
    }

    [Theory]
    [InlineData("models", "neurons couplings")]
    [InlineData("presets", "presets")]
    [InlineData("data list", "folder sets")]
    [InlineData("data get mnist-mini", "folder sets")]
    [InlineData("data verify mnist-mini", "folder sets")]
    [InlineData("info fhn-quick", "name populations couplings neurons parameters parameter_count config")]
    public void TheOthers(string line, string keys) => Keys(Sandbox.Run([.. line.Split(' '), "--json"]), keys);

    private static void Keys(Outcome outcome, string keys)
    {
        var o = Object(outcome);
        foreach (string key in keys.Split(' '))
            Assert.True(o.ContainsKey(key), key);
    }

    private static JsonObject Object(Outcome outcome)
    {
        Assert.True(outcome.Code == 0, outcome.Error);
        using var document = JsonDocument.Parse(outcome.Output);
        return (JsonObject)JsonNode.Parse(outcome.Output)!;
    }
}
