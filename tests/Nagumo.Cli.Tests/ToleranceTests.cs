using System.Text.Json.Nodes;

namespace Nagumo.Cli.Tests;

/// <summary>Chips that are not ideal: <c>tolerance</c>, and <c>eval --set hardware…</c>.</summary>
public sealed class ToleranceTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    public void A_network_moved_to_a_bad_chip_is_worse_than_one_trained_there()
    {
        var outcome = Sandbox.Run(
            "tolerance",
            _box.Config(),
            "--effect",
            "mismatch",
            "--effect",
            "neuron_mismatch",
            "--levels",
            "0.05,0.4",
            "--chips",
            "2",
            "--set",
            "validation=3000",
            "--out",
            _box["out"],
            "--json"
        );

        Assert.True(outcome.Code == 0, outcome.Error);
        var rows = JsonNode.Parse(outcome.Output)!["rows"]!.AsArray();
        Assert.Equal([0.05, 0.4], rows.Select(r => (double)r!["level"]!));
        Assert.All(rows, r => Assert.Equal(2, r!["moved_error_percent"]!.AsArray().Count));
        Assert.True((double)rows[1]!["moved_mean_percent"]! > (double)rows[1]!["trained_mean_percent"]! + 5);
        Assert.True((double)rows[1]!["moved_mean_percent"]! > (double)rows[0]!["moved_mean_percent"]!);
        Assert.Equal(outcome.Output, File.ReadAllText(_box["out/tolerance.json"]));
        Assert.True(new FileInfo(_box["out/tolerance.png"]).Length > 5000);
        Assert.Contains("ideal devices", File.ReadAllText(_box["out/tolerance.svg"]), StringComparison.Ordinal);
    }

    /// <summary>Chains of either reading are chips like others.</summary>
    [Theory, InlineData("fhn-chain"), InlineData("fhn-residual"), Trait("speed", "slow")]
    public void A_chain_is_moved_to_bad_chips(string preset)
    {
        var outcome = Sandbox.Run(
            "tolerance",
            preset,
            "--data",
            "mnist-mini",
            "--levels",
            "0.02,0.6",
            "--chips",
            "1",
            "--epochs",
            "1",
            "--set",
            "validation=3000",
            "--set",
            "network.populations.layer.size=24",
            "--no-pictures",
            "--out",
            _box[preset],
            "--json"
        );
        Assert.True(outcome.Code == 0, outcome.Error);
        var rows = JsonNode.Parse(outcome.Output)!["rows"]!.AsArray();
        Assert.Equal([0.02, 0.6], rows.Select(r => (double)r!["level"]!));
        Assert.NotEqual((double)rows[0]!["moved_mean_percent"]!, (double)rows[1]!["moved_mean_percent"]!);
    }

    [Fact]
    public void Eval_moves_a_run_to_a_chip()
    {
        string run = _box.Train("run", "--epochs", "1");
        double ideal = Error([]),
            again = Error(["--set", "hardware.mismatch=0"]),
            chip = Error(["--set", "hardware.bits=2"]);
        Assert.Equal(ideal, again);
        Assert.NotEqual(ideal, chip);

        double Error(string[] more)
        {
            var outcome = Sandbox.Run(["eval", run, "--json", .. more]);
            Assert.True(outcome.Code is 0 or 3, outcome.Error);
            return (double)JsonNode.Parse(outcome.Output)!["test_error_percent"]!;
        }
    }

    [Fact]
    public void The_chip_is_named_and_a_run_is_not_trained_anew()
    {
        string run = _box.Train("chip", "--epochs", "1", "--set", "hardware.mismatch=0.1");
        Assert.Contains("on chip 1: mismatch 0.1", Sandbox.Run("eval", run).Output);
        Assert.Contains("chip 1: mismatch 0.1", Sandbox.Run("info", run).Output);
        Assert.Contains("'tolerance' trains anew", Sandbox.Run("tolerance", run).OneError(2));
    }

    [Theory]
    [InlineData("--effect mismatsh", "there is no effect 'mismatsh'. Did you mean 'mismatch'?")]
    [InlineData("--levels 0.1,x", "--levels: 'x' is not a finite number.")]
    [InlineData("--levels -0.1", "hardware.mismatch = -0.1")]
    [InlineData("--effect bits --levels 1", "hardware.bits = 1: give 2 to 16")]
    [InlineData("--effect bits --levels 4.5", "'hardware.bits' expects a whole number, not '4.5'.")]
    [InlineData("--betas 0", "estimator.beta = 0")]
    [InlineData("--chips 0", "--chips 0: give 1 to 1000.")]
    public void Bad_input_is_one_line_before_anything_is_trained(string options, string expected) =>
        Assert.Contains(expected, Sandbox.Run(["tolerance", _box.Config(), .. options.Split(' ')]).OneError(2));
}
