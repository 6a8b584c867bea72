using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nagumo.Circuits;
using Nagumo.Learning;
using Nagumo.Neurons;

namespace Nagumo.Cli.Tests;

/// <summary>Every key of a configuration in every command that takes --set: changing it changes the result, or it is refused in one line.</summary>
public sealed class KeyWalkTests : IDisposable
{
    /// <summary>A key, a value that is not its default, and what both sides need for it to make sense; ';' separates.</summary>
    private static readonly (string Key, string Value, string With)[] Walk =
    [
        ("name", "other", ""),
        ("data.source", "mnist-mini", ""),
        ("data.target", "a", ""),
        ("data.ignore", "a", ""),
        ("data.categories", "a", ""),
        ("data.x", "a", ""),
        ("data.y", "a", ""),
        ("data.target_kind", "numbers", ""),
        ("data.test", "0.4", ""),
        ("data.test_indices", "a.txt", ""),
        ("data.seed", "4", ""),
        ("data.normalise", "range", ""),
        ("data.per", "whole", ""),
        ("data.normalise_target", "range", ""),
        ("data.missing", "drop", ""),
        ("data.header", "false", ""),
        ("data.separator", ";", ""),
        ("data.decimal", ",", ""),
        ("data.colour", "rgb", ""),
        ("data.sha256", "ab", ""),
        ("validation", "30", ""),
        ("epochs", "4", ""),
        ("batch", "17", ""),
        ("seed", "9", ""),
        ("weights", "WEIGHTS", ""),
        ("task", "regression", ""),
        ("relaxer", "hand-over", ""),
        ("network.populations.name", "x", ""),
        ("network.populations.size", "5", ""),
        ("network.populations.shape", "[2,2]", ""),
        ("network.populations.shared", "[0]", "network.populations.h.train=[a];network.populations.h.per_neuron=true"),
        ("network.populations.neuron", "log-cosh", ""),
        ("network.populations.scale", "0.7", ""),
        ("network.populations.parameters", "{\"gamma\":0.7}", ""),
        ("network.populations.train", "[a]", ""),
        ("network.populations.per_neuron", "true", "network.populations.h.train=[a]"),
        ("network.populations.potential", "u^2/2", ""),
        ("network.populations.inhibitors", "{\"v\":2}", ""),
        ("network.populations.box", "[0,1]", ""),
        ("network.populations.values", "[1,2,3,4]", ""),
        ("network.couplings.kind", "asymmetric", ""),
        ("network.couplings.a", "h", ""),
        ("network.couplings.b", "x", ""),
        ("network.couplings.sd", "0.09", ""),
        ("network.couplings.value", "0.6", ""),
        ("network.couplings.low", "0.01", ""),
        ("network.couplings.high", "0.2", ""),
        ("network.couplings.d", "0.2", ""),
        ("network.couplings.gain", "3", ""),
        ("network.couplings.mean", "0.1", ""),
        ("network.couplings.name", "joined", ""),
        ("network.couplings.correlation", "0.3", "network.couplings.h-out.kind=asymmetric"),
        ("readout.population", "h", ""),
        ("readout.cost", "squared-error", ""),
        ("readout.kappa", "3", ""),
        ("readout.paired", "true", ""),
        ("readout.width", "0.2", "readout.cost=huber"),
        ("readout.width", "0.2", ""),
        ("estimator.kind", "one-sided", ""),
        ("estimator.beta", "0.7", ""),
        ("estimator.beta", "0.7", "estimator.kind=exact"),
        ("estimator.nudge", "cost", "estimator.beta=0.02"),
        ("estimator.nudge", "cost", "estimator.kind=exact"),
        ("estimator.random_sign", "true", "estimator.kind=one-sided"),
        ("estimator.correction", "antisymmetric", ""),
        ("free.max_sweeps", "5", ""),
        ("free.tolerance", "1e-2", ""),
        ("free.over_relaxation", "1.2", "free.max_sweeps=4"),
        ("nudged.max_sweeps", "2", ""),
        ("nudged.max_sweeps", "2", "estimator.kind=exact"),
        ("nudged.tolerance", "1e-2", ""),
        ("nudged.over_relaxation", "1.2", "nudged.max_sweeps=3"),
        ("evaluation.max_sweeps", "3", ""),
        ("evaluation.tolerance", "1e-1", ""),
        ("evaluation.over_relaxation", "1.2", ""),
        ("optimizer.kind", "sgd", ""),
        ("optimizer.rate", "0.02", ""),
        ("optimizer.rates", "{\"x-h\":0.001}", ""),
        ("optimizer.schedule", "step", ""),
        ("optimizer.weight_decay", "0.1", ""),
        ("optimizer.momentum", "0.5", ""),
        ("optimizer.momentum", "0.5", "optimizer.kind=sgd"),
        ("optimizer.second_moment", "0.9", ""),
        ("optimizer.second_moment", "0.9", "optimizer.kind=sgd"),
        ("optimizer.epsilon", "1e-2", ""),
        ("optimizer.epsilon", "1e-2", "optimizer.kind=sgd"),
        ("optimizer.norm_bounds", "{\"h-out\":0.05}", ""),
        ("pixels.mean", "0.3", ""),
        ("pixels.gain", "1", ""),
        ("pixels.dropout", "0.2", ""),
        ("pixels.shift", "1", ""),
        ("hardware.mismatch", "0.2", ""),
        ("hardware.neuron_mismatch", "0.05", ""),
        ("hardware.pair_mismatch", "0.3", ""),
        ("hardware.bits", "3", ""),
        ("hardware.ranges", "{\"x-h\":0.2}", ""),
        ("hardware.stuck", "0.3", ""),
        ("hardware.drift", "0.2", ""),
        ("hardware.read_noise", "0.02", ""),
        ("hardware.chip", "4", ""),
        ("hardware.chip", "4", "hardware.mismatch=0.2"),
        ("chain.reading", "pass", ""),
        ("chain.depth", "3", ""),
        ("chain.block_strength", "0.1", ""),
        ("chain.inhibitor_diffusion", "2", ""),
        ("chain.activator_diffusion", "2", ""),
        ("chain.block_units", "3", ""),
        ("chain.block_sd", "0.1", ""),
        ("chain.amplitude", "0.5", ""),
        ("chain.activity_penalty", "0.1", ""),
        ("chain.max_escaped", "0.1", ""),
        ("chain.train", "[activator_diffusion]", ""),
    ];

    /// <summary>
    /// What one run cannot show: a sign drawn to be positive; sweeps that are at rest already, or order test samples as before; a name of nothing that
    /// training changes.
    /// </summary>
    private static bool IsQuiet(string command, string key) =>
        command.StartsWith("train", StringComparison.Ordinal) && key == "name"
        // A drawing is named after it, and titles do not count here; it shows the weights forth.
        || command.StartsWith("circuit draw", StringComparison.Ordinal)
            && key is "name" or "network.couplings.kind" or "network.couplings.correlation"
        || command.StartsWith("check", StringComparison.Ordinal) && key is "estimator.random_sign" or "free.max_sweeps"
        || command.StartsWith("check RUN", StringComparison.Ordinal) && key.StartsWith("evaluation.", StringComparison.Ordinal)
        || (command.StartsWith("circuit export", StringComparison.Ordinal) || command.StartsWith("audit", StringComparison.Ordinal))
            && key is "network.populations.per_neuron" or "network.populations.shared" or "name";

    /// <summary>What <c>train</c> keeps in the run for other commands, without an effect on its weights: docs/cli.md says so.</summary>
    private static readonly string[] KeptForLater = ["network.populations.h.parameters={\"tau\":3}"];

    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    public void The_walk_knows_every_key() =>
        Assert.Equal(Keys(typeof(Experiment), "").Order(), Walk.Select(w => w.Key).Distinct().Order());

    [Theory, Trait("speed", "slow")]
    [InlineData("train CONFIG")]
    [InlineData("eval RUN")]
    [InlineData("eval RUN --sweeps 3")]
    [InlineData("eval WEIGHTS")]
    [InlineData("check CONFIG --data iris --samples 2")]
    [InlineData("check RUN --samples 2")]
    [InlineData("audit DIGITS --probes 2")]
    [InlineData("info CONFIG")]
    [InlineData("circuit export CONFIG --sample 7")]
    [InlineData("circuit export RUN --sample 7")]
    [InlineData("circuit export RUN --sample 7 --nudge 0.1")]
    [InlineData("circuit power RUN --sample 7")]
    [InlineData("circuit verify RUN --sample 7")]
    [InlineData("circuit export iris-fhn --sample 7")]
    [InlineData("circuit draw CONFIG --sample 7")]
    [InlineData("circuit draw RUN --sample 7")]
    [InlineData("circuit draw RUN --sample 7 --voltages")]
    [InlineData("circuit infer RUN --samples 7")]
    [InlineData("circuit learn iris")]
    [InlineData("tolerance CONFIG --levels 0.2 --chips 1")]
    public void Every_key_has_its_effect_or_is_refused(string command)
    {
        if (command.Contains("learn") || command.Contains("verify") || command.Contains("infer"))
            Assert.SkipUnless(Ngspice.Default.IsAvailable(), "ngspice is not installed (apt-get install ngspice).");
        string config = _box["small.json"],
            run = _box["run"];
        File.WriteAllText(config, Small("iris", 4, 3));
        File.WriteAllText(_box["digits.json"], Small("mnist-mini", 784, 10));
        string weights = Path.Combine(run, "weights.npz");
        Assert.Equal(0, Sandbox.Run("train", config, "--out", run).Code);
        // Other weights, for the key that names them.
        Assert.Equal(0, Sandbox.Run("train", config, "--seed", "5", "--out", _box["second"]).Code);
        string[] line = command
            .Replace("CONFIG", config)
            .Replace("RUN", run)
            .Replace("WEIGHTS", weights)
            .Replace("DIGITS", _box["digits.json"])
            .Split(' ');
        string[] own =
            command.Contains("iris-fhn") ? ["epochs=2", "network.populations.h1.size=6"]
            // Momentum and a schedule show from the second update on; random signs where one of three is drawn to be negative.
            : command.Contains("learn") ? ["epochs=3", "seed=2"]
            : [];
        string element = command.Contains("iris-fhn") ? "h2" : "h",
            coupling = command.Contains("iris-fhn") ? "h1-h2" : "h-out";
        var plain = new Dictionary<string, string>();
        var idle = new List<string>();
        int effects = 0;
        foreach (var (key, value, with) in Walk)
        {
            if (with.Length > 0 && own.Length > 0 && with.StartsWith("network", StringComparison.Ordinal))
                continue;
            string[] context = [.. own, .. with.Split(';', StringSplitOptions.RemoveEmptyEntries)];
            string path = key.Replace("populations.", $"populations.{element}.").Replace("couplings.", $"couplings.{coupling}.");
            string given = $"{path}={value.Replace("WEIGHTS", _box["second/weights.npz"])}";
            string[] changed = [.. context.Where(c => !c.StartsWith(path + "=", StringComparison.Ordinal)), given];
            if (!plain.TryGetValue(string.Join(' ', context), out string? before))
                plain[string.Join(' ', context)] = before = Result(line, context);
            string after = Result(line, changed);
            if (after.StartsWith("error: ", StringComparison.Ordinal))
                continue;
            if (before == after && !IsQuiet(command, key))
                idle.Add(string.Join(' ', changed));
            else
                effects++;
        }
        Assert.True(idle.Count == 0, $"{command} takes and ignores:\n{string.Join('\n', idle)}");
        // A drawing without voltages shows the circuit alone; the weights of a run are those of its training.
        int fewest = command.StartsWith("circuit draw RUN", StringComparison.Ordinal) && !command.Contains("--voltages") ? 5 : 10;
        Assert.True(effects >= fewest, $"only {effects} keys have an effect");
    }

    /// <summary>The keys are those that the command itself names where it is given another, so that a new one is walked through at once.</summary>
    [Theory]
    [InlineData("export", "neuron")]
    [InlineData("export", "spike")]
    [InlineData("export", "chain")]
    [InlineData("draw", "neuron")]
    [InlineData("draw", "spike")]
    [InlineData("draw", "chain")]
    [InlineData("draw", "chain", "--voltages")]
    [InlineData("power", "neuron")]
    [InlineData("power", "chain")]
    [InlineData("verify", "neuron")]
    [InlineData("verify", "spike")]
    [InlineData("verify", "chain")]
    public void Every_key_of_a_cell_has_its_effect_or_is_refused(string command, string cell, params string[] options)
    {
        if (command == "verify")
            Assert.SkipUnless(Ngspice.Default.IsAvailable(), "ngspice is not installed (apt-get install ngspice).");
        string[] line = ["circuit", command, cell, .. options],
            // A short chain relaxes fast, and from three half waves to another pattern than from noise.
            small = cell == "chain" ? ["size=24"] : [];
        string refusal = Sandbox.Run([.. line, "--set", "unheard=1"]).OneError(2);
        string[] keys = refusal[(refusal.IndexOf("Known: ", StringComparison.Ordinal) + "Known: ".Length)..].TrimEnd('.').Split(", ");
        Assert.Subset(keys.ToHashSet(), new HashSet<string> { "current", "neuron", "k", "gamma", "a", "tau" });
        Walk(keys, "fitzhugh-nagumo", []);
        // Laws that no single number says; ngspice is asked about the one above alone, others need not come to rest.
        foreach (
            string neuron in command == "verify"
                ? []
                : (string[])["log-cosh", "fitzhugh-nagumo-nonlinear-inhibitor", "fitzhugh-nagumo-two-timescale"]
        )
            Walk(Models(neuron), neuron, ["neuron=" + neuron]);

        void Walk(IEnumerable<string> walked, string neuron, string[] with)
        {
            string plain = Result(line, [.. small, .. with]);
            Assert.DoesNotContain("error: ", plain);
            // A drawing shows no state; that of its start it refuses.
            foreach (string key in walked)
            {
                string value = key switch
                {
                    "neuron" => "log-cosh",
                    "size" => "26",
                    "mode" => "3",
                    "tau" when cell == "spike" => "11",
                    "current" when cell == "spike" => "0.6",
                    _ => "0.37",
                };
                string[] set = [.. small.Where(s => !s.StartsWith(key + "=", StringComparison.Ordinal)), .. with, $"{key}={value}"];
                Assert.True(plain != Result(line, set), $"{string.Join(' ', line)} takes and ignores {string.Join(' ', set)}");
            }
        }

        static IEnumerable<string> Models(string neuron) =>
            NeuronModels.All.First(n => n.Name == neuron).Parameters.Select(p => p.Name).Append("current");
    }

    [Fact]
    public void Training_keeps_time_constants_for_what_looks_at_the_flow()
    {
        string config = _box["small.json"];
        File.WriteAllText(config, Small("iris", 4, 3));
        foreach (string kept in KeptForLater)
        {
            Assert.Equal(0, Sandbox.Run("train", config, "--out", _box["a"]).Code);
            Assert.Equal(0, Sandbox.Run("train", config, "--out", _box["b"], "--set", kept).Code);
            Assert.Equal(File.ReadAllBytes(_box["a/weights.npz"]), File.ReadAllBytes(_box["b/weights.npz"]));
            Assert.NotEqual(Sandbox.Run("circuit", "export", _box["a"]).Output, Sandbox.Run("circuit", "export", _box["b"]).Output);
            Assert.Contains(
                "would change nothing here",
                Sandbox.Run("eval", _box["a"], "--set", "network.populations.h.parameters.tau=3").OneError(2)
            );
        }
    }

    /// <summary>What a command found, without times; or its one line of error.</summary>
    private string Result(string[] line, string[] assignments)
    {
        string[] set = [.. assignments.SelectMany(a => (string[])["--set", a])];
        string folder = _box["out"];
        bool trains = line[0] == "train",
            exports = line.Contains("export"),
            draws = line.Contains("draw");
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        var outcome = Sandbox.Run([
            .. line,
            .. set,
            .. trains ? ["--out", folder]
            : draws ? ["--out", _box["drawn.svg"]]
            : Array.Empty<string>(),
            .. exports ? Array.Empty<string>() : ["--json"],
        ]);
        if (outcome.Code is 1 or 2 && outcome.Error.Contains("error: "))
        {
            Assert.DoesNotContain("This is a bug", outcome.Error);
            return $"error: {outcome.OneError(outcome.Code)}";
        }
        Assert.True(outcome.Code is 0 or 1 or 3, outcome.Error);
        // Titles say what --set changed: that is no effect.
        if (exports)
            return string.Join('\n', outcome.Output.Split('\n').Where(l => !l.StartsWith('*')));
        if (draws)
            return Drawn(_box["drawn.svg"]);
        var json = JsonNode.Parse(outcome.Output)!.AsObject();
        foreach (
            string timed in (string[])
                [
                    "model",
                    "preset",
                    "overrides",
                    "target",
                    "took_s",
                    "wall_seconds",
                    "cpu_seconds",
                    "samples_per_second",
                    "peak_rss_mib",
                    "ngspice_seconds",
                    "run",
                    "folder",
                ]
        )
            json.Remove(timed);
        if (line.Contains("learn"))
            json.Remove("config");
        string text = json.ToJsonString();
        return trains ? text + Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "weights.npz")))) : text;
    }

    /// <summary>A picture without its title.</summary>
    private static string Drawn(string svg) =>
        string.Join('\n', File.ReadAllLines(svg).Where(l => !l.Contains("font-size=\"17\"", StringComparison.Ordinal)));

    private static IEnumerable<string> Keys(Type type, string prefix)
    {
        foreach (var p in type.GetConstructors().MaxBy(c => c.GetParameters().Length)!.GetParameters())
        {
            string key = prefix + JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name!);
            var inner = Element(p.ParameterType);
            if (inner.Namespace?.StartsWith("Nagumo", StringComparison.Ordinal) == true)
                foreach (string below in Keys(inner, key + "."))
                    yield return below;
            else
                yield return key;
        }

        static Type Element(Type type) =>
            type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : type;
    }

    private static string Small(string data, int inputs, int outputs) =>
        $$"""
            {
              "name": "small", "data": "{{data}}",
              "network": {
                "populations": [ { "name": "x", "size": {{inputs}} }, { "name": "h", "size": 6, "neuron": "fitzhugh-nagumo" }, { "name": "out", "size": {{outputs}}, "neuron": "linear" } ],
                "couplings": [
                  { "kind": "bilinear", "a": "h", "b": "x", "sd": 0.4 }, { "kind": "bias", "a": "h", "value": 0.875 },
                  { "kind": "bilinear", "a": "out", "b": "h", "sd": 0.05 }, { "kind": "bias", "a": "out" } ]
              },
              "readout": { "population": "out", "kappa": 5 },
              "epochs": 2, "batch": 32,
              "free": { "max_sweeps": 30, "tolerance": 0 }, "nudged": { "max_sweeps": 20, "tolerance": 0 },
              "optimizer": { "rate": 0.01 },
              "pixels": { "mean": 0.5, "gain": 2 }
            }
            """;
}
