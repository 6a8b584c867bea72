using System.Text.Json.Nodes;

namespace Nagumo.Cli.Tests;

/// <summary>Every key of the configuration, by --set and in a file.</summary>
public sealed class SettingTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Theory]
    [InlineData("network.populations.h1.scale=0.5", "network/populations/1/scale", "0.5")]
    [InlineData("network.populations.1.size=9", "network/populations/1/size", "9")]
    [InlineData("network.populations.h1.parameters.gamma=0.7", "network/populations/1/parameters/gamma", "0.7")]
    [InlineData("network.populations.h1.train=[k,gamma]", "network/populations/1/train", "[\"k\",\"gamma\"]")]
    [InlineData("network.populations.h1.per_neuron=true", "network/populations/1/per_neuron", "true")]
    [InlineData("network.couplings.x-h1.sd=0.03", "network/couplings/0/sd", "0.03")]
    [InlineData("network.couplings.h1.bias.value=0.8", "network/couplings/1/value", "0.8")]
    [InlineData("readout.kappa=7", "readout/kappa", "7")]
    [InlineData("estimator.kind=one-sided", "estimator/kind", "\"one-sided\"")]
    [InlineData("free.max_sweeps=6", "free/max_sweeps", "6")]
    [InlineData("free.tolerance=1e-4", "free/tolerance", "0.0001")]
    [InlineData("optimizer.rates.x-h1=2e-3", "optimizer/rates/x-h1", "0.002")]
    [InlineData("optimizer.rates.x-h1.W=2e-3", "optimizer/rates/x-h1.W", "0.002")]
    [InlineData("optimizer.rates={\"x-h1\":0.5}", "optimizer/rates/x-h1", "0.5")]
    [InlineData("pixels.shift=2", "pixels/shift", "2")]
    [InlineData("pixels={\"shift\":2,\"dropout\":0.3}", "pixels/dropout", "0.3")]
    [InlineData("hardware.mismatch=0.1", "hardware/mismatch", "0.1")]
    [InlineData("hardware={\"bits\":6,\"chip\":3}", "hardware/chip", "3")]
    [InlineData("seed=18446744073709551615", "seed", "18446744073709551615")]
    [InlineData("name=my run", "name", "\"my run\"")]
    public void SetReachesEveryKindOfKey(string assignment, string path, string expected)
    {
        var outcome = Sandbox.Run("train", _box.Config(), "--set", assignment, "--epochs", "1", "--out", _box["run"]);

        Assert.True(outcome.Code == 0, outcome.Error);
        JsonNode? node = JsonNode.Parse(File.ReadAllText(_box["run/config.json"]));
        foreach (string segment in path.Split('/'))
            node = node is JsonArray list ? list[int.Parse(segment)] : node![segment];
        Assert.Equal(expected, node!.ToJsonString());
    }

    [Theory]
    [InlineData("optimizer.rat=1", "'optimizer' has no key 'rat'. Did you mean 'rate'?")]
    [InlineData("optimiser.rate=1", "the configuration has no key 'optimiser'. Did you mean 'optimizer'?")]
    [InlineData(
        "network.populations.h3.size=1",
        "'network.populations.h3.size': 'network.populations' has no element 'h3'. Did you mean 'h1'?"
    )]
    [InlineData(
        "network.populations.99.size=1",
        "'network.populations.99.size': 'network.populations' has no element '99'. Known: x, h1, h2, out."
    )]
    [InlineData("network.populations.h1.sise=1", "'network.populations.h1' has no key 'sise'. Did you mean 'size'?")]
    [InlineData("optimizer.rate.x=1", "'optimizer.rate.x': 'rate' is a finite number and has no keys within.")]
    [InlineData("epochs=2.5", "'epochs' expects a whole number, not '2.5'.")]
    [InlineData("seed=-1", "'seed' expects a whole number ≥ 0, not '-1'.")]
    [InlineData("optimizer.rate=fast", "'optimizer.rate' expects a finite number, not 'fast'.")]
    [InlineData("optimizer.rate=NaN", "'optimizer.rate' expects a finite number, not 'NaN'.")]
    [InlineData("optimizer.rate=1e999", "'optimizer.rate' expects a finite number, not '1e999'.")]
    [InlineData("readout.paired=yes", "'readout.paired' expects true or false, not 'yes'.")]
    [InlineData("network.populations=3", "'network.populations' expects a list, [a, b], not '3'.")]
    [InlineData("optimizer=fast", "'optimizer' expects an object, {\"key\": value}, not 'fast'.")]
    [InlineData("epochs", "'epochs' is not key=value; for example optimizer.rate=0.001.")]
    public void SetRefusesWhatItDoesNotKnow(string assignment, string message)
    {
        var outcome = Sandbox.Run("train", _box.Config(), "--set", assignment, "--out", _box["run"]);

        Assert.Equal(message, outcome.OneError(2));
        Assert.False(Directory.Exists(_box["run"]));
    }

    [Theory]
    [InlineData("network.populations.h1.size=-3", "size -3")]
    [InlineData("network.populations.h1.scale=-1", "scale -1")]
    [InlineData("network.populations.h1.neuron=fitzhugh", "no neuron 'fitzhugh'")]
    [InlineData("network.populations.h1.parameters.g=1", "no parameter 'g'")]
    [InlineData("network.populations.h1.parameters.gamma=-1", "gamma = -1 is outside")]
    [InlineData("network.populations.h1.parameters.gamma=1.5", "bistable")]
    [InlineData("network.populations.x.size=100", "has 784 values")]
    [InlineData("network.populations.out.size=9", "gives 9 numbers, but")]
    [InlineData("network.couplings.0.kind=bilinar", "no coupling 'bilinar'. Did you mean 'bilinear'?")]
    [InlineData("network.couplings.0.d=1", "no key 'd'")]
    [InlineData("network.couplings.0.a=h7", "no population 'h7'")]
    [InlineData("optimizer.rate=-1", "optimizer.rate = -1")]
    [InlineData("optimizer.rates.x-h9=1", "'x-h9'")]
    [InlineData("optimizer.momentum=1", "optimizer.momentum = 1")]
    [InlineData("optimizer.kind=adm", "optimizer.kind = 'adm'")]
    [InlineData("estimator.beta=-0.1", "estimator.beta = -0.1")]
    [InlineData("estimator.beta=0", "estimator.beta = 0")]
    [InlineData("estimator.kind=central", "estimator.kind = 'central'")]
    [InlineData("estimator.random_sign=true", "estimator.random_sign")]
    [InlineData("free.max_sweeps=0", "free.max_sweeps")]
    [InlineData("nudged.tolerance=-1", "nudged.tolerance")]
    [InlineData("evaluation.over_relaxation=2", "evaluation.over_relaxation")]
    [InlineData("pixels.dropout=1", "pixels.dropout = 1")]
    [InlineData("pixels.shift=-1", "pixels.shift = -1")]
    [InlineData("readout.kappa=-1", "readout.kappa = -1")]
    [InlineData("readout.cost=entropy", "readout.cost = 'entropy'")]
    [InlineData("readout.population=h9", "readout.population = 'h9': the network has no such")]
    [InlineData("batch=0", "batch = 0")]
    [InlineData("validation=5000", "validation = 5000")]
    [InlineData("validation=-1", "validation = -1")]
    [InlineData("data=minst", "there is no data set, file or folder 'minst'. Did you mean 'mnist'?")]
    public void ValuesOutOfRangeAreNamed(string assignment, string part)
    {
        var outcome = Sandbox.Run("train", _box.Config(), "--set", assignment, "--out", _box["run"]);

        Assert.Contains(part, outcome.OneError(2));
        Assert.False(Directory.Exists(_box["run"]));
    }

    [Fact]
    public void BetaBeyondTheLargestIsNamed()
    {
        var outcome = Sandbox.Run(
            "train",
            _box.Config(),
            "--set",
            "estimator.nudge=cost",
            "--set",
            "estimator.beta=5",
            "--out",
            _box["run"]
        );

        Assert.Contains("estimator.beta = 5 is not below", outcome.OneError(2));
    }

    [Theory]
    [InlineData("\"kappa\": 5", "\"kappa\": \"five\"", "readout.kappa: expected a finite number (line 18, column")]
    [InlineData("\"epochs\": 3", "\"epochs\": 2.5", "epochs: expected a whole number (line 22, column")]
    [InlineData("\"epochs\": 3", "\"epochs\": NaN", "epochs: 'N' is an invalid start of a value (line 22, column")]
    [InlineData("\"epochs\": 3", "\"epoch\": 3", "the configuration has no key 'epoch'. Did you mean 'epochs'? (line 22, column")]
    [InlineData("\"rate\": 0.01", "\"rat\": 0.01", "'optimizer' has no key 'rat'. Did you mean 'rate'? (line 23, column")]
    [InlineData(
        "\"sd\": 0.1 }",
        "\"ds\": 0.1 }",
        "Coupling 'bilinear' of 'out' has no key 'ds'; it has: a, b, sd, name. Did you mean 'sd'?"
    )]
    [InlineData("\"name\": \"x\", ", "", "network.populations[0] lacks the key 'name'")]
    [InlineData("\"rate\": 0.01", "\"rate\": 1e999", "optimizer.rate = ∞")]
    [InlineData("{ \"dropout\": 0.1, \"shift\": 1 }", "{ \"dropout\": 1.5 }", "pixels.dropout = 1.5: give a number in [0, 1).")]
    [InlineData("\"validation\": 4000", "\"free\": { \"max_sweeps\": -2 }", "free.max_sweeps = -2: give at least 1.")]
    [InlineData("\"network\": {", "\"network\": null, \"net\": {", "the configuration has no key 'net'. Did you mean 'network'?")]
    [InlineData("\"epochs\": 3", "\"epochs\": null", "epochs: expected a whole number")]
    [InlineData("\"epochs\": 3", "\"epochs\": 3, \"epochs\": 3", "the key 'epochs' stands there twice: keep one (line 22, column")]
    [InlineData("\"data\": \"mnist-mini\"", "\"data\": null", "data: expected text")]
    [InlineData("\"populations\": [", "\"populations\": [ null,", "network.populations holds null")]
    public void AFileNamesTheKeyAndThePlace(string old, string now, string message)
    {
        Assert.Contains(old, Sandbox.Tiny);
        string file = _box.Config(Sandbox.Tiny.Replace(old, now));

        var outcome = Sandbox.Run("train", file, "--out", _box["run"]);

        string line = outcome.OneError(2).Replace("Infinity", "∞");
        Assert.Contains(message, line);
        Assert.DoesNotContain("System.", line);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{")]
    [InlineData("\u0000\u0001")]
    public void WhatIsNoConfigurationIsRefused(string text)
    {
        string line = Sandbox.Run("train", _box.Config(text), "--out", _box["run"]).OneError(2);

        Assert.Contains("tiny.json", line);
        Assert.DoesNotContain("System.", line);
    }

    [Fact]
    public void AbsentKeysKeepTheirDefaults()
    {
        string run = _box.Train("run", "--epochs", "1");

        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(run, "config.json")))!;
        Assert.Equal(64, (int)config["batch"]!);
        Assert.Equal(0.2, (double)config["estimator"]!["beta"]!);
        Assert.Equal(4, (int)config["free"]!["max_sweeps"]!);
        Assert.Equal(1e-5, (double)config["evaluation"]!["tolerance"]!);
        Assert.Equal("cosine", (string?)config["optimizer"]!["schedule"]);
    }

    [Fact]
    public void APotentialThatDoesNotParseShowsTheCaret()
    {
        const string formula = "-k*(u^2/2 - u^4/12) + u*v - gamma*v^2/2 + a*";
        string file = _box.Config(Text(formula));

        var outcome = Sandbox.Run("train", file, "--out", _box["run"]);

        Assert.Equal(2, outcome.Code);
        string[] lines = outcome.Error.TrimEnd().Split('\n');
        Assert.StartsWith("error: ", lines[0]);
        Assert.Contains($"position {formula.Length}", lines[0]);
        Assert.Equal("  " + formula, lines[1]);
        Assert.Equal("  " + new string(' ', formula.Length) + "^", lines[2]);
        Assert.Equal(3, lines.Length);
    }

    [Theory]
    [InlineData("-k*(u^2/2 - u^4/12) + u*v - gamma*v^2/2 + b*v", "'b'")]
    [InlineData("-k*(u^2/2 - u^4/12) + u*v - gamma*v^2/2", "'a' is declared but does not occur")]
    [InlineData("-k*(u^2/2 - u^4/12) + u*v - 3*gamma*v^2/2 + a*v", "bistable")]
    public void APotentialThatCannotServeIsExplained(string formula, string part)
    {
        var outcome = Sandbox.Run("train", _box.Config(Text(formula)), "--out", _box["run"]);

        Assert.Equal(2, outcome.Code);
        Assert.Contains(part, outcome.Error);
        Assert.DoesNotContain("   at ", outcome.Error);
    }

    [Fact]
    public void APotentialAsTextTrains()
    {
        string file = _box.Config(Text("-k*(u^2/2 - u^4/12) + u*v - gamma*v^2/2 + a*v"));

        var outcome = Sandbox.Run("train", file, "--out", _box["run"], "--epochs", "1");

        Assert.True(outcome.Code == 0, outcome.Error);
    }

    private static string Text(string formula) =>
        Sandbox.Tiny.Replace(
            "\"size\": 12, \"neuron\": \"fitzhugh-nagumo\"",
            $"\"size\": 12, \"potential\": \"{formula}\", \"parameters\": {{ \"k\": 1, \"gamma\": 0.8, \"a\": 0.7 }}, \"inhibitors\": {{ \"v\": 0.5 }}"
        );

    [Theory]
    [InlineData(
        "optimizer.rate=1",
        "optimizer.rate=2",
        "'optimizer.rate' is set twice ('optimizer.rate=1', 'optimizer.rate=2'): keep one."
    )]
    [InlineData(
        "network.populations.h1.size=9",
        "network.populations.1.size=9",
        "'network.populations.1.size' is set twice ('network.populations.h1.size=9', 'network.populations.1.size=9'): keep one."
    )]
    [InlineData("hardware.bits=4", "hardware={}", "'hardware={}' would undo 'hardware.bits=4': set it first, or leave one out.")]
    public void AKeySetTwiceIsRefused(string first, string second, string message)
    {
        var outcome = Sandbox.Run("info", _box.Config(), "--set", first, "--set", second);

        Assert.Equal(message, outcome.OneError(2));
    }

    [Fact]
    public void APartOfWhatWasSetMayBeSet() =>
        Assert.Equal(0, Sandbox.Run("info", _box.Config(), "--set", "hardware={\"bits\":4}", "--set", "hardware.chip=3").Code);

    [Theory]
    [InlineData("\"epochs\": 3,", "\"epochs\": 3, \"epochs\": 1,", "epochs")]
    [InlineData("\"kappa\": 5", "\"kappa\": 5, \"kappa\": 5", "kappa")]
    [InlineData("\"h1-h2\": 0.4,", "\"h1-h2\": 0.4, \"h1-h2\": 0.5,", "h1-h2")]
    [InlineData("\"name\": \"h1\",", "\"name\": \"h1\", \"name\": \"h1\",", "name")]
    [InlineData("\"epochs\": 3,", "\"epochs\": 3, \"ep\\u006fchs\": 1,", "epochs")]
    public void AKeyTwiceInAFileIsRefused(string text, string twice, string key)
    {
        string file = _box.Config(Sandbox.Tiny.Replace(text, twice));
        foreach (string command in (string[])["train", "info", "check", "audit", "tolerance"])
        {
            string line = Sandbox.Run(command, file).OneError(2);
            Assert.Contains($"the key '{key}' stands there twice: keep one", line);
            Assert.StartsWith(file + ": ", line);
            Assert.DoesNotContain("not JSON", line);
        }
    }

    [Fact]
    public void AKeyTwiceInAValueIsRefused() =>
        Assert.Contains("optimizer", Sandbox.Run("info", _box.Config(), "--set", "optimizer={\"rate\":1,\"rate\":2}").OneError(2));
}
