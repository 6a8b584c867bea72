using System.Text.Json;

namespace Nagumo.Cli.Tests;

public sealed class AuditTests
{
    private const string Pair = """
        # two FitzHugh–Nagumo neurons
        k = 1
        u1' = k*(u1 - u1^3/3) - v1 + 0.3*u2 + 0.2
        tau*v1' = u1 + 0.7 - 0.8*v1
        u2' = k*(u2 - u2^3/3) - v2 + 0.3*u1
        tau*v2' = u2 + 0.7 - 0.8*v2
        tau = 0.5
        """;

    private static string Write(Sandbox sandbox, string text)
    {
        File.WriteAllText(sandbox["pair.txt"], text);
        return sandbox["pair.txt"];
    }

    [Fact]
    public void EquationsAreClassifiedAndDrawn()
    {
        using var sandbox = new Sandbox();
        var outcome = Sandbox.Run("audit", Write(sandbox, Pair), "--out", sandbox["pictures/pair.png"]);
        Assert.Equal(0, outcome.Code);
        Assert.Contains("pair.txt: skew-gradient", outcome.Output);
        Assert.Contains("−0.5", outcome.Output);
        Assert.True(new FileInfo(sandbox["pictures/pair.png"]).Length > 1000);
    }

    [Fact]
    public void JsonHasTheDocumentedKeys()
    {
        using var sandbox = new Sandbox();
        var outcome = Sandbox.Run("audit", sandbox.Config(), "--json");
        Assert.True(outcome.Code == 0, outcome.Error);
        var root = JsonDocument.Parse(outcome.Output).RootElement;
        foreach (
            string key in (string[])
                [
                    "model",
                    "converged",
                    "class",
                    "variables",
                    "held_variables",
                    "max_residual",
                    "defect",
                    "rest_defect",
                    "probe_defect",
                    "pairing_defect",
                    "q_defect",
                    "eqprop_cosine",
                    "plain_eqprop_cosine",
                    "weights",
                    "q",
                    "broken",
                    "state",
                    "notes",
                ]
        )
            Assert.True(root.TryGetProperty(key, out _), key);
        Assert.Equal("skew-gradient", root.GetProperty("class").GetString());
        Assert.Equal(2 * (12 + 8) + 10, root.GetProperty("variables").GetInt32());
        Assert.InRange(root.GetProperty("defect").GetDouble(), 0, 1e-9);
    }

    [Fact]
    public void ATrainedRunIsAudited()
    {
        using var sandbox = new Sandbox();
        var outcome = Sandbox.Run("audit", sandbox.Train("run", "--epochs", "1"));
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Contains("skew-gradient", outcome.Output);
    }

    [Fact]
    public void EquationsAsJsonAndParametersFromTheCommandLine()
    {
        using var sandbox = new Sandbox();
        File.WriteAllText(sandbox["pair.json"], """{ "equations": ["x' = a*y - x", "y' = x - y : 1"], "parameters": { "a": 2 } }""");
        Assert.StartsWith($"{sandbox["pair.json"]}: gradient", Sandbox.Run("audit", sandbox["pair.json"], "--set", "a=0.5").Output);
        Assert.StartsWith($"{sandbox["pair.json"]}: skew-gradient", Sandbox.Run("audit", sandbox["pair.json"], "--set", "a=-1").Output);
        Assert.Contains("'a' is set twice", Sandbox.Run("audit", sandbox["pair.json"], "--set", "a=1", "--set", "a=2").OneError(2));
        Assert.Contains("a = b: give a finite number.", Sandbox.Run("audit", sandbox["pair.json"], "--set", "a=b").OneError(2));
        File.WriteAllText(sandbox["potential.json"], """{ "potential": "u^2/2" }""");
        Assert.Contains("by its potential", Sandbox.Run("audit", sandbox["potential.json"]).OneError(2));
    }

    // 200,003 variables: one dense matrix of them is 320 GB, and longer than any array.
    [Fact]
    public void ANetworkWhoseMatricesFitNowhereIsRefusedBeforeTheyAreMade()
    {
        using var sandbox = new Sandbox();
        string error = Sandbox.Run("audit", sandbox.Config(Sandbox.Flowers), "--set", "network.populations.h.size=100000").OneError(2);
        Assert.Contains("200003 variables make matrices of 320.0 GB each", error);
        Assert.Contains("smaller populations", error);
    }

    [Fact]
    public void WithoutARestStateItEndsWithThree()
    {
        using var sandbox = new Sandbox();
        var outcome = Sandbox.Run("audit", Write(sandbox, "x' = 1 + x^2"));
        Assert.Equal(3, outcome.Code);
        Assert.StartsWith("no rest state found: the largest |x'| is ", outcome.Output);
        Assert.Equal(3, Sandbox.Run("audit", Write(sandbox, "t1' = 3 + sin(t2-t1)\nt2' = sin(t1-t2)")).Code);
    }

    [Fact]
    public void WrongUseIsOneLine()
    {
        using var sandbox = new Sandbox();
        string file = Write(sandbox, "u' = u - vv\nv' = u");
        Assert.Equal("pair.txt, line 1, column 10: unknown name 'vv'; did you mean 'v'?", Sandbox.Run("audit", file).OneError(2));
        Assert.Contains("no preset, file or run 'fhn-dep'. Did you mean 'fhn-deep'?", Sandbox.Run("audit", "fhn-dep").OneError(2));
        Assert.Contains("give a file that ends with .png or .svg", Sandbox.Run("audit", file, "--out", "x.gif").OneError(2));
        Assert.Contains("probes = 1: give 2 to 1000", Sandbox.Run("audit", file, "--probes", "1").OneError(2));
        Assert.Contains("has no parameter 'seed'", Sandbox.Run("audit", Write(sandbox, Pair), "--set", "seed=2").OneError(2));
        Assert.Contains("has other weights forth than back", Sandbox.Run("check", "asymmetric-naive", "--samples", "1").Error);
    }
}
