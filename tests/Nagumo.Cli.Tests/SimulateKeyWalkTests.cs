using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Nagumo.Neurons;

namespace Nagumo.Cli.Tests;

/// <summary>Every key of every phenomenon of <c>simulate</c>, and every parameter of its cells: changing it changes the result, or it is refused.</summary>
public sealed partial class SimulateKeyWalkTests : IDisposable
{
    /// <summary>What makes a phenomenon small.</summary>
    private static readonly Dictionary<string, string> Small = new()
    {
        ["neuron"] = "time=40 samples=101 curve=5",
        ["spike"] = "time=40 samples=101 curve=5",
        ["bifurcation"] = "",
        ["hopf"] = "points=3 from=0.005",
        ["sweep"] = "points=3 from=0.005 cells=40",
        ["turing"] = "cells=40 time=8 samples=9",
        ["pulse"] = "cells=60 time=60 every=5",
        ["spiral"] = "size=24 time=6 frames=3",
        ["target"] = "size=24 time=6 frames=3",
        ["spots"] = "size=24 time=20 frames=3",
        ["holes"] = "size=24 time=20 frames=3",
        ["labyrinth"] = "size=24 time=20 frames=3",
    };

    /// <summary>Another value of a key, and what must stand beside it where it acts under a condition only.</summary>
    private static readonly Dictionary<string, (string Value, string With)[]> Others = new()
    {
        ["bifurcation.parameter"] = [("gamma", "")],
        ["bifurcation.current"] = [("0.2", "parameter=gamma"), ("0.2", "")],
        ["bifurcation.from"] = [("0.2", "")],
        ["bifurcation.to"] = [("1.6", "")],
        ["turing.set"] = [("e-far", "")],
        ["turing.amplitude"] = [("0.02", "start=mode"), ("0.02", "")],
        ["turing.noise"] = [("0.02", ""), ("0.02", "start=mode")],
        ["turing.tolerance"] = [("1e-5", ""), ("1e-5", "method=euler")],
        ["turing.step"] = [("0.001", "method=euler"), ("0.001", "")],
        // Until it has passed, and no longer.
        ["pulse.time"] = [("20", "")],
        ["spiral.excited"] = [("1.4", "")],
        ["spiral.refractory"] = [("0.7", "")],
        ["target.current"] = [("0.7", "")],
        ["pulse.kick"] = [("3", "")],
        ["noise"] = [("0.02", "")],
        ["frames"] = [("4", "")],
        ["tolerance"] = [("1e-6", "")],
        ["step"] = [("0.01", "")],
        ["sweep.mode"] = [("7", "")],
        // What auto takes.
        ["turing.method"] = [("explicit", ""), ("euler", ""), ("semi-implicit", "method=explicit")],
        ["samples"] = [("41", "")],
        ["curve"] = [("7", "")],
    };

    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    /// <summary>The phenomena, by name.</summary>
    public static TheoryData<string> Phenomena => [.. SimulateCommand.All.Select(p => p.Name)];

    [Theory, Trait("speed", "slow")]
    [MemberData(nameof(Phenomena))]
    public void Every_key_has_its_effect_or_is_refused(string name)
    {
        var phenomenon = SimulateCommand.All.First(p => p.Name == name);
        string[] small = Small[name].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var plain = new Dictionary<string, string>();
        var idle = new List<string>();
        int effects = 0;
        foreach (var (key, value, with) in Changes(phenomenon))
        {
            string[] context = [.. small, .. with.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
            string[] changed = [.. context.Where(c => !c.StartsWith(key + "=", StringComparison.Ordinal)), $"{key}={value}"];
            if (!plain.TryGetValue(string.Join(' ', context), out string? before))
                plain[string.Join(' ', context)] = before = Result(phenomenon, context);
            Assert.DoesNotContain("error: ", before);
            string after = Result(phenomenon, changed);
            if (after.StartsWith("error: ", StringComparison.Ordinal))
                Assert.Contains(key, after);
            else if (before == after)
                idle.Add(string.Join(' ', changed));
            else
                effects++;
        }
        Assert.True(idle.Count == 0, $"simulate {name} takes and ignores:\n{string.Join('\n', idle)}");
        Assert.True(effects >= phenomenon.Keys.Count, $"only {effects} of {phenomenon.Keys.Count} keys and the parameters have an effect");
    }

    [Theory]
    [InlineData("turing --set noise=0.02 --set start=mode", "noise = 0.02 would change nothing: it acts where start = noise")]
    [InlineData("turing --set amplitude=0.02", "amplitude = 0.02 would change nothing: it acts where start = mode")]
    [InlineData("turing --set step=0.01", "step = 0.01 would change nothing: it acts where method = euler")]
    [InlineData("bifurcation --set current=0.2", "current = 0.2 would change nothing: it acts where parameter is not current")]
    [InlineData(
        "bifurcation --set parameter=gamma --set gamma=0.9 --set from=0.5 --set to=1",
        "gamma would change nothing: it is what varies"
    )]
    public void A_key_that_another_one_puts_out_of_use_is_refused(string line, string expected) =>
        Assert.Contains(expected, Sandbox.Run(["simulate", .. line.Split(' '), "--out", _box["out"]]).OneError(2));

    private static IEnumerable<(string Key, string Value, string With)> Changes(Phenomenon phenomenon)
    {
        foreach (var setting in phenomenon.Keys)
        {
            string[] words = [.. setting.Domain.Split(" | ")];
            if (Others.TryGetValue($"{phenomenon.Name}.{setting.Name}", out var others) || Others.TryGetValue(setting.Name, out others))
                foreach (var (value, with) in others)
                    yield return (setting.Name, value, with);
            else if (words.Contains(setting.Default))
                foreach (string word in words.Where(w => w != setting.Default))
                    yield return (setting.Name, word, "");
            else
                yield return (setting.Name, Nearby(double.Parse(setting.Default, CultureInfo.InvariantCulture), setting), "");
        }
        foreach (var parameter in NeuronModels.All.First(n => n.Name == Phenomenon.DefaultNeuron).Parameters)
        {
            double value = phenomenon.Neuron.GetValueOrDefault(parameter.Name, parameter.Value);
            yield return (parameter.Name, Number(value == 0 ? 0.02 : 1.05 * value), "");
        }
    }

    /// <summary>Another value: of whole numbers the next one.</summary>
    private static string Nearby(double value, Setting setting)
    {
        try
        {
            return setting.Validate(Number(value == 0 ? 0.05 : 1.25 * value));
        }
        catch (InputException)
        {
            return Number(value + 1);
        }
    }

    private static string Number(double x) => x.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>What was measured, the trajectory, the pictures without their words and the frames; or the one line of error.</summary>
    private string Result(Phenomenon phenomenon, string[] assignments)
    {
        string folder = _box["out"];
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        var outcome = Sandbox.Run([
            "simulate",
            phenomenon.Name,
            .. assignments.SelectMany(a => (string[])["--set", a]),
            "--out",
            folder,
            "--json",
            .. phenomenon.HasTrajectory ? ["--save"] : Array.Empty<string>(),
        ]);
        if (outcome.Code == 2)
            return $"error: {outcome.OneError(2)}";
        Assert.True(outcome.Code is 0 or 3, outcome.Error);
        var files = Directory
            .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Order()
            .Select(file =>
                Path.GetExtension(file) switch
                {
                    ".npz" => Hash(File.ReadAllBytes(file)),
                    ".svg" => Hash(System.Text.Encoding.UTF8.GetBytes(Words().Replace(File.ReadAllText(file), ""))),
                    _ => Path.GetRelativePath(folder, file),
                }
            );
        return JsonNode.Parse(outcome.Output)!["measured"]!.ToJsonString() + string.Join('\n', files);

        static string Hash(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes));
    }

    [GeneratedRegex("<text.*?</text>", RegexOptions.Singleline)]
    private static partial Regex Words();
}
