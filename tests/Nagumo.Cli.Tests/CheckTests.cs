using System.Text.Json;
using System.Text.RegularExpressions;

namespace Nagumo.Cli.Tests;

public sealed class CheckTests
{
    /// <summary>The tiny network with weaker outputs: at 0.1 the feedback of gain 5 makes it bistable, which check rightly refuses.</summary>
    private static readonly string Tiny = Sandbox.Tiny.Replace("\"h2\", \"sd\": 0.1", "\"h2\", \"sd\": 0.02", StringComparison.Ordinal);

    [Fact]
    public void ASmallNetworkPassesAndLeavesPictures()
    {
        using var sandbox = new Sandbox();
        var outcome = Sandbox.Run("check", sandbox.Config(Tiny), "--samples", "2", "--out", sandbox["check"]);
        Assert.True(outcome.Code == 0, outcome.Output + outcome.Error);
        Assert.Contains("passed", outcome.Output);
        Assert.Contains("✓ exact gradient against finite differences", outcome.Output);
        Assert.DoesNotContain("✗", outcome.Output);
        Assert.True(new FileInfo(sandbox["check/gradient-error.png"]).Length > 1000);
        Assert.True(new FileInfo(sandbox["check/residual.png"]).Length > 1000);
        Assert.True(File.Exists(sandbox["check/gradient-error.svg"]) && File.Exists(sandbox["check/residual.svg"]));
    }

    [Theory]
    [InlineData("iris")]
    [InlineData("iris-fhn")]
    public void APresetIsLookedAtWithTheDataThatItIsTrainedOn(string preset)
    {
        var check = Sandbox.Run("check", preset, "--samples", "2", "--json");
        Assert.True(check.Code == 0, check.Output + check.Error);
        Assert.Equal("iris", JsonDocument.Parse(check.Output).RootElement.GetProperty("recipe_data").GetString());
        Assert.DoesNotContain("mnist", check.Error);
        var audit = Sandbox.Run("audit", preset);
        Assert.True(audit.Code == 0, audit.Output + audit.Error);
        Assert.DoesNotContain("mnist", audit.Output + audit.Error);
    }

    [Fact]
    public void JsonHasTheDocumentedKeys()
    {
        using var sandbox = new Sandbox();
        var outcome = Sandbox.Run("check", sandbox.Config(Tiny), "--samples", "2", "--json");
        Assert.Equal(0, outcome.Code);
        var root = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.True(root.GetProperty("passed").GetBoolean());
        Assert.EndsWith(".json", root.GetProperty("model").GetString());
        foreach (var p in root.GetProperty("parameters").EnumerateArray())
        foreach (string key in new[] { "name", "estimator", "beta", "relative_error", "cosine" })
            Assert.True(p.TryGetProperty(key, out _));
        Assert.InRange(root.GetProperty("orders").GetProperty("one_sided").GetDouble(), 0.9, 1.1);
        Assert.InRange(root.GetProperty("orders").GetProperty("centred").GetDouble(), 1.9, 2.1);
        Assert.InRange(root.GetProperty("finite_difference_relative_error").GetDouble(), 0, 1e-6);
        var stability = root.GetProperty("stability");
        Assert.True(stability.GetProperty("stable").GetBoolean());
        Assert.True(stability.GetProperty("rightmost_eigenvalue").GetDouble() < 0);
        Assert.True(stability.GetProperty("sufficient_bound_holds").GetBoolean());
        Assert.True(stability.GetProperty("max_tau_ratio").GetDouble() > 1);
        Assert.InRange(root.GetProperty("flow").GetProperty("agreement").GetDouble(), 0, 1e-6);
        Assert.Equal(1, root.GetProperty("flow").GetProperty("rest_states").GetInt32());
        Assert.InRange(root.GetProperty("recipe_cosine_random").GetDouble(), 0.97, 1);
        Assert.Equal(JsonValueKind.Null, root.GetProperty("recipe_cosine_worst").ValueKind);
        Assert.Equal("mnist-mini", root.GetProperty("recipe_data").GetString());
        Assert.All(root.GetProperty("recipe").EnumerateArray(), r => Assert.Equal("random", r.GetProperty("images").GetString()));
    }

    [Fact]
    public void ATrainedRunIsCheckedAtItsWorstImagesToo()
    {
        using var sandbox = new Sandbox();
        string run = sandbox.Train("run", "--epochs", "1");
        var outcome = Sandbox.Run("check", run, "--samples", "1", "--json");
        var root = JsonDocument.Parse(outcome.Output).RootElement;
        var rows = root.GetProperty("recipe").EnumerateArray().ToArray();
        foreach (string images in new[] { "random", "worst" })
            Assert.Equal(
                root.GetProperty($"recipe_cosine_{images}").GetDouble(),
                rows.Where(r => r.GetProperty("images").GetString() == images).Min(r => r.GetProperty("cosine").GetDouble())
            );
        Assert.Equal(12, rows.Length);
        Assert.All(
            rows,
            r => Assert.True(r.GetProperty("name").GetString()!.Length > 0 && r.GetProperty("relative_error").GetDouble() > 0)
        );
        // --set changes the recipe, not the weights: a huge β is found out.
        outcome = Sandbox.Run("check", run, "--samples", "1", "--set", "estimator.beta=50");
        Assert.NotEqual(0, outcome.Code);
        Assert.Matches(
            @"✗ recipe's own gradient, float32, 4\+3 sweeps, β 50: smallest cosine,?\s+(cosine, )?worst\s+samples",
            outcome.Output
        );
    }

    [Fact]
    public void AnUnstableNetworkFails()
    {
        using var sandbox = new Sandbox();
        string slow = Tiny.Replace(
            "\"size\": 12, \"neuron\": \"fitzhugh-nagumo\"",
            "\"size\": 12, \"neuron\": \"fitzhugh-nagumo\", \"parameters\": { \"tau\": 12.5 }",
            StringComparison.Ordinal
        );
        var outcome = Sandbox.Run("check", sandbox.Config(slow), "--samples", "1", "--json");
        // The flow does not come to rest: 3, not 1.
        Assert.Equal(3, outcome.Code);
        var root = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.False(root.GetProperty("passed").GetBoolean());
        Assert.False(root.GetProperty("stability").GetProperty("stable").GetBoolean());
    }

    // Inhibitors a thousand times slower: the flow oscillates for ever, and where it begins to lies at 0.0008 × τ.
    [Fact, Trait("speed", "slow")]
    public void SlowInhibitorsAreJudgedInSeconds()
    {
        using var sandbox = new Sandbox();
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        var outcome = Sandbox.Run(
            "check",
            sandbox.Config(Sandbox.Flowers),
            "--samples",
            "2",
            "--json",
            "--set",
            "network.populations.h.parameters={\"tau\":1000}"
        );
        // A sixth of what it took with a step that shrank as τ grew, and room for other tests beside this one.
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 30);
        Assert.Equal(3, outcome.Code);
        var root = JsonDocument.Parse(outcome.Output).RootElement;
        var stability = root.GetProperty("stability");
        Assert.False(stability.GetProperty("stable").GetBoolean());
        // The flow itself, at 0.97 and 1.03 of the ratio at which it begins to oscillate.
        Assert.True(stability.GetProperty("flow_rate_below").GetDouble() < 0);
        Assert.True(stability.GetProperty("flow_rate_above").GetDouble() > 0);
        Assert.True(root.GetProperty("flow").GetProperty("nonconverged_starts").GetInt32() > 0);
        Assert.Contains(
            "starts had not at t =",
            Regex.Replace(
                Sandbox
                    .Run(
                        "check",
                        sandbox.Config(Sandbox.Flowers),
                        "--samples",
                        "1",
                        "--set",
                        "network.populations.h.parameters={\"tau\":1000}"
                    )
                    .Output,
                @"\s+",
                " "
            )
        );
    }

    [Fact]
    public void SeveralRestStatesFail()
    {
        using var sandbox = new Sandbox();
        // As drawn: training begins within the bounds of the norms, where there is one.
        string unbounded = Sandbox.Tiny.Replace(", \"norm_bounds\": { \"h1-h2\": 0.4, \"h2-out\": 0.4 }", "", StringComparison.Ordinal);
        var outcome = Sandbox.Run("check", sandbox.Config(unbounded), "--samples", "2", "--json");
        Assert.NotEqual(0, outcome.Code);
        Assert.True(JsonDocument.Parse(outcome.Output).RootElement.GetProperty("flow").GetProperty("rest_states").GetInt32() > 1);
    }

    [Theory]
    [InlineData("check fhn-dep", "there is no preset, file or run 'fhn-dep'. Did you mean 'fhn-deep'?")]
    [InlineData("check fhn-mlp --samples 0", "--samples 0: give 1 to 1000; 8 is usual.")]
    [InlineData("check fhn-mlp --samples few", "--samples expects a whole number, not 'few'")]
    public void WrongUseIsOneLine(string line, string message) => Assert.Equal(message, Sandbox.Run(line.Split(' ')).OneError(2));
}
